import logging

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .collections_charge import INTEREST

_logger = logging.getLogger(__name__)


class CollectionsCharge(models.Model):
    """Charges in the ledger: an invoice of their own, and core's reversal of it."""

    _inherit = "collections.charge"

    # === BOOKING === #

    def _book(self, date):
        """Book these charges as debit notes of their customers.

        One posted invoice per customer, currency and nature: costs and interest stay
        apart, so that payments can be allocated to the one before the other.

        :param datetime.date date: invoice date and due date
        :return: the posted invoices
        :rtype: `account.move`
        :raises UserError: when a charge is not to be booked any more, or the company
            has no journal for it
        """
        self._lock()
        invoices = self.env["account.move"]
        for charges in self.grouped(lambda charge: charge._booking_key()).values():
            charges._transition("booked")
            invoice = charges._make_invoice(date)
            charges.sudo().invoice_id = invoice
            invoices |= invoice.with_env(self.env)
        return invoices

    def _lock(self):
        """Nobody else books or waives these while we do."""
        self.lock_for_update()
        self.invalidate_recordset(["state"])

    def _booking_key(self):
        return (self.company_id, self.partner_id, self.currency_id, self.kind in INTEREST)

    def _make_invoice(self, date):
        """Create and post the invoice of charges of one customer, currency and nature.

        As superuser: whoever may book charges need not be an accountant.
        """
        company = self.company_id
        values = {
            "move_type": "out_invoice",
            "company_id": company.id,
            "journal_id": company._collections_charge_journal().id,
            "partner_id": self._invoiced_partner().id,
            "currency_id": self.currency_id.id,
            "invoice_date": date,
            "invoice_date_due": date,
            "invoice_payment_term_id": False,
            "ref": ", ".join(dict.fromkeys(self.move_id.mapped("name"))) or False,
            "invoice_line_ids": [Command.create(line) for line in self._invoice_lines()],
        }
        invoice = self.env["account.move"].with_company(company).sudo().create(values)
        self._before_posting(invoice)
        invoice.action_post()
        return invoice

    def _before_posting(self, invoice):
        """Adapt the draft of these charges' debit note.

        :param invoice: `account.move`, as superuser
        """

    def _invoiced_partner(self):
        addresses = self.partner_id.address_get(["invoice"])
        return self.env["res.partner"].browse(addresses["invoice"])

    def _invoice_lines(self):
        """Values of the invoice lines, one per charge, in the order of the ids."""
        company, lang = self.company_id, self.partner_id.lang
        lines = []
        for sequence, charge in enumerate(self.with_context(lang=lang).sorted("id")):
            product = company._collections_charge_product(charge.kind)
            account = product and product.product_tmpl_id.with_company(
                company
            ).get_product_accounts().get("income")
            lines.append(
                {
                    "sequence": sequence,
                    "product_id": product.id,
                    "name": "\n".join(filter(None, (charge.display_name, charge.basis))),
                    "quantity": 1,
                    "price_unit": charge.amount,
                    "tax_ids": [Command.set(company.collections_charge_tax_ids.ids)],
                    **({"account_id": account.id} if account else {}),
                }
            )
        return lines

    @api.model
    def _cron_book(self):
        """Book what the scheduler is to book; what cannot be says why, and waits."""
        today = {}
        for company in self.env["res.company"].search([]):
            today[company] = company._collections_today(fields.Datetime.now())
        for company, date in today.items():
            self._book_waiting(company, date)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _book_waiting(self, company, date):
        """Book the charges of a company that need no person, customer by customer.

        :param datetime.date date: date of the debit notes
        :return: the invoices
        """
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "draft"),
                ("book_itself", "=", True),
            ],
            order="id",
        ).try_lock_for_update()
        invoices = self.env["account.move"]
        for charges in waiting.grouped(lambda charge: charge._booking_key()).values():
            invoices |= charges._book_or_say_why(date)
        return invoices

    def _book_or_say_why(self, date):
        try:
            with self.env.cr.savepoint():
                return self._book(date)
        except UserError as error:
            _logger.warning("Charges %s could not be booked: %s", self.ids, error)
            self.sudo().failure = str(error)
            return self.env["account.move"]

    # === REVERSING === #

    def _reverse(self, date, reason):
        """Take booked charges back: a credit note over each one's line of its invoice.

        Core's reversal makes it. What had been paid of the charge becomes a credit of
        the customer.

        :param datetime.date date: date of the credit notes
        :param str reason: printed on them
        :return: the posted credit notes
        """
        self._check_reason(reason)
        self._lock()
        self._transition("reversed", reason)
        credits = self.env["account.move"]
        for invoice, charges in self.sudo().grouped("invoice_id").items():
            credit = charges._make_credit(invoice, date, reason)
            charges.credit_id = credit
            credits |= credit
        for charge in self:
            charge._tell_case(self.env._("Charge reversed: %s.", reason))
        return credits.with_env(self.env)

    def _make_credit(self, invoice, date, reason):
        every = self.search([("invoice_id", "=", invoice.id)], order="id")
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        reversal = wizard.create(
            {"date": date, "reason": reason, "journal_id": invoice.journal_id.id}
        )
        reversal.refund_moves()
        credit = reversal.new_move_ids
        lines = zip(every, credit.invoice_line_ids.sorted("sequence"), strict=True)
        others = [Command.delete(line.id) for charge, line in lines if charge not in self]
        credit.write({"invoice_line_ids": others})
        credit.action_post()
        receivable = (invoice | credit).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        receivable.reconcile()
        return credit
