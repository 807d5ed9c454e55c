"""Customers who pay automatically, told day by day."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import mute_logger

from .pay_common import PayCommon


class AutopayCommon(PayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"collections_autopay_notice_days": 3, "collections_autopay_retry_days": "2, 5"}
        )

    def _token(self, state="done", partner=None, **values):
        """A saved method of which every payment ends in a state."""
        return (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "partner_id": (partner or self.customer).id,
                    "provider_ref": "saved",
                    "payment_details": "4242",
                    "demo_simulated_state": state,
                    **values,
                }
            )
        )

    def _mandate(self, state="done", scope="all", case=None):
        """The consent of a customer, given on its page."""
        case = (case or self.case).sudo()
        autopay = (
            self.env["collections.autopay"]
            .sudo()
            ._agree(case, scope, "Dora Debtor", "I agree.", "192.0.2.7", fields.Datetime.now())
        )
        autopay._activate(self._token(state, case.partner_id))
        return autopay

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def _autopay_day(self, day, company=None):
        """What the scheduler does on a day; the states of all charges then."""
        company = (company or self.company).with_env(self._scheduler)
        with self.day(day) as now:
            today = fields.Date.to_date(day)
            self._scheduler["collections.autopay"]._announce_due(company, today, now)
            self._scheduler["collections.autopay.charge"]._collect_due(company, now)
            self._refresh()
        return self._charges().mapped("state")

    def _autopay_days(self, first, last, events=None):
        """Every day: events, then the scheduler. Date -> states, where they changed."""
        diary, before = {}, self._charges().mapped("state")
        day = fields.Date.to_date(first)
        while day <= fields.Date.to_date(last):
            if str(day) in (events or {}):
                with self.day(day):
                    events[str(day)]()
            states = self._autopay_day(str(day))
            if states != before:
                diary[str(day)] = states
            before, day = states, day + timedelta(days=1)
        return diary

    def _charges(self):
        return self.env["collections.autopay.charge"].search(
            [("case_id", "=", self.case.id)], order="id"
        )

    def _mails(self):
        """Subjects of what this customer was written about its charges."""
        mails = self.env["mail.mail"].search(
            [("model", "=", "collections.autopay.charge"), ("res_id", "in", self._charges().ids)],
            order="id",
        )
        return mails.mapped("subject")

    def _answers(self, *states_and_texts):
        """The provider answers one request after the other: `("error", "No money")`."""
        answers = list(states_and_texts)

        def answer(transaction):
            state, text = answers.pop(0)
            if state == "error":
                transaction._set_error(text)
            else:
                transaction._process(
                    "demo", {"reference": transaction.reference, "simulated_state": state}
                )

        return patch.object(
            self.env.registry["payment.transaction"], "_send_payment_request", answer
        )
