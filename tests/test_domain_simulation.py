"""The simulation against a plain day-by-day loop, and on small stories."""

import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

contact_window = domain_module("contact_window")
eligibility = domain_module("eligibility")
facts = domain_module("facts")
ladder = domain_module("ladder")
simulation = domain_module("simulation")
trials = domain_module("trials")

START = date(2026, 3, 2)
EUR = 1
DAYS_OF = {11: -3, 12: 5, 13: 15}


def rules(min_gap=0, tolerance=0.0, cap=0):
    rungs = tuple(ladder.Rung(days, level_id) for level_id, days in DAYS_OF.items())
    policy = facts.PolicyRules(1, ladder.Ladder(rungs), min_gap, cap, 7, {EUR: tolerance})
    return eligibility.Rules({1: policy}, {}, {}, {}, {EUR: 0.01})


def item(number, due_in, amount=100.0, opened=START, events=(), level=None):
    due = START + timedelta(days=due_in)
    return simulation.PlayedLine(7, EUR, number, number, opened, due, amount, events, level)


def play(lines, rule_set=None, days=30, is_open=lambda policy_id, day: True, customer=None):
    customer = customer or facts.CustomerFacts(policy_id=1)
    period = (START, START + timedelta(days=days))
    return simulation.simulate(lines, customer, rule_set or rules(), DAYS_OF, period, is_open)


class ExperimentCase(unittest.TestCase):
    """The coming days while experiments run."""

    RIVAL_DAYS = {31: 3, 32: 9}

    def rules(self):
        rungs = tuple(ladder.Rung(days, id_) for id_, days in self.RIVAL_DAYS.items())
        rival = facts.PolicyRules(2, ladder.Ladder(rungs, False, DAYS_OF))
        house = rules()
        return house._replace(policies={**house.policies, 2: rival}, move_policy={-2: 2})

    def play(self, lines, trial, members=None, days=30, customer=None):
        course = trials.Course(7, [trial], members)
        period = (START, START + timedelta(days=days))
        days_of = {**DAYS_OF, **self.RIVAL_DAYS}
        customer = customer or facts.CustomerFacts(policy_id=1)
        every = simulation.simulate(
            lines, customer, self.rules(), days_of, period, lambda *_args: True, course
        )
        return days_and_levels(every)

    def trial(self, share=1.0, challenger=None, **values):
        return trials.Trial(5, "a seed", share, 1, frozenset(DAYS_OF), challenger)._replace(
            **values
        )

    def test_who_is_left_alone_is_reminded_from_the_day_of_release(self):
        drawn = {5: (trials.CONTROL, START - timedelta(days=4))}
        self.assertEqual(self.play([item(1, -6)], self.trial(), drawn), [])
        self.assertEqual(self.play([item(1, -6)], self.trial(days=10), drawn), [(7, 12), (9, 13)])

    def test_the_end_of_the_experiment_is_foreseen(self):
        drawn = {5: (trials.CONTROL, START)}
        until = START + timedelta(days=12)
        self.assertEqual(self.play([item(1, -6)], self.trial(until=until), drawn)[0], (13, 12))

    def test_who_will_be_drawn_is_left_alone(self):
        self.assertEqual(self.play([item(1, 5)], self.trial(days=12)), [(15, 12), (20, 13)])
        self.assertEqual(len(self.play([item(1, 5)], self.trial(share=0.0))), 3)

    def test_installments_are_no_part_of_what_a_customer_owes_beside_his_plan(self):
        plan = item(-2, 20)._replace(is_installment=True)
        limited = self.trial(most=150.0)
        self.assertEqual(self.play([item(1, 5), plan], limited, days=12), [])
        more = item(3, 5)
        self.assertEqual(self.play([item(1, 5), more, plan], limited, days=12)[0], (2, 11))

    def test_a_challenger_acts_on_its_own_days(self):
        self.assertEqual(self.play([item(1, 0)], self.trial(challenger=2)), [(3, 31), (9, 32)])

    @given(
        st.lists(st.tuples(st.integers(-30, 30), st.integers(1, 5)), max_size=4),
        st.sampled_from((0.0, 1.0)),
        st.sampled_from((None, 2)),
        st.sampled_from((None, 0, 5, 12)),
        st.sampled_from((None, 3, 9, 40)),
    )
    def test_skipping_days_changes_nothing(self, spec, share, challenger, days, last):
        lines = [item(n, due, 10.0 * size) for n, (due, size) in enumerate(spec, 1)]
        until = last and START + timedelta(days=last)
        trial = self.trial(share, challenger, days=days, until=until)
        self.assertEqual(self.play(lines, trial), self._day_by_day(lines, trial))

    def _day_by_day(self, lines, trial):
        """The same, every day awake."""
        awake = item(99, 0, 0.0, events=tuple((START + timedelta(days=n), 0.0) for n in range(31)))
        return self.play([*lines, awake], trial)


def days_and_levels(contacts):
    return [((contact.day - START).days, contact.level_id) for contact in contacts]


