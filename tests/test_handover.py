"""Hand-over to a lawyer or agency, evidence, write-off, and where money goes."""

import base64
import csv
import io
import zipfile
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfReader

from .common import SecondCompany
from .test_charge import ChargeCommon


class HandoverCommon(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls._customer("Law and Partners")

    def _handover(self, *moves, **values):
        case = self.env["collections.case"]._of(self.customer, self.company)
        return self.env["collections.handover"].create(
            {
                "case_id": case.id,
                "agency_id": self.agency.id,
                "line_ids": [Command.create({"move_id": move.id}) for move in moves],
                **values,
            }
        )

    def _files(self, handover):
        archive = zipfile.ZipFile(io.BytesIO(handover.pack_id.raw))
        return {name: archive.read(name) for name in archive.namelist()}


@tagged("post_install", "-at_install")
class TestHandover(HandoverCommon):
    def test_nobody_else_contacts_the_customer_until_it_is_given_back(self):
        """Told day by day: handed over after the final level, returned a month later."""
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        self._live("2026-03-02", "2026-04-01")
        self.assertEqual(len(self._contacts()), 3)
        late = self._invoice(self.customer, 50, due="2026-03-28")
        with self.day("2026-04-02"):
            self._run("2026-04-02")
            handover = self._handover(invoice)
            handover.with_user(self.users["manager"]).action_hand_over()
        self.assertEqual((handover.state, handover.date), ("handed_over", date(2026, 4, 2)))
        self.assertEqual(self._case().stage, "legal")
        self.assertEqual(
            self._actions([("run_id.date", "=", "2026-04-02")]).mapped("state"), ["cancelled"]
        )
        self.assertFalse(self._live("2026-04-03", "2026-05-01"))
        self.assertEqual(self._why(late, "2026-05-01"), "legal")
        with self.day("2026-05-02"):
            handover.with_user(self.users["manager"]).action_return()
        self.assertEqual((handover.state, handover.ended_on), ("returned", date(2026, 5, 2)))
        self.assertNotEqual(self._case().stage, "legal")
        self.assertTrue(self._live("2026-05-03", "2026-05-10"))

    def test_what_is_paid_ends_it(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        self._run("2026-04-01")
        handover = self._handover(invoice)
        handover._hand_over(date(2026, 4, 2))
        self.assertEqual((handover.amount, handover.amount_open), (100, 100))
        self._pay(invoice, 40, "2026-04-05")
        self._refresh()
        self.assertEqual(
            (handover.state, handover.amount, handover.amount_open), ("handed_over", 100, 60)
        )
        self._pay(invoice, 60, "2026-04-06")
        self._refresh()
        self.assertEqual((handover.state, handover.amount_open), ("paid", 0))
        self.assertEqual(self._case().stage, "current")

    def test_what_they_report_is_kept_in_the_file(self):
        handover = self._handover(self._invoice(self.customer, 100, due="2026-03-01"))
        handover._hand_over(date(2026, 4, 2))
        wizard = self.env["collections.handover.report"].with_user(self.users["collector"])
        wizard.create(
            {"handover_id": handover.id, "text": "Order applied for", "agency_reference": "7/26"}
        ).action_confirm()
        self.assertIn("Order applied for", handover.status)
        self.assertEqual(handover.agency_reference, "7/26")
        self.assertIn("Order applied for", self._case().message_ids[0].body)

    def test_the_evidence_holds_everything_and_says_what_is_missing(self):
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live("2026-03-02", "2026-03-20")
        self._charge(invoice, 12, state="mentioned", description="=SUM(A1)")
        self.env["collections.promise"].create(
            {"partner_id": self.customer.id, "made_on": "2026-03-06", "date": "2026-03-09"}
        )
        dispute = self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "reason_id": self.env.ref("collections_addon.dispute_reason_price").id,
                "line_ids": [Command.create({"move_id": invoice.id, "amount_disputed": 300})],
            }
        )
        self.env["ir.attachment"].create(
            {"name": "../photo.txt", "raw": b"x", "res_model": dispute._name, "res_id": dispute.id}
        )
        invoice.invoice_pdf_report_file = base64.b64encode(b"%PDF-1.4 test")
        other = self._invoice(self.customer, 5, due="2026-03-19")
        handover = self._handover(invoice, other, note="<b>Careful</b>")
        handover._make_pack(date(2026, 4, 2))
        files = self._files(handover)
        self.assertTrue(files["statement.pdf"].startswith(b"%PDF"))
        [printed] = [name for name in files if name.startswith("invoices/")]
        self.assertIn(invoice.name.replace("/", "-"), printed)
        self.assertEqual(files[printed], b"%PDF-1.4 test")
        rows = {
            name: list(csv.reader(io.StringIO(files[name].decode("utf-8-sig"))))[1:]
            for name in files
            if name.endswith(".csv")
        }
        self.assertEqual(len(rows["contacts.csv"]), 2)
        self.assertEqual(rows["promises.csv"][0][4], "open")
        self.assertEqual(rows["disputes.csv"][0][3], "300.0")
        self.assertEqual(rows["charges.csv"][0][6], "'=SUM(A1)", "no formula for a spreadsheet")
        self.assertEqual(rows["invoices.csv"][0][4:], ["1000.0", "1000.0", "1000.0"])
        texts = [name for name in files if name.startswith("contacts/") and name.endswith(".txt")]
        self.assertEqual(len(texts), 2)
        [photo] = [name for name in files if name.startswith("disputes/")]
        self.assertNotIn("..", photo.split("/"))
        index = files["index.html"].decode()
        self.assertIn("&lt;b&gt;Careful", index)
        self.assertIn("contacts.csv", index)
        self.assertIn(f"Invoice {other.name} could not be printed", index)

    def test_an_invoice_without_a_pdf_is_printed_for_it(self):
        """For real: by the program that prints, and read back."""
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("install", "broken"):
            self.skipTest("wkhtmltopdf is missing")
        invoice = self._invoice(self.customer, 1234.56, due="2026-03-01")
        handover = self._handover(invoice).with_context(force_report_rendering=True)
        handover._make_pack(date(2026, 4, 2))
        files = self._files(handover)
        [printed] = [name for name in files if name.startswith("invoices/")]
        self.assertTrue(files[printed].startswith(b"%PDF"))
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files[printed])).pages)
        self.assertIn(invoice.name, text)
        self.assertIn("1,234.56", text)
        index = files["index.html"].decode()
        self.assertNotIn(f"Invoice {invoice.name} could not be printed", index)

    def test_refused_with_a_sentence(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._handover()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._handover(self._invoice(self.agency, 5, due="2026-03-01"))
        handover = self._handover(invoice)
        with self.assertRaises(UserError):
            handover._end("returned", date(2026, 4, 2))
        with self.assertRaises(UserError):
            handover.unlink()
        with self.assertRaises(UserError):
            handover.action_download_pack()
        self._run("2026-04-01")
        action = self._case().action_new_handover()
        self.assertEqual(len(action["context"]["default_line_ids"]), 1)
        other = self.env["collections.case"]._of(self.agency, self.company)
        with self.assertRaises(UserError):
            other.action_new_handover()

    def test_a_collector_prepares_a_manager_hands_over(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        case = self.env["collections.case"]._of(self.customer, self.company)
        values = {
            "case_id": case.id,
            "agency_id": self.agency.id,
            "line_ids": [Command.create({"move_id": invoice.id})],
        }
        model = self.env["collections.handover"]
        with self.assertRaises(AccessError), self.cr.savepoint():
            model.with_user(self.users["viewer"]).create(values)
        handover = model.with_user(self.users["collector"]).create(values)
        for do in (handover.action_hand_over, handover.action_close):
            with self.assertRaises(AccessError), self.cr.savepoint():
                do()
        with self.assertRaises(AccessError):
            handover.with_user(self.users["admin"]).state = "paid"
        handover.with_user(self.users["manager"]).action_hand_over()
        self.assertEqual(handover.state, "handed_over")
        more = {"handover_id": handover.id, "move_id": invoice.copy().id}
        for do in (
            lambda: handover.line_ids.unlink(),
            lambda: handover.write({"agency_id": self.customer.id}),
            lambda: handover.line_ids.create(more),
            lambda: handover.line_ids.write({"amount": 1}),
            lambda: handover.write({"pack_id": False}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                do()


@tagged("post_install", "-at_install")
class TestWriteOff(HandoverCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.losses = cls.company_data["default_account_expense"]
        cls.company.write(
            {"collections_write_off_account_id": cls.losses.id, "collections_write_off_limit": 50}
        )

    def _propose(self, *moves, user="collector", **values):
        case = self.env["collections.case"]._of(self.customer, self.company)
        return (
            self.env["collections.write.off"]
            .with_user(self.users[user])
            .create(
                {
                    "case_id": case.id,
                    "move_ids": [Command.set([move.id for move in moves])],
                    "reason": "Insolvent",
                    **values,
                }
            )
        )

    def _lost(self):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.losses.id), ("parent_state", "=", "posted")]
        )
        return sum(lines.mapped("balance"))

    def test_proposed_approved_booked_and_taken_back(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        euros = self._invoice(self.customer, 60, due="2026-03-01", currency=self.euro)
        self._pay(invoice, 30, "2026-03-10")
        proposal = self._propose(invoice, euros, closes_case=True)
        self.assertEqual(proposal.amount, 100)
        self.assertEqual(self._lost(), 0)
        proposal.with_user(self.users["manager"]).action_approve()
        self.assertEqual(proposal.state, "booked")
        self.assertEqual((invoice.amount_residual, euros.amount_residual), (0, 0))
        self.assertEqual((self._lost(), self._balance()), (100, 0))
        self.assertEqual(proposal.amount, 100, "what was open then")
        self.assertEqual(self._case().stage, "written_off")
        self.assertFalse(self._live("2026-04-01", "2026-04-20"))
        proposal.with_user(self.users["manager"]).action_reverse()
        self.assertEqual((invoice.amount_residual, euros.amount_residual), (70, 60))
        self.assertEqual((self._lost(), self._balance()), (0, 100))
        self.assertNotEqual(self._case().stage, "written_off")

    def test_above_the_limit_somebody_else_decides(self):
        small = self._propose(self._invoice(self.customer, 50, due="2026-03-01"), user="manager")
        small.action_approve()
        self.assertEqual(small.state, "booked")
        large = self._propose(self._invoice(self.customer, 51, due="2026-03-01"), user="manager")
        for _try in range(2):
            with self.assertRaisesRegex(UserError, "somebody else"):
                large.action_approve()
            large.amount = 1  # what is said of the amount does not matter
        large.with_user(self.users["admin"]).action_approve()
        self.assertEqual(large.decided_by_id, self.users["admin"])

    def test_who_may_what(self):
        invoice = self._invoice(self.customer, 10, due="2026-03-01")
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._propose(invoice, user="viewer")
        proposal = self._propose(invoice, user_id=self.users["manager"].id)
        self.assertEqual(proposal.user_id, self.users["collector"], "nobody proposes for another")
        for do in (
            proposal.action_approve,
            proposal.action_refuse,
            lambda: proposal.write({"state": "booked"}),
            lambda: proposal.write({"user_id": self.users["manager"].id}),
            lambda: proposal.write({"entry_id": invoice.id}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                do()
        proposal.with_user(self.users["manager"]).action_refuse()
        with self.assertRaises(AccessError):
            proposal.reason = "Another"
        with self.assertRaises(UserError):
            proposal.with_user(self.users["manager"]).action_approve()

    def test_refused_with_a_sentence(self):
        invoice = self._invoice(self.customer, 10, due="2026-03-01")
        proposal = self._propose(invoice).with_user(self.users["manager"])
        self.company.collections_write_off_account_id = False
        with self.assertRaisesRegex(UserError, "account of write-offs"), self.cr.savepoint():
            proposal.action_approve()
        self.company.collections_write_off_account_id = self.losses
        self._pay(invoice, day="2026-03-10")
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            proposal.action_approve()
        for moves in ((), (self._invoice(self.agency, 5, due="2026-03-01"),)):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._propose(*moves)
        with self.assertRaises(UserError):
            proposal.sudo().unlink()


@tagged("post_install", "-at_install")
class TestAllocation(ChargeCommon):
    def _owed(self):
        """An old invoice, then costs, then interest; all at 100."""
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        costs = self._charge(invoice, 100)._book(date(2026, 3, 20))
        interest = self._charge(invoice, 100, kind="interest")._book(date(2026, 3, 21))
        return {"principal": invoice, "costs": costs, "interest": interest}

    def test_the_order_of_the_settings(self):
        owed = self._owed()
        names = {self._lines(move): name for name, move in owed.items()}
        every = self._lines(self.env["account.move"].union(*owed.values()))
        for setting, wanted in (
            ("due", ["principal", "costs", "interest"]),
            ("costs", ["costs", "interest", "principal"]),
            ("principal", ["principal", "interest", "costs"]),
        ):
            self.company.collections_allocation_order = setting
            with self.subTest(setting):
                self.assertEqual([names[line] for line in every._allocation_order()], wanted)

    def test_credits_go_to_what_comes_first(self):
        owed = self._owed()
        self.company.collections_allocation_order = "costs"
        self._pay_unallocated(self.customer, 80, "2026-03-25")
        self._pay_unallocated(self.customer, 70, "2026-03-26")
        case = self._case()
        settled = case._allocate_credits()
        left = {name: move.amount_residual for name, move in owed.items()}
        self.assertEqual(left, {"costs": 0, "interest": 50, "principal": 100})
        self.assertEqual(settled.move_id, owed["costs"] | owed["interest"])
        self.assertFalse(case._allocate_credits())

    def test_an_amount_paid_online_goes_the_same_way(self):
        owed = self._owed()
        case = self._case()
        for setting, wanted in (("due", "principal"), ("costs", "costs")):
            self.company.collections_allocation_order = setting
            case.invalidate_recordset(["move_line_ids"])
            self.assertEqual(case._checkout_lines()[0].move_id, owed[wanted])

    def test_currencies_stay_apart(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01", currency=self.euro)
        self._pay_unallocated(self.customer, 80, "2026-03-25")
        self.env["collections.case"]._of(self.customer, self.company)._allocate_credits()
        self.assertEqual(invoice.amount_residual, 100)

    def test_what_was_charged_for_an_invoice_never_owed_is_given_up(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        mentioned, booked = self._charge(invoice, state="mentioned"), self._charge(invoice, 4)
        booked._book(date(2026, 3, 20))
        invoice._credit_partly(100, date(2026, 3, 22), "Never delivered")
        self._refresh()
        self.assertEqual((mentioned.state, booked.state), ("waived", "booked"))


@tagged("post_install", "-at_install")
class TestHandoverCompanies(SecondCompany, HandoverCommon):
    def test_p09_another_company_sees_nothing(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        handover = self._handover(invoice)
        proposal = self.env["collections.write.off"].create(
            {
                "case_id": handover.case_id.id,
                "move_ids": [Command.set(invoice.ids)],
                "reason": "Insolvent",
            }
        )
        stranger = new_test_user(
            self.env,
            login="handover_stranger",
            groups="collections_addon.group_collections_admin,account.group_account_readonly",
            company_id=self.other.id,
        )
        for records in (handover, handover.line_ids, proposal):
            theirs = records.with_user(stranger)
            with self.subTest(records._name):
                self.assertFalse(theirs.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
        with self.assertRaises(AccessError):
            proposal.with_user(stranger).action_approve()
