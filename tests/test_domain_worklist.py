"""Pure tests of the worklist: what acting is worth, who stands in, who looks after whom."""

from datetime import date, datetime, timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

worklist = domain_module("worklist")
substitutes = domain_module("substitutes")
distribution = domain_module("distribution")
Facts, Task, Uplift = worklist.Facts, worklist.Task, worklist.Uplift
Absence, Customer, Rule = substitutes.Absence, distribution.Customer, distribution.Rule

TODAY = date(2026, 3, 5)
TABLE = (
    Uplift(None, 0, 0.15),
    Uplift(None, 60, 0.05),
    Uplift("able_willing", 0, 0.4),
    Uplift("able_willing", 30, 0.2, is_measured=True),
)
MONEY = st.floats(0, 1e7)
FACTS = st.builds(
    Facts,
    chaseable=MONEY,
    not_due=MONEY,
    chance=st.none() | st.floats(0, 1),
    group=st.sampled_from((None, "able_willing", "cannot_pay")),
    days_overdue=st.integers(0, 400),
    broken=st.integers(0, 5),
    items=st.integers(0, 50),
    has_phone=st.booleans(),
)


class TestWorth(TestCase):
    def test_worked_example(self):
        """1,000 overdue for 40 days, likely 75 % paid anyhow: 250 stay open, 20 % can be won."""
        found = worklist.worth(Facts(1000, 400, 0.75, "able_willing", 40, 1, 3), TABLE, 0.5)
        self.assertEqual(
            dict(found.parts),
            {"amount": 100, "age": -50, "broken": 7.5, "exposure": 5, "effort": -3.25},
        )
        self.assertAlmostEqual(found.value, 59.25)
        self.assertAlmostEqual(found.change, 0.05)
        self.assertEqual((found.at_risk, found.is_measured), (350, True))

    def test_what_is_not_due_never_counts_more_than_what_is_overdue(self):
        for chaseable, expected in ((0, {}), (10, {"amount": 2, "exposure": 2})):
            found = worklist.worth(Facts(chaseable, 9000, 0.5, "able_willing"), TABLE)
            self.assertEqual(dict(found.parts), expected)

    def test_an_unknown_chance_is_as_likely_as_not(self):
        self.assertEqual(
            worklist.worth(Facts(100), TABLE), worklist.worth(Facts(100, chance=0.5), TABLE)
        )

    def test_nobody_can_win_what_comes_anyhow(self):
        self.assertEqual(worklist.worth(Facts(1000, chance=1.0), TABLE).value, 0)

    def test_the_uplift_is_the_own_groups_at_the_age_reached(self):
        for group, days, share in (
            (None, 0, 0.15),
            (None, 59, 0.15),
            (None, 60, 0.05),
            ("cannot_pay", 400, 0.05),
            ("able_willing", 29, 0.4),
            ("able_willing", 400, 0.2),
        ):
            with self.subTest(group=group, days=days):
                self.assertEqual(worklist.uplift_of(group, days, TABLE).share, share)
        self.assertEqual(worklist.uplift_of("able_willing", 3, ()).share, 0)

    def test_without_a_number_it_takes_longer(self):
        with_one, without = Facts(100, items=2), Facts(100, items=2, has_phone=False)
        self.assertEqual((worklist.minutes(with_one), worklist.minutes(without)), (6, 16))

    def test_how_much_counts_at_most(self):
        """Two broken promises, and twenty items to talk about."""
        values = [worklist.worth(Facts(100, broken=n), TABLE).value for n in (0, 1, 2, 3)]
        self.assertEqual([round(value, 6) for value in values], [7.5, 8.625, 9.75, 9.75])
        self.assertEqual([worklist.minutes(Facts(1, items=n)) for n in (1, 20, 21)], [5.5, 15, 15])

    def test_what_is_not_said(self):
        """Nothing else is owed, nothing is late, one item, a number, an assumption."""
        self.assertEqual(Facts(100), Facts(100, 0.0, None, None, 0, 0, 1, True))
        self.assertEqual(Uplift(None, 0, 0.1), Uplift(None, 0, 0.1, False))
        self.assertEqual(worklist.worth(Facts(100), TABLE).at_risk, 50)
        self.assertEqual(worklist.worth(Facts(0), TABLE).at_risk, 0)

    def test_age_is_counted_from_the_first_day(self):
        table = Uplift(None, 0, 0.4), Uplift(None, 1, 0.2)
        found = worklist.worth(Facts(100, days_overdue=1), table)
        self.assertEqual(dict(found.parts), {"amount": 20, "age": -10})

    @given(FACTS, st.floats(0, 100))
    def test_the_parts_are_the_value(self, facts, cost):
        found = worklist.worth(facts, TABLE, cost)
        total = sum(money for _name, money in found.parts)
        self.assertAlmostEqual(found.value, max(total, 0), places=4)
        self.assertGreaterEqual(found.change, 0)
        self.assertLessEqual(found.change, 1)

    @given(FACTS, st.floats(0, 1e6))
    def test_more_money_is_never_worth_less(self, facts, more):
        richer = facts._replace(chaseable=facts.chaseable + more)
        value = worklist.worth(facts, TABLE, 0.5).value
        self.assertGreaterEqual(worklist.worth(richer, TABLE, 0.5).value, value - 1e-6)

    @given(FACTS, st.floats(0, 1))
    def test_a_likelier_payer_is_never_worth_more(self, facts, chance):
        low, high = sorted((chance, 0.5 if facts.chance is None else facts.chance))
        value = [worklist.worth(facts._replace(chance=c), TABLE).value for c in (low, high)]
        self.assertGreaterEqual(value[0], value[1] - 1e-6)


