"""What the tests of writing back share: a mirrored invoice that is paid on our portal."""

from odoo.fields import Command

from .connection_common import ConnectionCommon


class OutboxCommon(ConnectionCommon):
    """An invoice of an emulated ledger, mirrored, whose connection takes all that is written."""

    def setUp(self):
        super().setUp()
        self.customer, self.invoice_key = self._add_invoice()
        self.sync()
        self.connection.push_account = "090" if self.PROVIDER == "xero" else ""
        ref = self.ref("invoices", self.invoice_key)
        self.invoice = ref.move_id
        self.assertEqual(self.invoice.amount_residual, 100)

    def _connected(self, service, **values):
        """Consent includes the right to write: it is chosen before."""
        chosen = {"push_payments": True, "push_notes": True}
        return super()._connected(service, **(chosen | values))

    def _add_invoice(self):
        if self.PROVIDER == "xero":
            contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
            return contact, self.service.add_invoice(contact, "100.00")
        customer = self.service.add_customer("Cedar Bakery")
        return customer, self.service.add_invoice(customer, "100.00")

    def pay_on_portal(self, amount=100.0):
        """Pay the mirrored invoice by a payment transaction.

        :return: what waits to be written for it
        """
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        method_line = journal.inbound_payment_method_line_ids[:1]
        method_line.payment_account_id = method_line.payment_account_id or (
            self.env["account.account"].create(
                {"name": "On Its Way", "code": "101997", "account_type": "asset_current",
                 "reconcile": True}
            )
        )  # fmt: skip
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.invoice.commercial_partner_id.id,
                "amount": amount,
                "currency_id": self.invoice.currency_id.id,
                "date": self.now.date(),
                "journal_id": journal.id,
                "payment_method_line_id": method_line.id,
            }
        )
        provider = self.env["payment.provider"].create(
            {"name": "Card", "code": "none", "state": "test", "company_id": self.company.id}
        )
        method = self.env["payment.method"].search([("active", "in", (True, False))], limit=1)
        payment.payment_transaction_id = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": amount,
                "currency_id": self.invoice.currency_id.id,
                "partner_id": self.invoice.partner_id.id,
                "reference": f"portal-{payment.id}",
                "invoice_ids": [Command.set(self.invoice.ids)],
                "payment_id": payment.id,
            }
        )
        payment.action_post()
        lines = (payment.move_id | self.invoice).line_ids
        lines.filtered(lambda line: line.account_id.account_type == "asset_receivable").reconcile()
        self.payment = payment
        return self.outbox("payment")

    def outbox(self, kind=None):
        domain = [("connection_id", "=", self.connection.id)]
        domain += [("kind", "=", kind)] if kind else []
        return self.env["collections.outbox"].search(domain)

    def deliver(self, rows=None, **span):
        """What the cron does, without its commits; stops where a row waits."""
        self.later(**(span or {"minutes": 1}))
        rows = rows or self.outbox()
        rows.filtered(lambda row: row.state == "waiting").next_try_at = self.now
        for _row in rows:
            row = self.env["collections.outbox"]._claim(self.now)
            if not row:
                break
            look, row.is_doubtful = row.is_doubtful, True
            row._deliver(look, self.now)

    def payments_there(self):
        """(amount, reference) of the payments that the ledger has of the invoice."""
        if self.PROVIDER == "xero":
            found = self.service.ledger.payments.values()
            return [(payment.amount, payment.reference) for payment in found]
        found = self.service.books.entities["Payment"].values()
        return [
            (payment.values["TotalAmt"], payment.values.get("PaymentRefNum")) for payment in found
        ]

    def notes_there(self):
        """Texts of ours that the ledger has of the invoice."""
        if self.PROVIDER == "xero":
            document = self.service.ledger.document("Invoices", self.invoice_key)
            return [note.details for note in document.history if note.changes == "Note"]
        text = self.service.books.get("Invoice", self.invoice_key).values.get("PrivateNote")
        return text.split("\n") if text else []

    def contact(self):
        """A contact about the invoice, made."""
        policy = self.company.dunning_policy_id or self.env["dunning.policy"].search([], limit=1)
        level = policy.level_ids[:1]
        line = self.invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        partner = self.invoice.commercial_partner_id
        action = (
            self.env["dunning.action"]
            .sudo()
            .create(
                {
                    "case_id": self.env["collections.case"]._of(partner, self.company).id,
                    "partner_id": partner.id,
                    "recipient_id": partner.id,
                    "company_id": self.company.id,
                    "currency_id": self.invoice.currency_id.id,
                    "level_id": level.id,
                    "channel_code": "email",
                    "amount_total": 100,
                    "item_ids": [
                        Command.create(
                            {
                                "move_line_id": line.id,
                                "move_id": self.invoice.id,
                                "level_id": level.id,
                                "amount_residual": 100,
                            }
                        )
                    ],
                }
            )
        )
        action._approve()
        action._mark_sent(self.now)
        return action
