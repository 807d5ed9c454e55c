"""Be the customer: a call and text messages over an emulated provider, in the terminal."""

import argparse
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from session import catch_mail, environment
from werkzeug.datastructures import MultiDict

from odoo import SUPERUSER_ID, fields

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from emulators.twilio import TwilioEmulator
from emulators.twilio.voice import HangUp, Press, Speak, Wait

NUMBER, DIGITS = "+12025550142", "4711"
#: What is said where nobody sits at the terminal, in English.
SAMPLE_CALL = [Press("1234"), Press(DIGITS), Speak("I will pay on Friday"), Speak("yes"), HangUp()]
SAMPLE_TEXTS = ["Who is this?", DIGITS, "I will pay on Friday", "yes", "no, thank you"]
KINDS = {
    "collections.promise": "promise",
    "collections.dispute": "dispute",
    "collections.plan": "payment plan",
    "collections.announcement": "announced payment",
}


def main():
    """Set the stage, then let a person talk, or play the samples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--language", default="en_US")
    arguments = parser.parse_args()
    with environment(arguments.config, arguments.database) as env, TwilioEmulator() as service:
        catch_mail(env, arguments.mail_port)
        stage = Stage(env(user=SUPERUSER_ID), service, arguments)
        stage.set()
        if sys.stdin.isatty():
            stage.ask()
        else:
            stage.call(iter(SAMPLE_CALL))
            stage.text(iter(SAMPLE_TEXTS))
            stage.show_chat()


class Stage:
    """One customer of the demonstration who owes, and the provider over which it talks.

    :param env: an environment of the superuser
    :param service: a running emulator
    """

    def __init__(self, env, service, arguments):
        self.env, self.service = env, service
        self.language, self.port = arguments.language, arguments.port
        self.company = env.ref("base.main_company")
        self.provider = self.case = None

    def set(self):
        """Make the provider, and give the customer a number, a reference and a language."""
        self.env["res.lang"]._activate_lang(self.language)
        self.env["collections.provider"].search([]).active = False
        self.provider = self.env["collections.provider"].create(
            {
                "name": "Twilio, emulated",
                "code": "twilio",
                "company_id": self.company.id,
                "account_id": self.service.account,
                "auth_token": self.service.token,
                "api_url": self.service.url,
                "sms_sender": "+15550100200",
                "voice_sender": "+15550100200",
            }
        )
        self.service.incoming_url = self.provider.incoming_url
        self.service.desk._post = self._deliver
        self.case = self._choose_case()
        self.case.partner_id.write({"phone": NUMBER, "ref": f"C-{DIGITS}", "lang": self.language})
        if "collections_chat" in self.company:
            self.company.collections_chat = True
        base = f"http://127.0.0.1:{self.port}"
        self.env["ir.config_parameter"].set_param("web.base.url", base)
        self.env.cr.commit()
        total = f"{self.case.overdue:,.2f} {self.case.currency_id.name}"
        print(f"\nYou are {self.case.partner_id.name}. You owe {total}, overdue.")
        print(f"The last digits of your customer number are {DIGITS}.")

    def _choose_case(self):
        """Somebody who owes, with nothing agreed and nothing in the way."""
        cases = self.env["collections.case"].search(
            [
                ("company_id", "=", self.company.id),
                ("stage", "=", "dunning"),
                ("overdue", ">", 0),
            ],
            order="overdue desc",
        )
        free = cases.filtered(lambda case: not case.hold_ids and not case.opt_out_ids)
        if not free:
            raise SystemExit("No customer of the demonstration owes anything.")
        return free[0]

    # === IN THE TERMINAL === #

    def ask(self):
        """Ask what to try until there is enough."""
        while True:
            try:
                choice = input("\n1 be called   2 text messages   3 chat and leave   > ").strip()
            except EOFError:
                return
            if choice == "1":
                self.call(_acts())
            elif choice == "2":
                self.text(_lines("you write (empty line: enough) > "))
            elif choice == "3":
                self.show_chat()
                return

    def show_chat(self):
        """Say where the chat is."""
        url = self.case._portal_url(self.company._collections_today(fields.Datetime.now()))
        print(f"\nThe customer's page, with the chat in its corner:\n  {url}")

    # === THE CALL === #

    def call(self, acts):
        """Ring, and play what the customer does.

        :param acts: iterator of `Press`, `Speak`, `Wait`, `HangUp`
        """
        now, before = fields.Datetime.now(), self._records()
        self._end_calls()
        action = self.case._write_message(
            "voice", self._currency(), "We are calling about your invoices.", "", "Demonstration"
        )
        action._send_claimed(now)
        action._deliver(now)
        if action.state != "sending":
            print(f"There is no call: {action.reason_text or action.failure_text}")
            return
        call = self.service.desk.calls[-1]
        print(f"\n… the telephone {NUMBER} rings …")
        call.answer()
        self._talk(call, acts)
        self.env.cr.commit()
        self._tell(before)

    def _end_calls(self):
        """A call that nobody answered would be repeated another day."""
        waiting = self.env["dunning.action"].search(
            [
                ("case_id", "=", self.case.id),
                ("channel_code", "=", "voice"),
                ("state", "in", ("draft", "queued", "sending")),
            ]
        )
        waiting.action_cancel()

    def _talk(self, call, acts):
        shown = 0
        while True:
            for kind, text in call.told[shown:]:
                print(f"  {kind:>9}: {text}")
            shown = len(call.told)
            if call.is_over:
                return
            if call.dial:
                call.end_transfer("no-answer")
            else:
                _act(call, next(acts, Wait()))

    # === TEXT MESSAGES === #

    def text(self, lines):
        """Exchange text messages.

        :param lines: iterator of what the customer writes
        """
        before, seen = self._records(), len(self.service.to(NUMBER))
        print("\n(write anything to begin)")
        for line in lines:
            print(f"    you: {line}")
            self.service.write_in(NUMBER, line)
            self._take_notes()
            for message in self.service.to(NUMBER)[seen:]:
                print(f"  {self.company.name}: {message['body']}")
            seen = len(self.service.to(NUMBER))
        self.env.cr.commit()
        self._tell(before)

    # === BEHIND THE STAGE === #

    def _currency(self):
        return self.case.move_line_ids.currency_id[:1] or self.case.currency_id

    def _take_notes(self):
        events = self.env["collections.provider.event"]
        for note in self.service.take_notes():
            events._receive(
                self.provider, self._delivery(note.url, note.form, note.headers), _now()
            )
        events._process(_now())

    def _deliver(self, url, form, headers):
        """What the controllers do with a request about a call."""
        delivery = self._delivery(url, form, headers)
        if delivery.kind == "voice":
            if not self.provider._adapter()._is_signed(self.provider, delivery):
                raise SystemExit("A request was not signed.")
            calls = self.env["collections.call"]
            return calls._answer(self.provider, delivery.ref, dict(form), _now())
        events = self.env["collections.provider.event"]
        events._receive(self.provider, delivery, _now())
        events._process(_now())
        return ""

    def _delivery(self, url, form, headers):
        # the module can be imported once the registry knows where it is
        from odoo.addons.collections_addon.connectors.models import collections_provider_adapter

        parts = urlsplit(url)
        return collections_provider_adapter.Delivery(
            kind=parts.path.split("/")[4],
            url=url,
            headers={"signature": headers["X-Twilio-Signature"]},
            form=MultiDict(form),
            ref=parse_qs(parts.query).get("ref", [""])[0],
        )

    def _records(self):
        return {
            name: self.env[name].search([("partner_id", "=", self.case.partner_id.id)])
            for name in KINDS
        }

    def _tell(self, before):
        """What is on record now that was not before."""
        self.env.invalidate_all()
        made = [
            f"{KINDS[name]}: {record.display_name}"
            for name, records in self._records().items()
            for record in records - before[name]
        ]
        print("On record:", "; ".join(made) if made else "the conversation itself")


def _now():
    return fields.Datetime.now()


def _act(call, act):
    if isinstance(act, Press):
        call.press(act.keys)
    elif isinstance(act, Speak):
        call.speak(act.text)
    elif isinstance(act, HangUp):
        call.hang_up()
    else:
        call.wait()


def _acts():
    """What a person at the terminal does in a call."""
    prompt = "     keys, or words; empty line: silence; q: hang up > "
    for line in _lines(prompt, until=None):
        if line == "q":
            yield HangUp()
        elif not line:
            yield Wait()
        elif all(char in "0123456789*#" for char in line):
            yield Press(line)
        else:
            yield Speak(line)


def _lines(prompt, until=""):
    """Lines of a person, up to one that means enough, or the end."""
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line == until:
            return
        yield line


if __name__ == "__main__":
    main()
