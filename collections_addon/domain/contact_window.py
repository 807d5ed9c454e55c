"""When may a debtor be contacted, and when not: hours, days, holidays, frequency.

Everything is judged on the debtor's own clock and calendar. Instants come in as
naive UTC (Odoo's habit) or as aware datetimes and go out as naive UTC; hours of the
day are floats in Odoo's manner (8.5 is half past eight), read to the minute; weekdays
are numbered as in `datetime` (0 is Monday). The only outside data is the time zone
database: the system's or the `tzdata` package's, else the copy that `pytz` carries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import pytz

OUTSIDE_WINDOW = "outside_window"
HOLIDAY = "holiday"

HORIZON_DAYS = 366
"""How far `next_opening` looks ahead, in days: a year, and a leap day."""

_DAY_MINUTES = 24 * 60
_ONE_DAY = timedelta(days=1)

# The zone table lists a country's zones from one border to the other. Where the first
# is far from where most people live, an hour or more off, this one is meant instead.
_MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}


@dataclass(frozen=True)
class ContactWindow:
    """The rule of a policy: between which hours, on which days, contact is allowed.

    Contact is allowed where all of it agrees: from `send_from` (included) to `send_to`
    (excluded), on a working day, within the working hours, not on a holiday.

    :param send_from: hour of the debtor's day, 0 to 24; equal to `send_to` means the
        whole day
    :param send_to: hour of the debtor's day, 0 to 24; not before `send_from`
    :param working_days: weekdays on which contact is allowed; None means any
    :param holidays: dates of the debtor's calendar without contact
    :param hours_by_weekday: (from, to) hours per weekday, as a working calendar has
        them; a weekday that is absent is not a working day; None means any hour
    :raise ValueError: with a sentence, when the hours or weekdays make no sense
    """

    send_from: float = 0.0
    send_to: float = 24.0
    working_days: frozenset[int] | None = None
    holidays: frozenset[date] = field(default_factory=frozenset)
    hours_by_weekday: Mapping[int, Sequence[tuple[float, float]]] | None = None

    def __post_init__(self):
        _check_hours(self.send_from, self.send_to, "The sending window")
        for weekday in self.working_days or ():
            _check_weekday(weekday)
        for weekday, intervals in (self.hours_by_weekday or {}).items():
            _check_weekday(weekday)
            for hour_from, hour_to in intervals:
                _check_hours(hour_from, hour_to, "A working period of the calendar")

    def narrowed(
        self, hour_from: float, hour_to: float, weekdays: frozenset[int] | None
    ) -> "ContactWindow":
        """Give this window within a debtor's own wishes.

        :param hour_from: hour from which contact is welcome; equal to `hour_to` for any
        :param weekdays: weekdays on which contact is welcome; None for any
        :return: the window itself when the wishes leave nothing of it
        """
        if hour_from == hour_to and weekdays is None:
            return self
        first, last = self.send_from, self.send_to
        if first == last:
            first, last = 0.0, 24.0
        if hour_from != hour_to:
            first, last = max(first, hour_from), min(last, hour_to)
        days = self.working_days
        if weekdays is not None:
            days = weekdays if days is None else days & weekdays
        if first >= last:
            return self
        window = replace(self, send_from=first, send_to=last, working_days=days)
        return window if any(window.minutes_by_weekday) else self

    @cached_property
    def minutes_by_weekday(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The allowed (from, to) minutes of each weekday, Monday first."""
        return tuple(self._minutes_of(weekday) for weekday in range(7))

    def _minutes_of(self, weekday: int) -> tuple[tuple[int, int], ...]:
        if self.working_days is not None and weekday not in self.working_days:
            return ()
        first, last = _minutes(self.send_from), _minutes(self.send_to)
        if first == last:
            first, last = 0, _DAY_MINUTES
        hours = [(0, 24)]
        if self.hours_by_weekday is not None:
            hours = self.hours_by_weekday.get(weekday, ())
        clipped = (
            (max(first, _minutes(hour_from)), min(last, _minutes(hour_to)))
            for hour_from, hour_to in hours
        )
        return tuple((begin, end) for begin, end in clipped if begin < end)


