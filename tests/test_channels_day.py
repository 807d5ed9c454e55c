"""Contacts over several channels while much goes wrong: each is made once, or says why not."""

from random import Random

from odoo.tests import tagged
from odoo.tools import mute_logger

from .channels_day import ChannelsDay, Telephone
from .email_common import CORE_COMPLAINS, DAY, EmailCommon
from .provider_common import ProviderMixin

COUNT = 12
QUIET = (
    *CORE_COMPLAINS,
    "odoo.addons.collections_addon.connectors.models.collections_provider_send",
)


@tagged("post_install", "-at_install")
class TestChannelsDay(ProviderMixin, EmailCommon):
    CHANNELS = ("email", "sms", "whatsapp", "voice")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twilio, cls.account = cls._twilio()
        cls.account.whatsapp_sender = False
        cls.meta, cls.number = cls._meta()
        text = cls.env.ref("collections_addon.mail_template_short_friendly")
        cls._whatsapp_text(cls.meta, cls.number, text, "en_US", "Pay {{1}}.")
        for code in cls.CHANNELS:
            policy = cls._policy(f"By {code}", Only={"days": 5, "step_ids": cls._steps(code)})
            for number in range(COUNT):
                cls._add(policy, code, number)

    @classmethod
    def _add(cls, policy, code, number):
        phone = f"+1202555{cls.CHANNELS.index(code)}{number:03}"
        partner = cls._customer(f"By {code} {number}", phone=phone, dunning_policy_id=policy.id)
        cls._invoice(partner, 100 + number, due="2026-03-10")
        if code == "whatsapp":
            cls.env["collections.consent"]._give(partner, cls.company, code, DAY, "collector")

    def test_each_is_contacted_once_or_fails_with_a_reason(self):
        with self.day(DAY):
            self._run(DAY)
        env = self._scheduler
        actions = self._actions().with_env(env)
        self.assertEqual(len(actions), COUNT * len(self.CHANNELS))
        desk = self.twilio.desk
        telephone = Telephone(env, desk, Random(1))
        services = [self.twilio, self.meta]
        day = ChannelsDay(env, actions, services, self.catcher, desk, telephone.play)
        day.make_trouble()
        for service in day.services:  # a small day: more of everything
            service.trouble = {kind: 0.1 for kind in service.trouble}
        with self.day(DAY) as now, mute_logger(*QUIET):
            day.live(now)
        verdict = day.verdict()
        self.assertEqual(set(verdict), set(self.CHANNELS))
        for code, figures in verdict.items():
            with self.subTest(code, **figures):
                self.assertEqual(figures["contacts"], COUNT)
                self.assertTrue(figures["contacted"])
                for wrong in ("twice", "never", "without_reason", "open"):
                    self.assertEqual(figures[wrong], 0, wrong)
        self.assertTrue(sum(figures["failed"] for figures in verdict.values()))
