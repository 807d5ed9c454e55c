"""Days and hours as people say them: "Friday", "the 15th", "15.3.", "in two weeks"."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from .dialog_words import ENGLISH, LEXICONS, fold, language_of, numerals

FRIDAY = 4
#: At what time somebody is called who names only a day.
MORNING = time(9)
#: Who says "three" means the afternoon: nobody wants a call before.
EARLIEST = 7
_ISO = re.compile(r"(?<!\d)(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})(?!\d)")
_NUMERIC = re.compile(
    r"(?<![\d.,/-])(\d{1,2}) ?[./-] ?(\d{1,2})(?: ?[./-] ?(\d{4}|\d{2}))?\.?(?![\d,/])"
)
_BARE = re.compile(r"[^\d]{0,12}?(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\.?[^\d]{0,4}")
_CLOCK = re.compile(
    r"(?<![\d.,])(?P<h>\d{1,2})"
    r"(?: ?[:.h] ?(?P<m>\d{2})| ?(?=[ap]\.?m)| ?(?=(?:h|val\w*)\b))(?:h\b|val\w*)?"
    r" ?(?P<half>[ap])?(?:\.?m\b\.?)?"
)


class Found(NamedTuple):
    """Days that a text may mean, the likelier first, and the text without them."""

    days: tuple
    rest: str


class _Day(NamedTuple):
    """What a rule needs to know.

    :param lang: language of the words
    :param bool past: days before today are looked for
    :param bool month_first: 3/4 is the fourth of March rather than the third of April
    """

    lang: str
    today: date
    past: bool
    month_first: bool

    @property
    def words(self):
        return LEXICONS[self.lang]


def find(text, lang, today, past=False, month_first=False):
    """The days that a text may mean.

    :param str text: as it was typed or spoken
    :param str lang: language it is likely in
    :param datetime.date today: the debtor's day
    :param bool past: whether the day lies behind ("I paid on Friday") or ahead
    :param bool month_first: how the debtor's country writes figures
    :rtype: Found
    """
    folded = fold(text)
    if keyed := _keyed(folded, today, past, month_first):
        return Found(keyed, "")
    own = language_of(lang)
    for code in dict.fromkeys((own, ENGLISH)):
        plain = numerals(folded, code)
        context = _Day(code, today, past, month_first)
        for rule in _RULES:
            if result := rule(plain, context):
                days, (start, end) = result
                return Found(days, f"{plain[:start]} {plain[end:]}".strip())
    return Found((), folded)


# === PARTS === #


def _date(year, month, day):
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _near(month, day, context):
    """A day without a year: the next one, or the last one."""
    year = context.today.year
    years = (year, year - 1, year - 2) if context.past else (year, year + 1, year + 2)
    for candidate in (_date(year, month, day) for year in years):
        if candidate and (
            candidate <= context.today if context.past else candidate >= context.today
        ):
            return candidate
    return None


def _year(text):
    return int(text) + (2000 if len(text) == 2 else 0)


def _of_month(day, context):
    """A day of this month, or of the next (last) one where it has passed (not come)."""
    first = context.today.replace(day=1)
    for _try in range(3):
        candidate = _date(first.year, first.month, day)
        if candidate and (
            candidate <= context.today if context.past else candidate >= context.today
        ):
            return candidate
        first = _add_months(first, -1 if context.past else 1)
    return None


def _add_months(day, count):
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _add_workdays(day, count):
    step = 1 if count >= 0 else -1
    for _day in range(abs(count)):
        day += timedelta(days=step)
        while day.weekday() > FRIDAY:
            day += timedelta(days=step)
    return day


def _both_orders(first, second, context, year=None):
    """Day and month as two figures, in the order of the debtor's country first."""
    orders = [(second, first), (first, second)]
    if context.month_first:
        orders.reverse()
    days = [
        _date(_year(year), month, day) if year else _near(month, day, context)
        for month, day in orders
    ]
    return tuple(dict.fromkeys(day for day in days if day))


# === RULES, tried in this order === #


def _iso(plain, context):
    found = _ISO.search(plain)
    day = found and _date(*map(int, found.groups()))
    return day and ((day,), found.span())


@cache
def _month_names(months):
    name = "|".join(f"(?P<m{number}>{forms})" for number, forms in enumerate(months, 1))
    suffix = r"(?:st|nd|rd|th|\.|-?[a-z]{1,4})?"
    return (
        re.compile(
            rf"(?<!\w)(?P<d>\d{{1,2}}){suffix} ?(?:of |de )?(?:{name})(?!\w)\.?"
            r"(?:,? (?:de )?(?P<y>\d{4}))?"
        ),
        re.compile(
            rf"(?:(?P<y>\d{{4}}) ?(?:m\.? )?)?(?<!\w)(?:{name})\.? (?:men\. |menesio |the )?"
            rf"(?P<d>\d{{1,2}}){suffix}(?!\d)(?:,? (?P<z>\d{{4}}))?"
        ),
    )


def _named_month(plain, context):
    for expression in _month_names(context.words.months):
        if not (found := expression.search(plain)):
            continue
        parts = found.groupdict()
        month = next(number for number in range(1, 13) if parts[f"m{number}"])
        year = parts["y"] or parts.get("z")
        day = int(parts["d"])
        result = _date(int(year), month, day) if year else _near(month, day, context)
        if result:
            return (result,), found.span()
    return None


@cache
def _expression(words):
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def _phrase(plain, context):
    words, today = context.words, context.today
    phrases = (
        (words.before_yesterday, -2),
        (words.after_tomorrow, 2),
        (words.yesterday, -1),
        (words.tomorrow, 1),
        (words.today, 0),
    )
    for expression, offset in phrases:
        if found := _expression(expression).search(plain):
            return (today + timedelta(days=offset),), found.span()
    return None


