"""Payments through the demo provider, as a debtor's browser makes them."""

from decimal import Decimal

from odoo import Command, fields
from odoo.tools import mute_logger

from .common import CollectionsCommon


class PayCommon(CollectionsCommon):
    """A company that takes payments with the demo provider, and the customer's case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls._demo_provider(cls.company)
        cls.method = cls.provider.payment_method_ids[:1]
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)

    @classmethod
    def _demo_provider(cls, company):
        demo = cls.env.ref("payment.payment_provider_demo")
        if "demo" not in dict(demo._fields["code"].selection):
            raise AssertionError("these tests need the module payment_demo")
        provider = cls.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", company.id)], limit=1
        )
        provider = provider or demo.copy({"company_id": company.id, "name": "Demo"})
        provider.write(
            {
                "state": "test",
                "is_published": True,
                "allow_tokenization": True,
                "payment_method_ids": [
                    Command.set(cls.env.ref("payment_demo.payment_method_demo").ids)
                ],
            }
        )
        return provider

    def _quote(self, day, keys=None, amount=None, currency=None, case=None):
        amount = Decimal(str(amount)) if amount is not None else None
        case = case or self.case
        return case._checkout_quote(
            currency or self.company.currency_id, fields.Date.to_date(day), keys, amount
        )

    def _begin(self, day, moves=None, amount=None, currency=None, **values):
        """A transaction as the payment form begins it, for these invoices or an amount."""
        currency = currency or self.company.currency_id
        keys = self._lines(moves).ids if moves is not None else None
        with self.day(day):
            quote = self._quote(day, keys, amount, currency)
            return (
                self.env["payment.transaction"]
                .sudo()
                .create(
                    {
                        "provider_id": self.provider.id,
                        "payment_method_id": self.method.id,
                        "amount": float(quote.amount),
                        "currency_id": currency.id,
                        "partner_id": self.customer.id,
                        "operation": "online_direct",
                        **self.case._checkout_transaction_values(
                            quote, currency, fields.Date.to_date(day)
                        ),
                        **values,
                    }
                )
            )

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def _come(self, tx, state, day):
        """The provider reports on a transaction; what follows happens."""
        with self.day(day):
            tx._process("demo", {"reference": tx.reference, "simulated_state": state})
            tx._post_process()
        return tx.payment_id

    def _pay_online(self, day, moves=None, amount=None, **values):
        return self._come(self._begin(day, moves, amount, **values), "done", day)
