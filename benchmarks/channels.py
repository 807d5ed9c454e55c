"""Sends contacts over four channels at once while much goes wrong, and counts who got what.

    python benchmarks/channels.py --contacts=10000 --out=figures.json
    python benchmarks/channels.py --report figures.json

the first with the environment that `stand` names. Providers, mail server and debtors are
the emulators of the tests; a share of the requests meets limits, failures and lost answers,
and everything that providers tell comes twice, in any order, and partly once more later.
The second writes the figures into docs/benchmarks.md.
"""

import argparse
import json
import logging
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from random import Random

import document
from generate import TODAY, generate
from stand import PREFIX, clone, drop, environment

CODES = ("email", "sms", "whatsapp", "voice")
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 8)
WRONGS = ("twice", "never", "without_reason", "open")
#: Every customer gets a number, and one of the channels.
NUMBERS = """
UPDATE res_partner partner
   SET phone = '+1202' || lpad((2000000 + id)::text, 7, '0'),
       phone_sanitized = '+1202' || lpad((2000000 + id)::text, 7, '0'),
       dunning_policy_id = jsonb_build_object(%(company)s::text,
                                              (%(policies)s)[commercial_partner_id %% 4 + 1])
 WHERE id > %(first)s
"""
CONSENTS = """
INSERT INTO collections_consent (partner_id, company_id, purpose, date, source)
SELECT id, %(company)s, 'whatsapp', %(today)s, 'collector' FROM res_partner
 WHERE id > %(first)s AND parent_id IS NULL
"""


def main():
    """Measure, or write what was measured."""
    arguments = _arguments()
    if arguments.report:
        report(json.loads(Path(arguments.report).read_text()))
        return
    database = f"{PREFIX}channels"
    clone(arguments.template, database)
    ledger = generate(database, arguments.contacts * 4, customers=arguments.contacts * 4)
    with environment(database) as env:
        figures = measure(env, arguments.contacts, ledger["first_partner"])
    drop(database)
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    if any(one[wrong] for one in figures["channels"].values() for wrong in WRONGS):
        sys.exit("somebody was contacted twice, or forgotten")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--template", default=os.environ.get("BENCH_TEMPLATE"))
    parser.add_argument("--out", help="a JSON file for the figures")
    parser.add_argument("--report", help="write the figures of a JSON file into the document")
    return parser.parse_args()


def measure(env, contacts, first):
    """Live the day.

    :param int first: id of the last partner that is no customer of the ledger
    :rtype: dict
    """
    from odoo.addons.collections_addon.tests.channels_day import ChannelsDay, Telephone
    from odoo.addons.collections_addon.tests.smtp_catcher import SmtpCatcher

    logging.getLogger("odoo").setLevel(logging.CRITICAL)
    twilio, meta = _providers(env)
    with SmtpCatcher() as catcher, twilio, meta:
        _connect(env, twilio, meta, catcher)
        actions = _queue(env, contacts, first)
        telephone = Telephone(env, twilio.desk, Random(1))
        day = ChannelsDay(
            env, actions, [twilio, meta], catcher, twilio.desk, telephone.play, env.cr.commit
        )
        day.make_trouble()
        begun = time.perf_counter()
        day.live(NOW)
        seconds = time.perf_counter() - begun
        return {
            "contacts": contacts,
            "channels": day.verdict(),
            "requests": {
                "twilio": len(twilio.requests),
                "meta": len(meta.requests),
                "calls": len(twilio.desk.calls),
                "mails": len(catcher.messages),
            },
            "webhooks": day.told,
            "events": env["collections.provider.event"].search_count([]),
            "seconds": round(seconds, 1),
            "parts": {name: round(value, 1) for name, value in day.seconds.items()},
            "cores": os.cpu_count(),
        }


def _providers(env):
    from odoo.addons.collections_addon.tests.emulators.meta import MetaEmulator
    from odoo.addons.collections_addon.tests.emulators.twilio import TwilioEmulator

    return TwilioEmulator(seed=1), MetaEmulator(seed=2)


