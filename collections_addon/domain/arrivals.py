"""Is this payment the one that was announced?"""

import re

#: A shorter reference says too little: “12” is in every text.
SHORTEST = 4


def names(reference, texts):
    """Whether one of the texts of a payment carries a reference.

    Banks break lines, drop punctuation and change case: only letters and digits count.

    :param str|None reference: what the customer said would be written on it
    :param texts: texts of the payment, each perhaps None
    :rtype: bool
    """
    wanted = _plain(reference)
    return len(wanted) >= SHORTEST and any(wanted in _plain(text) for text in texts)


def covers(announced, arrived, unit):
    """Whether two amounts are the same to the smallest unit of the currency."""
    return abs(announced - arrived) < unit / 2


def _plain(text):
    return re.sub(r"[\W_]", "", text or "").upper()
