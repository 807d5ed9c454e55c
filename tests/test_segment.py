"""Groups of customers drive policy, tone, channel, hardship offer, discount, hand-over."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common import CollectionsCommon

FIVE = ("informed", "unknown", "able_willing", "cannot_pay", "will_not_pay")
TODAY = "2026-03-02"


@tagged("post_install", "-at_install")
class TestSegment(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segments = {
            segment.code: segment
            for segment in cls.env["collections.segment"].search(
                [("code", "in", FIVE), ("company_id", "=", False)]
            )
        }
        cls.persons = {code: cls._customer(f"Of {code}") for code in FIVE}
        for code, person in cls.persons.items():
            case = cls.env["collections.case"]._of(person, cls.company)
            case.segment_id = cls.segments[code]

    def _shared(self, name, **levels):
        return self._policy(name, values={"company_id": False}, **levels)

    def _owe(self, due="2026-02-20", **args):
        return {code: self._invoice(p, 100, due=due, **args) for code, p in self.persons.items()}

    def _actions_by_code(self):
        by_partner = {person: code for code, person in self.persons.items()}
        return {by_partner[action.partner_id]: action for action in self._actions()}

    def test_every_group_chooses_its_policy(self):
        for code, segment in self.segments.items():
            segment.policy_id = self._shared(f"For {code}", Only=3)
        self._owe()
        self._run(TODAY)
        chosen = {c: a.level_id.policy_id for c, a in self._actions_by_code().items()}
        self.assertEqual(chosen, {c: s.policy_id for c, s in self.segments.items()})

    def test_invoice_before_customer_before_group_before_company(self):
        names = ("invoice", "customer", "group")
        rules = {name: self._shared(name.title(), Only=3) for name in names}
        person, segment = self.persons["informed"], self.segments["informed"]
        move = self._invoice(person, 100, due="2026-02-20")
        case = self._case(person)

        def now():
            line = self._lines(move)
            level = self.env["dunning.level"].browse(
                line._dunning_explain(date(2026, 3, 2))[line.id]["next_level_id"]
            )
            return level.policy_id

        self.assertEqual((now(), case._customer_policy()), (self.policy, self.policy))
        segment.policy_id = rules["group"]
        self.assertEqual((now(), case._customer_policy()), (rules["group"], rules["group"]))
        person.dunning_policy_id = rules["customer"]
        self.assertEqual((now(), case._customer_policy()), (rules["customer"],) * 2)
        move.dunning_policy_id = rules["invoice"]
        self.assertEqual(now(), rules["invoice"])

    def test_the_tone_of_the_group(self):
        texts = {
            name: self.env.ref(f"collections_addon.mail_template_reminder_{name}")
            for name in ("friendly", "firm", "final")
        }
        self._level("Final").is_final = True
        action = self.env["dunning.action"].new(
            {"case_id": self._case(self.persons["informed"]).id, "channel_code": "email"}
        )
        segment = self.segments["informed"]
        expected = {
            ("policy", "Friendly"): "friendly",
            ("policy", "Firm"): "firm",
            ("policy", "Final"): "final",
            ("softer", "Friendly"): "friendly",
            ("softer", "Firm"): "friendly",
            ("softer", "Final"): "firm",
            ("firmer", "Friendly"): "firm",
            ("firmer", "Firm"): "firm",
            ("firmer", "Final"): "final",
        }
        for (tone, name), text in expected.items():
            with self.subTest(tone=tone, level=name):
                segment.tone = tone
                action.level_id = self._level(name)
                action.step_id = action.level_id.step_ids
                self.assertEqual(action._text_template(), texts[text])
        segment.tone = "softer"
        self._level("Final").is_statutory = True
        action.level_id = self._level("Final")
        action.step_id = action.level_id.step_ids
        self.assertEqual(action._text_template(), texts["final"], "what the law demands")
        own = texts["firm"].copy({"name": "Our own"})
        self._level("Firm").step_ids.template = own
        action.level_id = self._level("Firm")
        action.step_id = action.level_id.step_ids
        self.assertEqual(action._text_template(), own)

    def test_the_channel_of_the_group_after_the_customers_own(self):
        level = self._level("Friendly")
        level.step_ids = [Command.clear(), *self._steps("email", fallback=("letter",))]
        self.segments["cannot_pay"].channel_code = "letter"
        self.segments["will_not_pay"].channel_code = "call"  # not of this level
        self.segments["unknown"].channel_code = "letter"
        self._case(self.persons["unknown"]).preferred_channel = "email"
        self._owe()
        self._run(TODAY)
        channels = {code: a.channel_code for code, a in self._actions_by_code().items()}
        self.assertEqual(channels["informed"], "email")
        self.assertEqual(channels["cannot_pay"], "letter")
        self.assertEqual(channels["will_not_pay"], "email")
        self.assertEqual(channels["unknown"], "email")

    def test_where_the_channel_of_the_group_fails_the_usual_one_is_taken(self):
        steps = self._steps("email", fallback=("sms",))
        self._level("Friendly").step_ids = [Command.clear(), *steps]
        self.segments["informed"].channel_code = "sms"
        self._invoice(self.persons["informed"], 100, due="2026-02-20")
        self._run(TODAY)
        self.assertEqual(self._actions().channel_code, "sms")
        self._dispatch(self._at(TODAY))
        self.assertEqual(self._contacts().channel_code, "email")

    def test_hardship_is_offered_first_to_who_cannot_pay(self):
        hardship = self.env.ref("collections_addon.plan_offer_hardship")
        self.policy.plan_offer_ids = self.env.ref("collections_addon.plan_offer_standard")
        for code in FIVE:
            offers = self._case(self.persons[code])._plan_offers()
            with self.subTest(code=code):
                self.assertEqual(offers[:1] == hardship, code == "cannot_pay")
                self.assertEqual(len(offers), 2 if code == "cannot_pay" else 1)

    def test_the_early_payment_discount_of_the_group(self):
        self.policy.write({"early_discount_percent": 3, "early_discount_invoices": 0})
        moves = self._owe(due="2026-03-31", issued="2026-03-01")
        self.segments["able_willing"].early_discount = "group"
        self.policy.early_discount_invoices = 3
        offered = {
            code: bool(case._checkout_discounts(self._lines(moves[code]), date(2026, 3, 5)))
            for code in FIVE
            for case in self._case(self.persons[code])
        }
        self.assertEqual(offered, {code: code == "able_willing" for code in FIVE})
        willing = self._case(self.persons["able_willing"])
        due = self._lines(moves["able_willing"])
        self._invoice(self.persons["able_willing"], 50, due="2026-03-05")
        willing.invalidate_recordset(["move_line_ids"])
        self.assertTrue(willing._checkout_discounts(due, date(2026, 3, 5)))
        self.assertFalse(willing._checkout_discounts(due, date(2026, 3, 6)), "who owes pays first")
        self.policy.early_discount_invoices = 0
        case = self._case(self.persons["will_not_pay"])
        line = self._lines(moves["will_not_pay"])
        self.assertFalse(case._checkout_discounts(line, date(2026, 3, 5)))
        case = self._case(self.persons["informed"])
        self.assertTrue(case._checkout_discounts(self._lines(moves["informed"]), date(2026, 3, 5)))

    def test_a_hand_over_is_proposed_when_the_group_says_so(self):
        self._owe(due="2026-01-01")
        self._run(TODAY)
        cases = {code: self._case(person) for code, person in self.persons.items()}
        proposed = {code for code, case in cases.items() if case.is_handover_proposed}
        self.assertEqual(proposed, {"will_not_pay"}, "60 days, by default")
        self._hold(self.persons["will_not_pay"], start=TODAY)
        self.segments["cannot_pay"].handover_days = 61
        self._run("2026-03-03")
        proposed = {code for code, case in cases.items() if case.is_handover_proposed}
        self.assertEqual(proposed, {"cannot_pay"}, "who is on hold waits")

    def test_a_person_reads_what_a_group_changes(self):
        segment = self.segments["cannot_pay"]
        hardship = segment.plan_offer_ids.name
        self.assertEqual(segment.treatment_text, f"softer texts · {hardship}")
        self.assertEqual(self.segments["informed"].treatment_text, "As the policy says")
        segment.write(
            {
                "policy_id": self._shared("Mild", Only=3).id,
                "tone": "firmer",
                "channel_code": "letter",
                "plan_offer_ids": [Command.clear()],
                "early_discount": "group",
                "handover_days": 20,
            }
        )
        case = self._case(self.persons["cannot_pay"]).with_user(self.users["viewer"])
        self.assertEqual(
            case.segment_treatment,
            "policy “Mild” · firmer texts · first by Letter · discount for early payment · "
            "hand-over proposed after 20 days",
        )
        segment.early_discount = "never"
        self.assertIn("no discount for early payment", case.segment_treatment)
