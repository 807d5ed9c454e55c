"""The figures in core's digest e-mail."""

from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_aging import TODAY, LedgerCase


@tagged("post_install", "-at_install")
class TestDigest(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env["digest.digest"].create(
            {
                "name": "Morning",
                "company_id": cls.company.id,
                "kpi_collections_overdue": True,
                "kpi_collections_collected": True,
                "kpi_collections_contacts": True,
                "kpi_collections_waiting": True,
            }
        )
        cls.level = (
            cls.env["dunning.policy"]
            .create(
                {
                    "name": "House rules",
                    "company_id": cls.company.id,
                    "level_ids": [(0, 0, {"name": "First", "days": 5})],
                }
            )
            .level_ids
        )

    def _value(self, name, start, end):
        digest = self.digest.with_context(start_datetime=start, end_datetime=end)
        digest.invalidate_recordset()
        return digest[f"kpi_collections_{name}_value"]

    def _contact(self, lines, day, state="sent"):
        partner = lines.partner_id
        case = self.env["collections.case"]._of(partner, self.company)
        action = (
            self.env["dunning.action"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "partner_id": partner.id,
                    "recipient_id": partner.id,
                    "company_id": self.company.id,
                    "currency_id": lines.currency_id.id,
                    "level_id": self.level.id,
                    "channel_code": "email",
                    "state": state,
                    "contact_date": day if state == "sent" else False,
                    "sent_at": datetime.combine(day, datetime.min.time())
                    if state == "sent"
                    else False,
                }
            )
        )
        self.env["dunning.action.item"].sudo().create(
            [
                {"action_id": action.id, "move_line_id": line.id, "level_id": self.level.id}
                for line in lines
            ]
        )
        return action

    def test_collected_after_a_reminder_counts_only_money_that_followed_one(self):
        reminded = self._entry(self.partner_a, 100, date(2026, 1, 1))
        early = self._entry(self.partner_a, 70, date(2026, 1, 1))
        never = self._entry(self.partner_b, 50, date(2026, 1, 1))
        self._contact(reminded, date(2026, 2, 10))
        self._contact(early, date(2026, 2, 27))
        for debt, amount, day in (
            (reminded, -60, date(2026, 2, 20)),
            (early, -70, date(2026, 2, 20)),
            (never, -50, date(2026, 2, 20)),
        ):
            (debt | self._entry(debt.partner_id, amount, day)).reconcile()
        period = datetime(2026, 2, 15), datetime(2026, 3, 1)
        self.assertEqual(self._value("collected", *period), 60)
        self.assertEqual(self._value("collected", datetime(2026, 2, 21), period[1]), 0)

    def test_a_contact_that_failed_collects_nothing(self):
        debt = self._entry(self.partner_a, 100, date(2026, 1, 1))
        self._contact(debt, date(2026, 2, 10), state="failed")
        (debt | self._entry(self.partner_a, -100, date(2026, 2, 20))).reconcile()
        self.assertEqual(self._value("collected", datetime(2026, 2, 15), datetime(2026, 3, 1)), 0)

    def test_overdue_is_that_of_the_end_of_the_period(self):
        kpis = self.env["collections.kpi"]
        self._entry(self.partner_a, 100, date(2026, 2, 20))
        kpis._build_history(self.company, TODAY)
        kpis._take_snapshot(self.company, TODAY)
        start = datetime(2026, 2, 1)
        self.assertEqual(self._value("overdue", start, datetime(2026, 2, 19)), 0)
        self.assertEqual(self._value("overdue", start, datetime(2026, 2, 27)), 100)
        self.assertEqual(self._value("overdue", start, datetime(2026, 3, 5, 12)), 100)

    def test_contacts_made_in_the_period(self):
        self._contact(self._entry(self.partner_a, 100, date(2026, 1, 1)), date(2026, 2, 10))
        self._contact(self._entry(self.partner_b, 100, date(2026, 1, 1)), date(2026, 2, 20))
        self._contact(
            self._entry(self.partner_b, 100, date(2026, 1, 1)), date(2026, 2, 11), state="failed"
        )
        period = datetime(2026, 2, 9), datetime(2026, 2, 16)
        self.assertEqual(self._value("contacts", *period), 1)

    def test_waiting_is_what_waits_now(self):
        now = datetime(2026, 3, 5, 12)
        self.assertEqual(self._value("waiting", datetime(2026, 3, 4), now), 0)
        self._contact(self._entry(self.partner_a, 100, date(2026, 1, 1)), TODAY, state="draft")
        self.assertEqual(self._value("waiting", datetime(2026, 3, 4), now), 1)
        before = datetime(2026, 3, 4, 12)
        self.assertEqual(self._value("waiting", datetime(2026, 3, 3), before), 0)

    def test_the_message_holds_the_figures_for_a_viewer_and_not_for_others(self):
        values = {"company_id": self.company.id, "company_ids": self.company.ids}
        viewer = new_test_user(
            self.env, "digest_viewer", "collections_addon.group_collections_viewer", **values
        )
        clerk = new_test_user(self.env, "digest_clerk", "base.group_user", **values)
        self.env["collections.kpi"]._take_snapshot(self.company, TODAY)
        names = {kpi["kpi_name"] for kpi in self.digest._compute_kpis(self.company, viewer)}
        self.assertEqual(
            names,
            {f"kpi_collections_{name}" for name in ("overdue", "collected", "contacts", "waiting")},
        )
        self.assertEqual(self.digest._compute_kpis(self.company, clerk), [])
        with self.assertRaises(AccessError):
            self.digest.with_user(clerk)._check_collections_access()
