import logging
import re

from babel import Locale, UnknownLocaleError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse

from ..domain.text_promise import promised
from ..domain.text_topics import GRAVE_INTENTS, GRAVE_TOPICS, TOPICS, reading
from ..domain.text_words import fold

_logger = logging.getLogger(__name__)
READING = [
    ("waiting", "Not Read Yet"),
    ("read", "Read"),
    ("review", "To Review"),
    ("confirmed", "Confirmed"),
]
#: Messages read at a time; by meaning it takes about a tenth of a second each.
BATCH = 60
#: What is shorter is no message: a key that was pressed, a digit.
_READABLE = re.compile(r"[^\W\d_]{2,}")
#: Wishes of which the day and the amount named are kept.
PROMISING = frozenset(("promise", "plan", "pay"))
#: By which a person says how a message is to be understood.
PERSONAL = frozenset(("topic", "reason_id", "human_intent"))
#: From which sentiment on a mood is worth a word, and below which a customer is angry.
MOODY, ANGRY = 0.25, -0.5
_TOKEN = re.compile(r"[\w/-]+")


class CollectionsInteraction(models.Model):
    """What messages are about: read by a program, confirmed by a person.

    Nothing is done because of a reading. One that is not sure, or grave, waits for a
    person; what people say is what the program learns from.
    """

    _inherit = "collections.interaction"

    topic = fields.Selection(
        selection=lambda self: self._topic_selection(), string="About", index="btree_not_null"
    )
    reading_state = fields.Selection(
        READING, string="Reading", readonly=True, index="btree_not_null", copy=False
    )
    text_model_id = fields.Many2one(
        "collections.text.model", string="Read By", readonly=True, ondelete="set null"
    )
    suggestions = fields.Json(readonly=True, help="Pairs of topic and chance.")
    guess_1 = fields.Char(compute="_compute_guesses", string="First Guess")
    guess_2 = fields.Char(compute="_compute_guesses", string="Second Guess")
    guess_3 = fields.Char(compute="_compute_guesses", string="Third Guess")
    text_lang = fields.Char(string="Code of the Language", readonly=True, help="Such as ro.")
    text_lang_name = fields.Char(string="Written In", compute="_compute_text_lang_name")
    mood = fields.Char(compute="_compute_mood")
    currency_id = fields.Many2one(related="case_id.currency_id")
    promised_on = fields.Date(
        string="Named Day", readonly=True, help="The day on which it says it pays."
    )
    promised_amount = fields.Monetary(string="Named Amount", readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        string="About the Invoices",
        readonly=True,
        help="Those it names, else those it answers to, else those that were overdue.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _topic_selection(self):
        """(code, name) of everything a message can be about."""
        _ = self.env._
        names = {
            "already_paid": _("Already paid"),
            "promise": _("Will pay"),
            "billing_error": _("Error on the invoice"),
            "not_received": _("Invoice not received"),
            "due_date": _("Due date"),
            "payment_method": _("Way of paying"),
            "process_defect": _("Held up inside the customer's firm"),
            "cash_shortage": _("Lack of money"),
            "dispute": _("Goods or service"),
            "refuses": _("Refuses to pay"),
            "insolvency": _("Insolvent"),
            "wrong_person": _("Wrong person"),
            "other": _("Something else"),
        }
        return [(topic, names[topic]) for topic in TOPICS]

    @api.depends("suggestions")
    @api.depends_context("lang")
    def _compute_guesses(self):
        names = dict(self._topic_selection())
        for said in self:
            told = [names[topic] for topic, _chance in said.suggestions or []]
            told += [False] * (3 - len(told))
            said.guess_1, said.guess_2, said.guess_3 = told[:3]

    @api.depends("text_lang")
    @api.depends_context("lang")
    def _compute_text_lang_name(self):
        own = babel_locale_parse(self.env.lang)
        for said in self:
            said.text_lang_name = _language_name(said.text_lang, own)

    @api.depends("sentiment")
    @api.depends_context("lang")
    def _compute_mood(self):
        _ = self.env._
        for said in self:
            if said.sentiment <= -MOODY:
                said.mood = _("Angry") if said.sentiment < ANGRY else _("Displeased")
            else:
                said.mood = _("Satisfied") if said.sentiment >= MOODY else _("Neutral")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: what a customer says waits to be read."""
        for vals in vals_list:
            if vals.get("direction") == "in" and _READABLE.search(vals.get("text") or ""):
                vals.setdefault("reading_state", "waiting")
        said = super().create(vals_list)
        if "waiting" in said.mapped("reading_state"):
            self.env.ref("collections_addon.cron_text_read").sudo()._trigger()
        return said

    def write(self, vals):
        """Override: what a person says about a message confirms it."""
        if not PERSONAL & vals.keys() or "reading_state" in vals:
            return super().write(vals)
        vals = {**vals, "reading_state": "confirmed", "human_user_id": self.env.uid}
        reasons = self.env["collections.dispute.reason"]
        if vals.get("reason_id") and "topic" not in vals:
            vals["topic"] = reasons.browse(vals["reason_id"]).topic or "other"
        if "topic" in vals:
            vals.setdefault("reason_id", reasons._of_topic(vals["topic"]).id)
            vals.setdefault("human_intent", TOPICS.get(vals["topic"], False))
        result = super().write(vals)
        self.case_id._mark_for_refresh()
        return result

    # === ACTION METHODS === #

    def action_guess_1(self):
        """The first guess is right."""
        return self._confirm(0)

    def action_guess_2(self):
        """The second guess is right."""
        return self._confirm(1)

    def action_guess_3(self):
        """The third guess is right."""
        return self._confirm(2)

    def _confirm(self, place):
        """A person says which guess is right.

        :param int place: 0 for the first
        :raises UserError: when there is no such guess
        """
        for said in self:
            if len(said.suggestions or []) <= place:
                raise UserError(self.env._("This message has not been read yet."))
            topic = said.suggestions[place][0]
            values = {"topic": topic}
            if topic == said.topic and said.intent:
                values["human_intent"] = said.intent
            said.write(values)
        return True

    def action_take_promise(self):
        """Take down the promise that the message names; a person completes and saves it."""
        self.ensure_one()
        if not self.case_id:
            raise UserError(self.env._("Nobody knows which customer this is."))
        action = self.case_id.action_new_promise()
        named = {"default_note": self.text}
        if self.promised_on and self.promised_on >= fields.Date.context_today(self):
            named["default_date"] = self.promised_on
        if self.promised_amount:
            named["default_amount"] = self.promised_amount
        return {**action, "context": {**action["context"], **named}}

    def action_complaint(self):
        """Take down what the customer says as a complaint: reminders stop, a manager answers."""
        self.ensure_one()
        self.check_access("write")
        if not self.case_id:
            raise UserError(self.env._("Nobody knows which customer this is."))
        today = self.company_id._collections_today(fields.Datetime.now())
        complaint = self.case_id.sudo()._customer_complain(self._readable(), today, "collector")
        self.human_intent = "complaint"
        return {
            "type": "ir.actions.act_window",
            "res_model": complaint._name,
            "res_id": complaint.id,
            "view_mode": "form",
        }

    # === READING === #

    @api.model
    def _cron_read(self):
        """Read what customers have said since."""
        progress = self.env["ir.cron"]
        domain = [("reading_state", "=", "waiting")]
        while said := self.search(domain, limit=BATCH, order="company_id, id"):
            for company, own in said.grouped("company_id").items():
                own._read(company)
            if not progress._commit_progress(len(said), remaining=self.search_count(domain)):
                break

    def _read(self, company):
        """Understand messages of one company."""
        texts = [said._readable() for said in self]
        model, kind, chances, languages = self.env["collections.text.model"]._ask(company, texts)
        reasons = self.env["collections.dispute.reason"]
        for said, text, found, lang in zip(self, texts, chances, languages, strict=True):
            understood = reading(found, fold(text), text)
            state = said._state_of(understood, kind)
            reason = reasons._of_topic(understood.topic if state else None)
            said.write(
                {
                    "reading_state": state,
                    "text_model_id": model.id,
                    "topic": understood.topic,
                    "reason_id": said.reason_id.id or reason.id,
                    "intent": said.intent or understood.intent,
                    # by words alone it is far too sure of itself: better nothing than that
                    "confidence": understood.confidence if kind == "meaning" else 0,
                    "sentiment": understood.sentiment,
                    "suggestions": [[topic, round(p, 3)] for topic, p in understood.topics],
                    "text_lang": lang,
                    **said._named_promise(understood, text, lang),
                    "move_ids": [fields.Command.set(said._invoices_meant(text).ids)],
                }
            )

    def _state_of(self, understood, kind):
        """Whether a message was read, or waits for a person.

        What was said in a conversation without a person was dealt with there: unless it is
        grave nobody is asked about it, and it tells nothing where the reading is unsure.
        """
        if not understood.needs_person(kind):
            return "read"
        grave = understood.topic in GRAVE_TOPICS or understood.intent in GRAVE_INTENTS
        talk = self.conversation_id
        return "review" if not talk or talk.state == "human" or grave else False

    def _readable(self):
        """The words that are read."""
        self.ensure_one()
        return self.text or ""

    def _named_promise(self, understood, text, lang):
        if understood.intent not in PROMISING:
            return {"promised_on": False, "promised_amount": 0}
        day = self.company_id._collections_today(self.date)
        named = promised(text, lang, day)
        return {"promised_on": named.day, "promised_amount": float(named.amount or 0)}

    def _invoices_meant(self, text):
        """The invoices a message is about, of those that were open when it was written.

        :rtype: `account.move`
        """
        day = self.date.date()
        lines = self.env["account.move.line"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
            & Domain("balance", ">", 0)
            & (Domain("reconciled", "=", False) | Domain("matched_credit_ids.max_date", ">=", day))
        )
        words = set(_TOKEN.findall(text.casefold()))
        named = lines.move_id.filtered(lambda move: _names_of(move.name) & words)
        answered = self.action_id.item_ids.move_id
        overdue = lines.filtered(lambda line: (line.date_maturity or line.date) < day)
        return named or answered or overdue.move_id


def _names_of(name):
    """How people call an invoice: by its number, or by the end of it."""
    name = (name or "").casefold()
    end = name.rpartition("/")[2]
    return {name, end, end.lstrip("0")} if len(end.lstrip("0")) > 2 else {name}


def _language_name(code, own):
    """What a language is called in another; its code where nobody knows.

    :param str code: two letters; may be empty
    :param babel.Locale own: in which it is called so
    """
    try:
        return code and Locale.parse(code).get_display_name(own)
    except (UnknownLocaleError, ValueError):
        return code
