"""What is written at once is what Odoo would have made."""

from datetime import date
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..connectors.models import collections_mirror_document as documents
from .mirror_common import NOW, XeroMirrorCase

#: Columns that are never the same in two documents.
OWN = {"id", "move_id", "create_date", "write_date", "matching_number", "full_reconcile_id"}


@tagged("post_install", "-at_install")
class TestMirrorPress(XeroMirrorCase):
    def setUp(self):
        super().setUp()
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("EUR", "GBP"))]
        ).active = True
        self.contact = self.service.add_contact("Cedar Bakery")
        parent = self.service.add_contact("Elm", currency="EUR")
        for number in range(12):
            for contact in (self.contact, parent):
                amount = f"{100 + number}.37"
                key = self.service.add_invoice(contact, amount, due=date(2026, 2, 1 + number))
                self.service.pay(key, "50.00")
                self.service.add_credit(contact, f"{30 + number}.10")

    _press = staticmethod(documents.Press.make)

    def _rows(self, table, key):
        """Rows of mirrored documents by name, as the database has them."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT row_to_json(own) FROM %s own JOIN account_move move ON move.id = own.%s"
                " WHERE move.collections_connection_id = %s",
                SQL.identifier(table),
                SQL.identifier(key),
                self.connection.id,
            )
        )
        found = {}
        for [row] in self.env.cr.fetchall():
            name = row.get("move_name") or row["name"], row.get("account_id")
            found[name] = {k: row[k] for k in row if k not in OWN and row[k] not in (None, 0)}
        return found

    def test_every_column_is_as_odoo_makes_it(self):
        """The same books twice: once all by Odoo, once after the example of the first."""
        self._fetch()
        self.connection._mirror(now=NOW)  # the customers
        savepoint = self.env.cr.savepoint()
        with patch.object(documents, "WORTH_IT", 10_000):
            self._mirror()
        slow = self._rows("account_move", "id"), self._rows("account_move_line", "move_id")
        savepoint.rollback()
        self.env.invalidate_all()
        with patch.object(documents.Press, "make", autospec=True) as make:
            make.side_effect = self._press
            with self._nothing_halved():
                self._mirror()
        self.assertEqual(make.call_count, 6)
        fast = self._rows("account_move", "id"), self._rows("account_move_line", "move_id")
        self.assertTies()
        for before, after in zip(slow, fast, strict=True):
            self.assertGreater(len(after), 70)
            self.assertEqual(sorted(before, key=str), sorted(after, key=str))
            for name, row in after.items():
                with self.subTest(name):
                    self.assertEqual(row, before[name])

    def _nothing_halved(self):
        """No batch fails: the one that does is taken by Odoo, record by record."""
        name = "odoo.addons.collections_addon.connectors.models.collections_mirror"
        return self.assertNoLogs(name, "INFO")

    def test_nothing_is_left_to_compute(self):
        """Worked out anew, no stored figure of a document changes."""
        self._sync()
        before = self._rows("account_move", "id"), self._rows("account_move_line", "move_id")
        moves = self.env["account.move"].search(
            [("collections_connection_id", "=", self.connection.id)]
        )
        for records, names in (
            (
                moves,
                (
                    "amount_total",
                    "amount_residual",
                    "payment_state",
                    "sequence_prefix",
                    "commercial_partner_id",
                    "invoice_partner_display_name",
                ),
            ),
            (
                moves.line_ids,
                ("debit", "credit", "amount_residual", "reconciled", "price_subtotal"),
            ),
        ):
            for name in names:
                self.env.add_to_compute(records._fields[name], records)
        after = self._rows("account_move", "id"), self._rows("account_move_line", "move_id")
        self.assertEqual(before, after)
