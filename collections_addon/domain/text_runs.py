"""Right-to-left text for a printer that cannot lay it out by itself.

wkhtmltopdf without patched Qt puts a piece of text that mixes scripts in the wrong
place when it runs from right to left: letters lie upon each other or are lost. Cut
into runs of one script each, in elements of their own, the text comes out right;
such elements change nothing for a printer that can.
"""

import re

#: Arabic commas, question marks and digits: written with the letters, yet no letters.
_ARABIC_SIGNS = "\u060c\u061b\u061f\u0640\u0660-\u066d\u06d4\u06f0-\u06f9"
#: Hebrew, Arabic, Syriac, Thaana … and the presentation forms.
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RUNS = re.compile(
    "\u2066[^\u2069]*\u2069"
    rf"|[{_ARABIC_SIGNS}]+|(?:(?![{_ARABIC_SIGNS}])[{_RTL}])+|\s+|[^\s{_RTL}\u2066]+|\u2066"
)
#: Marks around a run isolated from the text's direction: younger than wkhtmltopdf.
ISOLATES = "\u2066\u2069"
_HAS_RTL = re.compile(f"[{_RTL}\u2066]")


def has_rtl(text):
    """Whether a text holds letters written from right to left, or a run isolated among them."""
    return bool(text and _HAS_RTL.search(text))


def split_runs(text):
    """A text cut into pieces of letters, signs, spaces and anything else.

    What stands between isolates, an amount say, stays together with them. The pieces
    put together again are the text.

    :rtype: list[str]
    """
    return _RUNS.findall(text)
