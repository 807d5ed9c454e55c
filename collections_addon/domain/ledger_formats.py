"""Formats of dates and amounts, found out from a whole column of text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# strptime's format -> how a person would say it; earlier ones win a draw
DATE_FORMATS = {
    "%Y-%m-%d": "year-month-day",
    "%Y/%m/%d": "year/month/day",
    "%Y%m%d": "year, month, day without separators",
    "%d.%m.%Y": "day.month.year",
    "%d/%m/%Y": "day/month/year",
    "%m/%d/%Y": "month/day/year",
    "%d-%m-%Y": "day-month-year",
    "%m-%d-%Y": "month-day-year",
    "%d.%m.%y": "day.month.year, two digits",
    "%d/%m/%y": "day/month/year, two digits",
    "%m/%d/%y": "month/day/year, two digits",
    "%d %b %Y": "day, short month name, year",
    "%d %B %Y": "day, month name, year",
    "%b %d, %Y": "short month name, day, year",
    "%B %d, %Y": "month name, day, year",
}
# pairs that only a day above twelve can tell apart
TWINS = {
    "%d/%m/%Y": "%m/%d/%Y",
    "%d-%m-%Y": "%m-%d-%Y",
    "%d/%m/%y": "%m/%d/%y",
}
TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
SYMBOLS = re.compile(r"[\s\u00a0\u202f'’€$£¥]|^[A-Z]{3}(?=[\s\d-])|(?<=[\d\s])[A-Z]{3}$")
PLAIN = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its dates.

    :param pattern: strptime's
    :param ambiguous: day and month could as well be the other way round
    """

    pattern: str
    ambiguous: bool = False

    @property
    def text(self) -> str:
        """What a person would call it."""
        said = f"read as {DATE_FORMATS[self.pattern]}"
        if self.ambiguous:
            said += f" (it could be {DATE_FORMATS[TWINS[self.pattern]]})"
        return said

    def parse(self, text: str) -> date | None:
        """Read one date; None when it is not in this format."""
        return _parse_date(text, self.pattern)


@dataclass(frozen=True)
class AmountFormat:
    """How a column writes its amounts.

    :param decimal: the decimal separator, ``.`` or ``,``
    """

    decimal: str

    @property
    def text(self) -> str:
        """What a person would call it."""
        return "decimal point" if self.decimal == "." else "decimal comma"

    def parse(self, text: str) -> Decimal | None:
        """Read one amount; parentheses mean a negative one; None when it is none."""
        text = text.strip()
        bracketed = text.startswith("(") and text.endswith(")")
        bare = SYMBOLS.sub("", text.strip("()"))
        thousands = "," if self.decimal == "." else "."
        bare = bare.replace(thousands, "").replace(self.decimal, ".")
        if bare.endswith("-"):
            bare = f"-{bare[:-1]}"
        if not PLAIN.fullmatch(bare):
            return None
        return -Decimal(bare) if bracketed else Decimal(bare)


def choose_date_format(texts: Iterable[str], preferred: DateFormat | None = None) -> DateFormat:
    """Return the format most of the texts are in.

    :param texts: the column's values, none of them empty
    :param preferred: what wins a draw, such as what other columns show
    """
    texts = list(texts)
    read = {
        pattern: sum(_parse_date(text, pattern) is not None for text in texts)
        for pattern in DATE_FORMATS
    }
    best = max(read.values())
    drawn = [pattern for pattern, count in read.items() if count == best]
    if preferred and preferred.pattern in drawn:
        return preferred
    twin = TWINS.get(drawn[0])
    return DateFormat(drawn[0], ambiguous=bool(best) and twin in drawn)


def choose_amount_format(texts: Iterable[str]) -> AmountFormat:
    """Return the decimal separator of a column of amounts.

    Where both are there, the later one is it. A comma alone parts decimals unless
    exactly three digits follow it everywhere.
    """
    votes = {".": 0, ",": 0}
    lone_comma = []
    for text in texts:
        comma, point = text.rfind(","), text.rfind(".")
        if comma >= 0 and point >= 0:
            votes["," if comma > point else "."] += 1
        elif comma >= 0:
            lone_comma.append(text)
        elif point >= 0:
            votes["." if text.count(".") == 1 else ","] += 1
    if not any(votes.values()):
        votes["."] = 1
        if any(not re.search(r",\d{3}\D*$", text) for text in lone_comma):
            votes[","] = 2
    return AmountFormat("," if votes[","] > votes["."] else ".")


def _parse_date(text, pattern):
    text = TIME_OF_DAY.sub("", text.strip())
    if pattern == "%Y%m%d" and len(text) != 8:  # strptime takes fewer digits too
        return None
    try:
        return datetime.strptime(text, pattern).date()
    except ValueError:
        return None
