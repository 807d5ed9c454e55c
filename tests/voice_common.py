"""Calls played by emulated debtors, without a web server in between."""

from .provider_common import ProviderMixin, delivered


class VoiceMixin(ProviderMixin):
    """Beside a test class of Odoo's, with `cls.env`: an account that can call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service, cls.provider = cls._twilio(company=cls.company)
        cls.desk = cls.service.desk
        cls.desk.api = f"{cls.service.url}/2010-04-01"

    def setUp(self):
        super().setUp()
        self.desk._post = self._post
        self.desk.calls.clear()
        self.desk.deliveries.clear()
        self.desk.recordings.clear()
        self.desk.deleted.clear()
        self.now = None

    def _post(self, url, form, headers):
        """What the controllers do with a request."""
        provider, delivery = delivered(self.env, url, headers, form)
        if delivery.kind == "voice":
            self.assertTrue(provider._adapter()._is_signed(provider, delivery))
            calls = self._scheduler["collections.call"]
            return calls._answer(provider.with_env(calls.env), delivery.ref, dict(form), self.now)
        events = self._scheduler["collections.provider.event"]
        self.assertTrue(events._receive(provider.with_env(events.env), delivery, self.now))
        events._process(self.now)
        return ""

    def _play(self, debtor, day, hour=12):
        """The call that was ordered last, lived through by a debtor; what was said."""
        with self.day(day, hour) as now:
            self.now = now
            return self.desk.play(self.desk.calls[-1], debtor)

    def _again(self, now, deliveries):
        """The provider tells once more what it told, in the order given."""
        self.now = now
        for url, form in deliveries:
            self.desk.post(url, form)