def _connect(env, twilio, meta, catcher):
    common = {"company_id": env.company.id}
    env["collections.provider"].create(
        {
            **common,
            "name": "Twilio",
            "code": "twilio",
            "account_id": twilio.account,
            "auth_token": twilio.token,
            "api_url": twilio.url,
            "sms_sender": "+15550100200",
            "voice_sender": "+15550100200",
        }
    )
    number = env["collections.provider"].create(
        {
            **common,
            "name": "Meta",
            "code": "meta_whatsapp",
            "whatsapp_sender": meta.number_id,
            "auth_token": meta.token,
            "webhook_secret": meta.secret,
            "api_url": meta.url,
        }
    )
    meta.webhook_url = number.incoming_url
    env["collections.whatsapp.template"].create(
        {
            "name": "reminder",
            "provider_id": number.id,
            "text_id": env.ref("collections_addon.mail_template_short_friendly").id,
            "lang": "en_US",
            "lang_code": "en_US",
            "body": "Hello {{1}}, {{2}} is overdue: {{3}}",
            "placeholders": "recipient_name, overdue_text, link",
            "state": "approved",
        }
    )
    meta.templates["reminder", "en_US"] = 3
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {
            "name": "Catcher",
            "smtp_host": "127.0.0.1",
            "smtp_port": catcher.port,
            "smtp_encryption": "none",
        }
    )


def _queue(env, contacts, first):
    """Queue so many contacts, a quarter on each channel.

    :rtype: `dunning.action`
    """
    env.company.email = "accounts@example.com"
    policies = [_policy(env, code).id for code in CODES]
    env.flush_all()
    values = {"company": env.company.id, "policies": policies, "first": first, "today": TODAY}
    env.cr.execute(NUMBERS, values)
    env.cr.execute(CONSENTS, values)
    env.invalidate_all()
    run = env["dunning.run"]._execute(env.company, TODAY)
    env.flush_all()
    chosen = env["dunning.action"]
    for code in CODES:
        domain = [("run_id", "=", run.id), ("channel_code", "=", code)]
        found = chosen.search(domain, order="id", limit=contacts // len(CODES))
        if len(found) < contacts // len(CODES):
            raise SystemExit(f"the ledger gives only {len(found)} contacts for {code}")
        chosen |= found
    rest = env["dunning.action"].search([("run_id", "=", run.id), ("id", "not in", chosen.ids)])
    rest.write({"state": "cancelled"})
    env.cr.commit()
    return chosen


def _policy(env, code):
    return env["dunning.policy"].create(
        {
            "name": f"By {code}",
            "mode": "automatic",
            "min_gap_days": 0,
            "send_from": 0,
            "send_to": 24,
            "level_ids": [
                (0, 0, {"name": "One", "days": 10, "step_ids": [(0, 0, {"channel_code": code})]})
            ],
        }
    )


# === REPORT === #


def report(figures):
    """Write figures into the document."""
    document.write("channels", f"\n{table(figures)}\n")


def table(figures):
    """The part of the document that changes.

    :rtype: str
    """
    lines = [
        "| Channel | Contacts | Made | Failed, with a reason | Attempts | Made twice | "
        "Said to be made, and not | Left open |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for code, one in figures["channels"].items():
        cells = (code, one["contacts"], one["contacted"], one["failed"], one["attempts"])
        cells += (one["twice"], one["never"], one["open"])
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    reasons = "\n".join(
        f"- {code}: " + (", ".join(f"{n} {why}" for why, n in one["reasons"].items()) or "none")
        for code, one in figures["channels"].items()
    )
    asked, parts = figures["requests"], figures["parts"]
    sentence = (
        f"{figures['contacts']} contacts on {figures['cores']} cores, shared with the emulators: "
        f"{figures['seconds']} s, of which {parts['sending']} s sending, {parts['calls']} s in "
        f"{asked['calls']} calls and {parts['hearing']} s hearing {figures['webhooks']} webhooks, "
        f"which told {figures['events']} different things. Requests: {asked['twilio']} to Twilio, "
        f"{asked['meta']} to Meta; {asked['mails']} e-mails arrived."
    )
    return "\n".join(lines) + f"\n\nWhy contacts failed:\n\n{reasons}\n\n{sentence}"


if __name__ == "__main__":
    main()
