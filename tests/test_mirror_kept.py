"""What collectors and customers agreed on stays on an invoice that is edited at its source."""

from datetime import date, timedelta
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .mirror_common import QuickBooksMirrorCase, XeroMirrorCase
from .plan_common import PlanCommon

#: The day of the emulated ledger.
TODAY = date(2026, 3, 5)


class KeptStories:
    """Amount, due date and number change; promise, plan and dispute do not."""

    allow_inherited_tests_method = True

    def setUp(self):
        super().setUp()
        self.key = self._owed_invoice()
        self._sync()
        self.move = self._doc("invoices", self.key)
        self.customer = self.move.commercial_partner_id
        self.case = self.env["collections.case"]._of(self.customer, self.company)

    def _promise(self, amount=100):
        """Until the sixteenth."""
        return self.env["collections.promise"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.move.currency_id.id,
                "amount": amount,
                "made_on": TODAY,
                "date": TODAY + timedelta(days=11),
                "line_ids": [Command.set(self._lines(self.move).ids)],
            }
        )

    def test_a_promise_goes_on_pausing(self):
        promise = self._promise()
        self.assertEqual(self._why(self.move, TODAY), "promised")
        self._edit(125, date(2026, 2, 20), "INV-EDITED")
        self._sync()
        self.assertEqual((promise.state, promise.line_ids.move_id), ("open", self.move))
        self.assertEqual(self.move.name, "INV-EDITED")
        self.assertEqual(self.move.amount_residual, 125)
        self.assertEqual(self._why(self.move, TODAY), "promised")

    def test_a_promise_is_kept_by_money_there(self):
        promise = self._promise()
        self._edit(100, date(2026, 2, 20), "INV-EDITED")
        self._sync()
        self.service.pay(self.key)
        self._sync()
        promise._judge(TODAY + timedelta(days=12))
        self.assertEqual((promise.state, self.move.amount_residual), ("kept", 0))

    def test_a_plan_stays_and_says_that_its_sum_is_another(self):
        plan = self._agreed(self.move, str(TODAY), count=2)
        dates = plan.line_ids.mapped("date")
        self._edit(125, date(2026, 2, 20), "INV-EDITED")
        self._sync()
        self.assertEqual((plan.state, self.move.payment_plan_id), ("active", plan))
        self.assertEqual((plan.line_ids.mapped("date"), self.move.amount_residual), (dates, 125))
        self.assertEqual(self._why(self.move, TODAY), "in_plan")

    def test_a_plan_counts_what_is_paid_there(self):
        plan = self._agreed(self.move, str(TODAY), count=2)
        first = plan.line_ids.sorted("number")[0]
        self.service.pay(self.key, first.amount)
        self._sync()
        self._settled(plan, TODAY + timedelta(days=1))
        self.assertEqual(plan.line_ids.sorted("number").mapped("state")[0], "paid")

    def test_a_dispute_stays_open(self):
        dispute = self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "reason_id": self.env.ref("collections_addon.dispute_reason_price").id,
                "line_ids": [Command.create({"move_id": self.move.id, "amount_disputed": 20})],
            }
        )
        self._edit(125, date(2026, 2, 20), "INV-EDITED")
        self._sync()
        self.assertEqual((dispute.state, dispute.line_ids.move_id), ("open", self.move))


@tagged("post_install", "-at_install")
class TestKeptXero(KeptStories, PlanCommon, XeroMirrorCase):
    def _owed_invoice(self):
        contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
        return self.service.add_invoice(contact, "100.00", due="2026-02-10")

    def _edit(self, amount, due, number):
        invoice = self.ledger.invoice(self.key)
        line = invoice.lines[0]
        line.amount = line.unit_amount = Decimal(amount)
        invoice.due, invoice.number = due, number


@tagged("post_install", "-at_install")
class TestKeptQuickBooks(KeptStories, PlanCommon, QuickBooksMirrorCase):
    def _owed_invoice(self):
        customer = self.service.add_customer("Cedar Bakery")
        return self.service.add_invoice(customer, "100.00", due="2026-02-10")

    def _edit(self, amount, due, number):
        entity = self.books.get("Invoice", self.key)
        [line] = [line for line in entity.values["Line"] if "Id" in line] or entity.values["Line"]
        line["Amount"] = Decimal(amount)
        self.books.change(
            "Invoice",
            self.key,
            str(entity.token),
            {"DocNumber": number, "DueDate": due.isoformat(), "Line": entity.values["Line"]},
            True,
        )
