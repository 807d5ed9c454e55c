"""Experiments: who is drawn, what the control group is spared, what a year then shows."""

import random
import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

effect = domain_module("effect")
eligibility = domain_module("eligibility")
facts = domain_module("facts")
ladder = domain_module("ladder")
summary = domain_module("summary")
trials = domain_module("trials")

TODAY = date(2026, 3, 2)
EUR = 1
FRIENDLY, FIRM, FINAL, EARLY = 11, 12, 13, 21
HOUSE, RIVAL = 1, 2
PLAIN = facts.CustomerFacts(policy_id=HOUSE)


def rules(move_policy=None, pause=None):
    house = (ladder.Rung(5, FRIENDLY), ladder.Rung(15, FIRM), ladder.Rung(30, FINAL))
    rival = (ladder.Rung(2, EARLY), ladder.Rung(20, 22))
    foreign = {FRIENDLY: 5, FIRM: 15, FINAL: 30, EARLY: 2, 22: 20}
    policies = {
        HOUSE: facts.PolicyRules(HOUSE, ladder.Ladder(house, False, foreign)),
        RIVAL: facts.PolicyRules(RIVAL, ladder.Ladder(rival, False, foreign)),
    }
    return eligibility.Rules(policies, move_policy or {}, pause or {}, {}, {EUR: 0.01})


def item(days, level=None, number=1, amount=100.0):
    return facts.OpenLine(7, EUR, number, number, days, amount, amount, level, False)


def trial(share=1.0, levels=(FRIENDLY, FIRM, FINAL), challenger=None, number=5):
    return trials.Trial(number, f"seed {number}", share, HOUSE, frozenset(levels), challenger)


def decided(lines, customer=PLAIN, rule_set=None):
    return eligibility.decide(lines, customer, rule_set or rules(), TODAY)


def spared(*levels):
    return facts.CustomerFacts(policy_id=HOUSE, withheld=frozenset(levels))


class TestWithheld(unittest.TestCase):
    def told(self, line, *levels):
        [decision] = decided([line], spared(*levels))
        ids = [rung and rung.id for rung in (decision.rung, decision.upcoming)]
        return (decision.reason, *ids)

    def test_the_whole_ladder_is_withheld(self):
        everything = (FRIENDLY, FIRM, FINAL)
        self.assertEqual(self.told(item(5), *everything), ("control_group", None, None))
        self.assertEqual(self.told(item(3), *everything), ("not_due", None, None))
        self.assertEqual(self.told(item(90, FIRM), *everything), ("control_group", None, None))

    def test_one_level_is_left_out_and_the_next_comes_on_its_day(self):
        self.assertEqual(self.told(item(14, FRIENDLY), FIRM), ("already_contacted", None, FINAL))
        self.assertEqual(self.told(item(15, FRIENDLY), FIRM), ("control_group", None, FINAL))
        self.assertEqual(self.told(item(30, FRIENDLY), FIRM), (None, FINAL, FINAL))

    def test_other_levels_are_untouched(self):
        self.assertEqual(self.told(item(5), FIRM), (None, FRIENDLY, FRIENDLY))
        self.assertEqual(self.told(item(40, FINAL), FIRM), ("already_contacted", None, None))

    def test_only_what_would_have_gone_out_is_of_the_control_group(self):
        """What a pause or a credit holds back would be held back for anybody."""
        paused = rules(pause={1: "disputed"})
        [decision] = decided([item(5)], spared(FRIENDLY), paused)
        self.assertEqual(decision.reason, "disputed")
        credit = facts.OpenLine(7, EUR, 2, 2, 0, -100.0, -100.0, None, False)
        [decision] = decided([item(5), credit], spared(FRIENDLY))
        self.assertEqual(decision.reason, "covered_by_credit")

    def test_the_case_waits(self):
        lines = [item(5)]
        customer = spared(FRIENDLY, FIRM, FINAL)
        figures = summary.summarize(customer, [lines], [decided(lines, customer)], rules(), TODAY)
        self.assertEqual((figures.stage, figures.next_step_date), ("waiting", None))

    @given(
        st.lists(st.tuples(st.integers(-10, 60), st.sampled_from((None, FRIENDLY, FIRM, FINAL)))),
        st.sets(st.sampled_from((FRIENDLY, FIRM, FINAL))),
    )
    def test_nothing_withheld_is_ever_taken(self, spec, levels):
        lines = [item(days, level, n) for n, (days, level) in enumerate(spec, 1)]
        for plain, held in zip(decided(lines), decided(lines, spared(*levels)), strict=True):
            for rung in (held.rung, held.upcoming):
                self.assertTrue(rung is None or rung.id not in levels)
            if held.reason == "control_group":
                self.assertIn(plain.rung.id, levels)
            if held.rung is not None:
                self.assertIsNotNone(plain.rung)


