"""What a telephone call says and does next, as Twilio's voice markup (TwiML).

Pure: texts and addresses in, a document out. Everything said is text that a debtor may
have had a part in; the official library escapes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

#: Seconds of silence before a question counts as unanswered; for typed numbers, longer.
WAIT, WAIT_CHOICE, WAIT_DIGITS = 6, 4, 9
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
    try:
        import twilio.twiml.voice_response  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def _response():
    from twilio.twiml.voice_response import VoiceResponse

    return VoiceResponse()


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
    :param typed: a number of several digits may be entered, ended by the # key
    :param begin: a recording to begin with
    """
    document = _response()
    if begin:
        begin.add_to(document)
    choices = list(choices)
    gather = document.gather(
        input="dtmf speech" if voice.hears else "dtmf",
        action=action,
        method="POST",
        action_on_empty_result=True,
        timeout=_patience(choices, typed),
        **_keys(choices, typed),
        **(_speech(choices, voice) if voice.hears else {}),
    )
    _say(gather, says, voice)
    return str(document)


def tell(says: Iterable[str], voice: Voice) -> str:
    """Say something and end the call."""
    document = _response()
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
    document = _response()
    _say(document, says, voice)
    dial = document.dial(action=action, method="POST", caller_id=caller_id, timeout=seconds)
    dial.number(number)
    return str(document)


def hang_up() -> str:
    """End the call without a word."""
    document = _response()
    document.hangup()
    return str(document)


def nothing() -> str:
    """Answer a caller that is told nothing, such as one whose call is over."""
    return str(_response())


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


def _patience(choices, typed):
    """A choice that may be the beginning of a longer number is not waited for as long."""
    if typed:
        return WAIT_CHOICE if choices else WAIT_DIGITS
    return WAIT


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
