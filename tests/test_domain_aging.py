"""Pure tests of aging; how they are run is told in `domain_loader`."""

from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

aging = domain_module("aging")
Bucket, OpenItem, LedgerItem = aging.Bucket, aging.OpenItem, aging.LedgerItem

TODAY = date(2026, 3, 5)
BUCKETS = (
    Bucket("current", None, 0, "Not due"),
    Bucket("1-30", 1, 30),
    Bucket("31-60", 31, 60),
    Bucket("61+", 61, None),
)

dates = st.dates(date(2024, 1, 1), date(2027, 12, 31))
amounts = st.decimals("-99999.99", "99999.99", places=2)
currencies = st.sampled_from(["EUR", "USD", "JPY"])
open_items = st.lists(st.builds(OpenItem, currencies, dates, amounts), max_size=30)
ledger_items = st.lists(
    st.builds(
        LedgerItem,
        currencies,
        dates,
        st.lists(st.tuples(dates, amounts), max_size=5),
    ),
    max_size=10,
)


@st.composite
def bucket_rows(draw):
    """Valid buckets, between one and nine, in any order."""
    ends = sorted(draw(st.sets(st.integers(-400, 400), max_size=8)))
    starts = [None] + [end + 1 for end in ends]
    rows = [
        Bucket(number, first, last)
        for number, (first, last) in enumerate(zip(starts, ends + [None], strict=True))
    ]
    return draw(st.permutations(rows))


class TestDaysOverdue(TestCase):
    def test_due_today_is_not_overdue(self):
        """P18: what is due today is still in time."""
        self.assertEqual(aging.days_overdue(TODAY, TODAY), 0)
        self.assertFalse(aging.is_overdue(TODAY, TODAY))
        self.assertEqual(aging.bucket_of(0, BUCKETS).code, "current")

    def test_the_day_after_is_one_day_overdue(self):
        """P18: the sign is not inverted."""
        yesterday = TODAY - timedelta(days=1)
        self.assertEqual(aging.days_overdue(yesterday, TODAY), 1)
        self.assertTrue(aging.is_overdue(yesterday, TODAY))

    def test_before_the_due_date_the_days_are_negative(self):
        self.assertEqual(aging.days_overdue(date(2026, 3, 8), TODAY), -3)

    def test_a_leap_day_counts(self):
        self.assertEqual(aging.days_overdue(date(2028, 2, 28), date(2028, 3, 1)), 2)


class TestBuckets(TestCase):
    def _refused(self, *rows):
        with self.assertRaises(ValueError) as caught:
            aging.validate_buckets(Bucket(f"b{n}", *row) for n, row in enumerate(rows))
        return str(caught.exception)

    def test_buckets_in_any_order_come_back_youngest_first(self):
        self.assertEqual(aging.validate_buckets(reversed(BUCKETS)), BUCKETS)

    def test_one_bucket_for_everything_is_allowed(self):
        everything = Bucket("all", None, None)
        self.assertEqual(aging.validate_buckets([everything]), (everything,))

    def test_no_bucket_is_refused(self):
        self.assertIn("add at least one", self._refused())

    def test_a_gap_is_refused_and_named(self):
        text = self._refused((None, 0), (1, 30), (36, None))
        self.assertIn("Days 31 to 35 past due are in no aging bucket", text)
        self.assertIn("“b1” end on day 35, or “b2” begin on day 31", text)

    def test_an_overlap_is_refused_and_named(self):
        text = self._refused((None, 0), (1, 30), (30, None))
        self.assertIn("Day 30 past due is in both “b1” and “b2”", text)
        self.assertIn("“b1” end on day 29, or “b2” begin on day 31", text)

    def test_two_endless_buckets_are_refused(self):
        self.assertIn("“b1” and “b2” overlap", self._refused((None, 0), (1, None), (5, 9)))
        self.assertIn("“b0” and “b1” overlap", self._refused((None, 0), (None, None)))

    def test_a_beginning_too_late_is_refused(self):
        text = self._refused((0, 30), (31, None))
        self.assertIn("due later than “b0”", text)

    def test_an_end_is_refused(self):
        text = self._refused((None, 30), (31, 60))
        self.assertIn("more than 60 days past due", text)

    def test_a_bucket_that_ends_before_it_begins_is_refused(self):
        text = self._refused((None, 0), (30, 1), (31, None))
        self.assertIn("“b1” begins on day 30 and ends on day 1", text)

    def test_two_buckets_of_one_code_are_refused(self):
        with self.assertRaisesRegex(ValueError, "Two aging buckets are called “a”"):
            aging.validate_buckets([Bucket("a", None, 0), Bucket("a", 1, None)])

    def test_an_age_without_bucket_is_refused(self):
        with self.assertRaisesRegex(ValueError, "holds 5 days past due"):
            aging.bucket_of(5, [Bucket("current", None, 0)])

    def test_both_ends_belong_to_a_bucket(self):
        codes = [aging.bucket_of(days, BUCKETS).code for days in (-99, 1, 30, 31, 61)]
        self.assertEqual(codes, ["current", "1-30", "1-30", "31-60", "61+"])

    def test_a_message_uses_the_name_where_there_is_one(self):
        self.assertEqual([str(bucket) for bucket in BUCKETS[:2]], ["“Not due”", "“1-30”"])

    @given(bucket_rows(), st.integers(-1000, 1000))
    def test_every_age_falls_into_exactly_one_bucket(self, rows, days):
        ordered = aging.validate_buckets(rows)
        self.assertEqual([row for row in rows if row.holds(days)], [aging.bucket_of(days, ordered)])

    @given(bucket_rows(), st.integers(-500, 500), st.integers(0, 500))
    def test_an_older_item_never_falls_into_a_younger_bucket(self, rows, days, more):
        ordered = aging.validate_buckets(rows)
        younger, older = (aging.bucket_of(n, ordered) for n in (days, days + more))
        self.assertLessEqual(ordered.index(younger), ordered.index(older))

    @given(bucket_rows(), st.data())
    def test_valid_buckets_without_one_of_them_are_refused(self, rows, data):
        left_out = data.draw(st.sampled_from(rows))
        with self.assertRaises(ValueError):
            aging.validate_buckets(row for row in rows if row != left_out)


