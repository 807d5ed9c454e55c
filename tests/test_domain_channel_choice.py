"""Pure tests of choosing a channel; how they are run is told in `domain_loader`."""

from random import Random
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

channel_choice = domain_module("channel_choice")
Arm, ChoiceRules = channel_choice.Arm, channel_choice.ChoiceRules
choose, evidence, enough = channel_choice.choose, channel_choice.evidence, channel_choice.enough

MAIL = Arm("email", 400, 40)
TEXT = Arm("sms", 400, 200)
LEARN = ChoiceRules(floor=0.0, least=100)


@st.composite
def arms(draw):
    codes = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True))
    known = []
    for code in codes:
        contacts = draw(st.integers(0, 500))
        answers = draw(st.integers(0, contacts))
        known.append(Arm(code, contacts, answers, draw(st.floats(0, 5))))
    return tuple(known)


rules = st.builds(ChoiceRules, st.floats(0, 1), st.integers(0, 2000), st.floats(0, 100))


class TestChannelChoice(TestCase):
    @given(arms(), rules, st.text(max_size=20))
    def test_takes_one_of_them_and_the_same_again(self, known, how, seed):
        choice = choose(known, known[0].code, how, seed)
        self.assertIn(choice.code, [arm.code for arm in known])
        self.assertEqual(choice, choose(known, known[0].code, how, seed))
        self.assertEqual(choice.arms, known)

    @given(arms(), st.text(max_size=20))
    def test_too_little_is_known(self, known, seed):
        usual = known[-1].code
        choice = choose(known, usual, ChoiceRules(floor=0.0, least=10**6), seed)
        self.assertEqual((choice.code, choice.kind), (usual, "usual"))

    def test_where_there_is_one_it_is_taken(self):
        self.assertEqual(choose((MAIL,), "email", LEARN, "x"), ("email", "usual", (MAIL,)))

    def _shares(self, known, how, count=4000):
        taken = [choose(known, known[0].code, how, f"contact {n}").code for n in range(count)]
        return {arm.code: taken.count(arm.code) / count for arm in known}

    def test_what_is_known_to_be_better_is_taken(self):
        self.assertGreater(self._shares((MAIL, TEXT), LEARN)["sms"], 0.999)
        self.assertEqual(choose((MAIL, TEXT), "email", LEARN, "x").kind, "learnt")

    def test_the_floor_is_kept_for_each(self):
        shares = self._shares((MAIL, TEXT, Arm("call", 100, 99)), ChoiceRules(0.3, 100))
        for code in ("email", "sms"):
            self.assertGreater(shares[code], 0.08)  # a third of 30 %, less chance
        for n in range(200):
            if choose((MAIL, TEXT), "email", ChoiceRules(1.0), f"{n}").kind != "lot":
                self.fail("everything by lot")

    def test_the_unknown_is_tried(self):
        shares = self._shares((Arm("email", 300, 120), Arm("sms")), LEARN)
        self.assertGreater(shares["sms"], 0.2)

    def test_costs_are_weighed_where_an_answer_has_a_worth(self):
        call = Arm("call", 400, 240, cost=6.0)
        cheap = Arm("email", 400, 200, cost=0.0)
        self.assertGreater(self._shares((cheap, call), LEARN)["call"], 0.9)
        weighed = LEARN._replace(worth=10.0)
        self.assertGreater(self._shares((cheap, call), weighed)["email"], 0.99)

    def test_it_learns_while_it_works(self):
        """Over 3000 contacts it answers nearly as well as the better channel alone."""
        truth, lot = {"email": 0.1, "sms": 0.3}, Random(7)
        known = {code: Arm(code) for code in truth}
        for n in range(3000):
            code = choose(tuple(known.values()), "email", ChoiceRules(0.05, 50), f"{n}").code
            arm = known[code]
            answered = lot.random() < truth[code]
            known[code] = Arm(code, arm.contacts + 1, arm.answers + answered)
        answers = sum(arm.answers for arm in known.values())
        self.assertGreater(answers, 0.27 * 3000)
        self.assertAlmostEqual(known["sms"].rate, 0.3, delta=0.05)

    def test_customers_alike_count_before_all(self):
        alike, all_ = {"email": MAIL}, {"email": Arm("email", 900, 9), "sms": TEXT}
        codes = ("email", "sms")
        self.assertEqual(evidence(codes, alike, all_, 400), (MAIL, Arm("sms")))
        self.assertEqual(evidence(codes, alike, all_, 401), (all_["email"], TEXT))
        self.assertFalse(enough((), 1))