def _end(plain, context):
    today = context.today
    if found := _expression(context.words.end_of_month).search(plain):
        last = today.replace(day=monthrange(today.year, today.month)[1])
        return (
            (_add_months(today.replace(day=1), 0) - timedelta(days=1) if context.past else last),
        ), found.span()
    if found := _expression(context.words.end_of_week).search(plain):
        friday = today + timedelta(days=FRIDAY - today.weekday())
        if friday < today and not context.past:
            friday += timedelta(days=7)
        return (friday,), found.span()
    return None


@cache
def _distance(lang):
    words = LEXICONS[lang]
    unit = "|".join(f"(?P<{name}>{forms})" for name, forms in words.units.items())
    return re.compile(
        rf"(?<!\w)(?:(?P<n>\d{{1,3}})(?: de| of)?|{words.one}|{words.after}) (?:{unit})(?!\w)"
    )


def _relative(plain, context):
    found = _distance(context.lang).search(plain)
    if not found:
        return None
    parts = found.groupdict()
    count = int(parts["n"] or 1) * (-1 if context.past else 1)
    unit = next(name for name in context.words.units if parts[name])
    return (_moved(context.today, unit, count),), found.span()


def _moved(today, unit, count):
    if unit == "workday":
        return _add_workdays(today, count)
    if unit == "month":
        return _add_months(today, count)
    return today + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])


@cache
def _ordinals(expression):
    return re.compile(rf"(?<![\w.,/-])(?:{expression})(?!\w|[./-]\d)")


def _ordinal(plain, context):
    found = _ordinals(context.words.ordinal).search(plain)
    if not found:
        return None
    parts = found.groupdict()
    day = _of_month(int(parts["d"] or parts["e"] or 1), context)
    return day and ((day,), found.span())


def _weekday(plain, context):
    for number, forms in enumerate(context.words.weekdays):
        if found := _expression(forms).search(plain):
            return (_weekday_day(plain, number, context),), found.span()
    return None


def _weekday_day(plain, number, context):
    today, words = context.today, context.words
    if context.past or _expression(words.last).search(plain):
        return today - timedelta(days=(today.weekday() - number) % 7 or 7)
    if _expression(words.next_week).search(plain):
        return today + timedelta(days=7 - today.weekday() + number)
    return today + timedelta(days=(number - today.weekday()) % 7 or 7)


def _next(plain, context):
    """ "Next month" is its first day, "next week" its Friday."""
    today, words = context.today, context.words
    if found := _expression(words.next_month).search(plain):
        return (_add_months(today.replace(day=1), 1),), found.span()
    found = _expression(words.next_week).search(plain)
    if found and _expression(words.units["week"]).search(plain):
        return (today + timedelta(days=7 - today.weekday() + FRIDAY),), found.span()
    return None


def _numeric(plain, context):
    found = _NUMERIC.search(plain)
    if not found:
        return None
    days = _both_orders(int(found[1]), int(found[2]), context, found[3])
    return days and (days, found.span())


def _bare(plain, context):
    found = _BARE.fullmatch(plain)
    day = found and _of_month(int(found[1]), context)
    return day and ((day,), found.span())


_RULES = (
    _iso,
    _named_month,
    _relative,
    _phrase,
    _end,
    _ordinal,
    _weekday,
    _next,
    _numeric,
    _bare,
)


def _keyed(folded, today, past, month_first):
    """Days typed on a keypad: 15, 1503, 150326, 15032026."""
    keys = re.sub(r"[ *#]", "", folded)
    if not keys.isdecimal() or len(keys) not in (4, 6, 8):
        return ()
    context = _Day(ENGLISH, today, past, month_first)
    if len(keys) == 8 and (day := _date(int(keys[:4]), int(keys[4:6]), int(keys[6:]))):
        return (day,)
    return _both_orders(int(keys[:2]), int(keys[2:4]), context, keys[4:] or None)


# === HOURS === #


def moment(text, lang, now):
    """When somebody wants to be called.

    :param datetime.datetime now: the debtor's time, naive
    :return: a time after now, or None when none was named
    :rtype: datetime.datetime|None
    """
    folded = fold(text)
    at, rest = _clock(folded, lang)
    days = find(rest, lang, now.date()).days if rest else ()
    if not days and at is None:
        return None
    chosen = datetime.combine(days[0] if days else now.date(), at or MORNING)
    if chosen > now:
        return chosen
    if days and at is None:
        return now + timedelta(hours=1)
    return chosen + timedelta(days=1)


def _clock(folded, lang):
    """The hour in a text, and the text without it."""
    if folded.isdecimal() and len(folded) == 4 and (at := _time(folded[:2], folded[2:], None)):
        return at, ""
    for code in dict.fromkeys((language_of(lang), ENGLISH)):
        plain, words = numerals(folded, code), LEXICONS[code]
        hour = re.search(rf"(?<!\w)(?:{words.at}) (?P<h>\d{{1,2}})(?![\d.:/]|\w)", plain)
        if found := _CLOCK.search(plain):
            parts = found.groupdict()
            if at := _time(parts["h"], parts["m"], parts["half"]):
                return at, _without(plain, found)
        if hour and (at := _time(hour["h"], None, None)):
            return at, _without(plain, hour)
        for expression, number in reversed(words.times):
            if found := _expression(expression).search(plain):
                return time(number), _without(plain, found)
    return None, folded


def _without(plain, found):
    return " ".join(f"{plain[: found.start()]} {plain[found.end() :]}".split())


def _time(hour, minute, half):
    hour, minute = int(hour), int(minute or 0)
    if half == "p" and hour < 12 or not half and 0 < hour < EARLIEST:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
