from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from ..domain import dialog
from ..domain import dialog_words as words
from ..domain.dialog_types import Heard, State

STATES = [("open", "Running"), ("human", "With a Person"), ("done", "Ended")]
#: Where nobody reads along: what identifies a customer is not kept.
MASKED = "•••"
#: Who has said nothing for so long begins anew: what was asked is forgotten by then.
IDLE = timedelta(hours=12)
IDLE_BATCH = 500
#: Effects that hand the conversation to a person.
TO_PERSON = frozenset(("human", "callback"))


class Reply(NamedTuple):
    """What a transport says to the customer, in the customer's language.

    :param says: sentences in order
    :param choices: (key, label) of what can be answered; a keypad key or a button
    :param expects: `text` (words or keys), `digits` or `none`
    :param ended: nothing more is heard
    :param hand_over: a person takes over right now
    """

    says: list
    choices: list
    expects: str
    ended: bool
    hand_over: bool

    def as_text(self):
        """One message to read: sentences, then a numbered list."""
        rows = [f"{key} {label}" for key, label in self.choices]
        return "\n".join([" ".join(self.says), *rows])


class CollectionsConversation(models.Model):
    """One conversation with a customer: an exchange of messages, a call, a chat.

    Transports know two methods: :meth:`_open` and :meth:`_hear`. What is understood and
    decided is the domain's (`domain/dialog.py`); what is done about it goes through the
    same `_customer_…` methods of the case as on the customer's page.
    """

    _name = "collections.conversation"
    _description = "Conversation with a Customer"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "last_at desc, id desc"
    _check_company_auto = True

    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.interaction"]._channel_selection(),
        string="Channel",
        required=True,
        readonly=True,
    )
    external_key = fields.Char(
        required=True, readonly=True, help="Who or what it is with: number, call, chat."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    case_id = fields.Many2one(
        "collections.case", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Customer")
    lang = fields.Char(string="Language", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, default="open", readonly=True)
    started_at = fields.Datetime(readonly=True, required=True)
    last_at = fields.Datetime(string="Last Heard", readonly=True, required=True)
    identified = fields.Boolean(readonly=True, help="The customer has shown who it is.")
    failures = fields.Integer(string="Wrong Answers", readonly=True)
    outcome = fields.Char(string="Outcome Codes", readonly=True)
    outcome_text = fields.Char(
        string="Outcome", compute="_compute_outcome_text", help="What came of it, in order."
    )
    dialog_state = fields.Json(readonly=True)
    first_text = fields.Char(
        readonly=True, help="What the customer wanted before it was known who it is."
    )
    interaction_ids = fields.One2many("collections.interaction", "conversation_id", readonly=True)

    _one_running = models.UniqueIndex(
        "(company_id, channel_code, external_key) WHERE state = 'open'",
        "A conversation with this customer is running already.",
    )

    @api.depends("partner_id", "external_key")
    def _compute_display_name(self):
        for talk in self:
            talk.display_name = talk.partner_id.display_name or talk.external_key

    @api.depends("outcome")
    def _compute_outcome_text(self):
        labels = self._outcome_labels()
        for talk in self:
            codes = dict.fromkeys((talk.outcome or "").split(", "))
            talk.outcome_text = ", ".join(labels[code] for code in codes if code in labels)

    @api.model
    def _outcome_labels(self):
        """Effect of the dialog -> what a collector reads; what says nothing is left out."""
        _ = self.env._
        return {
            "promise": _("Promise"),
            "dispute": _("Dispute"),
            "plan": _("Payment Plan"),
            "paid": _("Says it has paid"),
            "pay_link": _("Payment link"),
            "wrong_person": _("Wrong person"),
            "stop": _("No more messages"),
            "callback": _("Wants a call"),
            "human": _("Person needed"),
            "not_identified": _("Wrong answer"),
            "note": _("Nothing agreed"),
        }

    # === WHAT TRANSPORTS CALL === #

    @api.model
    def _open(
        self, channel_code, external_key, company, case=None, lang=None, now=None, identified=False
    ):
        """The running conversation with somebody, begun when there is none.

        :param str channel_code: such as `sms`
        :param str external_key: phone number, call, chat
        :param case: `collections.case`; None while nobody knows who it is
        :param str|None lang: code of an active language; the customer's otherwise
        :param datetime.datetime now: naive UTC
        :param bool identified: who it is is sure already, by the signed link it opened
        :rtype: `collections.conversation`, with superuser rights
        """
        domain = [
            ("company_id", "=", company.id),
            ("channel_code", "=", channel_code),
            ("external_key", "=", external_key),
            ("state", "=", "open"),
        ]
        now = now or fields.Datetime.now()
        if known := self.sudo().search(domain, limit=1):
            if known.last_at >= now - IDLE:
                return known
            known._hear("timeout", "", now)
            known.flush_recordset(["state"])  # the index wants only one running
        talks = self.sudo().with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        return talks.create(
            {
                "channel_code": channel_code,
                "external_key": external_key,
                "company_id": company.id,
                "case_id": case.id if case else False,
                "lang": self._spoken(lang, case),
                "identified": identified,
                "started_at": now,
                "last_at": now,
            }
        )

    @api.model
    def _spoken(self, lang, case):
        """A language that is active, of what is asked for and what the customer speaks."""
        active = [code for code, _name in self.env["res.lang"].get_installed()]
        own = case.sudo()._customer_author().lang if case else None
        wished = (lang, own, "en_US")
        return next((code for code in wished if code in active), active[0])

    def _hear(self, kind, text, now, external_id=None):
        """Hear something and answer it. The first call also greets.

        :param str kind: `text`, `digits`, `silence`, `timeout`, `hangup`, or `start` to be
            greeted before anything was said
        :param str text: what was said
        :param datetime.datetime now: naive UTC
        :param str|None external_id: the provider's number of the message; what is told twice
            is heard once, and the second time nothing is answered
        :rtype: Reply
        """
        self.ensure_one()
        if external_id and external_id in self.interaction_ids.mapped("external_id"):
            return Reply([], [], "none", self.state != "open", False)
        return self.with_company(self.company_id)._heard_anew(kind, text, now, external_id)

    def _heard_anew(self, kind, text, now, external_id):
        self._log_heard(kind, text, now, external_id)
        facts = self._facts(now)
        if not self.dialog_state:
            turn = self._first_turn(kind, text, facts)
            if kind in ("timeout", "hangup"):
                turn = dialog.hear(turn.state, Heard(kind), facts)
        else:
            heard = self._heard(kind, text)
            turn = dialog.hear(self._state(), heard, facts)
        return self._answer(turn, facts, now)

    @api.model
    def _cron_end_idle(self):
        """End conversations to which nobody has come back."""
        now = fields.Datetime.now()
        domain = [("state", "=", "open"), ("last_at", "<", now - IDLE)]
        idle = self.search(domain, limit=IDLE_BATCH, order="last_at, id")
        for talk in idle:
            talk._hear("timeout", "", now)
            self.env["ir.cron"]._commit_progress(1)
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))

    # === STEPS OF IT === #

    def _state(self):
        kept = self.dialog_state
        return State.load({name: value for name, value in kept.items() if name != "labels"})

    def _script(self):
        return self.env["collections.dialog.script"]._of(self.company_id, self.channel_code)

    def _is_live(self, now):
        """Hook: whether a person can take over at once on this channel."""
        return False

    def _facts(self, now):
        return self._script()._facts(
            self.case_id,
            self.channel_code,
            self.lang,
            now,
            self.company_id,
            identified=self.identified,
            live=self._is_live(now),
        )

    def _heard(self, kind, text):
        """Buttons come back as their words on some channels: they are keys all the same."""
        if kind == "start":
            return Heard("silence")
        for key, label in (self.dialog_state or {}).get("labels", []):
            if kind == "text" and words.fold(text) == words.fold(label):
                return Heard("text", key)
        return Heard(kind, text or "")

    def _first_turn(self, kind, text, facts):
        """Greet. What the customer opens with is answered as soon as it may be."""
        turn = dialog.start(facts)
        if turn.ended or kind not in ("text", "digits") or not (text or "").strip():
            return turn
        if turn.state.identified:
            return dialog.joined(turn, dialog.hear(turn.state, Heard(kind, text), facts))
        if dialog.is_for_anybody(text, facts):
            return dialog.joined(turn, dialog.hear(turn.state, Heard(kind, text), facts))
        self.first_text = text[:500]
        return turn

    def _answer(self, turn, facts, now):
        """Do what a turn brings about, and put the rest into words."""
        turn = self._with_first_wish(turn, facts)
        turn = self._apply(turn, facts, now)
        self._keep(turn, now)
        script, channel = self._script(), self.channel_code
        says = [script._say(say, self.lang, channel) for say in turn.says]
        choices = [(one.key, script._say(one.label, self.lang, channel)) for one in turn.choices]
        self.dialog_state = {**turn.state.dump(), "labels": choices}
        reply = Reply(says, choices, turn.expects, turn.ended, turn.hand_over)
        if says:
            self._log("out", reply.as_text(), now)
        return reply

    def _with_first_wish(self, turn, facts):
        """Once it is known who it is, what it wanted in the first place comes up again."""
        identified = any(effect.kind == "identified" for effect in turn.effects)
        if not identified or not self.first_text:
            return turn
        wish, self.first_text = self.first_text, False
        following = dialog.hear(turn.state, Heard("text", wish), facts)
        return turn if following.state.tries else dialog.joined(turn, following)

    def _keep(self, turn, now):
        values = {"last_at": now, "identified": turn.state.identified or self.identified}
        kinds = [effect.kind for effect in turn.effects]
        if kinds:
            values["outcome"] = ", ".join(filter(None, [self.outcome, *kinds]))
        self.failures += kinds.count("not_identified")
        if turn.ended:
            values["state"] = "human" if TO_PERSON & set(turn.state.done) else "done"
        self.write(values)

    # === JOURNAL === #

    def _log_heard(self, kind, text, now, external_id):
        if kind not in ("text", "digits"):
            return
        asked = (self.dialog_state or {}).get("step")
        intent = words.intent(text, self.lang) if kind == "text" else None
        said = MASKED if asked == "identify" and words.digits(text, self.lang) else text
        known = dict(self.env["collections.interaction"]._fields["intent"].selection)
        self._log(
            "in", said, now, external_id=external_id, intent=intent if intent in known else False
        )

    def _log(self, direction, text, now, **values):
        self.env["collections.interaction"]._log(
            self.channel_code,
            direction,
            text,
            now,
            case=self.case_id or None,
            company_id=self.company_id.id,
            conversation_id=self.id,
            lang=self.lang,
            **values,
        )
