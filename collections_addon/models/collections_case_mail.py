import logging

from lxml import html
from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, html2plaintext, html_sanitize

from ..domain.dialog_words import is_stop_word
from ..domain.reply_text import answer_in, written
from .collections_case_reason import ANSWERS
from .dunning_action import CONTACTED

_logger = logging.getLogger(__name__)
#: Where core marks what a message quotes.
QUOTED = "//*[@data-o-mail-quote]"
MOST_TEXT = 5000
#: Answer of one tap -> how an interaction names it.
INTENT_OF = {
    "paid": "paid",
    "missing": "dispute",
    "wrong": "dispute",
    "time": "plan",
    "other": "other",
    "stop": "stop",
}


class CollectionsCase(models.Model):
    """What comes back to a case by e-mail: answers and bounces."""

    _inherit = "collections.case"

    # === REPLIES === #

    def _message_post_after_hook(self, message, msg_vals):
        """Override of `mail`: an answer from outside is the outcome of the latest e-mail."""
        result = super()._message_post_after_hook(message, msg_vals)
        if message.message_type == "email" and not self.env.context.get("dunning_auto_reply"):
            self._note_reply(message)
        return result

    def _note_reply(self, message):
        collector = self.collector_id.partner_id
        sender = email_normalize(message.email_from)
        if (
            self.env["res.users"]
            .sudo()
            .search_count([("email_normalized", "=", sender), ("share", "=", False)], limit=1)
        ):
            return
        self.message_subscribe(collector.ids)
        action = self._answered_email(message.parent_id)
        self._take_reply(message, sender, action)
        if action and not action.outcome_id:
            action.outcome_id = self.env.ref("collections_addon.outcome_reply")

    def _take_reply(self, message, sender, action):
        """Keep what was written, and do what an answer of one tap says."""
        case, now = self.sudo(), fields.Datetime.now()
        text = _own_text(message.body)
        answer = self._answer_of(text) if case._is_customer_address(sender) else None
        case.env["collections.interaction"]._log(
            "email",
            "in",
            text,
            now,
            case=case,
            external_id=message.message_id,
            action_id=action.id,
            lang=case._customer_author().lang,
            intent=INTENT_OF.get(answer),
        )
        if answer:
            case._take_mailed_answer(answer, self.company_id._collections_today(now))

    def _answer_of(self, text):
        """What a whole answer says: one of `ANSWERS`, `stop`, or None."""
        return "stop" if is_stop_word(text) else answer_in(text, self._answer_words())

    def _answer_words(self):
        """(words, answer) in every installed language."""
        for lang, _name in self.env["res.lang"].get_installed():
            labels = self.with_context(lang=lang)._answer_labels()
            yield from ((labels[code], code) for code in ANSWERS)

    def _is_customer_address(self, address):
        """Whether an e-mail came from an address that we know of the customer."""
        people = self.env["res.partner"].search([("id", "child_of", self.partner_id.id)])
        return bool(address) and address in people.mapped("email_normalized")

    def _take_mailed_answer(self, answer, today):
        """Do what the customer says; what is not possible goes to a person.

        :param str answer: one of `ANSWERS`, or `stop`
        :param datetime.date today: business date of the company
        """
        author = self._customer_author()
        case = self.with_context(lang=author.lang or self.env.lang)
        try:
            with self.env.cr.savepoint():
                thanks = case._do_mailed_answer(answer, today)
        except UserError as error:
            _logger.info("Answer %s by e-mail on case %s: %s", answer, self.id, error)
            self._ask_collector(self.env._("Answer the customer's e-mail"), today, str(error))
            return
        if thanks:
            case.message_post(body=thanks, partner_ids=author.ids, subtype_xmlid="mail.mt_comment")
        else:
            self._ask_collector(self.env._("Answer the customer's e-mail"), today)

    def _do_mailed_answer(self, answer, today):
        """The words to thank with; None where a person has to answer."""
        late = self.move_line_ids.filtered(
            lambda line: (
                line.amount_residual_currency > 0 and (line.date_maturity or line.date) <= today
            )
        )
        if answer == "stop":
            active = self.opt_out_ids.filtered(lambda row: not row.date_end)
            codes = {*active.mapped("channel_code"), "email"}
            self._refuse_channels(codes, today, "email")
            self._note_answer("refused", today)
            return None
        if answer == "paid":
            self._customer_paid(late, today, "transfer", "", today, source="email")
            return self.env._(
                "Thank you. We look for your payment, and do not remind you meanwhile."
            )
        if answer == "missing":
            moves = late.move_id.filtered(lambda move: move.dispute_state != "disputed")
            moves = moves.filtered(lambda move: move.is_sale_document(include_receipts=True))
            self._customer_missing(moves, "", today)
            return self.env._(
                "We are sorry. The invoice is on its way to you, and is not asked for now."
            )
        return None

    def _answered_email(self, message):
        """The contact that was answered, else the latest e-mail."""
        emails = self.env["dunning.action"].search(
            [
                ("case_id", "=", self.id),
                ("channel_code", "=", "email"),
                ("state", "in", CONTACTED),
            ],
            order="sent_at desc, id desc",
        )
        return emails.filtered(lambda e: message and e.mail_message_id == message)[:1] or emails[:1]

    # === BOUNCES === #

    def _message_receive_bounce(self, email, partner):
        """Override of `mail`: the contact has failed after all."""
        super()._message_receive_bounce(email, partner)
        message_id = self.env.context.get("dunning_bounced_message_id")
        if message_id:
            for case in self:
                case._note_bounce(email, message_id)

    def _note_bounce(self, email, message_id):
        action = self.env["dunning.action"].search(
            [("case_id", "=", self.id), ("mail_message_id", "=", message_id)], limit=1
        )
        if action.state not in ("sending", *CONTACTED):
            return
        recipient = action.recipient_id
        address = email_normalize(email) or recipient.email_normalized
        if not action.test_mode and address == recipient.email_normalized:
            recipient.collections_bounced_email = address
        text = self.env._("The message to %s came back as undeliverable.", address)
        action.write(
            {
                "outcome_id": self.env.ref("collections_addon.outcome_bounced").id,
                "contact_date": False,
            }
        )
        action._mark_failed("bounced", text, "bounced")
        self.message_post(body=Markup("<p>{}</p>").format(text), subtype_xmlid="mail.mt_note")
        self._refresh(self.company_id._collections_today(fields.Datetime.now()))


def _own_text(body):
    """What the author of an e-mail wrote itself, as plain text.

    :param str body: HTML
    """
    tagged = html_sanitize(body or "", sanitize_attributes=False)
    if not tagged.strip():
        return ""
    document = html.fragment_fromstring(str(tagged), create_parent="div")
    for quote in document.xpath(QUOTED):
        quote.drop_tree()
    plain = html2plaintext(html.tostring(document, encoding="unicode"), include_references=False)
    return written(plain)[:MOST_TEXT]
