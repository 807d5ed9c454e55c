"""What a telephone call says and does next, as Twilio's voice markup (TwiML).

Pure: texts and addresses in, a document out. Everything said is text that a debtor may
have had a part in; the official library escapes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

try:
    from twilio.twiml.voice_response import Gather, VoiceResponse
except ImportError:  # the voice channel then says that it is not set up
    Gather = VoiceResponse = None

#: Seconds of silence before a question counts as unanswered; for typed numbers, longer.
WAIT, WAIT_DIGITS = 6, 9
#: What speech recognition may be told to expect: so many phrases, so long each.
MOST_HINTS, LONGEST_HINT = 100, 60
#: Texts are spoken in pieces: a longer one is refused as a whole.
LONGEST_SAY = 3000
KEYS = set("0123456789*#")


@dataclass(frozen=True)
class Voice:
    """How a language is spoken and understood.

    :param language: a BCP-47 tag, such as `tr-TR`
    :param name: of the voice; empty for the provider's own choice
    :param hears: whether speech is recognised in it; else keys only
    """

    language: str
    name: str = ""
    hears: bool = True


def is_available() -> bool:
    """Tell whether the library is installed."""
    return VoiceResponse is not None


def ask(
    says: Iterable[str],
    voice: Voice,
    action: str,
    choices: Iterable[tuple[str, str]] = (),
    typed: bool = False,
    begin: "Recording | None" = None,
) -> str:
    """Say something and listen for the answer.

    Silence is reported to the same address as an answer, without any: it is part of the
    conversation.

    :param action: where the answer goes
    :param choices: (key, label) pairs that can be pressed or said
    :param typed: a number of several digits is expected, ended by the # key
    :param begin: a recording to begin with
    """
    document = VoiceResponse()
    if begin:
        begin.add_to(document)
    choices = list(choices)
    gather = Gather(
        input="dtmf speech" if voice.hears else "dtmf",
        action=action,
        method="POST",
        action_on_empty_result=True,
        timeout=WAIT_DIGITS if typed else WAIT,
        **_keys(choices, typed),
        **(_speech(choices, voice) if voice.hears else {}),
    )
    _say(gather, says, voice)
    document.append(gather)
    return str(document)


def tell(says: Iterable[str], voice: Voice) -> str:
    """Say something and end the call."""
    document = VoiceResponse()
    _say(document, says, voice)
    document.hangup()
    return str(document)


def transfer(
    says: Iterable[str],
    voice: Voice,
    number: str,
    action: str,
    caller_id: str,
    seconds: int = 25,
) -> str:
    """Say something and connect the caller with a person.

    :param number: of the person, with country code
    :param action: where it is told how that ended
    :param caller_id: the number that the person sees
    :param seconds: to let it ring
    """
    document = VoiceResponse()
    _say(document, says, voice)
    dial = document.dial(action=action, method="POST", caller_id=caller_id, timeout=seconds)
    dial.number(number)
    return str(document)


def hang_up() -> str:
    """End the call without a word."""
    document = VoiceResponse()
    document.hangup()
    return str(document)


def nothing() -> str:
    """Answer a caller that is told nothing, such as one whose call is over."""
    return str(VoiceResponse())


@dataclass(frozen=True)
class Recording:
    """A recording of both sides, to be told of when it is ready.

    :param callback: where that is told
    """

    callback: str

    def add_to(self, document):
        """Begin it before anything else is said."""
        document.start().recording(
            channels="dual",
            recording_status_callback=self.callback,
            recording_status_callback_method="POST",
            recording_status_callback_event="completed absent",
        )


def _keys(choices, typed):
    """One key is enough where every choice is one."""
    single = choices and all(len(key) == 1 and key in KEYS for key, _label in choices)
    return {"num_digits": 1} if single and not typed else {"finish_on_key": "#"}


def _speech(choices, voice):
    hints = [_clean(label.replace(",", " "))[:LONGEST_HINT] for _key, label in choices]
    options = {"language": voice.language, "speech_timeout": "auto"}
    if any(hints):
        options["hints"] = ", ".join(hint for hint in hints[:MOST_HINTS] if hint)
    return options


def _say(parent, says, voice):
    for text in says:
        for piece in _pieces(text):
            options = {"voice": voice.name} if voice.name else {}
            parent.say(piece, language=voice.language, **options)


def _pieces(text):
    """The text in pieces that may be said at once."""
    text = _clean(text)
    while text:
        cut = len(text) if len(text) <= LONGEST_SAY else text.rfind(" ", 0, LONGEST_SAY)
        cut = cut if cut > 0 else LONGEST_SAY
        yield text[:cut]
        text = text[cut:].lstrip()


def _clean(text):
    """The text in one line, without what has no sound."""
    return " ".join("".join(char for char in text if _is_spoken(char)).split())


def _is_spoken(char):
    """XML knows no control characters."""
    return char in "\t\n\r" or (
        char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff"
    )
