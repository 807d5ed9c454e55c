import logging
from datetime import date, datetime

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ..domain import dialog
from ..domain.dialog_types import Say
from .res_partner_number import international

_logger = logging.getLogger(__name__)
#: Channel -> where records say they come from.
SOURCES = {
    "voice": "phone",
    "sms": "sms",
    "whatsapp": "whatsapp",
    "chat": "chat",
    "email": "email",
}


class CollectionsConversation(models.Model):
    """What a conversation brings about: each effect through the methods that the
    customer's page uses, each in a savepoint. What those refuse is said, and asked again."""

    _inherit = "collections.conversation"

    def _apply(self, turn, facts, now):
        """Do what a turn brings about.

        :return: the turn to say, another one where something was refused
        :rtype: Turn
        """
        for effect in turn.effects:
            try:
                with self.env.cr.savepoint():
                    replaced = self._apply_one(effect, facts, now)
            except UserError as error:
                _logger.info("Conversation %s: %s refused: %s", self.id, effect.kind, error)
                turn = dialog.refuse(turn, effect, str(error.args[0]), facts)
                return self._apply(turn, facts, now)
            if replaced:
                says = tuple(Say(replaced.get(say.key, say.key), say.values) for say in turn.says)
                turn = turn._replace(says=says)
        return turn

    def _apply_one(self, effect, facts, now):
        """One effect, by the method named after it.

        :return: lines to say instead of others, or None
        :rtype: dict|None
        """
        talk = self.with_context(lang=self.lang)  # refusals are for the debtor
        return getattr(talk, f"_effect_{effect.kind}")(effect.values, facts, now)

    @property
    def _source(self):
        return SOURCES.get(self.channel_code, "portal")

    # === AGREEMENTS === #

    def _effect_promise(self, values, facts, now):
        currency = self._currency(values["currency"])
        lines, most = self.case_id._dialog_promisable(currency, facts.today)
        amount = float(values["amount"])
        self.case_id._customer_promise(
            lines,
            None if currency.compare_amounts(amount, most) == 0 else amount,
            date.fromisoformat(values["date"]),
            facts.today,
            source=self._source,
        )

    def _effect_plan(self, values, facts, now):
        terms_id, count, code = values["offer"].split("-")
        offer = next(one for one in facts.offers if one.key == values["offer"])
        currency = self._currency(offer.currency)
        moves = self.case_id._plan_moves().filtered(lambda move: move.currency_id == currency)
        plan = self.case_id._customer_plan(
            moves,
            self.env["collections.plan.offer"].browse(int(terms_id)),
            {"count": int(count)},
            code,
            self.case_id._customer_author().name,
            now,
            f"{self.channel_code}: {self.external_key}",
            source=self._source,
        )
        return None if plan.state == "active" else {"plan_done": "plan_waits"}

    def _effect_paid(self, values, facts, now):
        debts = self.case_id.move_line_ids.filtered(lambda line: line.amount_residual_currency > 0)
        overdue = debts.filtered(lambda line: (line.date_maturity or line.date) < facts.today)
        self.case_id._customer_paid(
            overdue or debts,
            date.fromisoformat(values["date"]),
            values["how"],
            "",
            facts.today,
            source=self._source,
        )

    def _effect_dispute(self, values, facts, now):
        reasons = self.env["collections.dispute.reason"]
        reason = reasons.search([("code", "=", values["reason"])], limit=1)
        invoices = [one.key for balance in facts.balances for one in balance.invoices]
        wanted = invoices if values["invoice"] == "all" else [values["invoice"]]
        moves = self.env["account.move"].browse(int(key) for key in wanted if key in invoices)
        self.case_id._customer_dispute(
            dict.fromkeys(moves), reason, values["text"] or reason.name, source=self._source
        )
        self.case_id._note_answer("disputed", facts.today)

    # === LINKS === #

    def _effect_pay_link(self, values, facts, now):
        if values["by"] == "here":
            return
        script = self._script()
        text = script._say(Say("pay_here", {"url": facts.pay_url}), self.lang, values["by"])
        recipient = self.case_id._customer_author()
        getattr(self, f"_send_link_{values['by']}")(recipient, text)

    def _send_link_sms(self, recipient, text):
        provider = self.env["collections.provider"]._for(self.company_id, "sms")
        number = recipient._dunning_number()
        if self._is_tested():
            number = international(self.company_id.collections_test_phone)
            self._check_test_address(number)
        if provider and number:
            now = self.env.context.get("collections_now") or self.last_at
            replies = self.env["collections.provider.reply"]
            replies._queue(provider, "sms", number, text, now, talk=self)
            return
        self.env["sms.sms"].create(
            {"number": number or recipient.phone, "partner_id": recipient.id, "body": text}
        )

    def _send_link_email(self, recipient, text):
        address = recipient.email_formatted
        if self._is_tested():
            address = self.company_id.collections_test_email
            self._check_test_address(address)
        self.env["mail.mail"].create(
            {
                "subject": self.company_id.name,
                "body_html": Markup("<p>%s</p>") % text,
                "email_from": self.company_id.email_formatted,
                "email_to": address,
                "auto_delete": True,
            }
        )

    def _is_tested(self):
        """Whether the customer's policy is in test mode: what is sent goes to ourselves."""
        return self.case_id._customer_policy().test_mode

    def _check_test_address(self, address):
        if not address:
            raise UserError(
                self.env._(
                    "Nothing was sent: the policy is in test mode, and Settings have no test "
                    "mailbox or number."
                )
            )

    # === NO MORE === #

    def _effect_stop(self, values, facts, now):
        """Nothing more on this channel: for this customer, and for this number."""
        if not self._refuse_channel(facts.today):
            staff = self._for_staff()
            staff._ask_person(staff.env._("The customer wants no more messages"), facts.today)
        if self.channel_code in ("sms", "whatsapp") and self.external_key.startswith("+"):
            self.env["phone.blacklist"]._add([self.external_key])
        if self.case_id:
            self.case_id._note_answer("refused", facts.today)

    def _effect_wrong_person(self, values, facts, now):
        """Not a word more to who was reached; somebody finds out who would be right."""
        self._refuse_channel(facts.today)
        if self.case_id:
            self.case_id._note_answer("wrong_number", facts.today)
        staff = self._for_staff()
        staff._ask_person(
            staff.env._("Wrong person reached: correct the contact details"), facts.today
        )

    def _refuse_channel(self, today):
        """Whether there was a customer, and a channel that can be refused."""
        case, code = self.case_id, self.channel_code
        possible = case and code in dict(self.env["collections.channel"]._selection_to_refuse())
        if possible:
            refused = case.opt_out_ids.filtered(lambda row: not row.date_end)
            codes = {*refused.mapped("channel_code"), code}
            case._refuse_channels(codes, today, self._source)
        return bool(possible)

    # === A PERSON === #

    def _effect_human(self, values, facts, now):
        if not values["live"]:
            staff = self._for_staff()
            staff._ask_person(staff.env._("Answer the customer's conversation"), facts.today)
        if self.case_id:
            self.case_id._note_answer("reply", facts.today)

    def _effect_callback(self, values, facts, now):
        moment = values["at"] and datetime.fromisoformat(values["at"])
        staff = self._for_staff()
        summary = staff.env._("Call the customer back")
        if moment:
            summary = staff.env._("Call the customer back at %s", moment.strftime("%H:%M"))
        staff._ask_person(summary, moment.date() if moment else facts.today)
        if self.case_id:
            self.case_id._note_answer("callback", facts.today)

    def _for_staff(self):
        """This conversation in the language of who looks after the customer."""
        lang = self.case_id.collector_id.lang or self.company_id.partner_id.lang or "en_US"
        return self.with_context(lang=lang)

    def _ask_person(self, summary, day):
        """An activity on the case, else on the conversation for a manager."""
        if self.case_id:
            self.case_id._ask_collector(summary, day, note=self._transcript())
            return
        nobody = self.env["collections.case"].new({"company_id": self.company_id.id})
        owner = nobody._collections_manager()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=day,
            user_id=owner.id or self.env.uid,
            summary=summary,
        )

    def _transcript(self):
        rows = self.interaction_ids.sorted("id")
        return Markup("<br/>").join(
            f"{'>' if row.direction == 'in' else '–'} {row.text}" for row in rows
        )

    # === NOTHING BUT A NOTE === #

    def _effect_language(self, values, facts, now):
        self.lang = self._script()._languages()[values["code"]]

    def _effect_identified(self, values, facts, now):
        """Kept by the conversation itself."""

    def _effect_not_identified(self, values, facts, now):
        """Kept by the conversation itself."""

    def _effect_note(self, values, facts, now):
        """What was said stands in the interactions; nothing else came of it."""
        if self.case_id and values["what"] == "bye":
            self.case_id._note_answer("reply", facts.today)

    @api.model
    def _currency(self, name):
        return self.env["res.currency"].search([("name", "=", name)])