class OpenDayCase(unittest.TestCase):
    def test_a_day_is_open_when_it_has_hours_and_is_no_holiday(self):
        window = contact_window.ContactWindow(9.0, 18.0, frozenset(range(5)), frozenset((START,)))
        days = [START + timedelta(days=offset) for offset in (0, 1, 5)]
        opened = [contact_window.is_open_on(day, window) for day in days]
        self.assertEqual(opened, [False, True, False])


class SimulationCase(unittest.TestCase):
    def test_every_level_on_its_day(self):
        self.assertEqual(days_and_levels(play([item(1, 5)])), [(2, 11), (10, 12), (20, 13)])

    def test_a_paid_item_is_left_alone(self):
        paid = item(1, 5, events=((START + timedelta(days=8), -100.0),))
        self.assertEqual(days_and_levels(play([paid])), [(2, 11)])

    def test_a_part_payment_lowers_what_is_asked(self):
        part = item(1, -4, events=((START + timedelta(days=3), -40.0),))
        contacts = play([part])
        self.assertEqual([contact.total for contact in contacts], [100.0, 60.0])

    def test_an_item_not_yet_opened_does_not_exist(self):
        later = item(1, -10, opened=START + timedelta(days=4))
        self.assertEqual(days_and_levels(play([later]))[0], (4, 12))

    def test_closed_days_move_the_contact_to_the_next_open_one(self):
        def weekday(_policy, day):
            return day.weekday() < 5

        contacts = play([item(1, 0)], is_open=weekday)
        self.assertEqual([c.day.weekday() < 5 for c in contacts], [True] * len(contacts))
        self.assertEqual(days_and_levels(contacts), [(7, 12), (15, 13)])

    def test_the_minimum_gap_holds_between_contacts(self):
        contacts = play([item(1, -20), item(2, -3)], rules(min_gap=6))
        self.assertEqual(days_and_levels(contacts), [(0, 12), (6, 13), (12, 13)])

    def test_no_contact_below_the_tolerance_until_more_is_overdue(self):
        contacts = play([item(1, -6, 3.0), item(2, 4, 20.0)], rules(tolerance=5.0))
        self.assertEqual(days_and_levels(contacts)[:2], [(1, 12), (9, 13)])

    def test_installments_follow_the_rules_of_their_plan_and_come_first(self):
        of_plan = facts.PolicyRules(2, ladder.Ladder((ladder.Rung(1, 11),)), 0, 0, 7, {EUR: 0.0})
        base = rules()
        rule_set = base._replace(policies={**base.policies, 2: of_plan}, move_policy={1: 2})
        installment = item(1, 1)._replace(is_installment=True)
        contacts = play([item(2, -3), item(3, -13), installment], rule_set, days=6)
        self.assertEqual(days_and_levels(contacts), [(0, 12), (2, 11), (3, 13)])
        self.assertEqual([contact.is_installment for contact in contacts], [False, True, False])

    def test_nothing_open_gives_nothing(self):
        self.assertEqual(play([]), [])

    @given(
        st.lists(
            st.tuples(st.integers(-30, 30), st.integers(1, 5), st.integers(0, 25)), max_size=5
        ),
        st.integers(0, 6),
        st.integers(0, 2),
    )
    def test_skipping_days_changes_nothing(self, spec, gap, cap):
        lines = [
            item(n, due, 10.0 * size, events=((START + timedelta(days=paid), -10.0 * size),))
            for n, (due, size, paid) in enumerate(spec, 1)
        ]
        rule_set = rules(min_gap=gap, cap=cap, tolerance=20.0)
        self.assertEqual(play(lines, rule_set), self._day_by_day(lines, rule_set))

    def _day_by_day(self, lines, rule_set):
        """Plays every single day, one at a time."""
        customer = facts.CustomerFacts(policy_id=1)
        contacts = []
        state = lines
        for offset in range(31):
            day = START + timedelta(days=offset)
            sent = simulation.simulate(
                state, customer, rule_set, DAYS_OF, (day, day), lambda *args: True
            )
            contacts += sent
            if sent:
                customer = facts.CustomerFacts(
                    1, None, day, (*customer.contact_dates, *(c.day for c in sent))
                )
                state = self._advance(state, sent[0].day, rule_set, customer)
        return contacts

    def _advance(self, lines, day, rule_set, after):
        """Takes the levels over from the decision of the day, made once more."""
        before = facts.CustomerFacts(
            1,
            None,
            max((d for d in after.contact_dates if d < day), default=None),
            tuple(d for d in after.contact_dates if d < day),
        )
        opened = [
            line for line in lines if day >= line.opened and abs(line.residual_on(day)) > 0.005
        ]
        rows = [
            facts.OpenLine(
                7,
                EUR,
                o.id,
                o.move_id,
                (day - o.due).days,
                o.residual_on(day),
                0,
                o.level_id,
                False,
            )
            for o in opened
        ]
        reached = {
            d.line.id: d.rung.id for d in eligibility.decide(rows, before, rule_set, day) if d.rung
        }
        return [line._replace(level_id=reached.get(line.id, line.level_id)) for line in lines]
