"""A day on which contacts leave over several channels at once, and much goes wrong.

Used by a test and by the benchmark. Providers, mail server and debtors are emulated; what
they have received is compared with what the contacts say.
"""

import re
import time
from collections import Counter
from datetime import timedelta

from .emulators.twilio.voice import Debtor, HangUp
from .provider_common import delivered, ref_of, take_notes

CHANNELS = ("email", "sms", "whatsapp", "voice")
CONTACTED = ("sent", "delivered", "opened")
#: Shares of the requests to a provider: limits, answers lost, failures of all kinds.
TROUBLE = {
    "busy": 0.01,
    "unavailable": 0.01,
    "broken": 0.015,
    "lose": 0.015,
    "drop": 0.01,
}
#: Shares of the addresses at which the mail server refuses for good, and for an hour.
REFUSED, GREYLISTED = 0.025, 0.025
ROUNDS = 60
BATCH = 100


class ChannelsDay:
    """The day.

    :param env: superuser
    :param actions: `dunning.action`, queued
    :param services: emulators of messaging providers
    :param catcher: `SmtpCatcher`
    :param desk: of the emulated telephone, None without
    :param play: what a debtor does with a call, `play(call, now)`
    :param save: commits, or does nothing
    """

    def __init__(self, env, actions, services, catcher, desk=None, play=None, save=None):
        self.env, self.actions, self.services = env, actions, services
        self.catcher, self.desk, self.play = catcher, desk, play
        self.save = save or (lambda: None)
        self.told, self.kept, self.seconds = 0, 0, Counter()
        self._replays = []

    # === GOES WRONG === #

    def make_trouble(self):
        """Have providers and mail server fail now and then, the same way every time."""
        for service in self.services:
            service.trouble = dict(TROUBLE)
        emails = self.actions.filtered(lambda a: a.channel_code == "email")
        addresses = sorted(set(emails.recipient_id.mapped("email")))
        every = round(1 / REFUSED)
        for address in addresses[::every]:
            self.catcher.answers[address] = "550 no such mailbox"
        for address in addresses[1::every]:
            self.catcher.answers[address] = "451 come back later"
        for service in self.services:
            numbers = sorted(set(self.actions.recipient_id.mapped("phone_sanitized")) - {False})
            own = [f"whatsapp:{number}" for number in numbers[::50]]
            service.unreachable |= {*numbers[::50], *own}

    # === THE DAY === #

    def live(self, now):
        """Send, hear, send again, until nothing is left to do."""
        for number in range(ROUNDS):
            for service in self.services:
                service.clock.set(now)
            self._dispatch(now)
            self._hear(now)
            if number == 1:
                self._let_greylisted_in()
            if not self._count_unsettled():
                return now
            now += timedelta(minutes=30 if number < 8 else 180)
        return now

    def _count_unsettled(self):
        """Contacts under way, and those about which their provider may still tell."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM dunning_action WHERE id = ANY(%s) AND"
            " (state IN ('queued', 'sending') OR failure_type = 'unknown' AND state = 'failed')",
            [self.actions.ids],
        )
        return self.env.cr.fetchone()[0]

    def _dispatch(self, now):
        begun = time.perf_counter()
        while self.env["dunning.action"]._dispatch(now=now, limit=BATCH):
            self.save()
            self.env.invalidate_all()
        self.save()
        self.seconds["sending"] += time.perf_counter() - begun

    def _hear(self, now):
        """Everything is told twice, in any order, and some of it again an hour later."""
        begun = time.perf_counter()
        for call in self._ringing():
            self.play(call, now)
            self.save()
        self.seconds["calls"] += time.perf_counter() - begun
        begun = time.perf_counter()
        for service in self.services:
            late, self._replays = self._replays, []
            service.notes += [note for owner, note in late if owner is service]
            self._replays += [(owner, note) for owner, note in late if owner is not service]
            self._replays += [(service, note) for note in service.notes[::10]]
            self.told += 2 * len(service.notes)
            take_notes(self.env, service, now, copies=2, shuffle=True)
            self.save()
        self.env["collections.provider.event"]._process(now)
        self.save()
        self.env.invalidate_all()
        self.seconds["hearing"] += time.perf_counter() - begun

    def _ringing(self):
        return [call for call in self.desk.calls if call.status == "queued"] if self.desk else []

    def _let_greylisted_in(self):
        answers = self.catcher.answers
        for address in [key for key, answer in answers.items() if answer.startswith("451")]:
            del answers[address]

    # === WHAT IS TRUE === #

    def received(self):
        """Contact id -> how often the debtor was really contacted by it.

        :rtype: Counter
        """
        found = Counter(_ids_of_mails(self.catcher))
        for service in self.services:
            for message in service.messages.values():
                found[_id_of_ref(message.get("ref") or ref_of(message.get("callback")))] += 1
        for call in self.desk.calls if self.desk else ():
            if call.answered_by == "human":
                found[self._contact_of(call)] += 1
        return found

    def _contact_of(self, call):
        """The contact for which a call was ordered."""
        number = ref_of(call.form.get("StatusCallback")).partition(".")[0]
        return self.env["collections.call"].browse(int(number)).action_id.id

    def verdict(self):
        """What became of the contacts, beside what debtors have received.

        :return: channel -> figures; every wrong is counted in `twice`, `never` or `open`
        :rtype: dict[str, dict]
        """
        self.env.invalidate_all()
        received, found = self.received(), {}
        for code, actions in self.actions.grouped("channel_code").items():
            found[code] = _figures(actions, received)
        return found


class Telephone:
    """Debtors who pick up, or do not, without a web server in between.

    :param env: superuser
    :param desk: of the emulated telephone
    :param random: `random.Random`
    """

    #: What becomes of a call, with its share.
    OUTCOMES = (
        (Debtor([HangUp()]), 0.75),
        (Debtor(status="no-answer"), 0.10),
        (Debtor(status="busy"), 0.05),
        (Debtor(answered_by="machine_start"), 0.05),
        (Debtor(status="failed"), 0.05),
    )

    def __init__(self, env, desk, random):
        self.env, self.desk, self.random = env, desk, random
        self.now = None
        desk._post = self._post

    def play(self, call, now):
        """Let somebody live through a call; everything is told twice."""
        self.now = now
        debtors, shares = zip(*self.OUTCOMES, strict=True)
        self.desk.play(call, self.random.choices(debtors, shares)[0])
        told, self.desk.deliveries = self.desk.deliveries, []
        for url, form in told:
            self.desk.post(url, form)

    def _post(self, url, form, headers):
        """What the controllers do with a request."""
        provider, delivery = delivered(self.env, url, headers, form)
        if delivery.kind == "voice":
            if not provider._adapter()._is_signed(provider, delivery):
                raise AssertionError("a call is not signed")
            calls = self.env["collections.call"]
            return calls._answer(provider, delivery.ref, dict(form), self.now)
        events = self.env["collections.provider.event"]
        if not events._receive(provider, delivery, self.now):
            raise AssertionError("a call is not signed")
        return ""


def _figures(actions, received):
    contacted = actions.filtered(lambda action: action.state in CONTACTED)
    failed = actions.filtered(lambda action: action.state == "failed")
    return {
        "contacts": len(actions),
        "contacted": len(contacted),
        "failed": len(failed),
        "reasons": dict(Counter(action.failure_type for action in failed).most_common()),
        "attempts": sum(actions.mapped("attempt_count")),
        "twice": sum(received[action.id] > 1 for action in actions),
        "never": sum(not received[action.id] for action in contacted),
        "without_reason": sum(not (a.failure_type and a.failure_text) for a in failed),
        "open": len(actions - contacted - failed),
    }


def _ids_of_mails(catcher):
    for message in catcher.messages:
        found = re.match(r"<(\d+)\.", message["Message-Id"].strip())
        yield int(found[1])


def _id_of_ref(ref):
    number = ref.partition(".")[0]
    return int(number) if number.isdecimal() else 0
