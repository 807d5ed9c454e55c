"""The sentences of the conversation: shipped per language, and how values get into them."""

import re

#: The same in every language.
FIXED = {
    "text": "{text}",
    "day": "{date}",
    "currency": "{amount}",
    "invoice": "{number} · {amount}",
    "language_name": "{name}",
}
#: Languages as they call themselves.
OWN_NAMES = {
    "en": "English",
    "tr": "Türkçe",
    "pt": "Português",
    "ro": "Română",
    "lt": "Lietuvių",
}
_PLACE = re.compile(r"\{(\w+)\}")


def places(text):
    """Names of the values that a line wants.

    :rtype: set[str]
    """
    return set(_PLACE.findall(text))


def fill(text, values):
    """A line with its values; a place without a value stays empty.

    Nothing of a line is evaluated: it is written by administrators.

    :param dict values: name -> text
    """
    return _PLACE.sub(lambda found: str(values.get(found[1], "")), text)
