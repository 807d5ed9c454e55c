"""Pure tests of the contact window; how they are run is told in `domain_loader`."""

from datetime import date, datetime, time, timedelta, timezone
from unittest import TestCase
from unittest.mock import patch
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hypothesis import assume, given
from hypothesis import strategies as st

from .domain_loader import domain_module

contact_window = domain_module("contact_window")
ContactWindow = contact_window.ContactWindow
blocking_reason = contact_window.blocking_reason
next_opening = contact_window.next_opening

WEEKDAYS = frozenset(range(5))
OFFICE = ContactWindow(9.0, 18.0, WEEKDAYS)
VILNIUS = "Europe/Vilnius"
NEW_YORK = "America/New_York"
MINUTE = timedelta(minutes=1)

# Zone and the local date of a clock change: forward, back, by half an hour, at
# midnight, by a whole day, one minute after midnight.
CLOCK_CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Vilnius", date(2026, 3, 29)),
    ("Europe/Vilnius", date(2026, 10, 25)),
    ("Europe/Istanbul", date(2016, 3, 27)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2019, 2, 16)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("America/St_Johns", date(2010, 3, 14)),
    ("America/St_Johns", date(2010, 11, 7)),
]
ZONES = sorted({zone for zone, _day in CLOCK_CHANGES} | {"UTC", "Asia/Kolkata"})

hours = st.integers(0, 24 * 60).map(lambda minutes: minutes / 60)
spans = st.tuples(hours, hours).map(sorted).map(tuple)
weekday_sets = st.none() | st.frozensets(st.integers(0, 6))
working_hours = st.none() | st.dictionaries(st.integers(0, 6), st.lists(spans, max_size=3))


@st.composite
def instants(draw):
    """A zone and a naive UTC instant, half of them near a clock change."""
    if draw(st.booleans()):
        zone, day = draw(st.sampled_from(CLOCK_CHANGES))
        around = draw(st.integers(-48 * 60, 48 * 60))
        seconds = draw(st.integers(0, 59))
        midnight = datetime.combine(day, time())
        return zone, midnight + timedelta(minutes=around, seconds=seconds)
    zone = draw(st.sampled_from(ZONES))
    return zone, draw(st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1)))


@st.composite
def windows(draw, now):
    holidays = st.frozensets(st.integers(-1, 9).map(lambda days: now.date() + timedelta(days=days)))
    first, last = draw(spans)
    return ContactWindow(first, last, draw(weekday_sets), draw(holidays), draw(working_hours))


@st.composite
def cases(draw):
    """A window, a zone and a naive UTC instant."""
    zone, now = draw(instants())
    return draw(windows(now)), zone, now


