"""Events make the figures of a case right soon after, without the daily run."""

from odoo import Command
from odoo.tests import tagged

from .quick_common import QuickAccountingCommon


@tagged("post_install", "-at_install")
class TestRefresh(QuickAccountingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.customer = cls.env["res.partner"].create({"name": "Debtor"})
        cls.env["dunning.policy"].create(
            {
                "name": "House rules",
                "company_id": cls.env.company.id,
                "level_ids": [Command.create({"name": "First", "days": 5})],
            }
        )
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.env.company)

    def _invoice(self, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-01-01",
                "invoice_date_due": "2026-01-31",
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        return move

    def _pay(self, move, amount):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create({"amount": amount, "payment_date": "2026-02-10"})._create_payments()

    def _refresh(self):
        with self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_collections_refresh").method_direct_trigger()
        self.env.invalidate_all()

    def test_a_posted_invoice_and_its_payments_show_on_the_case(self):
        move = self._invoice(100)
        self._refresh()
        self.assertEqual((self.case.exposure, self.case.overdue), (100, 100))
        self._pay(move, 40)
        self._refresh()
        self.assertEqual((self.case.exposure, self.case.overdue), (60, 60))
        self._pay(move, 60)
        self._refresh()
        self.assertEqual((self.case.overdue, self.case.stage), (0, "current"))
        move.line_ids.remove_move_reconcile()
        self._refresh()
        self.assertEqual(self.case.overdue, 100)

    def test_a_hold_and_its_release_move_the_stage(self):
        self._invoice(100)
        self._refresh()
        self.assertEqual(self.case.stage, "dunning")
        hold = self.env["collections.hold"].create(
            {"partner_id": self.customer.id, "reason": "Waits", "date_start": "2026-01-01"}
        )
        self._refresh()
        self.assertEqual(self.case.stage, "waiting")
        self.assertFalse(self.case.next_step_date)
        hold.action_release()
        self._refresh()
        self.assertEqual(self.case.stage, "dunning")

    def test_the_event_only_leaves_a_note(self):
        waiting = self.env["collections.refresh"]
        before = waiting.search_count([])
        self._invoice(100)
        self.assertGreater(waiting.search_count([]), before)
        self.assertEqual(self.case.exposure, 0)
        self._refresh()
        self.assertEqual(waiting.search_count([("partner_id", "=", self.customer.id)]), 0)

    def test_nothing_waits_nothing_happens(self):
        self.env["collections.refresh"].sudo().search([]).unlink()
        self.assertEqual(self.env["collections.refresh"]._refresh_batch(), 0)
