"""A pass over a stream, and what its cursor remembers. Pure.

A first pass reads everything. A later one reads what changed since shortly before the
previous pass began, by the service's own clock: what changed while pages were read comes
again, and to take a record twice does no harm.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

#: How far a pass reaches back before the beginning of the one before it.
OVERLAP = timedelta(minutes=10)


class Pass:
    """Where a pass is.

    Its cursor is plain JSON: `since`, from where changes are read (absent: everything);
    `begun`, the service's time when the pass began; `position`, the next page or row, absent
    between passes; `way`, how the pass reads where there are several.

    :param cursor: what the last page left
    """

    def __init__(self, cursor: Mapping[str, Any]):
        self.since = _moment(cursor.get("since"))
        self.begun = _moment(cursor.get("begun"))
        self.position = int(cursor.get("position") or 1)
        self.way = str(cursor.get("way") or "")

    @property
    def is_new(self) -> bool:
        """Whether no page of it was read yet."""
        return self.begun is None

    def note_server_time(self, told: datetime | None, now: datetime):
        """Remember when the pass began.

        :param told: by the service
        :param now: our own clock, naive UTC, for a service that does not say
        """
        if self.begun is None:
            self.begun = told or now.replace(tzinfo=timezone.utc)

    def at(self, position: int, way: str = "") -> dict[str, Any]:
        """Return the cursor of a pass that goes on at a position."""
        left = {"begun": _text(self.begun), "position": position}
        if self.since:
            left["since"] = _text(self.since)
        if way:
            left["way"] = way
        return left

    def done(self) -> dict[str, Any]:
        """Return the cursor from which the next pass begins."""
        return {"since": _text(self.begun - OVERLAP)}


def _text(moment):
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


def _moment(text):
    return datetime.fromisoformat(text) if text else None
