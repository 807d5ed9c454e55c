from datetime import timedelta

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .dunning_action import CONTACTED

#: What a customer can answer to “why is it still open?”, in the order it is offered.
ANSWERS = ("paid", "missing", "wrong", "time", "other")
#: How it says it has paid -> kind of the announced payment that is looked for.
PAID_BY = {"transfer": "transfer", "cheque": "cheque", "card": "other", "cash": "other"}
#: An answer within so many days of a contact is what came of it.
ANSWERED_WITHIN = timedelta(days=30)
LONG_AGO = timedelta(days=365)
#: So often a customer may say of the same item that it is paid.
MOST_CLAIMS = 2


class CollectionsCase(models.Model):
    """What a customer answers when asked why an invoice is still open."""

    _inherit = "collections.case"

    def _answer_labels(self):
        """Answer -> its words, in the language of the environment.

        :rtype: dict[str, str]
        """
        _ = self.env._
        return {
            "paid": _("I have paid it already"),
            "missing": _("I never received the invoice"),
            "wrong": _("Something is wrong with it"),
            "time": _("I need more time"),
            "other": _("Something else"),
        }

    def _note_answer(self, code, today):
        """Keep what the customer did as the outcome of the contact that made it do so.

        :param str code: of a `dunning.outcome`
        :param datetime.date today: business date of the company
        """
        self.ensure_one()
        contact = self.env["dunning.action"].search(
            [
                ("case_id", "=", self.id),
                ("state", "in", CONTACTED),
                ("is_manual", "!=", True),
                ("contact_date", ">=", today - ANSWERED_WITHIN),
            ],
            order="contact_date desc, id desc",
            limit=1,
        )
        if contact and not contact.outcome_id:
            contact.sudo().outcome_id = self.env["dunning.outcome"]._by_code(code)

    # === PAID ALREADY === #

    def _customer_paid(self, lines, paid_on, how, reference, today, files=(), source="portal"):
        """The customer says it has paid items: they rest while the payment is looked for.

        :param lines: `account.move.line`
        :param datetime.date|None paid_on: when it paid
        :param str how: one of `PAID_BY`
        :param str source: where it says so
        :return: one per currency
        :rtype: `collections.announcement`
        :raises UserError: when it cannot be so
        """
        self.ensure_one()
        files, reference = self._customer_files(files), self._customer_text(reference)
        if not lines:
            raise UserError(self.env._("Please choose at least one item."))
        if how not in PAID_BY:
            raise UserError(self.env._("Please tell us how you paid."))
        if not paid_on or not today - LONG_AGO <= paid_on <= today:
            raise UserError(self.env._("Please give the day on which you paid."))
        self._check_claims(lines, files)
        note = self.env._("Says it was paid on %s.", format_date(self.env, paid_on))
        claims = self.env["collections.announcement"]
        for currency, own in lines.grouped("currency_id").items():
            claims |= claims.create(
                {
                    "company_id": self.company_id.id,
                    "partner_id": self.partner_id.id,
                    "currency_id": currency.id,
                    "line_ids": [Command.set(own.ids)],
                    "kind": PAID_BY[how],
                    "reference": reference[:200] or False,
                    "made_on": today,
                    "date": today,
                    "source": source,
                    "note": note,
                    "user_id": False,
                }
            )
        if files:
            self._customer_post(self._customer_author(), note, files)
            self._ask_collector(self.env._("Look at the proof of payment"), today)
        self._note_answer("paid", today)
        return claims

    def _check_claims(self, lines, files):
        earlier = self.announcement_ids.filtered(
            lambda claim: claim.source != "collector" and claim.line_ids & lines
        )
        if any(claim.state == "announced" for claim in earlier):
            raise UserError(self.env._("You told us so already: we are looking for your payment."))
        missing = earlier.filtered(lambda claim: claim.state == "missing")
        if len(missing) >= MOST_CLAIMS:
            raise UserError(
                self.env._("We could not find this payment. Please call or write to us.")
            )
        if missing and not files:
            raise UserError(
                self.env._(
                    "We could not find the payment you told us of. Please send us proof of it, "
                    "such as a bank statement."
                )
            )

    # === NEVER RECEIVED === #

    def _customer_missing(self, moves, text, today):
        """The customer has never received invoices: they are sent again, and rest meanwhile.

        They go to the address on file: what the customer writes about another one is
        for a person to judge.

        :param moves: `account.move`
        :rtype: `collections.dispute`
        :raises UserError: when there is nothing to send
        """
        reason = self.env.ref("collections_addon.dispute_reason_invoice_not_received")
        text = self._customer_text(text) or self.env._("I never received the invoice.")
        disputes = self._customer_dispute(dict.fromkeys(moves), reason, text)
        self._send_again(moves)
        self._note_answer("disputed", today)
        return disputes

    def _send_again(self, moves):
        """Have core send invoices by e-mail, in the background."""
        author = self.collector_id or self.env.user
        moves.sudo().sending_data = {
            "author_user_id": author.id,
            "author_partner_id": author.partner_id.id,
            "sending_methods": ["email"],
        }
        self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()

    def _masked_email(self):
        """The address invoices go to, so that its owner knows it and nobody else learns it."""
        name, _at, domain = (self._customer_author().email or "").strip().rpartition("@")
        return f"{name[:1]}•••@{domain}" if name else ""
