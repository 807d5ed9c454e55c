"""The markup of calls: read by another reader than the one that writes it."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from .connector_loader import connector_module
from .emulators.twilio.voice_markup import BadMarkup, read

twiml = connector_module("twilio.twiml")
TURKISH = twiml.Voice("tr-TR", "Polly.Filiz")
DEAF = twiml.Voice("lt-LT", "Google.lt-LT-Standard-B", hears=False)
NEXT = "https://firm.example/next?turn=2&more=1"
TEXTS = st.lists(st.text(), max_size=4)


class TestTwiml(unittest.TestCase):
    def test_a_menu_takes_one_key_or_a_word(self):
        [gather] = read(twiml.ask(["Hello"], TURKISH, NEXT, [("1", "Pay"), ("2", "Wait, no")]))
        self.assertEqual(
            gather.attributes,
            {
                "input": "dtmf speech",
                "action": NEXT,
                "method": "POST",
                "timeout": "6",
                "numDigits": "1",
                "language": "tr-TR",
                "speechTimeout": "auto",
                "hints": "Pay, Wait no",
                "actionOnEmptyResult": "true",
            },
        )
        self.assertEqual(gather.inside[0].text, "Hello")
        self.assertEqual(gather.inside[0].attributes["voice"], "Polly.Filiz")

    def test_a_number_is_typed_to_its_end(self):
        for choices, seconds in (([], "9"), ([("1", "One")], "4")):
            [gather] = read(twiml.ask(["Which?"], TURKISH, NEXT, choices, typed=True))
            self.assertNotIn("numDigits", gather.attributes)
            self.assertEqual(gather.attributes["finishOnKey"], "#")
            self.assertEqual(gather.attributes["timeout"], seconds)

    def test_choices_of_more_than_a_key_are_typed_too(self):
        [gather] = read(twiml.ask(["Which?"], TURKISH, NEXT, [("10", "Ten"), ("1", "One")]))
        self.assertNotIn("numDigits", gather.attributes)

    def test_where_speech_is_not_understood_keys_are(self):
        [gather] = read(twiml.ask(["Labas"], DEAF, NEXT, [("1", "Taip")]))
        self.assertEqual(gather.attributes["input"], "dtmf")
        self.assertNotIn("hints", gather.attributes)

    def test_recording_begins_before_the_question(self):
        begin = twiml.Recording("https://firm.example/recording")
        start, gather = read(twiml.ask(["Hello"], TURKISH, NEXT, begin=begin))
        self.assertEqual((start.name, gather.name), ("Start", "Gather"))
        recording = start.find("Recording").attributes
        self.assertEqual(recording["recordingStatusCallback"], "https://firm.example/recording")

    def test_telling_ends_the_call(self):
        say, end = read(twiml.tell(["Goodbye"], TURKISH))
        self.assertEqual((say.text, end.name), ("Goodbye", "Hangup"))
        self.assertEqual([verb.name for verb in read(twiml.hang_up())], ["Hangup"])
        self.assertEqual(read(twiml.nothing()), [])

    def test_transfer_dials_a_person(self):
        document = twiml.transfer(["One moment"], TURKISH, "+905320000000", NEXT, "+15005550006")
        _say, dial = read(document)
        self.assertEqual(dial.find("Number").text, "+905320000000")
        self.assertEqual(dial.attributes["callerId"], "+15005550006")

    def test_without_a_voice_the_service_chooses(self):
        say, _end = read(twiml.tell(["Hi"], twiml.Voice("en-GB")))
        self.assertEqual(say.attributes, {"language": "en-GB"})

    def test_long_texts_are_said_in_pieces(self):
        *says, _end = read(twiml.tell(["word " * 2000, "x" * 7000], TURKISH))
        self.assertGreater(len(says), 5)
        self.assertEqual("".join(s.text for s in says).count("x"), 7000)
        self.assertEqual(" ".join(s.text for s in says).count("word"), 2000)

    @given(TEXTS, st.lists(st.tuples(st.text(min_size=1, max_size=2), st.text()), max_size=600))
    def test_any_text_makes_a_document(self, says, choices):
        """What debtors wrote is said, never obeyed."""
        [gather] = read(twiml.ask(says, TURKISH, NEXT, choices))
        self.assertEqual(gather.name, "Gather")
        self.assertEqual({verb.name for verb in gather.inside} - {"Say"}, set())


class TestReader(unittest.TestCase):
    def test_what_is_not_documented_is_refused(self):
        for inside in (
            "<Say/>",
            "<Sing>la</Sing>",
            '<Say loud="1">Hi</Say>',
            '<Say language="turkish">Hi</Say>',
            '<Say voice="Google.ro-RO-Standard-A" language="tr-TR">Hi</Say>',
            '<Say voice="Alice">Hi</Say>',
            '<Gather numDigits="0"/>',
            '<Gather input="dtmf" hints="yes"/>',
            "<Gather><Hangup/></Gather>",
            "<Hangup/><Say>unheard</Say>",
            "<Dial><Number>112</Number></Dial>",
            "<Redirect/>",
        ):
            with self.subTest(inside), self.assertRaises(BadMarkup):
                read(f"<Response>{inside}</Response>")
        for document in ("", "<Say>Hi</Say>", "<Response>" + " " * 70_000 + "</Response>"):
            with self.subTest(document[:20]), self.assertRaises(BadMarkup):
                read(document)
