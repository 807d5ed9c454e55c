"""What fits into a text message: alphabets, segments, shortening."""

import unicodedata
from typing import NamedTuple

#: The default alphabet of GSM 03.38, and what it writes with an escape before it.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = frozenset("^{}\\[~]|€\f")
#: Units of a message alone, and of each part of a longer one.
GSM_SIZES, UNICODE_SIZES = (160, 153), (70, 67)
#: Typography that would cost more than half of the room, and what says the same.
PLAIN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200e": "",
        "\u200f": "",
        "\u2212": "-",
        "\t": " ",
    }
)
#: A letter that is none with a mark on it.
BARE = {"ı": "i", "ł": "l", "đ": "d"}
ELLIPSIS = "..."


class Size(NamedTuple):
    """How large a text is.

    :param segments: messages it is sent as, and paid for
    :param is_unicode: a character is outside of the alphabet of telephones
    :param units: septets, or UTF-16 units
    """

    segments: int
    is_unicode: bool
    units: int


def plain(text: str) -> str:
    """Write typography the way telephones know it."""
    return text.translate(PLAIN)


def measure(text: str) -> Size:
    """Count the segments of a text; none for an empty one."""
    is_unicode = any(char not in GSM and char not in GSM_ESCAPED for char in text)
    if is_unicode:
        costs, sizes = [2 if ord(char) > 0xFFFF else 1 for char in text], UNICODE_SIZES
    else:
        costs, sizes = [2 if char in GSM_ESCAPED else 1 for char in text], GSM_SIZES
    units = sum(costs)
    if units <= sizes[0]:
        return Size(1 if units else 0, is_unicode, units)
    return Size(_parts(costs, sizes[1]), is_unicode, units)


def _parts(costs, room):
    """A character is never split over two parts."""
    parts, used = 1, 0
    for cost in costs:
        if used + cost > room:
            parts, used = parts + 1, 0
        used += cost
    return parts


def bare(text: str) -> str:
    """Leave out the marks of letters that telephones do not know: "ödemenizin", "vadesi gecti"."""
    return "".join(char if char in GSM or char in GSM_ESCAPED else _bare(char) for char in text)


def _bare(char):
    letters = unicodedata.normalize("NFKD", BARE.get(char, char))
    return "".join(one for one in letters if not unicodedata.combining(one)) or char


def fit(body: str, tail: str, most: int) -> str:
    """Put a text and what has to stand at its end into so many segments.

    A text that is too long in its own letters is written without their marks, which leaves
    twice the room: better so than half a sentence. What is too long all the same is
    shortened between words; its end never is.

    :param tail: such as a link; may be empty
    :param most: segments
    """
    body, tail = plain(body).strip(), plain(tail).strip()
    if measure(_joined(body, tail)).segments > most and not measure(bare(body)).is_unicode:
        body = bare(body)
    words = body.split(" ")
    whole = _joined(body, tail)
    while measure(whole).segments > most and words:
        words.pop()
        short = " ".join(words).rstrip(" ,;:.")
        whole = _joined(f"{short}{ELLIPSIS}" if short else "", tail)
    return whole


def _joined(body, tail):
    return f"{body}\n{tail}" if body and tail else body or tail
