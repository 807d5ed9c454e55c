"""The ledger of `make demo LEDGER=…`: loaded, lived through, its customers reminded."""

import contextlib
import importlib
import io
import sys
from datetime import date
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ..collections_addon.domain.ledger_file import parse_ledger
from .common import CollectionsCommon

INSIDE = str(Path(__file__).resolve().parent.parent / "scripts" / "inside")
LEDGER = """Customer,Number,Invoice date,Due date,Amount,Currency,Paid on
Late Ltd,1,2026-01-05,2026-02-04,100.00,USD,
Late Ltd,2,2026-01-05,2026-02-04,50.00,USD,2026-02-05
Prompt Ltd,3,2026-01-05,2026-02-04,80.00,USD,2026-01-30
Nobody,4,2026-13-05,2026-02-04,80.00,USD,
"""


@tagged("post_install", "-at_install")
class TestLedgerDemo(CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(sys, "path", [INSIDE, *sys.path]))
        # The programs save each day; here everything is taken back.
        self.startPatcher(patch.object(self.env.cr, "commit", self.env.flush_all))
        self.company.email = False

    def _play(self, last):
        """What the demonstration prints."""
        ledger = parse_ledger(LEDGER)
        self.assertEqual([error.line for error in ledger.errors], [5])
        with contextlib.redirect_stdout(io.StringIO()) as said:
            importlib.import_module("ledger_days").play(self.env, ledger, last)
        return said.getvalue()

    def test_who_is_late_is_reminded_and_who_has_paid_is_not(self):
        said = self._play(date(2026, 2, 10))
        self.assertIn("1 × Friendly by email", said)
        self.assertIn("Late Ltd", said)
        self.assertNotIn("Prompt Ltd", said)
        action = self._actions()
        self.assertEqual(action.state, "sent")
        self.assertEqual(action.amount_total, 100)

    def test_a_ledger_of_quiet_days_only(self):
        self.assertIn("0 days with contacts", self._play(date(2026, 1, 8)))
