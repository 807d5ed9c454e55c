"""What Twilio's lists tell of a message or call whose order was not answered."""

import unittest
from datetime import datetime, timedelta

from .connector_loader import connector_module

lookup = connector_module("twilio.lookup")
Trace = lookup.Trace
SINCE = datetime(2026, 3, 20, 12)
NUMBER = "+12025550001"


def trace(text="Pay 10.00, https://firm.example/c/1", service="sms"):
    now = SINCE + timedelta(hours=1)
    return Trace(service=service, number=NUMBER, ref="1.1", text=text, since=SINCE, now=now)


def record(sid="SM1", minutes=0, **values):
    made = SINCE + timedelta(minutes=minutes)
    return {
        "sid": sid,
        "direction": "outbound-api",
        "body": "Pay 10.00, https://firm.example/c/1",
        "status": "delivered",
        "date_created": made.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        **values,
    }


class TestLookup(unittest.TestCase):
    def _search(self, *records, others=(), **options):
        return lookup.search(records, trace(**options), set(others)).outcome

    def test_the_question_names_numbers_but_no_messaging_service(self):
        asked = lookup.question(NUMBER, "+15550100200")
        self.assertEqual(asked, {"To": NUMBER, "From": "+15550100200", "PageSize": 50})
        self.assertEqual(
            lookup.question(f"whatsapp:{NUMBER}", "whatsapp:+1555")["From"], "whatsapp:+1555"
        )
        self.assertNotIn("From", lookup.question(NUMBER, "MG" + "0" * 32))
        self.assertNotIn("From", lookup.question(NUMBER, "FIRM"))

    def test_found_with_what_became_of_it(self):
        sighting = lookup.search([record(error_code=30003)], trace(), set())
        self.assertEqual((sighting.outcome, sighting.key), ("found", "SM1"))
        self.assertEqual(sighting.raw["MessageStatus"], "delivered")
        self.assertEqual(sighting.raw["ErrorCode"], "30003")

    def test_allowed_and_blocked(self):
        """Absent only where nothing can be it; found only where it can be nothing else."""
        full = [record(f"SM{n}", minutes=9) for n in range(50)]
        for name, records, others, outcome in (
            ("nothing there", [], (), "absent"),
            ("made before", [record(minutes=-5)], (), "absent"),
            ("clocks differ a little", [record(minutes=-1)], (), "found"),
            ("another contact of ours", [record()], ("SM1",), "absent"),
            ("what the customer wrote", [record(direction="inbound")], (), "absent"),
            ("somebody else's text", [record(body="Your parcel is here")], (), "unclear"),
            ("not filled in yet", [record(body=None)], (), "found"),
            ("a trial's sentence", [record(body="Trial - " + record()["body"])], (), "found"),
            ("two that may be it", [record(), record("SM2")], (), "unclear"),
            ("no date", [record(date_created="")], (), "unclear"),
            ("nonsense for a date", [record(date_created="soon")], (), "unclear"),
            ("more on the next page", full, [one["sid"] for one in full], "unclear"),
        ):
            with self.subTest(name):
                self.assertEqual(self._search(*records, others=others), outcome)

    def test_a_call_says_nothing(self):
        call = record("CA1", body=None, status="no-answer", duration=None)
        sighting = lookup.search([call], trace(text="", service="voice"), set())
        self.assertEqual(sighting.raw["CallStatus"], "no-answer")
        self.assertEqual(sighting.raw["CallDuration"], "0")