class TestLottery(unittest.TestCase):
    def entered(self, lottery, lines, customer=PLAIN, rule_set=None, number=7):
        decisions = [decided(lines, customer, rule_set)]
        return lottery.enter(number, customer, [lines], decisions, rule_set or rules(), TODAY)

    def test_drawn_on_the_day_of_the_first_contact(self):
        lottery = trials.Lottery([trial()])
        self.assertIs(self.entered(lottery, [item(4)]), PLAIN)
        self.assertEqual(lottery.entries, [])
        customer = self.entered(lottery, [item(5), item(-3, number=2), item(1, number=3)])
        self.assertEqual(customer.withheld, {FRIENDLY, FIRM, FINAL})
        [entry] = lottery.entries
        self.assertEqual((entry.arm, entry.level_id), (trials.CONTROL, FRIENDLY))
        self.assertEqual(entry.owed, {1: 100.0, 3: 100.0})

    def test_what_is_due_today_is_not_overdue(self):
        lottery = trials.Lottery([trial()])
        self.entered(lottery, [item(5), item(0, number=2)])
        self.assertEqual(lottery.entries[0].owed, {1: 100.0})

    def test_two_experiments_withhold_the_levels_of_both(self):
        lottery = trials.Lottery([trial(levels=[FRIENDLY]), trial(levels=[FIRM], number=6)])
        customer = self.entered(lottery, [item(5), item(15, FRIENDLY, number=2)])
        self.assertEqual(customer.withheld, {FRIENDLY, FIRM})
        self.assertEqual([one.trial_id for one in lottery.entries], [5, 6])

    def test_the_others_are_treated_as_ever(self):
        lottery = trials.Lottery([trial(share=0.0)])
        self.assertIs(self.entered(lottery, [item(5)]), PLAIN)
        self.assertEqual(lottery.entries[0].arm, trials.TREATED)

    def test_nobody_is_drawn_twice(self):
        lottery = trials.Lottery([trial()], drawn={(5, 7)})
        self.assertIs(self.entered(lottery, [item(5)]), PLAIN)
        self.assertEqual(lottery.entries, [])

    def test_the_level_on_trial_alone_draws(self):
        lottery = trials.Lottery([trial(levels=[FIRM])])
        self.entered(lottery, [item(5)])
        self.assertEqual(lottery.entries, [])
        customer = self.entered(lottery, [item(15, FRIENDLY)])
        self.assertEqual(customer.withheld, {FIRM})

    def test_a_challenger_draws_when_either_policy_acts(self):
        for days, level, due in ((1, None, 0), (2, None, EARLY), (5, None, FRIENDLY)):
            with self.subTest(days=days):
                lottery = trials.Lottery([trial(challenger=RIVAL)])
                customer = self.entered(lottery, [item(days, level)])
                self.assertEqual([e.level_id for e in lottery.entries], [due] if due else [])
                self.assertEqual(customer.policy_id, RIVAL if due else HOUSE)

    def test_the_champion_goes_on_for_the_others(self):
        lottery = trials.Lottery([trial(share=0.0, challenger=RIVAL)])
        self.assertIs(self.entered(lottery, [item(5)]), PLAIN)
        self.assertEqual(lottery.entries[0].arm, trials.CONTROL)

    def test_no_challenger_against_a_policy_that_somebody_chose(self):
        chosen = trials.Lottery([trial(challenger=RIVAL)], chosen={7})
        self.assertIs(self.entered(chosen, [item(5)]), PLAIN)
        other = facts.CustomerFacts(policy_id=RIVAL)
        lottery = trials.Lottery([trial(challenger=RIVAL)])
        self.assertIs(self.entered(lottery, [item(5)], other), other)
        own = rules(move_policy={1: HOUSE})
        self.assertIs(self.entered(lottery, [item(5)], PLAIN, own), PLAIN)
        self.assertEqual((chosen.entries, lottery.entries), ([], []))

    def test_an_item_that_nobody_asks_for_is_not_owed(self):
        lottery = trials.Lottery([trial()])
        self.entered(lottery, [item(5), item(9, number=2)], rule_set=rules(pause={2: "disputed"}))
        self.assertEqual(lottery.entries[0].owed, {1: 100.0})

    @given(st.floats(0, 1), st.integers(), st.booleans())
    def test_the_draw_is_kept(self, share, customer, rival):
        one = trial(share, challenger=RIVAL if rival else None)
        self.assertEqual(one.arm(customer), one.arm(customer))
        if rival:
            facts_then = one.applied(PLAIN, one.arm(customer))
            self.assertEqual(facts_then.policy_id == RIVAL, one.arm(customer) == trials.TREATED)


