from datetime import timedelta

import requests

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .collections_case_checkout import BY_HAND

#: How long the answer of a provider is waited for; direct debits take up to ten days.
PATIENCE = timedelta(days=14)


class PaymentTransaction(models.Model):
    """Payments of several items at once, reconciled as the customer chose."""

    _inherit = "payment.transaction"

    collections_case_id = fields.Many2one(
        "collections.case", string="Collection Case", readonly=True, index="btree_not_null"
    )
    collections_share_ids = fields.One2many(
        "collections.payment.share", "transaction_id", string="Shares", readonly=True
    )
    collections_autopay_id = fields.Many2one(
        "collections.autopay", string="Automatic Payment", readonly=True, index="btree_not_null"
    )
    collections_attempt_ids = fields.One2many(
        "collections.autopay.attempt", "transaction_id", string="Attempt", readonly=True
    )
    collections_in_doubt = fields.Boolean(
        readonly=True, help="The connection broke: it is not known what the provider did."
    )

    @api.model
    def _under_way_sql(self, day):
        """Transactions that will be, or are, money of which the ledger knows nothing yet.

        What a provider has said nothing of for two weeks is not waited for any longer: it
        was given up, or its answer was lost.

        :param datetime.date day: as of which
        """
        return SQL(
            """
            (tx.state = 'done' AND tx.payment_id IS NULL
             OR tx.state IN ('pending', 'authorized') AND tx.last_state_change >= %s)
            AND tx.operation NOT IN ('validation', 'refund')
            AND tx.provider_id IN (SELECT id FROM payment_provider WHERE code NOT IN %s)
            """,
            day - PATIENCE,
            BY_HAND,
        )

    def _create_payment(self, **extra_create_values):
        """Override of `account_payment`: pay the shares, each with its own amount.

        Core would reconcile the invoices whole, in the order of their dates; here
        the contested part of one may stay open while another is settled.
        """
        if not self.collections_share_ids:
            return super()._create_payment(**extra_create_values)
        invoices, company = self.invoice_ids, self.company_id
        shares = self.collections_share_ids
        shares._prepare_items(company._collections_today(self.last_state_change))
        portions = shares._portions(company._collections_today(self.create_date))
        own, common = self._split_portions(portions)
        self.invoice_ids = False  # what core finds here it reconciles
        payment = super()._create_payment(
            **self._shares_payment_values(own, common, portions),
            invoice_ids=invoices,
            **extra_create_values,
        )
        self.invoice_ids = invoices
        self._reconcile_shares(payment, own, common)
        return payment

    def _split_portions(self, portions):
        """Which portions need a journal item of their own in the payment.

        One item can pay several debts one after the other while each is settled by
        it, and a last one in part. Others need their own: a second one in part, and
        debts on another receivable account.

        :return: portions with an item of their own, portions of the common one
        :rtype: tuple[list, list]
        """
        own, common = [], []
        account = portions[0][0].move_line_id.account_id if portions else None
        taken = sum(amount - discount for _share, amount, discount, _settles in portions)
        in_part = self.currency_id.compare_amounts(self.amount, taken) > 0
        for portion in portions:
            share, _amount, _discount, settles = portion
            if share.move_line_id.account_id != account or (in_part and not settles):
                own.append(portion)
                continue
            common.append(portion)
            in_part = in_part or not settles
        return own, sorted(common, key=lambda portion: not portion[3])

    def _shares_payment_values(self, own, common, portions):
        rows = [self._own_item_values(share, amount) for share, amount, *_rest in own]
        for share, _amount, discount, _settles in portions:
            if discount:
                rows += share._terms_write_off(share.move_line_id, discount)
        values = {"write_off_line_vals": rows}
        if common or own:
            line = (common or own)[0][0].move_line_id
            values["destination_account_id"] = line.account_id.id
        return values

    def _own_item_values(self, share, amount):
        company = self.company_id
        day = company._collections_today(self.last_state_change)
        balance = self.currency_id._convert(amount, company.currency_id, company, day)
        return {
            "name": f"{self.reference} {share.move_id.name}",
            "account_id": share.move_line_id.account_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": -amount,
            "balance": -balance,
        }

    def _reconcile_shares(self, payment, own, common):
        """Match the payment with what it pays; what is left over stays the customer's."""
        items = payment.move_id.line_ids.sorted("id")
        if not items:
            return  # booked without an entry of its own: the bank statement will match it
        counterpart = items[1:2]
        for (share, *_rest), item in zip(own, items[2:], strict=False):
            (item | share.move_line_id).reconcile()
        for share, *_rest in common:
            (counterpart | share.move_line_id).reconcile()

    # === AUTOMATIC PAYMENT === #

    def _send_api_request(self, method, endpoint, **kwargs):
        """Override of `payment`: a broken connection is no refusal, it is a doubt."""
        try:
            return super()._send_api_request(method, endpoint, **kwargs)
        except ValidationError as error:
            lost = (requests.exceptions.ConnectionError, requests.exceptions.Timeout)
            if isinstance(error.__context__, lost):
                self.collections_in_doubt = True
            raise

    def _post_process(self):
        """Override of `account_payment`: mandates and automatic charges follow."""
        super()._post_process()
        for transaction in self.sudo():
            if transaction.collections_autopay_id:
                transaction._give_method()
            if transaction.collections_attempt_ids:
                transaction.collections_attempt_ids.charge_id._follow(transaction)

    def _give_method(self):
        """The method just saved is the one to collect from."""
        autopay = self.collections_autopay_id
        given = self.state in ("authorized", "done") and self.token_id
        if given and autopay.state in ("draft", "suspended"):
            autopay._activate(self.token_id)

    def _log_message_on_linked_documents(self, message):
        """Override of `account_payment`: the case is told, too."""
        super()._log_message_on_linked_documents(message)
        if self.collections_case_id:
            self.collections_case_id.sudo().message_post(
                body=message, author_id=self.env.ref("base.partner_root").id
            )
