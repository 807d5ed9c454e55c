"""A process whose children send over a messaging provider for real, and are killed.

See dispatch_process.py. The emulated provider runs with the test: what it was told stays told.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

if __package__:
    from . import dispatch_process as dispatch
else:
    import dispatch_process as dispatch

#: Where a child can be killed: after this method of the channel, the journal or the scheduler
#: has done its work, the so many-th time; then so many of three contacts have left.
STEPS = {
    "written": ("channel", "_send", 1, 0),
    "batch committed": ("ir.cron", "_commit_progress", 2, 0),
    "journal started": ("dunning.attempt", "_start", 2, 1),
    "provider accepted": ("channel", "_transmit", 2, 2),
    "journal finished": ("dunning.attempt", "_finish", 2, 2),
    "results committed": ("ir.cron", "_commit_progress", 3, 3),
}


def prepare(registry, url, account, token, groups, size):
    """So many customers in each group, with a contact queued on the channel of the group.

    :param dict groups: name of a group -> code of its channel
    """
    with dispatch.environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        env["ir.cron"].search([]).active = False
        provider = connect(env, url, account, token)
        policies = {code: policy(env, code) for code in sorted(set(groups.values()))}
        for number, (group, code) in enumerate(groups.items()):
            emails = [f"{group}c{each}@example.com" for each in range(size)]
            dispatch.owe(env, emails)
            for each, email in enumerate(emails):
                partner = env["res.partner"].search([("email", "=", email)])
                partner.phone = f"+1202555{number:02}{each:02}"
                partner.dunning_policy_id = policies[code]
                env["collections.consent"]._give(
                    partner, company, "whatsapp", fields.Date.today(), "collector"
                )
        env["dunning.run"]._execute(company, company._collections_today(fields.Datetime.now()))
        later = fields.Datetime.now() + timedelta(days=1)
        env["dunning.action"].search([("state", "=", "queued")]).scheduled_at = later
        return provider.id


def connect(env, url, account, token):
    """An account with the emulated provider, and a text that WhatsApp has approved."""
    own = "+15550100200"
    provider = env["collections.provider"].create(
        {
            "name": "Twilio",
            "code": "twilio",
            "account_id": account,
            "auth_token": token,
            "api_url": url,
            "sms_sender": own,
            "whatsapp_sender": own,
            "voice_sender": own,
        }
    )
    env["collections.whatsapp.template"].create(
        {
            "name": "reminder",
            "provider_id": provider.id,
            "text_id": env.ref("collections_addon.mail_template_short_friendly").id,
            "lang": "en_US",
            "content_sid": "HX" + "0" * 32,
            "body": "Pay {{1}}, please.",
            "placeholders": "total_text",
            "state": "approved",
        }
    )
    return provider


def policy(env, code):
    step = Command.create({"channel_code": code})
    level = {"name": "First", "days": 5, "step_ids": [step]}
    return env["dunning.policy"].create(
        {
            "name": f"By {code}",
            "mode": "automatic",
            "send_from": 0,
            "send_to": 24,
            "min_gap_days": 0,
            "level_ids": [Command.create(level)],
        }
    )


def dispatch_until(registry, code=None, kill_after=None):
    """What the scheduler does, killed after a step."""
    if kill_after:
        owner, *rest, _left = STEPS[kill_after]
        owner = f"collections.channel.{code}" if owner == "channel" else owner
        dispatch.die_after(registry, owner, *rest)
    return dispatch.dispatch(registry)


COMMANDS = {"prepare": prepare, "dispatch": dispatch_until}
