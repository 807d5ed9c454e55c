"""Pure tests of what is known of an invoice on a day; above all: nothing later."""

import json
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .score_cases import START, as_known, features, item, ledgers, payers

Chronicle, FEATURES = features.Chronicle, features.FEATURES


def vector(items, asked, day):
    """Feature -> value of an invoice on a day of the story."""
    return dict(zip(FEATURES, Chronicle(items).features(asked, START + day), strict=True))


class TestFeatures(TestCase):
    @given(ledgers(least=1), st.integers(0, 260), st.data())
    def test_nothing_later_than_the_day_is_seen(self, items, day, data):
        asked = data.draw(st.sampled_from(items))
        day += START
        known = as_known(items, day)
        past = asked._replace(settled=None)
        self.assertEqual(
            Chronicle(items).features(asked, day), Chronicle(known).features(past, day)
        )

    def test_what_happens_on_the_day_itself_is_not_known_yet(self):
        one = item(1, 0, 0)  # issued on day 0, settled on day 30
        for day, issued, settled in ((0, 0, 0), (1, 1, 0), (30, 1, 0), (31, 1, 1)):
            with self.subTest(day=day):
                chronicle = Chronicle([one])
                chronicle.move_to(START + day)
                customer = chronicle.customer(1)
                self.assertEqual((customer.issued, len(customer.lateness)), (issued, settled))

    @given(ledgers(), st.lists(st.integers(0, 260), min_size=1, max_size=4))
    def test_a_chronicle_that_goes_on_says_what_one_begun_that_day_says(self, items, days):
        going, asked = Chronicle(items), item(999, 0, None)
        for day in sorted(START + day for day in days):
            self.assertEqual(going.features(asked, day), Chronicle(items).features(asked, day))

    @given(ledgers(), st.integers(0, 260), st.integers(-40, 200), st.integers(0, 60))
    def test_rates_are_what_counting_gives(self, items, day, age, days):
        day += START
        chronicle = Chronicle(items)
        chronicle.move_to(day)
        known = as_known(items, day)
        done = [payers.clip(one.settled - one.due) for one in known if one.settled is not None]
        still = [day - one.due for one in known if one.settled is None]
        paid = sum(age <= late <= age + days for late in done)
        seen = sum(late >= age for late in done) + sum(old > age + days for old in still)
        self.assertEqual(chronicle.everybody(age, days), (paid, seen))
        alone = Chronicle([one for one in items if one.customer == 1])
        alone.move_to(day)
        (own_paid, own_seen), unpaid = chronicle.own(chronicle.customer(1), age, days)
        self.assertEqual(alone.everybody(age, days), (own_paid, own_seen + unpaid))

    @given(ledgers(), st.integers(0, 260), st.integers(-40, 1600), st.sampled_from((0, 7, 30)))
    def test_probabilities_are_probabilities_and_longer_is_likelier(self, items, day, age, days):
        chronicle = Chronicle(items)
        chronicle.move_to(START + day)
        customer = chronicle.customer(1)
        for chance in (chronicle.general(age, days), chronicle.rule(customer, age, days)):
            self.assertTrue(0 < chance < 1)
        (paid, _seen), _unpaid = chronicle.own(customer, age, days)
        (longer, _seen), _unpaid = chronicle.own(customer, age, days + 20)
        self.assertLessEqual(paid, longer)

    def test_the_figures_of_a_customer(self):
        items = [item(1, 0, 10), item(2, 10, -5, partly=-10), item(3, 20, 40, amount=1000.0)]
        items += [item(4, 60, None), item(5, 0, -30, customer=2)]
        asked = item(6, 110, None, amount=1000.0)
        found = vector(items, asked, 110)
        self.assertEqual(found["age"], -30)
        self.assertEqual((found["since_issue"], found["terms"]), (0, 30))
        self.assertAlmostEqual(found["late_share"], (2 + 4 * (2 + 1) / (4 + 2)) / 7)
        self.assertEqual(found["last_late"], 40)
        self.assertEqual(found["since_paid"], 20)
        self.assertEqual(found["oldest"], 20)
        self.assertEqual(found["overdue_share"], 1.0)
        self.assertAlmostEqual(found["partial_share"], 1.1 / 4)
        self.assertGreater(found["amount_ratio"], 0)
        self.assertAlmostEqual(found["recent_late"], -1.25 + 0.25 * (40 + 1.25))

    def test_nothing_is_known_of_a_new_customer(self):
        found = vector([], item(1, 0, None, customer=9), 0)
        self.assertEqual(found["settled"], 0)
        self.assertEqual(found["since_paid"], payers.CAP_DAYS)
        self.assertEqual(found["trend"], 0)

    def test_an_age_that_few_have_reached_is_like_the_oldest_seen(self):
        items = [item(number, number, 5) for number in range(50)]
        chronicle = Chronicle(items)
        chronicle.move_to(START + 200)
        self.assertGreater(chronicle.general(0, 30), 0.9)
        self.assertAlmostEqual(chronicle.general(500, 30), chronicle.general(250, 30))

    def test_asked_twice_of_a_day_it_says_the_same(self):
        chronicle, asked = Chronicle([item(0, 0, 9), item(1, 20, 11)]), item(999, 50, None)
        said = chronicle.features(asked, START + 100)
        chronicle.everybody(0, 30)
        self.assertEqual(chronicle.features(asked, START + 100), said)

    def test_what_is_kept_of_everybody(self):
        """Customer 1 pays ten days late, customer 2 on the day and then nothing more."""
        items = [item(0, 0, 10), item(1, 1, 0, customer=2), item(2, 40, None, customer=2)]
        whole = Chronicle(items)
        whole.move_to(START + 60)
        kept = whole.keep()
        self.assertEqual((kept["settled"], kept["late"]), (2, [[0, 1], [10, 1]]))
        self.assertEqual(kept["open"], [[START + 70, 1]])
        own = Chronicle(items[:1], kept)
        own.move_to(START + 60)
        self.assertEqual(own.everybody(5, 30), (1, 1))

    @given(ledgers(least=1), st.integers(0, 260), st.integers(-40, 200))
    def test_everybody_can_be_kept_for_some_customers(self, items, day, age):
        whole = Chronicle(items)
        whole.move_to(START + day)
        kept = json.loads(json.dumps(whole.keep()))
        own = Chronicle([one for one in items if one.customer == 1], kept)
        own.move_to(START + day)
        self.assertEqual(own.everybody(age, 30), whole.everybody(age, 30))
        found = own.rule(own.customer(1), age, 30)
        self.assertAlmostEqual(found, whole.rule(whole.customer(1), age, 30))

    def test_what_is_open_counts_against(self):
        paid = [item(number, number, 5) for number in range(10)]
        owing = [item(number, number, None) for number in range(10, 40)]
        for items, least, most in ((paid, 0.8, 1.0), (paid + owing, 0.1, 0.4)):
            chronicle = Chronicle(items)
            chronicle.move_to(START + 200)
            self.assertTrue(least < chronicle.rule(chronicle.customer(1), 0, 30) < most)

    def test_no_trait_of_a_person_is_a_feature(self):
        for word in ("name", "sex", "gender", "title", "nation", "country", "lang", "birth"):
            self.assertFalse([code for code in FEATURES if word in code])
        known = ("id", "customer", "issued", "due", "amount", "settled", "first_paid")
        self.assertEqual(payers.Item._fields, known, "nothing else of anybody gets in")

    @given(ledgers(least=1), st.integers(0, 260))
    def test_who_a_customer_is_tells_nothing(self, items, day):
        """Numbers only tell customers and invoices apart: others in their place say the same."""
        others = [one._replace(id=9000 - one.id, customer=70 - one.customer) for one in items]
        for asked, other in zip(items, others, strict=True):
            self.assertEqual(
                Chronicle(items).features(asked, START + day),
                Chronicle(others).features(other, START + day),
            )

    def test_open_and_paid(self):
        one = item(1, 0, 0)
        self.assertFalse(payers.is_open(one, START - 1))
        self.assertTrue(payers.is_open(one, one.due))
        self.assertFalse(payers.is_open(one, one.due + 1))
        self.assertTrue(payers.paid_within(one, one.due, 0))
        self.assertFalse(payers.paid_within(one, one.due - 8, 7))
        self.assertFalse(payers.paid_within(item(2, 0, None), one.due, 60))

    def test_a_day_at_the_edge_of_what_is_open(self):
        one = item(1, 0, 0)
        self.assertTrue(payers.is_open(one, one.issued))

    def test_in_part_is_before_the_whole(self):
        customer = payers.Customer()
        for number, partly in enumerate((-5, 0)):  # the second on the day it was settled
            one = item(number, 0, 0, partly=partly)
            customer.open(one)
            customer.settle(one)
        self.assertEqual((customer.issued, customer.partial), (2, 1))

    def test_late_and_very_late(self):
        customer = payers.Customer()
        for number, late in enumerate((0, 1, 30, 31)):
            customer.open(item(number, 0, late))
            customer.settle(item(number, 0, late))
        self.assertEqual((customer.late, customer.very_late), (3, 1))

    def test_worked_example_of_the_drift(self):
        """Seven in time and one twenty days late: recent 5, mean 2.5, weight 8·¼ / (8·¼ + 1)."""
        customer = payers.Customer()
        for number in range(8):
            one = item(number, number, 20 if number == 7 else 0)
            customer.open(one)
            customer.settle(one)
        expected = -2.5 / 20 * (2 / 3) / (1 + 15 / 10)
        self.assertAlmostEqual(payers.drift(customer, 0, 20), expected)
        self.assertEqual(payers.drift(payers.Customer(), 0, 20), 0)
