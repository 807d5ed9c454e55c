"""Pure tests of the plain forecast that a learnt model has to beat."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module
from .score_cases import START, as_known, item, ledgers

baseline = domain_module("baseline")


def habitual(items, day):
    chronicle = baseline.Habitual(items)
    chronicle.move_to(START + day)
    return chronicle


class TestMeanLateness(TestCase):
    @given(ledgers(), st.integers(0, 260), st.integers(-40, 1600), st.sampled_from((0, 7, 30)))
    def test_probabilities_are_probabilities_and_see_nothing_later(self, items, day, age, days):
        said = []
        for known in (items, as_known(items, START + day)):
            chronicle = habitual(known, day)
            said.append(chronicle.mean_rule(chronicle.customer(1), age, days))
        self.assertTrue(0 < said[0] < 1)
        self.assertEqual(said[0], said[1])

    @given(ledgers(), st.lists(st.integers(0, 260), min_size=2, max_size=3))
    def test_it_goes_on_as_one_begun_that_day(self, items, days):
        going = baseline.Habitual(items)
        for day in sorted(days):
            going.move_to(START + day)
            begun = habitual(items, day)
            self.assertEqual(
                going.mean_rule(going.customer(1), 5, 30), begun.mean_rule(begun.customer(1), 5, 30)
            )

    def test_asked_twice_of_a_day_it_says_the_same(self):
        chronicle = habitual([item(0, 0, 9), item(1, 20, 11)], 100)
        said = chronicle.mean_rule(chronicle.customer(1), 5, 30)
        chronicle.move_to(START + 100)
        self.assertEqual(chronicle.mean_rule(chronicle.customer(1), 5, 30), said)

    def test_the_mean_is_the_customers_own(self):
        items = [item(number, number * 5, 40, customer=1) for number in range(20)]
        items += [item(50 + number, number * 5, 0, customer=2) for number in range(20)]
        chronicle = habitual(items, 300)
        late, prompt = chronicle.customer(1), chronicle.customer(2)
        self.assertTrue(35 <= chronicle.mean_lateness(late) <= 40)
        self.assertTrue(0 <= chronicle.mean_lateness(prompt) <= 5)
        self.assertGreater(chronicle.mean_rule(prompt, 0, 7), chronicle.mean_rule(late, 0, 7) + 0.4)

    def test_the_usual_days_end_at_the_usual_day(self):
        items = [item(number, number * 5, 10) for number in range(40)]
        chronicle = habitual(items, 300)
        customer, asked = chronicle.customer(1), item(99, 290, None)
        self.assertEqual(chronicle.usual_days(customer, asked, START + 300), 30)
        self.assertEqual(chronicle.usual_days(customer, asked, START + 400), 0)
