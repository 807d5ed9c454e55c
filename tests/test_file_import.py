"""Lists of open items, from the upload to documents that can be chased."""

import base64
import csv
import io
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionsCommon

HEADER = "Customer No;Customer;Number;Invoice Date;Due Date;Total;Open;E-mail\n"
FIRST = (
    HEADER
    + "C1;Cedar Bakery;A-1;2026-01-05;2026-02-04;100,00;100,00;pay@cedar.example\n"
    + "C1;Cedar Bakery;A-2;2026-01-15;2026-02-14;250,50;200,50;pay@cedar.example\n"
    + "C2;Dune Hotel;A-3;2026-01-20;2026-02-19;80,00;80,00;\n"
    + "C2;Dune Hotel;G-1;2026-01-21;;-30,00;-30,00;\n"
)


class FileImportCommon(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id.active = True
        cls.manager_env = cls.env(user=cls.users["manager"])

    def wizard(self, text, connection=None, **values):
        """A wizard with a file, before it is read."""
        content = text if isinstance(text, bytes) else text.encode()
        return self.manager_env["collections.file.import"].create(
            {
                "file": base64.b64encode(content),
                "file_name": "open.csv",
                "connection_id": connection.id if connection else False,
                "ledger_name": "Old Program",
                "as_of": "2026-03-05",
                **values,
            }
        )

    def checked(self, text, connection=None, **values):
        wizard = self.wizard(text, connection, **values)
        wizard.action_read()
        wizard.action_check()
        return wizard

    def bring(self, text, connection=None, gone="paid", **values):
        """Take a list in.

        :return: its connection
        """
        wizard = self.checked(text, connection, **values)
        wizard.write({"gone": gone, "is_confirmed": True})
        wizard.action_import()
        return wizard.connection_id.with_env(self.env)

    def kept(self, connection, stream):
        """Key -> record as it was kept."""
        refs = self.env["collections.external.ref"].search(
            [("connection_id", "=", connection.id), ("stream", "=", stream)]
        )
        return {ref.external_id: ref._record() for ref in refs}


@tagged("post_install", "-at_install")
class TestFileImport(FileImportCommon):
    def test_a_list_is_read_checked_and_taken_in(self):
        wizard = self.wizard(FIRST)
        wizard.action_read()
        self.assertEqual(wizard.step, "columns")
        self.assertEqual((wizard.encoding, wizard.separator), ("utf-8", ";"))
        self.assertEqual((wizard.date_format, wizard.decimal), ("%Y-%m-%d", ","))
        self.assertEqual(wizard.column_ids[0].samples, "C1 · C1 · C2")
        wizard.action_check()
        self.assertFalse(wizard.connection_id, "a check writes nothing")
        self.assertIn("Rows: 4; open invoices: 3; credits: 1; customers: 2.", wizard.summary)
        self.assertIn("350.50 on the list", wizard.summary)
        wizard.action_import()
        connection = wizard.connection_id.sudo()
        self.assertEqual((connection.provider, connection.state), ("file", "connected"))
        self.assertEqual(set(self.kept(connection, "customers")), {"C1", "C2"})
        self.assertEqual(self.kept(connection, "invoices")["A-2 / C1"]["balance"], "200.50")
        self.assertEqual(self.kept(connection, "payments")["A-2 / C1#1"]["amount"], "50.00")
        self.assertEqual(set(self.kept(connection, "credit_notes")), {"G-1 / C2"})
        self.assertEqual(connection.file_as_of, fields.Date.to_date("2026-03-05"))

    def test_the_second_list_is_the_new_truth(self):
        connection = self.bring(FIRST)
        second = FIRST.replace("100,00;100,00", "100,00;60,00").splitlines(keepends=True)
        wizard = self.checked("".join(second[:3]), connection, as_of="2026-03-12")
        self.assertIn("New: 0, changed: 1, unchanged: 1.", wizard.summary)
        self.assertEqual(wizard.gone_count, 2)
        self.assertEqual(set(wizard.gone_ids.mapped("number")), {"A-3", "G-1"})
        self.assertEqual(set(wizard.gone_ids.mapped("customer")), {"Dune Hotel"})
        with self.assertRaisesRegex(UserError, "no longer on the list"):
            wizard.action_import()
        wizard.is_confirmed = True
        wizard.action_import()
        payments = self.kept(connection, "payments")
        self.assertEqual(payments["A-1 / C1#1"]["amount"], "40.00")
        self.assertEqual(payments["A-1 / C1#1"]["date"], "2026-03-12")
        self.assertEqual(payments["A-3 / C2#1"]["amount"], "80.00")
        self.assertEqual(self.kept(connection, "invoices")["A-3 / C2"]["balance"], "0")

    def test_the_same_list_again_changes_nothing(self):
        connection = self.bring(FIRST)
        refs = connection.ref_ids
        refs.state = "done"
        self.bring(FIRST, connection)
        self.assertEqual(set(connection.ref_ids.mapped("state")), {"done"})
        self.assertEqual(connection.ref_ids, refs)

    def test_a_part_of_the_ledger_leaves_the_rest_alone(self):
        connection = self.bring(FIRST)
        part = "".join(FIRST.splitlines(keepends=True)[:2])
        self.bring(part, connection, gone="keep")
        self.assertEqual(self.kept(connection, "invoices")["A-3 / C2"]["balance"], "80.00")

    def test_what_was_cancelled_is_void(self):
        connection = self.bring(FIRST)
        part = "".join(FIRST.splitlines(keepends=True)[:2])
        self.bring(part, connection, gone="cancelled")
        self.assertEqual(self.kept(connection, "invoices")["A-3 / C2"]["state"], "void")
        self.assertEqual(self.kept(connection, "payments")["A-2 / C1#1"]["state"], "deleted")

    def test_rows_left_out_are_told_and_can_be_downloaded(self):
        bad = FIRST + "C3;Echo;A-9;2026-01-05;soon;5,00;5,00;=cmd\n;;;2026-01-05;2026-02-04;1;1;\n"
        wizard = self.checked(bad)
        self.assertEqual(wizard.problem_ids.mapped("line"), [6, 7])
        self.assertIn("“soon” is not a date", wizard.problem_ids[0].text)
        text = base64.b64decode(wizard.problem_file).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        self.assertEqual(rows[1][0], "6")
        self.assertEqual(rows[1][-1], "'=cmd", "a spreadsheet must not calculate it")
        wizard.action_import()
        self.assertEqual(len(self.kept(wizard.connection_id, "invoices")), 3)

    def test_a_row_that_cannot_be_read_is_not_taken_for_paid(self):
        connection = self.bring(FIRST)
        wizard = self.checked(FIRST.replace("2026-02-19", "soon"), connection)
        self.assertEqual(wizard.gone_count, 0)
        wizard = self.checked(FIRST.replace("C2;Dune Hotel;A-3", ";;"), connection)
        self.assertEqual((wizard.gone_count, wizard.keyless_count, wizard.gone), (1, 1, "keep"))

    def test_columns_and_formats_are_remembered(self):
        text = "Kdnr;Wer;Feld;Fristende;Offen\nC1;Cedar;7;01/02/2026;5,00\n"
        wizard = self.wizard(text)
        wizard.action_read()
        self.assertTrue(wizard.is_ambiguous)
        with self.assertRaisesRegex(UserError, "Number, Due Date"):
            wizard.action_check()
        chosen = {"Wer": "customer", "Feld": "number", "Fristende": "due_date"}
        for column in wizard.column_ids.filtered(lambda column: column.header in chosen):
            column.field = chosen[column.header]
        wizard.date_format = "%m/%d/%Y"
        wizard.action_check()
        wizard.action_import()
        again = self.wizard(text, wizard.connection_id)
        again.action_read()
        self.assertFalse(again.is_ambiguous)
        self.assertEqual(again.date_format, "%m/%d/%Y")
        self.assertEqual(again.column_ids.filtered("field").mapped("header")[-1], "Offen")
        again.column_ids[1].field = "number"
        with self.assertRaisesRegex(UserError, "Two columns"):
            again.action_check()

    def test_a_file_that_is_none_says_so(self):
        for content, text in {b"%PDF-1.7": "neither", b" ": "empty", b"words\n": "No line"}.items():
            with self.assertRaisesRegex(UserError, text):
                self.wizard(content).action_read()
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self.wizard(FIRST, file=False).action_read()
        with self.assertRaisesRegex(UserError, "Give the ledger a name"):
            self.wizard(FIRST, ledger_name=False).action_read()

    def test_another_encoding_can_be_chosen(self):
        wizard = self.wizard(FIRST.replace("Cedar", "Łódź").encode("cp1250"))
        wizard.action_read()
        self.assertEqual(wizard.encoding, "cp1252")
        wizard.encoding = "cp1250"
        wizard.action_read_again()
        self.assertIn("Łódź Bakery", wizard.column_ids[1].samples)

    def test_an_older_list_cannot_follow(self):
        connection = self.bring(FIRST)
        with self.assertRaisesRegex(UserError, "2026-03-05"):
            self.checked(FIRST, connection, as_of="2026-03-04")

    def test_what_changed_meanwhile_is_looked_at_again(self):
        connection = self.bring(FIRST)
        wizard = self.checked("".join(FIRST.splitlines(keepends=True)[:2]), connection)
        wizard.is_confirmed = True
        self.bring("".join(FIRST.splitlines(keepends=True)[:3]), connection)
        with self.assertRaisesRegex(UserError, "check the list again"):
            wizard.action_import()

    def test_a_failure_leaves_nothing_half_written(self):
        refs = self.env.registry["collections.external.ref"]
        original = refs._take_in

        def fail(records, connection, stream, items, now):
            if stream == "payments":
                raise UserError("broken")
            return original(records, connection, stream, items, now)

        with patch.object(refs, "_take_in", fail), self.assertRaisesRegex(UserError, "broken"):
            with self.env.cr.savepoint():
                self.bring(FIRST)
        self.assertFalse(self.env["collections.external.ref"].search_count([]))

    def test_the_template_can_be_read(self):
        action = self.manager_env["collections.file.import"].create({}).action_template()
        attachment = self.env["ir.attachment"].browse(
            int(action["url"].split("/")[3].split("?")[0])
        )
        self.assertIn("Rows: 1; open invoices: 1;", self.checked(attachment.raw).summary)

    def test_who_may_bring_lists(self):
        values = {"ledger_name": "x"}
        with self.assertRaises(AccessError):
            self.env(user=self.users["collector"])["collections.file.import"].create(values)
        other = self.env["res.company"].create({"name": "Other Firm"})
        connection = self.bring(FIRST)
        connection.company_id = other
        with self.assertRaises(AccessError):
            self.bring(FIRST, connection)

    def test_a_ledger_that_is_asked_takes_no_file(self):
        connection = self.env["collections.connection"].create(
            {"name": "X", "provider": "xero", "company_id": self.company.id}
        )
        with self.assertRaisesRegex(UserError, "takes no files"):
            self.bring(FIRST, connection)


@tagged("post_install", "-at_install")
class TestFileMirror(FileImportCommon):
    """What a list tells becomes documents that are chased like any other."""

    def mirror(self, connection, day):
        log = connection._sync(now=fields.Datetime.to_datetime(f"{day} 10:00:00"))
        self.assertEqual(log.state, "done", log.message)
        self.assertFalse(connection.ref_ids.filtered(lambda ref: ref.state != "done"))
        return log

    def move(self, connection, number):
        domain = [("collections_connection_id", "=", connection.id), ("name", "=", number)]
        return self.env["account.move"].search(domain).ensure_one()

    def test_the_items_become_documents_and_are_paid_by_the_next_list(self):
        connection = self.bring(FIRST)
        log = self.mirror(connection, "2026-03-05")
        self.assertFalse(connection._check_drift(), log.message)
        invoice = self.move(connection, "A-2")
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 250.5))
        self.assertEqual(invoice.amount_residual, 200.5)
        self.assertEqual(str(invoice.invoice_date_due), "2026-02-14")
        self.assertEqual(invoice.partner_id.email, "pay@cedar.example")
        self.assertEqual(self.move(connection, "G-1").move_type, "out_refund")
        self.bring("".join(FIRST.splitlines(keepends=True)[:2]), connection, as_of="2026-03-12")
        self.mirror(connection, "2026-03-12")
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.move(connection, "A-1").amount_residual, 100)
        self.assertFalse(self.move(connection, "G-1").amount_residual)
        self.assertFalse(connection._check_drift())

    def test_what_was_paid_and_comes_back_is_open_again(self):
        connection = self.bring(FIRST)
        self.mirror(connection, "2026-03-05")
        self.bring("".join(FIRST.splitlines(keepends=True)[:2]), connection, as_of="2026-03-12")
        self.mirror(connection, "2026-03-12")
        self.bring(FIRST, connection, as_of="2026-03-19")
        self.mirror(connection, "2026-03-19")
        self.assertEqual(self.move(connection, "A-3").amount_residual, 80)
        self.assertFalse(connection._check_drift())

    def test_a_cancelled_item_owes_nothing(self):
        connection = self.bring(FIRST)
        self.mirror(connection, "2026-03-05")
        part = "".join(FIRST.splitlines(keepends=True)[:2])
        self.bring(part, connection, gone="cancelled", as_of="2026-03-12")
        self.mirror(connection, "2026-03-12")
        self.assertEqual(self.move(connection, "A-3").state, "cancel")
        self.assertFalse(connection._check_drift())

    def test_a_ledger_is_as_fresh_as_its_last_list(self):
        connection = self.bring(FIRST)
        taken = connection.file_taken_at
        self.mirror(connection, "2030-01-01")
        self.assertEqual(connection.last_sync, taken)