class TestOutside(unittest.TestCase):
    """Whom a firm does not risk: a few large customers, and those it names."""

    def entered(self, trial_, lines, number=7):
        lottery = trials.Lottery([trial_])
        customer = lottery.enter(number, PLAIN, [lines], [decided(lines)], rules(), TODAY)
        return customer, lottery.entries

    def test_who_owes_more_than_the_limit_stays_outside(self):
        for limit, arm in ((150.0, trials.OUTSIDE), (200.0, trials.CONTROL)):
            with self.subTest(limit=limit):
                one = trial()._replace(most=limit)
                lines = [item(5), item(-20, number=2)]
                customer, [entry] = self.entered(one, lines)
                self.assertEqual((entry.arm, bool(customer.withheld)), (arm, arm == "control"))

    def test_credits_lower_what_is_owed(self):
        credit = facts.OpenLine(7, EUR, 3, 3, 0, -60.0, -60.0, None, False)
        _customer, [entry] = self.entered(
            trial()._replace(most=150.0), [item(5, amount=200), credit]
        )
        self.assertEqual(entry.arm, trials.CONTROL)

    def test_who_is_named_stays_outside(self):
        for number, arm in ((7, trials.OUTSIDE), (8, trials.CONTROL)):
            with self.subTest(number=number):
                one = trial()._replace(named=frozenset([7]))
                _customer, [entry] = self.entered(one, [item(5)], number)
                self.assertEqual(entry.arm, arm)

    def test_outside_the_present_policy_goes_on(self):
        one = trial(challenger=RIVAL)._replace(named=frozenset([7]))
        customer, [entry] = self.entered(one, [item(5)])
        self.assertEqual((customer, entry.arm), (PLAIN, trials.OUTSIDE))
        self.assertIs(one.applied(PLAIN, trials.OUTSIDE), PLAIN)


class TestCourse(unittest.TestCase):
    """The coming days of a customer whom an experiment has drawn, or will draw."""

    ALL = frozenset((FRIENDLY, FIRM, FINAL))

    def withheld(self, course, days, lines=()):
        day = TODAY + timedelta(days=days)
        return course.on(day, PLAIN, [list(lines)], rules()).withheld

    def drawn(self, since=0, arm=trials.CONTROL, **changes):
        one = trial(challenger=changes.pop("challenger", None))._replace(**changes)
        members = {one.id: (arm, TODAY + timedelta(days=since))}
        return trials.Course(7, [one], members)

    def test_left_alone_for_the_days_and_then_no_more(self):
        course = self.drawn(days=10)
        self.assertEqual([self.withheld(course, n) for n in (0, 10)], [self.ALL, self.ALL])
        self.assertEqual(self.withheld(course, 11), frozenset())
        self.assertEqual(list(course.wakes(TODAY)), [TODAY + timedelta(days=11)])
        self.assertEqual(list(course.wakes(TODAY + timedelta(days=11))), [])

    def test_the_end_of_the_experiment_comes_first(self):
        for until, last in ((4, 4), (40, 10)):
            with self.subTest(until=until):
                course = self.drawn(days=10, until=TODAY + timedelta(days=until))
                self.assertEqual(self.withheld(course, last), self.ALL)
                self.assertEqual(self.withheld(course, last + 1), frozenset())

    def test_without_days_it_lasts_until_the_end(self):
        self.assertEqual(self.withheld(self.drawn(), 300), self.ALL)
        self.assertEqual(list(self.drawn().wakes(TODAY)), [])

    def test_the_treated_are_treated_until_the_end(self):
        course = self.drawn(arm=trials.TREATED, days=10, until=TODAY + timedelta(days=30))
        self.assertEqual(self.withheld(course, 5), frozenset())
        self.assertEqual(list(course.wakes(TODAY)), [TODAY + timedelta(days=31)])

    def test_the_challenger_until_the_end(self):
        until = TODAY + timedelta(days=3)
        course = self.drawn(arm=trials.TREATED, challenger=RIVAL, until=until, days=1)
        policies = [
            course.on(TODAY + timedelta(days=n), PLAIN, [], rules()).policy_id for n in (3, 4)
        ]
        self.assertEqual(policies, [RIVAL, HOUSE])

    def test_no_challenger_against_a_policy_that_somebody_chose(self):
        course = self.drawn(arm=trials.TREATED, challenger=RIVAL)
        other = facts.CustomerFacts(policy_id=RIVAL, pause="x")
        self.assertIs(course.on(TODAY, other, [], rules()), other)
        course.chosen = {7}
        self.assertIs(course.on(TODAY, PLAIN, [], rules()), PLAIN)

    def test_who_is_not_drawn_yet_will_be(self):
        course = trials.Course(7, [trial()])
        self.assertEqual(self.withheld(course, 0, [item(4)]), frozenset())
        self.assertEqual(self.withheld(course, 1, [item(5)]), self.ALL)
        self.assertEqual(course.members, {5: (trials.CONTROL, TODAY + timedelta(days=1))})

    def test_nobody_is_drawn_after_the_last_day(self):
        course = trials.Course(7, [trial()._replace(until=TODAY)])
        self.assertEqual(self.withheld(course, 1, [item(5)]), frozenset())

    def test_a_challenger_may_act_the_sooner(self):
        course = trials.Course(7, [trial(challenger=RIVAL)])
        self.assertEqual([one.policy_id for one in course.rivals(TODAY, PLAIN)], [RIVAL])
        other = facts.CustomerFacts(policy_id=RIVAL)
        self.assertEqual(list(course.rivals(TODAY, other)), [])
        chosen = trials.Course(7, [trial(challenger=RIVAL)], is_chosen=True)
        self.assertEqual(list(chosen.rivals(TODAY, PLAIN)), [])
        self.assertEqual(list(self.drawn(challenger=RIVAL).rivals(TODAY, PLAIN)), [])