class TestAge(TestCase):
    def test_currencies_stay_apart_and_every_bucket_is_there(self):
        """P10: no total mixes currencies."""
        items = [
            OpenItem("EUR", date(2026, 3, 4), Decimal("10.10")),
            OpenItem("EUR", date(2026, 3, 3), Decimal("0.20")),
            OpenItem("USD", date(2025, 3, 4), Decimal("7")),
        ]
        rows = aging.age(items, TODAY, BUCKETS)
        self.assertEqual(list(rows), ["EUR", "USD"])
        self.assertEqual(list(rows["EUR"]), ["current", "1-30", "31-60", "61+"])
        self.assertEqual(list(rows["EUR"].values()), [0, Decimal("10.30"), 0, 0])
        self.assertEqual(list(rows["USD"].values()), [0, 0, 0, 7])

    def test_nothing_open_gives_nothing(self):
        self.assertEqual(aging.age([], TODAY, BUCKETS), {})

    def test_bad_buckets_are_refused(self):
        with self.assertRaisesRegex(ValueError, "more than 0 days past due"):
            aging.age([], TODAY, BUCKETS[:1])

    @given(open_items, dates, bucket_rows())
    def test_totals_per_currency_are_preserved(self, items, as_of, rows):
        aged = aging.age(items, as_of, rows)
        self.assertEqual(set(aged), {item.currency for item in items})
        for currency, row in aged.items():
            total = sum(item.residual for item in items if item.currency == currency)
            self.assertEqual(sum(row.values()), total)

    @given(open_items, dates, bucket_rows())
    def test_every_amount_lands_in_exactly_one_bucket(self, items, as_of, rows):
        for item in items:
            cells = aging.age([item], as_of, rows)[item.currency]
            hit = aging.bucket_of(aging.days_overdue(item.due, as_of), rows)
            for code, amount in cells.items():
                self.assertEqual(amount, item.residual if code == hit.code else 0)

    @given(st.permutations(range(6)), st.lists(amounts, min_size=6, max_size=6))
    def test_the_order_of_items_does_not_matter(self, order, residuals):
        items = [
            OpenItem("EUR", TODAY - timedelta(days=20 * n), amount)
            for n, amount in enumerate(residuals)
        ]
        self.assertEqual(
            aging.age(items, TODAY, BUCKETS),
            aging.age([items[n] for n in order], TODAY, BUCKETS),
        )


class TestBalanceHistory(TestCase):
    def test_an_invoice_is_open_then_overdue_then_part_paid_then_gone(self):
        """P4: a part payment leaves the rest, neither nothing nor everything."""
        invoice = LedgerItem(
            "EUR",
            date(2026, 2, 1),
            [
                (date(2026, 1, 1), Decimal("100")),
                (date(2026, 2, 10), Decimal("-30")),
                (date(2026, 3, 1), Decimal("-70")),
            ],
        )
        days = [
            date(2025, 12, 31),
            date(2026, 1, 1),
            date(2026, 2, 1),
            date(2026, 2, 2),
            date(2026, 2, 10),
            date(2026, 3, 1),
        ]
        history = aging.balance_history([invoice], reversed(days))
        self.assertEqual(list(history), days)
        self.assertEqual(
            [tuple(history[day]["EUR"]) for day in days],
            [(0, 0), (100, 0), (100, 0), (100, 100), (70, 70), (0, 0)],
        )

    def test_what_happens_after_the_last_date_is_not_seen(self):
        item = LedgerItem("EUR", date(2026, 1, 1), [(date(2026, 6, 1), Decimal("5"))])
        self.assertEqual(aging.balance_history([item], [TODAY]), {TODAY: {"EUR": (0, 0)}})

    def test_without_dates_or_items_there_is_no_balance(self):
        self.assertEqual(aging.balance_history([], [TODAY, TODAY]), {TODAY: {}})
        self.assertEqual(aging.balance_history([], []), {})

    @given(ledger_items, st.lists(dates, max_size=6))
    def test_the_history_agrees_with_looking_at_each_date_alone(self, items, days):
        history = aging.balance_history(items, days)
        self.assertEqual(set(history), set(days))
        for day, balances in history.items():
            self.assertEqual(set(balances), {item.currency for item in items})
            for currency, balance in balances.items():
                mine = [item for item in items if item.currency == currency]
                late = [item for item in mine if aging.is_overdue(item.due, day)]
                self.assertEqual(balance.open, _residual(mine, day))
                self.assertEqual(balance.overdue, _residual(late, day))


def _residual(items, day):
    return sum(
        (amount for item in items for when, amount in item.events if when <= day),
        Decimal(0),
    )