def utc(text, tz="UTC", fold=0):
    """Naive UTC of a wall clock reading such as `2026-03-08 02:30`."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


class TestBlockingReason(TestCase):
    def test_the_debtors_clock_decides_not_the_companys(self):
        """P18: nine in the morning is the debtor's nine."""
        now = utc("2026-03-05 09:30", VILNIUS)
        self.assertIsNone(blocking_reason(now, OFFICE, VILNIUS))
        self.assertEqual(blocking_reason(now, OFFICE, NEW_YORK), "outside_window")

    def test_the_first_minute_is_allowed_and_the_last_hour_is_not(self):
        for text, reason in [
            ("2026-03-05 08:59:59", "outside_window"),
            ("2026-03-05 09:00:00", None),
            ("2026-03-05 17:59:59", None),
            ("2026-03-05 18:00:00", "outside_window"),
        ]:
            with self.subTest(text):
                now = utc(text, VILNIUS)
                self.assertEqual(blocking_reason(now, OFFICE, VILNIUS), reason)

    def test_a_weekend_is_outside_the_window(self):
        now = utc("2026-03-07 10:00", VILNIUS)
        self.assertEqual(blocking_reason(now, OFFICE, VILNIUS), "outside_window")

    def test_a_holiday_is_a_date_of_the_debtors_calendar(self):
        """P18: the eleventh in Vilnius begins while it is the tenth in New York."""
        window = ContactWindow(holidays=frozenset([date(2026, 3, 11)]))
        now = utc("2026-03-11 00:30", VILNIUS)
        self.assertEqual(blocking_reason(now, window, VILNIUS), "holiday")
        self.assertIsNone(blocking_reason(now, window, NEW_YORK))

    def test_a_holiday_at_night_or_on_a_sunday_is_still_called_a_holiday(self):
        window = ContactWindow(9, 18, WEEKDAYS, frozenset([date(2026, 3, 8)]))
        now = utc("2026-03-08 03:00", VILNIUS)
        self.assertEqual(blocking_reason(now, window, VILNIUS), "holiday")

    def test_equal_hours_mean_the_whole_day(self):
        for hour in (0.0, 9.0, 24.0):
            for text in ("2026-03-05 00:00", "2026-03-05 23:59:59"):
                window = ContactWindow(hour, hour)
                self.assertIsNone(blocking_reason(utc(text), window, "UTC"))

    def test_a_window_may_end_at_midnight(self):
        window = ContactWindow(20.0, 24.0)
        self.assertIsNone(blocking_reason(utc("2026-03-05 23:59:59"), window, "UTC"))
        self.assertEqual(blocking_reason(utc("2026-03-06 00:00"), window, "UTC"), "outside_window")

    def test_working_hours_and_the_window_must_both_allow(self):
        calendar = {3: [(8.0, 12.0), (13.0, 17.0)]}
        window = ContactWindow(9.0, 16.0, hours_by_weekday=calendar)
        allowed = [
            hour
            for hour in range(24)
            if blocking_reason(datetime(2026, 3, 5, hour), window, "UTC") is None
        ]
        self.assertEqual(allowed, [9, 10, 11, 13, 14, 15])
        friday = datetime(2026, 3, 6, 10)
        self.assertEqual(blocking_reason(friday, window, "UTC"), "outside_window")

    def test_an_hour_of_thirds_is_read_to_the_minute(self):
        """Odoo keeps 8:20 as 8.333333, which must not open at 8:19."""
        window = ContactWindow(8.333333, 24.0)
        self.assertEqual(
            blocking_reason(utc("2026-03-05 08:19:59"), window, "UTC"),
            "outside_window",
        )
        self.assertIsNone(blocking_reason(utc("2026-03-05 08:20"), window, "UTC"))

    def test_aware_and_naive_instants_are_the_same(self):
        naive = utc("2026-03-05 07:00")
        aware = datetime.fromisoformat("2026-03-05T09:00+02:00")
        self.assertIsNone(blocking_reason(naive, OFFICE, VILNIUS))
        self.assertIsNone(blocking_reason(aware, OFFICE, VILNIUS))
        self.assertEqual(next_opening(aware, OFFICE, VILNIUS), naive)


