"""The telephone of the tests, itself tested against a small product of its own."""

import unittest
from urllib.parse import parse_qs, urlencode

from .connector_loader import connector_module
from .emulators.twilio.voice import Debtor, Desk, Endless, HangUp, Press, Speak, Wait
from .emulators.web import Refused, Request

twiml = connector_module("twilio.twiml")
ENGLISH = twiml.Voice("en-GB")
ORDER = {
    "To": ["+37060000000"],
    "From": ["+15005550006"],
    "Url": ["https://firm.example/answer"],
    "StatusCallback": ["https://firm.example/status"],
    "StatusCallbackEvent": ["answered", "completed"],
    "MachineDetection": ["Enable"],
}


class Menu:
    """Says back what it hears, until a nine."""

    def __init__(self):
        self.asked = []

    def post(self, url, form, headers):
        self.asked.append((url, form, headers))
        if "status" in url or "recording" in url:
            return ""
        if form.get("Digits") == "9":
            return twiml.tell(["Bye"], ENGLISH)
        if form.get("Digits") == "0":
            return twiml.transfer(["Wait"], ENGLISH, "+37061111111", "/dialled", "+15005550006")
        if "DialCallStatus" in form:
            return twiml.tell([form["DialCallStatus"]], ENGLISH)
        heard = form.get("Digits") or form.get("SpeechResult") or "nothing"
        begin = None if "Digits" in form else twiml.Recording("https://firm.example/recording")
        return twiml.ask([heard], ENGLISH, "/turn?n=1", [("9", "end")], begin=begin)

    def told(self, name):
        return [form for url, form, _headers in self.asked if name in url]


class TestDesk(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.menu = Menu()
        self.desk = Desk("AC1", "token", ["+15005550006"], self.menu.post)

    def test_a_call_from_beginning_to_end(self):
        call = self.desk.order(ORDER)
        told = self.desk.play(call, Debtor([Speak("Hello"), Wait(), Press("29"), Press("9")]))
        said = [text for kind, text in told if kind == "said"]
        self.assertEqual(said, ["nothing", "Hello", "nothing", "2", "Bye"])
        self.assertEqual(self.menu.asked[1][1]["AnsweredBy"], "human")
        self.assertEqual(
            [form["CallStatus"] for form in self.menu.told("status")],
            ["in-progress", "completed"],
        )

    def test_addresses_are_followed_from_where_they_were_given(self):
        call = self.desk.order(ORDER)
        self.desk.play(call, Debtor([Press("9")]))
        self.assertIn("https://firm.example/turn?n=1", [url for url, *_ in self.menu.asked])

    def test_a_call_nobody_answers(self):
        call = self.desk.order(ORDER)
        self.desk.play(call, Debtor(status="busy"))
        self.assertEqual([form["CallStatus"] for form in self.menu.told("status")], ["busy"])
        self.assertFalse(self.menu.told("answer"))

    def test_hanging_up_in_the_middle(self):
        call = self.desk.order(ORDER)
        self.assertEqual(self.desk.play(call, Debtor([HangUp()]))[-1], ("hung up", ""))
        self.assertEqual(call.status, "completed")

    def test_transfer_to_a_person(self):
        told = self.desk.play(self.desk.order(ORDER), Debtor([Press("0")], colleague="no-answer"))
        self.assertIn(("dialled", "+37061111111"), told)
        self.assertEqual(told[-1], ("said", "no-answer"))

    def test_somebody_calls_in(self):
        told = self.desk.receive("https://firm.example/in", "+37060000001", Debtor([Press("9")]))
        self.assertEqual(told[-1], ("said", "Bye"))
        self.assertEqual(self.menu.asked[0][1]["Direction"], "inbound")

    def test_a_menu_without_an_end_is_found(self):
        with self.assertRaises(Endless):
            self.desk.play(self.desk.order(ORDER), Debtor())

    def test_a_recording_is_told_of_and_deleted_once(self):
        self.desk.play(self.desk.order(ORDER), Debtor([Press("9")]))
        [told] = self.menu.told("recording")
        request, sid = Request("DELETE", "", {}, {}, b""), told["RecordingSid"]
        self.assertEqual(self.desk.serve(request, sid).status, 204)
        with self.assertRaises(Refused):
            self.desk.serve(request, sid)

    def test_orders_are_checked(self):
        for name, value in (
            ("To", "112"),
            ("From", "+15005550009"),
            ("Url", "answer"),
            ("MachineDetection", "Please"),
            ("StatusCallbackEvent", "sometimes"),
            ("Timeout", "long"),
            ("Twist", "1"),
        ):
            with self.subTest(name), self.assertRaises(Refused):
                self.desk.order({**ORDER, name: [value]})
        body = urlencode(ORDER, doseq=True).encode()
        answer = self.desk.serve(Request("POST", "", {}, {}, body), None)
        self.assertEqual((answer.status, answer.body["status"]), (201, "queued"))
        self.assertEqual(parse_qs(body.decode()), ORDER)

    def test_signed_as_the_documentation_says(self):
        """The very example of the service's documentation of signatures."""
        desk = Desk("AC1", "12345", [])
        form = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        self.assertEqual(desk.signature(url, form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