def blocking_reason(now_utc: datetime, window: ContactWindow, tz: str) -> str | None:
    """Say why a debtor must not be contacted at this instant, or None if he may be.

    A holiday is named as such at any hour: waiting for the evening would not help.

    :param now_utc: naive UTC or aware
    :param tz: the debtor's time zone, an IANA name
    :return: None, `outside_window` (hour or weekday) or `holiday`
    :raise ValueError: when the time zone is unknown
    """
    return _reason(_local(_naive_utc(now_utc), _zone(tz)), window)


def is_open_on(day: date, window: ContactWindow) -> bool:
    """Tell whether there is any hour on that date at which contact is allowed."""
    return day not in window.holidays and bool(window.minutes_by_weekday[day.weekday()])


def next_opening(now_utc: datetime, window: ContactWindow, tz: str) -> datetime | None:
    """Find the first instant, not before now, at which contact is allowed.

    An opening hour that the clock jumps over in spring opens right after the jump; one
    that comes twice in autumn opens the first time.

    :param now_utc: naive UTC or aware
    :param tz: the debtor's time zone, an IANA name
    :return: naive UTC; now itself when the window is open; None when it does not open
        within `HORIZON_DAYS`
    :raise ValueError: when the time zone is unknown
    """
    zone, now = _zone(tz), _naive_utc(now_utc)
    if _reason(_local(now, zone), window) is None:
        return now
    today, latest = _local(now, zone).date(), now + timedelta(days=HORIZON_DAYS)
    # Yesterday too: a clock set back just after midnight lets a date come again.
    for days in range(-1, HORIZON_DAYS + 1):
        openings = _openings(today + timedelta(days=days), window, zone)
        ahead = [instant for instant in openings if now <= instant <= latest]
        if ahead:
            return min(ahead)
    return None


def local_date(now_utc: datetime, tz: str) -> date:
    """Give the date on the calendar of that time zone: the business date there.

    :raise ValueError: when the time zone is unknown
    """
    return _local(_naive_utc(now_utc), _zone(tz)).date()


def timezone_of(partner_tz: str | None, country_code: str | None, company_tz: str | None) -> str:
    """Choose the time zone in which a debtor lives.

    The debtor's own, else the country's, else the company's, else UTC. A country with
    several zones counts as the company's zone if that is one of them, else as the zone
    of most of its people. A name the zone database does not know counts as not set, so
    that one old spelling on a customer does not stop everybody's reminders.

    :param country_code: two letters, ISO 3166
    :return: an IANA name that the other functions here accept
    """
    for name in (partner_tz, _country_zone(country_code, company_tz), company_tz):
        if name and _is_known(name):
            return name
    return "UTC"


def cap_reached(contact_dates: Iterable[date], on_date: date, cap: int, days: int) -> bool:
    """Tell whether one more contact on that date would exceed the frequency cap.

    :param contact_dates: dates of the contacts made, on all channels, in any order
    :param cap: contacts allowed; 0 means no cap
    :param days: within so many days, `on_date` being the last of them; 0 means no cap
    :raise ValueError: when the cap or the days are negative
    """
    return cap_open_on(contact_dates, on_date, cap, days) > on_date


def cap_open_on(contact_dates: Iterable[date], on_date: date, cap: int, days: int) -> date:
    """Find the first date, not before `on_date`, on which the cap allows a contact.

    Parameters and errors as in `cap_reached`; contacts after `on_date` do not count.
    """
    if cap < 0 or days < 0:
        raise ValueError(
            "The contact cap and its number of days cannot be negative: set them to 0 "
            "to contact without a cap."
        )
    since = on_date - timedelta(days=days)
    recent = sorted(made for made in contact_dates if since < made <= on_date)
    if not cap or len(recent) < cap:
        return on_date
    return recent[-cap] + timedelta(days=days)


def gap_open_on(last_contact: date | None, min_gap_days: int) -> date | None:
    """Find the first date on which the minimum gap allows another contact.

    With a gap of 3 days, after a contact on the 1st the next one may go on the 4th.

    :param last_contact: date of the last contact on any channel, None if there was none
    :return: None when there was no contact yet, so that any date will do
    :raise ValueError: when the gap is negative
    """
    if min_gap_days < 0:
        raise ValueError(
            "The minimum gap between contacts cannot be negative: set it to 0 to "
            "contact without a gap."
        )
    return last_contact and last_contact + timedelta(days=min_gap_days)