class TestBadWindow(TestCase):
    def test_hours_that_make_no_sense_are_refused(self):
        for first, last, text in [
            (-1.0, 9.0, "between 0 and 24"),
            (9.0, 24.5, "between 0 and 24"),
            (float("nan"), 9.0, "between 0 and 24"),
            (18.0, 9.0, "from 18 to 9 o'clock: let it begin before it ends"),
        ]:
            with self.subTest((first, last)):
                with self.assertRaisesRegex(ValueError, f"The sending window.*{text}"):
                    ContactWindow(first, last)
                with self.assertRaisesRegex(ValueError, f"A working period.*{text}"):
                    ContactWindow(hours_by_weekday={0: [(first, last)]})

    def test_a_weekday_that_does_not_exist_is_refused(self):
        for weekday in (7, -1, "0"):
            with self.assertRaisesRegex(ValueError, "is not a weekday"):
                ContactWindow(working_days=frozenset([weekday]))
            with self.assertRaisesRegex(ValueError, "is not a weekday"):
                ContactWindow(hours_by_weekday={weekday: []})

    def test_an_unknown_time_zone_is_refused(self):
        for name in ("", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/passwd"):
            with self.subTest(name), self.assertRaisesRegex(ValueError, "is unknown"):
                blocking_reason(datetime(2026, 3, 5), OFFICE, name)


class TestNextOpening(TestCase):
    def _opens(self, now, window, tz, expected, fold=0):
        self.assertEqual(next_opening(utc(now, tz), window, tz), utc(expected, tz, fold))

    def test_now_when_the_window_is_open(self):
        now = datetime(2026, 3, 5, 10, 0, 0, 123)
        self.assertEqual(next_opening(now, OFFICE, "UTC"), now)

    def test_in_the_morning_the_same_day(self):
        self._opens("2026-03-05 03:00", OFFICE, VILNIUS, "2026-03-05 09:00")

    def test_in_the_evening_the_next_day(self):
        self._opens("2026-03-05 18:00", OFFICE, VILNIUS, "2026-03-06 09:00")

    def test_on_friday_evening_the_next_monday(self):
        self._opens("2026-03-06 18:00", OFFICE, VILNIUS, "2026-03-09 09:00")

    def test_at_noon_after_the_break(self):
        window = ContactWindow(hours_by_weekday={3: [(13, 17), (8, 12)]})
        self._opens("2026-03-05 12:15", window, VILNIUS, "2026-03-05 13:00")

    def test_holidays_are_passed_over(self):
        easter = frozenset([date(2026, 4, 3), date(2026, 4, 6)])
        window = ContactWindow(9.0, 18.0, WEEKDAYS, easter)
        self._opens("2026-04-02 20:00", window, "Europe/Berlin", "2026-04-07 09:00")

    def test_never_when_no_day_is_a_working_day(self):
        never = [
            ContactWindow(working_days=frozenset()),
            ContactWindow(hours_by_weekday={}),
            ContactWindow(9.0, 10.0, hours_by_weekday={0: [(11, 12)], 1: [(9, 9)]}),
        ]
        for window in never:
            self.assertIsNone(next_opening(datetime(2026, 3, 5), window, "UTC"))

    def test_a_window_that_opens_in_a_year_is_found_and_a_later_one_is_not(self):
        now = datetime(2026, 3, 5, 12)
        closed = [now.date() + timedelta(days=days) for days in range(367)]
        self.assertEqual(
            next_opening(now, ContactWindow(holidays=frozenset(closed[:366])), "UTC"),
            datetime(2027, 3, 6),
        )
        self.assertIsNone(next_opening(now, ContactWindow(holidays=frozenset(closed)), "UTC"))
        late = ContactWindow(13.0, 14.0, holidays=frozenset(closed[:366]))
        self.assertIsNone(next_opening(now, late, "UTC"))

    def test_an_opening_in_the_spring_gap_moves_to_its_end(self):
        window = ContactWindow(2.5, 18.0)
        self._opens("2026-03-08 00:00", window, NEW_YORK, "2026-03-08 03:00")

    def test_a_window_that_ends_in_the_spring_gap_ends_with_the_jump(self):
        window = ContactWindow(1.0, 2.5)
        last = utc("2026-03-08 01:59", NEW_YORK)
        self.assertIsNone(blocking_reason(last, window, NEW_YORK))
        self.assertEqual(blocking_reason(last + MINUTE, window, NEW_YORK), "outside_window")

    def test_a_window_wholly_in_the_spring_gap_opens_the_next_day(self):
        window = ContactWindow(2.25, 2.75)
        self._opens("2026-03-08 00:00", window, NEW_YORK, "2026-03-09 02:15")

    def test_an_ambiguous_opening_takes_the_first_occurrence(self):
        window = ContactWindow(1.5, 1.75)
        self._opens("2026-11-01 00:00", window, NEW_YORK, "2026-11-01 01:30")

    def test_after_it_the_hour_that_comes_again_opens_again(self):
        window = ContactWindow(0.5, 1.5)
        now = "2026-11-01 01:45"
        self._opens(now, window, NEW_YORK, "2026-11-01 01:00", fold=1)

    def test_an_evening_hour_that_comes_again_opens_again(self):
        """Brazil's clocks went back from midnight to eleven."""
        tz, window = "America/Sao_Paulo", ContactWindow(22.5, 23.5)
        self._opens("2019-02-16 23:45", window, tz, "2019-02-16 23:00", fold=1)

    def test_a_midnight_that_does_not_exist(self):
        """Brazil's clocks jumped from midnight to one o'clock."""
        tz, window = "America/Sao_Paulo", ContactWindow(0.0, 8.0)
        self._opens("2018-11-03 22:00", window, tz, "2018-11-04 01:00")

    def test_a_gap_of_half_an_hour(self):
        tz, window = "Australia/Lord_Howe", ContactWindow(2.25, 8.0)
        self._opens("2026-10-04 00:00", window, tz, "2026-10-04 02:30")

    def test_a_day_that_does_not_exist(self):
        """Samoa had no Friday, 30 December 2011; its hours must not be used."""
        tz, window = (
            "Pacific/Apia",
            ContactWindow(hours_by_weekday={4: [(10, 12)], 5: [(8, 12)]}),
        )
        self._opens("2011-12-29 20:00", window, tz, "2011-12-31 08:00")

    def test_a_date_that_comes_again_after_midnight(self):
        """Newfoundland went back from 0:01 on the 7th to 23:01 on the 6th."""
        tz, window = "America/St_Johns", ContactWindow(23.5, 24.0)
        now = utc("2010-11-07 00:00:30", tz)
        self.assertEqual(contact_window.local_date(now, tz), date(2010, 11, 7))
        self.assertEqual(next_opening(now, window, tz), utc("2010-11-06 23:30", tz, fold=1))


class TestWindowProperties(TestCase):
    @given(cases())
    def test_the_opening_is_not_before_now_and_is_open(self, case):
        window, tz, now = case
        opening = next_opening(now, window, tz)
        assume(opening is not None)
        self.assertGreaterEqual(opening, now)
        self.assertIsNone(blocking_reason(opening, window, tz))

    @given(cases())
    def test_asking_again_at_the_opening_gives_the_opening(self, case):
        window, tz, now = case
        opening = next_opening(now, window, tz)
        assume(opening is not None)
        self.assertEqual(next_opening(opening, window, tz), opening)

    @given(cases())
    def test_it_is_now_exactly_when_nothing_blocks(self, case):
        window, tz, now = case
        is_open = blocking_reason(now, window, tz) is None
        self.assertEqual(next_opening(now, window, tz) == now, is_open)

    @given(cases(), st.integers(0, 3 * 24 * 60))
    def test_a_later_start_never_opens_earlier(self, case, minutes):
        window, tz, now = case
        earlier = next_opening(now, window, tz)
        later = next_opening(now + minutes * MINUTE, window, tz)
        assume(earlier is not None and later is not None)
        self.assertLessEqual(earlier, later)

    @given(cases())
    def test_no_minute_before_the_opening_was_open(self, case):
        """The search agrees with trying every minute of the next two days."""
        window, tz, now = case
        now = now.replace(second=0, microsecond=0)
        tries = (now + n * MINUTE for n in range(2 * 24 * 60))
        first = next((when for when in tries if blocking_reason(when, window, tz) is None), None)
        opening = next_opening(now, window, tz)
        if first is None:
            self.assertTrue(opening is None or opening >= now + timedelta(days=2))
        else:
            self.assertEqual(opening, first)

    @given(cases())
    def test_a_narrower_window_never_opens_earlier(self, case):
        window, tz, now = case
        wide = ContactWindow(window.send_from, window.send_to)
        narrow = next_opening(now, window, tz)
        assume(narrow is not None)
        self.assertLessEqual(next_opening(now, wide, tz), narrow)


class TestTimeZones(TestCase):
    def test_the_business_date_is_that_of_the_zone(self):
        """P18: late in the evening in UTC it is tomorrow in Vilnius."""
        now = datetime(2026, 3, 5, 22, 30)
        self.assertEqual(contact_window.local_date(now, VILNIUS), date(2026, 3, 6))
        self.assertEqual(contact_window.local_date(now, NEW_YORK), date(2026, 3, 5))

    def test_the_zone_of_a_debtor(self):
        for expected, partner_tz, country, company_tz in [
            ("Asia/Tokyo", "Asia/Tokyo", "LT", "Europe/Berlin"),
            ("Europe/Vilnius", False, "LT", "Europe/Berlin"),
            ("Europe/Vilnius", None, "lt", None),
            ("America/Chicago", None, "US", "America/Chicago"),
            ("America/New_York", None, "US", "Europe/Berlin"),
            ("Australia/Sydney", None, "AU", "Europe/Berlin"),
            ("Australia/Perth", None, "AU", "Australia/Perth"),
            ("Europe/Berlin", None, None, "Europe/Berlin"),
            ("Europe/Berlin", None, "XX", "Europe/Berlin"),
            ("UTC", "", "", ""),
            ("Europe/Vilnius", "Mars/Olympus", "LT", None),
            ("UTC", None, None, "Mars/Olympus"),
            ("US/Pacific", "US/Pacific", "DE", None),
        ]:
            with self.subTest((partner_tz, country, company_tz)):
                self.assertEqual(
                    contact_window.timezone_of(partner_tz, country, company_tz),
                    expected,
                )

    def test_the_main_zones_belong_to_their_countries(self):
        for country, zone in contact_window._MAIN_ZONES.items():
            self.assertEqual(contact_window.timezone_of(None, country, None), zone)

    def test_without_the_systems_database_the_copy_in_pytz_serves(self):
        contact_window._zone.cache_clear()
        self.addCleanup(contact_window._zone.cache_clear)
        with patch.object(contact_window, "ZoneInfo", _NoZoneInfo):
            nine = utc("2026-07-01 09:00", VILNIUS)
            self.assertIsNone(blocking_reason(nine, OFFICE, VILNIUS))
            self.assertEqual(next_opening(nine - MINUTE, OFFICE, VILNIUS), nine)
            with self.assertRaisesRegex(ValueError, "is unknown"):
                blocking_reason(nine, OFFICE, "Mars/Olympus")


class _NoZoneInfo(ZoneInfo):
    """The class as it behaves on a system without time zone data."""

    def __new__(cls, key):
        raise ZoneInfoNotFoundError(key)


class TestNarrowed(TestCase):
    """A debtor's own wishes within the window of a policy."""

    def test_hours_and_days_are_cut(self):
        window = ContactWindow(8, 20).narrowed(10, 22, frozenset({1, 3}))
        self.assertEqual((window.send_from, window.send_to), (10, 20))
        self.assertEqual(
            [bool(day) for day in window.minutes_by_weekday], [False, True] * 2 + [False] * 3
        )

    def test_days_alone_leave_the_hours(self):
        window = ContactWindow(8, 20).narrowed(0, 0, frozenset({1}))
        self.assertEqual((window.send_from, window.send_to), (8, 20))
        self.assertEqual(window.working_days, frozenset({1}))

    def test_no_wishes_change_nothing(self):
        window = ContactWindow(8, 20, working_days=frozenset({0, 1}))
        self.assertEqual(window.narrowed(0, 0, None), window)

    def test_a_whole_day_is_narrowed_as_well(self):
        window = ContactWindow(0, 0).narrowed(10, 12, None)
        self.assertEqual((window.send_from, window.send_to), (10, 12))

    def test_wishes_that_leave_nothing_are_put_aside(self):
        for window in (
            ContactWindow(8, 10),
            ContactWindow(8, 20, working_days=frozenset({0})),
            ContactWindow(8, 20, hours_by_weekday={5: [(8, 9)]}),
        ):
            with self.subTest(window):
                self.assertEqual(window.narrowed(12, 14, frozenset({5})), window)