class TestBelongs(TestCase):
    def _belongs(self, *codes, value=10.0, worked=None):
        tasks = [Task(code) for code in codes]
        day = TODAY - timedelta(days=worked) if worked is not None else None
        return worklist.belongs(tasks, value, day, TODAY, 3)

    def test_who_is_on_the_list(self):
        for codes, value, worked, expected in (
            (("overdue",), 10, None, True),
            (("overdue",), 10, 3, False),
            (("overdue",), 10, 4, True),
            (("overdue", "promise_broken"), 10, 1, False),
            (("overdue",), 0, None, False),
            (("overdue",), 0.5, None, True),
            (("promise_due",), 0, 0, True),
            (("callback",), 0, 0, True),
            ((), 0, None, False),
        ):
            with self.subTest(codes=codes, value=value, worked=worked):
                self.assertEqual(self._belongs(*codes, value=value, worked=worked), expected)

    def test_what_has_to_be_done_today_anyhow(self):
        at = datetime(2026, 3, 5, 14)
        self.assertEqual(worklist.urgency([Task("overdue"), Task("callback", at)]), 1)
        self.assertEqual(worklist.urgency([Task("complaint")]), 1)
        self.assertEqual(worklist.urgency([Task("dispute")]), 1)
        self.assertEqual(worklist.urgency([Task("promise_due"), Task("overdue")]), 2)
        self.assertEqual(worklist.urgency([]), 2)


class TestSubstitutes(TestCase):
    def _absences(self, *pairs, first=TODAY, last=TODAY):
        return [Absence(person, other, first, last) for person, other in pairs]

    def test_who_does_the_work(self):
        for pairs, expected in (
            ((), 1),
            (((1, 2),), 2),
            (((1, 2), (2, 3)), 3),
            (((1, 2), (2, 1)), None),
            (((1, None),), None),
            (((1, 2), (2, None)), None),
            (((5, 1),), 1),
        ):
            with self.subTest(pairs=pairs):
                self.assertEqual(substitutes.stand_in(1, self._absences(*pairs), TODAY), expected)

    def test_only_from_the_first_to_the_last_day(self):
        absences = self._absences((1, 2), last=TODAY + timedelta(days=1))
        for days, expected in ((-1, 1), (0, 2), (1, 2), (2, 1)):
            day = TODAY + timedelta(days=days)
            self.assertEqual(substitutes.stand_in(1, absences, day), expected)

    def test_whose_work_a_person_does(self):
        absences = self._absences((1, 2), (2, 3), (4, 3), (5, 6))
        self.assertEqual(substitutes.stands_in_for(3, absences, TODAY), {1, 2, 4})
        self.assertEqual(substitutes.stands_in_for(2, absences, TODAY), set())

    @given(
        st.lists(
            st.tuples(st.integers(1, 6), st.none() | st.integers(1, 6)),
            max_size=6,
            unique_by=lambda pair: pair[0],
        )
    )
    def test_nobody_does_the_work_of_two_and_nobody_away_works(self, pairs):
        absences = self._absences(*pairs)
        away = {person for person, _other in pairs}
        doing = [substitutes.stand_in(person, absences, TODAY) for person in range(1, 7)]
        self.assertFalse(away & {person for person in doing if person is not None})


