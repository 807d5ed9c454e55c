"""Automatic collection: when it may be tried, and when again.

Days are ``datetime.date``. A *soft* refusal may be different in some days (not enough
money on the account), a *hard* one will not (the card was stolen, the mandate revoked).
"""

import re
from datetime import timedelta

SOFT, HARD = "soft", "hard"


def charge_day(due, today, notice_days):
    """The day on which an item is collected: its due date, but never without notice.

    :rtype: datetime.date
    """
    return max(due, today + timedelta(days=notice_days))


def retry_days(text):
    """Days after the first attempt on which it is tried again, as entered: “2, 5”.

    :rtype: list[int]
    :raises ValueError: with a sentence, when they cannot be read or do not rise
    """
    parts = [part for part in re.split(r"[\s,;]+", text or "") if part]
    if not all(part.isdecimal() for part in parts):
        raise ValueError("Enter days as numbers, such as “2, 5”.")
    days = [int(part) for part in parts]
    if days != sorted(set(days)) or (days and days[0] < 1):
        raise ValueError("Each day must be later than the one before, the first at least 1.")
    return days


def next_attempt(first, made, days):
    """The day of the next attempt; None when there is none.

    :param datetime.date first: day of the first attempt
    :param int made: attempts made
    :param list[int] days: see :func:`retry_days`
    :rtype: datetime.date|None
    """
    if made - 1 >= len(days):
        return None
    return first + timedelta(days=days[made - 1])


def refusal(text, was_cancelled, hard_words):
    """Whether a refusal is soft or hard.

    :param str text: what the provider said
    :param bool was_cancelled: the provider says that it was called off, not declined
    :param hard_words: words of which one in the text makes it hard
    """
    if was_cancelled:
        return HARD
    said = (text or "").casefold()
    return HARD if any(word.casefold() in said for word in hard_words if word) else SOFT
