"""The part of Xero's filter language that ledgers are read with.

Status=="AUTHORISED" AND AmountDue>0 AND Date>=DateTime(2026,01,31)
Contact.ContactID==guid("…") OR Name.StartsWith("Cedar")
"""

import re
from datetime import date
from decimal import Decimal

TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*") |
        (?P<call>(?:DateTime|guid)\([^)]*\)) |
        (?P<number>-?\d+(?:\.\d+)?) |
        (?P<word>[A-Za-z][\w.]*) |
        (?P<sign>==|!=|>=|<=|=|>|<|&&|\|\||\(|\))
    )""",
    re.VERBOSE,
)
COMPARE = {
    "==": lambda left, right: left == right,
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">=": lambda left, right: left is not None and left >= right,
    "<=": lambda left, right: left is not None and left <= right,
    ">": lambda left, right: left is not None and left > right,
    "<": lambda left, right: left is not None and left < right,
}
METHODS = {
    "Contains": lambda text, part: part in text,
    "StartsWith": lambda text, part: text.startswith(part),
    "EndsWith": lambda text, part: text.endswith(part),
}
WORDS = {"null": None, "true": True, "false": False}


class BadQuery(Exception):
    """The filter cannot be read."""


def predicate(text):
    """Return a function that tells whether a record fits.

    The function takes a function that gives a field's value by its dotted name.

    :raise BadQuery: what cannot be read, and where
    """
    reader = _Reader(text)
    test = reader.either()
    if reader.rest:
        raise BadQuery(f"Operator or end expected at '{reader.rest[0]}'")
    return test


class _Reader:
    def __init__(self, text):
        self.rest = _tokens(text)

    def either(self):
        tests = [self._both()]
        while self._accept("||", "or"):
            tests.append(self._both())
        return lambda field: any(test(field) for test in tests)

    def _both(self):
        tests = [self._one()]
        while self._accept("&&", "and"):
            tests.append(self._one())
        return lambda field: all(test(field) for test in tests)

    def _one(self):
        if self._accept("("):
            test = self.either()
            if not self._accept(")"):
                raise BadQuery("')' expected")
            return test
        name = self._next()
        if name.rpartition(".")[2] in METHODS:
            return self._method(*name.rsplit(".", 1))
        compare = COMPARE.get(self._next())
        if not compare or not re.match(r"[A-Za-z]", name):
            raise BadQuery(f"Comparison expected after '{name}'")
        value = _value(self._next())
        return lambda field: compare(field(name), value)

    def _method(self, name, method):
        if not self._accept("("):
            raise BadQuery("'(' expected")
        value = _value(self._next())
        self._accept(")")
        return lambda field: METHODS[method](field(name) or "", value)

    def _accept(self, *words):
        if self.rest and self.rest[0].lower() in words:
            self.rest.pop(0)
            return True
        return False

    def _next(self):
        if not self.rest:
            raise BadQuery("Unexpected end of the expression")
        return self.rest.pop(0)


def _tokens(text):
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise BadQuery(f"Syntax error at '{text[at : at + 20]}'")
        found.append(match[0].strip())
        at = match.end()
    return found


def _value(token):
    lower = token.lower()
    if lower in WORDS:
        return WORDS[lower]
    if token.startswith('"'):
        return token[1:-1]
    if lower.startswith("guid("):
        return token[5:-1].strip().strip('"').lower()
    if lower.startswith("datetime("):
        return _date(token[9:-1])
    if re.fullmatch(r"-?\d+(\.\d+)?", token):
        return Decimal(token)
    raise BadQuery(f"No property or field '{token}' exists")


def _date(text):
    try:
        return date(*[int(part) for part in text.split(",")][:3])
    except (TypeError, ValueError) as error:
        raise BadQuery(f"DateTime({text}) is not a date") from error
