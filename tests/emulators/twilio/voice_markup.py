"""Reads the markup a telephone call is steered with, as strictly as it is documented."""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

LARGEST = 64 * 1024
LONGEST_SAY = 4096
PHONE = re.compile(r"\+[1-9]\d{6,14}")
TAG = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
BOOLEAN = ("true", "false")
#: Verb -> attribute -> what it may be: a tuple of values, a pattern, or any text (None).
VERBS = {
    "Say": {"voice": None, "language": TAG, "loop": re.compile(r"\d+")},
    "Pause": {"length": re.compile(r"[1-9]\d*")},
    "Gather": {
        "input": ("dtmf", "speech", "dtmf speech", "speech dtmf"),
        "action": None,
        "method": ("GET", "POST"),
        "timeout": re.compile(r"auto|[1-9]\d*"),
        "speechTimeout": re.compile(r"auto|[1-9]\d*"),
        "numDigits": re.compile(r"[1-9]\d*"),
        "finishOnKey": re.compile(r"[0-9#*]?"),
        "language": TAG,
        "hints": None,
        "actionOnEmptyResult": BOOLEAN,
        "bargeIn": BOOLEAN,
        "profanityFilter": BOOLEAN,
    },
    "Dial": {
        "action": None,
        "method": ("GET", "POST"),
        "timeout": re.compile(r"[1-9]\d{0,2}"),
        "callerId": PHONE,
        "answerOnBridge": BOOLEAN,
    },
    "Number": {},
    "Redirect": {"method": ("GET", "POST")},
    "Start": {},
    "Recording": {
        "channels": ("mono", "dual"),
        "recordingStatusCallback": None,
        "recordingStatusCallbackMethod": ("GET", "POST"),
        "recordingStatusCallbackEvent": re.compile(
            r"(in-progress|completed|absent)( (in-progress|completed|absent))*"
        ),
    },
    "Hangup": {},
}
NESTED = {
    "Response": {"Say", "Pause", "Gather", "Dial", "Redirect", "Start", "Hangup"},
    "Gather": {"Say", "Pause"},
    "Dial": {"Number"},
    "Start": {"Recording"},
}
#: Nothing after these is ever reached.
LAST = {"Hangup", "Redirect"}


class BadMarkup(Exception):
    """The service would refuse the document, or part of it would do nothing."""


@dataclass
class Verb:
    """One instruction; the names of its attributes are the documented ones."""

    name: str
    attributes: dict = field(default_factory=dict)
    text: str = ""
    inside: list = field(default_factory=list)

    def find(self, name):
        """Return the first instruction of that name inside, or None."""
        return next((verb for verb in self.inside if verb.name == name), None)


def read(document):
    """Return the instructions of a document.

    :param str|bytes document: with or without XML declaration
    :rtype: list[Verb]
    :raise BadMarkup: for what the service does not know
    """
    raw = document.encode() if isinstance(document, str) else document
    if len(raw) > LARGEST:
        raise BadMarkup(f"{len(raw)} bytes are too many")
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise BadMarkup(f"no XML: {error}") from error
    if root.tag != "Response":
        raise BadMarkup(f"the root is {root.tag}")
    return _children(root)


def _children(element):
    verbs = [_verb(child, element.tag) for child in element]
    for verb in verbs[:-1]:
        if verb.name in LAST:
            raise BadMarkup(f"nothing after {verb.name} is reached")
    return verbs


def _verb(element, parent):
    if element.tag not in NESTED.get(parent, ()):
        raise BadMarkup(f"{element.tag} inside {parent}")
    verb = Verb(element.tag, dict(element.attrib), (element.text or "").strip(), _children(element))
    allowed = VERBS[verb.name]
    for name, value in verb.attributes.items():
        if name not in allowed:
            raise BadMarkup(f"{verb.name} has no {name}")
        _check_value(verb.name, name, value, allowed[name])
    _check_whole(verb)
    return verb


def _check_value(verb, name, value, rule):
    if isinstance(rule, tuple):
        fits = value in rule
    else:
        fits = rule is None or rule.fullmatch(value)
    if not fits:
        raise BadMarkup(f"{verb} {name}={value!r}")


def _check_whole(verb):
    if verb.name == "Say":
        _check_say(verb)
    elif verb.name == "Gather":
        _check_gather(verb)
    elif verb.name == "Number" and not PHONE.fullmatch(verb.text):
        raise BadMarkup(f"{verb.text!r} cannot be dialled")
    elif verb.name == "Redirect" and not verb.text:
        raise BadMarkup("a redirection to nowhere")


def _check_say(verb):
    if not verb.text or len(verb.text) > LONGEST_SAY:
        raise BadMarkup(f"{len(verb.text)} characters to say")
    voice, language = verb.attributes.get("voice", ""), verb.attributes.get("language", "")
    brand, _dot, rest = voice.partition(".")
    if voice and brand not in ("Polly", "Google", "man", "woman"):
        raise BadMarkup(f"nobody has the voice {voice}")
    if brand == "Google" and not rest.startswith(f"{language}-"):
        raise BadMarkup(f"{voice} does not speak {language}")


def _check_gather(verb):
    hints = verb.attributes.get("hints", "").split(",")
    if len(hints) > 500 or any(len(hint.strip()) > 100 for hint in hints):
        raise BadMarkup("too many hints, or too long ones")
    spoken = "speech" in verb.attributes.get("input", "dtmf")
    if not spoken and {"speechTimeout", "hints"} & set(verb.attributes):
        raise BadMarkup("hints for speech that is not listened to")
