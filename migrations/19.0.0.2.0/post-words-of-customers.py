"""Days on which promises and announced payments were cancelled, and what they were before.

Until 0.1.0 both stood in the history of each record only.
"""

from collections import defaultdict

from odoo import SUPERUSER_ID, api

MODELS = ("collections.promise", "collections.announcement")


def migrate(cr, version):
    """Read the days from the history; where it is silent, from the last change."""
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    for name in MODELS:
        model = env[name]
        history = _history(env, name)
        for record in model.search([("state", "=", "cancelled"), ("cancelled_on", "=", False)]):
            changes = [moment for field, moment, *_old in history[record.id] if field == "state"]
            moment = max(changes, default=record.write_date)
            record.cancelled_on = record.company_id._collections_today(moment)
        for record in model.browse(history).exists().filtered(lambda r: not r.former_words):
            if words := _former_words(record, history[record.id]):
                record.former_words = words


def _history(env, name):
    """Record id -> [(field, moment, former date, former amount)], the oldest first."""
    rows = env["mail.tracking.value"].search_fetch(
        [
            ("field_id.model", "=", name),
            ("field_id.name", "in", ("state", "date", "amount")),
            ("mail_message_id.model", "=", name),
        ],
        order="id",
    )
    history = defaultdict(list)
    for row in rows:
        message = row.mail_message_id
        old = row.old_value_datetime, row.old_value_float
        history[message.res_id].append((row.field_id.name, message.date, *old))
    return history


def _former_words(record, changes):
    """[last day, date, amount] of each time it was changed, from the present backwards."""
    date, amount = record.date, record.amount
    words = {}
    for field, moment, old_date, old_amount in reversed(changes):
        if field == "state":
            continue
        if field == "date" and old_date:
            date = old_date.date()
        if field == "amount":
            amount = old_amount
        day = record.company_id._collections_today(moment)
        if day > record.made_on:
            words[str(day)] = [str(day), str(date), amount]
    return [words[day] for day in sorted(words)]
