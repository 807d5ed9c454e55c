"""What customers do on their page: dispute, promise, read their statement."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .portal_common import PortalCommon


class Neighbor:
    """Mixin: another customer with an invoice, and a second invoice of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.neighbor = cls._customer("Neighbor Inc")
        cls.foreign = cls._late(cls.neighbor, 777, days=3)
        cls.foreign_case = cls.env["collections.case"]._of(cls.neighbor, cls.company)
        cls.second = cls._late(cls.customer, 60, days=2)


@tagged("post_install", "-at_install")
class TestPortalDispute(Neighbor, PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("collections_addon.dispute_reason_price")

    def _dispute(self, status=200, **values):
        data = {
            "move_ids": self.invoice.id,
            "reason_id": self.reason.id,
            "text": "The price is wrong",
            **values,
        }
        return self._post("/dispute/open", data, status=status, files=values.pop("files", None))

    def _disputes(self, case=None):
        return self.env["collections.dispute"].search([("case_id", "=", (case or self.case).id)])

    def test_a_whole_invoice(self):
        """P17: the other invoice is asked for as before."""
        page = self._dispute()
        self.assertIn("Thank you", self._text(page))
        dispute = self._disputes()
        self.assertRecordValues(
            dispute,
            [
                {
                    "amount_disputed": 100,
                    "source": "portal",
                    "state": "open",
                    "description": "The price is wrong",
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertEqual(dispute._customer_messages().author_id, self.customer)
        self.assertEqual(self._why(self.invoice, self._in(0)), "disputed")
        self.assertNotEqual(self._why(self.second, self._in(0)), "disputed")
        overview = self._text(self._get())
        self.assertIn("Disputed, not asked for− $ 100.00", overview.replace("\xa0", " "))
        self.assertIn("To pay$ 60.00", overview.replace("\xa0", " "))

    def test_half_an_invoice(self):
        """P4: the rest is asked for."""
        self._dispute(**{f"amount_{self.invoice.id}": "40"})
        self.assertEqual(self._disputes().amount_disputed, 40)
        self.assertIn("To pay$ 120.00", self._text(self._get()).replace("\xa0", " "))

    def test_a_tampered_amount_is_refused_and_nothing_is_written(self):
        for amount in ("100.01", "0", "-5", "1e3", "NaN", "inf", "abc", "1,5", "9" * 400):
            with self.subTest(amount):
                page = self._dispute(422, **{f"amount_{self.invoice.id}": amount})
                self.assertTrue(self._text(page, "collections_error"))
                self.assertFalse(self._disputes())

    def test_what_was_entered_is_kept_on_an_error(self):
        page = self._dispute(422, reason_id="", text="Half of it was missing")
        self.assertIn("choose what is wrong", self._text(page, "collections_error"))
        self.assertIn("Half of it was missing", self._text(page, "text"))
        self.assertTrue(page.xpath(f"//input[@id='move_{self.invoice.id}']/@checked"))

    def test_invoices_of_others_are_not_found(self):
        for move_id in (self.foreign.id, self.foreign.id + 100000, "x", ""):
            with self.subTest(move_id):
                self._dispute(404, move_ids=move_id)
                self._dispute(404, move_ids=[self.invoice.id, move_id])
        self._dispute(404, reason_id=10**6)
        self.assertFalse(self._disputes())
        self.assertFalse(self._disputes(self.foreign_case))

    def test_an_invoice_is_not_disputed_twice(self):
        self._dispute()
        page = self._dispute(422)
        self.assertIn("in dispute already", self._text(page, "collections_error"))
        self.assertEqual(len(self._disputes()), 1)

    def test_currencies_become_disputes_of_their_own(self):
        """P10."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        foreign = self._late(self.customer, 30, days=1, currency=euro)
        self._dispute(move_ids=[self.invoice.id, foreign.id])
        amounts = {d.currency_id.name: d.amount_disputed for d in self._disputes()}
        self.assertEqual(amounts, {"USD": 100, "EUR": 30})

    def test_documents_come_along_and_can_be_read_back(self):
        self._dispute(files=[("files", ("offer.pdf", b"%PDF-1.4 offer", "application/pdf"))])
        dispute = self._disputes()
        file = dispute._customer_messages().attachment_ids
        self.assertEqual((file.name, file.raw), ("offer.pdf", b"%PDF-1.4 offer"))
        answer = self.url_open(f"{self._base()}/dispute/{dispute.id}/file/{file.id}")
        self.assertEqual(answer.content, b"%PDF-1.4 offer")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        other = self.env["ir.attachment"].create({"name": "secret.pdf", "raw": b"x"})
        self._refuses(f"/dispute/{dispute.id}/file/{other.id}")

    def test_files_that_run_are_refused(self):
        for name in ("page.html", "logo.svg", "run.exe", "pdf", "a.pdf.js"):
            with self.subTest(name):
                files = [("files", (name, b"<script>alert(1)</script>", "text/html"))]
                page = self._dispute(422, files=files)
                self.assertIn("cannot be sent", self._text(page, "collections_error"))
        self.assertFalse(self._disputes())

    def test_a_page_hidden_in_a_picture_is_kept_as_text(self):
        files = [("files", ("photo.png", b"<html><script>1</script></html>", "image/png"))]
        self._dispute(files=files)
        file = self._disputes()._customer_messages().attachment_ids
        self.assertNotIn("html", file.mimetype)

    def test_too_many_and_too_large_files_are_refused(self):
        small = [("files", (f"{n}.txt", b"x", "text/plain")) for n in range(6)]
        self._dispute(422, files=small)
        large = [("files", ("big.txt", b"x" * (8 * 1024 * 1024 + 1), "text/plain"))]
        self._dispute(422, files=large)
        self.assertFalse(self._disputes())

    def test_what_was_said_inside_stays_inside(self):
        self._dispute()
        dispute = self._disputes()
        dispute.message_post(body="They always complain", subtype_xmlid="mail.mt_note")
        dispute.message_post(body="We check the price", subtype_xmlid="mail.mt_comment")
        text = self._text(self._get(f"/dispute/{dispute.id}"))
        self.assertIn("We check the price", text)
        self.assertNotIn("They always complain", text)

    def test_what_is_said_is_no_markup(self):
        self._dispute(text="<b>bold</b><script>alert(1)</script>")
        page = self._get(f"/dispute/{self._disputes().id}")
        self.assertIn("<script>alert(1)</script>", self._text(page))
        self.assertFalse(page.xpath("//*[@id='wrap']//script"))

    def test_the_customer_adds_something_and_withdraws(self):
        self._dispute()
        dispute = self._disputes()
        self._post(f"/dispute/{dispute.id}/answer", {"text": "And the address"})
        self.assertIn("And the address", self._text(self._get(f"/dispute/{dispute.id}")))
        self._post(f"/dispute/{dispute.id}/answer", {"text": " "}, status=422)
        self._post(f"/dispute/{dispute.id}/withdraw")
        self.assertEqual(dispute.state, "withdrawn")
        self._post(f"/dispute/{dispute.id}/withdraw", status=422)
        self.assertNotEqual(self._why(self.invoice, self._in(0)), "disputed")

    def test_opening_a_page_changes_nothing(self):
        self._dispute()
        dispute = self._disputes()
        for path in ("/dispute/open", f"/dispute/{dispute.id}/withdraw", "/promise/make"):
            self.assertEqual(self.url_open(self._base() + path).status_code, 405)
        self.assertEqual(dispute.state, "open")

    def test_the_dispute_of_another_customer_is_not_found(self):
        theirs = self.foreign_case._customer_dispute({self.foreign: None}, self.reason, "Wrong")
        self._refuses(f"/dispute/{theirs.id}")
        for path in ("answer", "withdraw"):
            self._post(f"/dispute/{theirs.id}/{path}", {"text": "mine"}, status=404)
        self.assertEqual(theirs.state, "open")
        self._get(f"/dispute/{theirs.id}", case=self.foreign_case)


@tagged("post_install", "-at_install")
class TestPortalPromise(Neighbor, PortalCommon):
    def _promise(self, status=200, **values):
        data = {"line_ids": self._lines(self.invoice).ids, "date": self._in(5), **values}
        return self._post("/promise/make", data, status=status)

    def _promises(self):
        return self.env["collections.promise"].search([("case_id", "=", self.case.id)])

    def test_an_invoice_by_a_date(self):
        """P17, P20: what is promised rests, on every channel; the other invoice does not."""
        page = self._promise(note="After the holidays")
        self.assertIn("Promised by", self._text(page))
        promise = self._promises()
        self.assertRecordValues(
            promise,
            [
                {
                    "amount": 100,
                    "date": self.today + timedelta(days=5),
                    "made_on": self.today,
                    "source": "portal",
                    "state": "open",
                    "note": "After the holidays",
                    "user_id": False,
                }
            ],
        )
        self.assertEqual(self._why(self.invoice, self._in(0)), "promised")
        self.assertNotEqual(self._why(self.second, self._in(0)), "promised")

    def test_only_days_within_the_limit_of_the_policy(self):
        self._promise(date=self._in(14))
        for date in (self._in(15), self._in(-1), "", "tomorrow", "2026-13-01"):
            with self.subTest(date):
                page = self._promise(422, line_ids=self._lines(self.second).ids, date=date)
                self.assertIn("choose a day", self._text(page, "collections_error"))
        self.assertEqual(len(self._promises()), 1)

    def test_no_cent_for_a_pause(self):
        for amount in ("0.01", "49.99", "100.01", "-100", "NaN", "0"):
            with self.subTest(amount):
                self._promise(422, amount=amount)
        self.assertFalse(self._promises())
        self._promise(amount="50")
        self.assertEqual(self._promises().amount, 50)

    def test_items_of_others_are_not_found(self):
        for line_id in (self._lines(self.foreign).id, 10**7, "x"):
            with self.subTest(line_id):
                self._promise(404, line_ids=[line_id])
        self._promise(422, line_ids=[])
        self.assertFalse(self.env["collections.promise"].search([]))

    def test_nothing_is_promised_twice(self):
        self._promise()
        self._promise(422)
        self.assertEqual(len(self._promises()), 1)

    def test_who_breaks_promises_talks_to_a_person(self):
        for days in (40, 30):
            promise = self.env["collections.promise"].create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "amount": 100,
                    "made_on": self.today - timedelta(days=days + 1),
                    "date": self.today - timedelta(days=days),
                }
            )
            promise._judge(self.today)
        self.assertEqual(set(self._promises().mapped("state")), {"broken"})
        page = self._get("/promise")
        self.assertIn("call or write", self._text(page))
        self.assertFalse(page.xpath("//form[contains(@action, 'promise/make')]"))
        self._promise(422)
        self.policy.promise_max_broken = 0
        self._promise()

    def test_a_policy_that_takes_promises_by_people_only(self):
        self.policy.promise_max_days = 0
        self._promise(422)
        self.assertFalse(self._promises())

    def test_currencies_are_promised_by_themselves(self):
        """P10."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        foreign = self._late(self.customer, 30, days=1, currency=euro)
        self._promise(422, line_ids=self._lines(self.invoice | foreign).ids)
        self._promise(line_ids=self._lines(foreign).ids)
        self.assertEqual((self._promises().currency_id, self._promises().amount), (euro, 30))

    def test_the_unit_is_the_installment(self):
        """P11: one installment is promised, not the whole invoice."""
        invoice = self._invoice(
            self.customer,
            90,
            issued=self._in(-40),
            terms=self._terms(10, 60),
        )
        first, last = self._lines(invoice)
        self._promise(line_ids=first.ids)
        self.assertEqual((self._promises().line_ids, self._promises().amount), (first, 45))
        self.assertIn(str(last.id), self._get("/promise").xpath("//input[@name='line_ids']/@value"))


@tagged("post_install", "-at_install")
class TestPortalDocuments(Neighbor, PortalCommon):
    def test_the_statement_is_a_document(self):
        answer = self.url_open(self._base() + "/statement")
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_the_history_is_the_customers_own(self):
        self._run(self._in(0))
        self._dispatch(fields.Datetime.now())
        self._pay(self.second, day=self._in(0))
        text = self._text(self._get("/history")).replace("\xa0", " ")
        self.assertIn("We contacted you: E-mail", text)
        self.assertIn("Payment received: $ 60.00", text)
        self.assertNotIn("777", text)
        self.assertIn("Nothing has happened", self._text(self._get("/history", case=self._new())))

    def _new(self):
        return self.env["collections.case"]._of(self._customer("New Ltd"), self.company)

    def test_an_account_without_debts_says_so(self):
        page = self._get(case=self._new())
        self.assertIn("Nothing is open", self._text(page, "collections_empty"))
