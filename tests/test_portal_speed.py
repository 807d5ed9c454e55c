"""A customer with a thousand open items waits no longer than one with ten."""

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from .common import CollectionsCommon

MOST_QUERIES = 50
INVOICES, INSTALLMENTS = 40, 25


@tagged("post_install", "-at_install")
class TestThousandOpenItems(CollectionsCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        terms = cls._terms(*range(5, 5 + INSTALLMENTS))
        cls.moves = cls.env["account.move"]
        for number in range(INVOICES):
            cls.moves |= cls._invoice(cls.customer, 1000 + number, issued="2026-01-01", terms=terms)
        cls.today = cls.moves[0].date.replace(month=3, day=1)
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)
        reason = cls.env.ref("collections_addon.dispute_reason_price")
        cls.case._customer_dispute({cls.moves[0]: 100, cls.moves[1]: None}, reason, "Wrong")

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.invalidate_all()

    def _count(self, do):
        """Do it twice: what a process reads only once (rules, rights) is not counted."""
        do()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        result = do()
        self.env.flush_all()
        spent = self.cr.sql_log_count - before
        self.assertLess(spent, MOST_QUERIES)
        return result

    def test_exposure_and_levels(self):
        self._count(lambda: self.case._refresh(self.today))
        self.assertEqual(self.case.exposure, sum(1000 + number for number in range(INVOICES)))

    def test_totals_and_items_of_the_portal(self):
        sections = self._count(
            lambda: self.env["collections.portal.account"]._sections(self.case, self.today)
        )
        [section] = sections
        self.assertEqual(len(section["overdue"]), INVOICES * INSTALLMENTS)
        self.assertAlmostEqual(section["disputed_total"], 100 + self.moves[1].amount_total)
        owed = sum(self.moves.mapped("amount_total"))
        self.assertAlmostEqual(section["total"], owed - section["disputed_total"])

    def test_what_can_be_promised(self):
        lines = self._count(self.case._promisable_lines)
        self.assertEqual(len(lines), (INVOICES - 1) * INSTALLMENTS)

    def test_history(self):
        events = self._count(lambda: self.env["collections.portal.account"]._history(self.case))
        self.assertEqual(len(events), 1)
