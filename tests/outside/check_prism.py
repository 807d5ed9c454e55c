"""Every call of ours is one that Xero's own specification knows.

Prism answers with the specification's examples, after it has checked path, query,
headers and body of the request against it. It keeps no books.
"""

from datetime import date, datetime, timezone
from decimal import Decimal

from .cases import OutsideCase, base, client, mapper

KEY = "00000000-0000-0000-0000-000000000000"


class CheckPrism(OutsideCase):
    VARIABLE = "XERO_PRISM"

    def client(self, **options):
        return super().client(path="", **options)

    def test_every_page(self):
        for stream in mapper.STREAMS:
            with self.subTest(stream):
                self.assertTrue(self.xero.page(stream, 1).items, "there is no example")

    def test_pages_since_a_moment_differ_from_the_specification_in_one_thing(self):
        """It wants an offset; Xero's guide, and those who read Xero daily, send none: UTC."""
        since = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        only = 'parameter if-modified-since must match format "date-time"\\.$'
        for stream in mapper.STREAMS:
            with self.subTest(stream), self.assertRaisesRegex(base.Rejected, only):
                self.xero.page(stream, 1, since)

    def test_every_single_record(self):
        for stream in mapper.STREAMS:
            with self.subTest(stream):
                self.assertTrue(self.xero.one(stream, KEY))

    def test_the_mapper_takes_the_examples_or_says_why_not(self):
        for stream in mapper.STREAMS:
            with self.subTest(stream):
                items = self.xero.page(stream, 1).items
                page = mapper.read(stream, items)
                self.assertEqual(len(page.records) + len(page.problems) + page.ignored, len(items))

    def test_organisation_and_link(self):
        self.assertTrue(self.xero.organisation()["Name"])
        self.assertTrue(self.xero.payment_link(KEY).startswith("https://"))

    def test_a_payment_and_notes(self):
        body = mapper.payment_body(
            invoice_id=KEY,
            account={"Code": "970"},
            amount=Decimal("12.30"),
            date=date(2026, 3, 1),
            reference="Portal",
        )
        # the request is in order; the specification's example answer is a refusal
        with self.assertRaisesRegex(base.Rejected, "exceeds the amount outstanding"):
            self.xero.pay(body, "key-1")
        for kind in ("invoices", "customers"):
            self.xero.note(kind, KEY, mapper.history_body("Reminder sent."), "key-2")
        self.xero.delete_payment(KEY, "key-3")

    def test_prism_refuses_what_the_specification_does_not_know(self):
        """That the checks above can fail."""
        with self.assertRaises(base.ConnectorError):
            self.xero.one("invoices", "no-uuid-at-all")
        with self.assertRaises(client.Misconfigured):
            self.client(tenant="").page("invoices", 1)
