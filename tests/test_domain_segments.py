"""Pure tests of the five groups."""

from datetime import date
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

segments = domain_module("segments")
Rule = segments.Rule
RULES = (
    Rule(1, "settled", 3, "known"),
    Rule(2, "answers", 1, "known"),
    Rule(3, "shortages", 1, "cannot_pay"),
    Rule(4, "refusals", 1, "will_not_pay"),
    Rule(5, "promises_broken", 2, "will_not_pay", needs_person=True),
    Rule(6, "promises_kept", 1, "able_willing"),
    Rule(7, "chance_30", 0.7, "able_willing"),
)


def group(**figures):
    return segments.group(figures, RULES)


class TestGroups(TestCase):
    def test_each_of_the_five(self):
        for figures, expected in (
            ({}, "unknown"),
            ({"settled": 2}, "unknown"),
            ({"settled": 3}, "informed"),
            ({"settled": 9, "chance_30": 0.8}, "able_willing"),
            ({"answers": 1, "shortages": 1, "promises_broken": 3}, "cannot_pay"),
            ({"settled": 9, "answers": 1, "refusals": 1, "promises_kept": 1}, "will_not_pay"),
        ):
            with self.subTest(expected=expected, **figures):
                self.assertEqual(group(**figures).group, expected)

    def test_two_facts_and_their_evidence(self):
        found = group(settled=9, answers=2, chance_30=0.8)
        self.assertTrue(found.is_known)
        self.assertEqual(found.behavior, "able_willing")
        self.assertEqual(
            found.evidence,
            (segments.Evidence(1, "settled", 9), segments.Evidence(7, "chance_30", 0.8)),
        )

    def test_who_breaks_promises_is_proposed_only(self):
        found = group(settled=9, promises_broken=2)
        self.assertEqual((found.group, found.proposed), ("informed", "will_not_pay"))
        found = group(settled=9, promises_broken=2, refusals=1)
        self.assertEqual((found.group, found.proposed), ("will_not_pay", None))
        self.assertEqual(
            segments.speaking_for({"promises_broken": 2, "settled": 9}, RULES, "will_not_pay"),
            tuple(
                segments.Evidence(rule.key, rule.fact, 2)
                for rule in RULES
                if rule.needs_person and rule.fact == "promises_broken"
            ),
        )
        self.assertFalse(segments.speaking_for({}, RULES, "will_not_pay"))
        twice = segments.group(
            {"a": 1}, (Rule(1, "a", 1, "will_not_pay", True), Rule(2, "a", 1, "cannot_pay", True))
        )
        self.assertEqual(twice.proposed, "will_not_pay")
        same = segments.group(
            {"a": 1}, (Rule(1, "a", 1, "will_not_pay", True), Rule(2, "a", 1, "will_not_pay"))
        )
        self.assertEqual((same.group, same.proposed), ("will_not_pay", None))
        decided = segments.group(
            {"a": 1}, (Rule(1, "a", 1, "cannot_pay"), Rule(2, "a", 1, "will_not_pay", True))
        )
        self.assertEqual((decided.group, decided.proposed), ("cannot_pay", None))

    @given(
        st.dictionaries(st.sampled_from([rule.fact for rule in RULES]), st.integers(0, 9)),
        st.permutations(RULES),
    )
    def test_there_is_always_one_group_and_each_word_has_evidence(self, figures, rules):
        found = segments.group(figures, rules)
        self.assertIn(found.group, segments.GROUPS)
        self.assertEqual(len(found.evidence), found.is_known + bool(found.behavior))

    def test_a_person_decides_until_a_day(self):
        day = date(2026, 3, 5)
        self.assertTrue(segments.Override("unknown", None).holds(day))
        self.assertTrue(segments.Override("unknown", day).holds(day))
        self.assertFalse(segments.Override("unknown", date(2026, 3, 4)).holds(day))
