"""What happens to contacts when something they refer to is deleted.

Runs, and items of contacts, refer to other rows without foreign keys; the models see
to it that nothing is left pointing nowhere.
"""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestDeletion(CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.policy.mode = "review"
        self.invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self.action = self._run("2026-03-10").action_ids
        self.env.flush_all()

    def test_an_item_outlives_its_invoice_and_keeps_its_amount(self):
        item = self.action.item_ids
        self.assertEqual((item.move_id, item.amount_residual), (self.invoice, 100))
        self.invoice.button_draft()
        self.invoice.name = False
        self.invoice.with_context(force_delete=True).unlink()
        self.assertTrue(item.exists())
        self.assertFalse(item.move_id)
        self.assertFalse(item.move_line_id)
        self.assertEqual(item.amount_residual, 100)

    def test_an_invoice_that_is_worked_over_keeps_its_contacts(self):
        item = self.action.item_ids
        self.invoice.button_draft()
        self.invoice.invoice_payment_term_id = self._terms(10, 20)
        self.invoice.action_post()
        self.assertFalse(item.move_line_id - self.invoice.line_ids)
        self.assertEqual(item.move_id, self.invoice)

    def test_items_go_with_their_contact(self):
        item = self.action.item_ids
        self.action.unlink()
        self.assertFalse(item.exists())

    def test_a_run_with_contacts_stays(self):
        with self.assertRaisesRegex(UserError, "evidence"):
            self.action.run_id.sudo().unlink()

    def test_a_run_without_contacts_can_be_deleted(self):
        run = self.action.run_id.sudo()
        self.action.unlink()
        run.unlink()
        self.assertFalse(run.exists())

    def test_a_level_that_items_stand_on_stays_and_so_does_its_policy(self):
        self.action.level_id = self._level("Firm")
        level = self._level("Friendly")
        for record in (level, self.policy):
            with self.assertRaisesRegex(UserError, "Friendly.*Archive"):
                record.unlink()
        self.assertTrue(level.exists())

    def test_an_unused_policy_can_be_deleted_with_its_levels(self):
        policy = self._policy("Unused", First=5, Second=10)
        levels = policy.level_ids
        policy.unlink()
        self.assertFalse(levels.exists())