class TestDistribution(TestCase):
    def _give(self, customers, *rules, **options):
        found = distribution.distribute(customers, rules, **options)
        return {one.customer.key: one.person for one in found}

    def test_what_a_rule_asks_for(self):
        customer = Customer(1, "«Ödül» Ltd", 500, 6, "vip", "TR")
        for values, expected in (
            ({}, True),
            ({"segments": frozenset(("vip",))}, True),
            ({"segments": frozenset(("other",))}, False),
            ({"countries": frozenset(("TR",))}, True),
            ({"countries": frozenset(("LT",))}, False),
            ({"letters": ("o", "ö")}, True),
            ({"letters": ("ö", "z")}, True),
            ({"letters": ("A", "Z")}, True),
            ({"letters": ("P", "Z")}, False),
            ({"letters": ("A", "N")}, False),
            ({"amount_from": 500}, True),
            ({"amount_from": 501}, False),
            ({"amount_to": 500}, False),
            ({"amount_to": 501}, True),
        ):
            with self.subTest(**values):
                self.assertEqual(distribution.fits(customer, Rule(1, ("a",), **values)), expected)
        self.assertFalse(
            distribution.fits(Customer(1, "123", 0, 0), Rule(1, ("a",), letters=("A", "Z")))
        )

    def test_names_of_all_alphabets_stand_where_people_look_for_them(self):
        for name, letters, expected in (
            ("Çelik", ("A", "C"), True),
            ("Çelik", ("D", "Z"), False),
            ("Šiauliai", ("S", "S"), True),
            ("ışık", ("I", "I"), True),
            ("Łódź", ("L", "L"), True),
            ("Østfold", ("M", "P"), True),
            ("Ωmega", ("Α", "Ω"), True),
            ("Ωmega", ("A", "Z"), False),
            ("1st Ltd", ("S", "S"), True),
        ):
            with self.subTest(name=name, letters=letters):
                rule = Rule(1, ("a",), letters=letters)
                self.assertEqual(distribution.fits(Customer(1, name, 0, 0), rule), expected)

    def test_the_first_rule_that_fits(self):
        large, small = Customer(1, "Large", 900, 5), Customer(2, "Small", 10, 5)
        rules = Rule("large", ("ann",), amount_from=500), Rule("rest", ("bob",))
        self.assertEqual(self._give([large, small], *rules), {1: "ann", 2: "bob"})

    def test_who_has_a_customer_keeps_it_while_the_rule_allows(self):
        customers = [Customer(n, "X", 1, 5, collector="ann") for n in range(4)]
        rule = Rule(1, ("ann", "bob"))
        self.assertEqual(set(self._give(customers, rule).values()), {"ann"})
        spread = list(self._give(customers, rule, keep=False).values())
        self.assertEqual((spread.count("ann"), spread.count("bob")), (2, 2))
        gone = self._give(customers, Rule(1, ("bob",)))
        self.assertEqual(set(gone.values()), {"bob"})
        rest = [Customer(n, "Y", 1, 5) for n in range(4, 8)]
        away = self._give(customers + rest, rule, shares={"ann": 0.0})
        self.assertEqual([away[n] for n in range(8)], ["ann"] * 4 + ["bob"] * 4)

    def test_a_customer_of_no_rule_stays(self):
        customers = [Customer(1, "X", 1, 5, collector="ann"), Customer(2, "Y", 1, 5)]
        rule = Rule(1, ("bob",), amount_from=10)
        self.assertEqual(self._give(customers, rule), {1: "ann", 2: None})
        self.assertEqual(self._give(customers, Rule(1, ())), {1: "ann", 2: None})

    def test_half_a_day_gets_half_the_work(self):
        customers = [Customer(n, "X", 1, 5) for n in range(30)]
        found = self._give(customers, Rule(1, ("ann", "bob")), shares={"bob": 0.5})
        self.assertEqual(list(found.values()).count("bob"), 10)

    def test_who_has_less_than_a_day_is_asked_by_its_part_of_it(self):
        customers = [Customer(1, "X", 1, 5)]
        rule = Rule(1, ("bob", "ann"))
        self.assertEqual(self._give(customers, rule, shares={"bob": 0.5}), {1: "bob"})
        none = {"ann": 0.0, "bob": 0.0}
        self.assertEqual(self._give(customers, rule, shares=none), {1: None})

    def test_what_one_has_already_counts(self):
        rule = Rule(1, ("ann", "bob"))
        has = Customer(1, "X", 1, 5, collector="ann")
        for works, expected in (
            ((5, 5), ["bob", "ann"]),
            ((4.5, 1), ["bob", "bob"]),
            ((9, 3), ["bob", "ann"]),
        ):
            with self.subTest(works=works):
                new = [Customer(n, "Y", 1, work) for n, work in enumerate(works, 2)]
                found = self._give([has, *new], rule)
                self.assertEqual([found[2], found[3]], expected)

    def test_what_is_dealt_out_anew_does_not_count_twice(self):
        """The most laborious first: whose they were says nothing."""
        works = 5, 5, 10
        customers = [Customer(n, "X", 1, work, collector="ann") for n, work in enumerate(works)]
        found = self._give(customers, Rule(1, ("ann", "bob")), keep=False)
        self.assertEqual(found, {2: "ann", 0: "bob", 1: "bob"})

    def test_the_rule_that_spoke_is_named(self):
        customers = [Customer(1, "X", 20, 5), Customer(2, "Y", 1, 5)]
        found = distribution.distribute(customers, [Rule("large", ("ann",), amount_from=10)])
        self.assertEqual([(one.customer.key, one.rule) for one in found], [(1, "large"), (2, None)])

    @given(st.lists(st.floats(1, 60), max_size=60), st.integers(1, 5))
    def test_work_is_spread_fairly(self, works, people):
        """Nobody has more than the least busy and one customer more."""
        customers = [Customer(n, "X", 1, work) for n, work in enumerate(works)]
        given_to = self._give(customers, Rule(1, tuple(range(people))), keep=False)
        loads = [sum(works[k] for k, p in given_to.items() if p == n) for n in range(people)]
        self.assertLessEqual(max(loads), min(loads) + max(works, default=0) + 1e-6)
        self.assertEqual(len(given_to), len(works))