# === The window on the wall clock === #


def _reason(local: datetime, window: ContactWindow) -> str | None:
    if local.date() in window.holidays:
        return HOLIDAY
    minute = local.hour * 60 + local.minute
    intervals = window.minutes_by_weekday[local.weekday()]
    if any(begin <= minute < end for begin, end in intervals):
        return None
    return OUTSIDE_WINDOW


def _openings(day: date, window: ContactWindow, zone: ZoneInfo) -> list[datetime]:
    """List the allowed instants of a local date, its first one among them.

    Allowed time can only begin where an interval begins, or where the clock changes.
    """
    midnight = datetime.combine(day, time())
    starts = [
        midnight + timedelta(minutes=begin)
        for begin, _end in window.minutes_by_weekday[day.weekday()]
    ]
    instants = [_to_utc(start, zone, fold) for start in starts for fold in (0, 1)]
    if starts:
        instants += _clock_changes(midnight, zone)
    return [
        instant
        for instant in instants
        if (local := _local(instant, zone)).date() == day and _reason(local, window) is None
    ]


def _check_hours(hour_from: float, hour_to: float, what: str):
    if not (0 <= hour_from <= 24 and 0 <= hour_to <= 24):
        raise ValueError(
            f"{what} runs from {hour_from:g} to {hour_to:g} o'clock: give hours between 0 and 24."
        )
    if hour_from > hour_to:
        raise ValueError(
            f"{what} runs from {hour_from:g} to {hour_to:g} o'clock: let it begin before it ends."
        )


def _check_weekday(weekday: int):
    if weekday not in range(7):
        raise ValueError(f"{weekday!r} is not a weekday: give 0 for Monday to 6 for Sunday.")


def _minutes(hours: float) -> int:
    return round(hours * 60)


# === Time zones === #


def _naive_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        return instant
    return instant.astimezone(timezone.utc).replace(tzinfo=None)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Read naive UTC on the wall clock of a zone."""
    aware = instant.replace(tzinfo=timezone.utc).astimezone(zone)
    return aware.replace(tzinfo=None)


def _to_utc(local: datetime, zone: ZoneInfo, fold: int) -> datetime:
    """Turn a wall clock reading into naive UTC; `fold` 1 is its second occurrence."""
    aware = local.replace(tzinfo=zone, fold=fold)
    return aware.astimezone(timezone.utc).replace(tzinfo=None)


def _clock_changes(midnight: datetime, zone: ZoneInfo) -> list[datetime]:
    """Find the instant, in naive UTC, at which the clock changes around a local date.

    Zones lie within 15 hours of UTC, and no zone changes its clock twice in three days.

    :param midnight: at which the local date begins on the wall clock
    :return: none or one
    """

    def offset(instant):
        return _local(instant, zone) - instant

    before, after = midnight - timedelta(hours=15), midnight + timedelta(hours=39)
    if offset(before) == offset(after):
        return []
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if offset(middle) == offset(before):
            before = middle
        else:
            after = middle
    return [after]


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return _pytz_zone(name)


def _pytz_zone(name: str) -> ZoneInfo:
    """Read a zone from the copy that pytz carries, for systems without the database."""
    if name not in pytz.all_timezones_set:
        raise ValueError(f"Time zone “{name}” is unknown: choose a name such as Europe/Vilnius.")
    with pytz.open_resource(name) as resource:
        return ZoneInfo.from_file(resource, key=name)


def _is_known(name: str) -> bool:
    try:
        _zone(name)
    except ValueError:
        return False
    return True


def _country_zone(country_code: str | None, company_tz: str | None) -> str | None:
    code = (country_code or "").upper()
    zones = pytz.country_timezones.get(code, ())
    for preferred in (company_tz, _MAIN_ZONES.get(code)):
        if preferred in zones:
            return preferred
    return zones[0] if zones else None