class TestYear(unittest.TestCase):
    """A firm's year, many times over, with customers whose behavior is known.

    Of 300 customers two thirds are quick and the others slow; each day in the month after
    a reminder more of them pay. What they owe is spread over four powers of ten. The firm
    draws by the lottery, contacts by the decision, and reads the effect off its control
    group: the interval has to cover the effect that was built in.
    """

    simulation = True

    SEEDS, CUSTOMERS, DAYS = 500, 300, 30
    #: Kind -> chance to pay on a day without and with a reminder.
    KINDS = ((0.03, 0.05), (0.03, 0.05), (0.01, 0.02))

    def paid_by(self, hazard):
        return 1 - (1 - hazard) ** self.DAYS

    def truth(self):
        gains = [self.paid_by(with_) - self.paid_by(without) for without, with_ in self.KINDS]
        return sum(gains) / len(gains)

    def year(self, seed):
        """One firm: customer by customer -> (arm, owed, paid)."""
        drawn, rule_set = random.Random(seed), rules()
        lottery = trials.Lottery([trials.Trial(1, f"year {seed}", 0.25, HOUSE, {FRIENDLY})])
        for customer in range(self.CUSTOMERS):
            owed = drawn.lognormvariate(6, 1.2)
            line = item(5, number=customer, amount=owed)
            told = lottery.enter(
                customer, PLAIN, [[line]], [decided([line], rule_set=rule_set)], rule_set, TODAY
            )
            [decision] = decided([line], told, rule_set)
            reminded = decision.rung is not None
            chance = self.KINDS[customer % 3][reminded]
            yield lottery.entries[-1].arm, owed, drawn.random() < self.paid_by(chance)

    @staticmethod
    def paid(rows):
        return sum(paid for _owed, paid in rows), len(rows)

    def test_the_interval_covers_the_true_effect_in_95_of_100_years(self):
        truth, covered, wrong = self.truth(), {"shares": 0, "money": 0}, 0
        for seed in range(self.SEEDS):
            arms = {trials.CONTROL: [], trials.TREATED: []}
            for arm, owed, paid in self.year(seed):
                arms[arm].append((owed, paid))
            groups = [arms[arm] for arm in (trials.TREATED, trials.CONTROL)]
            came_in = [[(owed, owed * paid) for owed, paid in group] for group in groups]
            found = {
                "shares": effect.shares(*map(self.paid, groups)),
                "money": effect.money(*came_in),
            }
            for name, one in found.items():
                covered[name] += one.low <= truth <= one.high
            wrong += effect.verdict(found["shares"], 50) == "worse"
        shares, money = (covered[name] / self.SEEDS for name in ("shares", "money"))
        self.assertTrue(0.93 <= shares <= 0.975, shares)
        self.assertTrue(0.93 <= money <= 0.98, money)
        self.assertEqual(wrong, 0)


if __name__ == "__main__":
    unittest.main()
