"""What forms of the portal send, as values; what makes no sense is refused."""

import re
from datetime import date

from odoo.http import request

#: As browsers send a number, in every language.
NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")


def amount_of(text):
    """An amount as entered; None for nothing.

    :return: a number; -1 for what is none, which no form accepts
    :rtype: float|None
    """
    text = (text or "").strip()
    if not text:
        return None
    return float(text) if NUMBER.fullmatch(text) else -1.0


def date_of(text):
    """A date as entered; None for nothing or for what is no date.

    :rtype: datetime.date|None
    """
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def many(name):
    """All values sent for a name: several boxes of a form share it.

    :rtype: list[str]
    """
    return request.httprequest.form.getlist(name)


def files_of(name):
    """(name, bytes) of the files sent for a name.

    :rtype: list[tuple[str, bytes]]
    """
    sent = request.httprequest.files.getlist(name)
    return [(file.filename, file.read()) for file in sent if file.filename]


def whole(text):
    """A whole number as entered; -1 for what is none, which no form accepts.

    :rtype: int
    """
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text or "") else -1
