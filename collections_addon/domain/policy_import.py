"""How the reminder rules of other programs become policies: days, channels, remarks.

Rows come in as dictionaries of the columns that exist; what cannot be taken over as it
is gets a remark, a code with values that the caller puts into words.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: An end of month lies this many days after a date, on average and at most.
HALF_MONTH, MONTH = 15, 30
OCA_CHANNELS = {"email": "email", "letter": "letter", "phone": "call"}
#: Column of a follow-up level -> channel, in the order in which they are used.
FOLLOWUP_CHANNELS = {
    "send_email": "email",
    "send_letter": "letter",
    "send_sms": "sms",
    "send_whatsapp": "whatsapp",
    "create_activity": "call",
    "manual_action": "call",
}


class Remark(NamedTuple):
    """Something to tell the user about an import."""

    code: str
    values: dict = {}


class LevelPlan(NamedTuple):
    """A level to be made.

    :param key: identifier of the level it comes from
    :param name: text, or language -> text
    :param text: what it says, as HTML or language -> HTML; None for the default text
    """

    key: int
    name: object
    days: int
    channels: tuple
    text: object = None
    requires_approval: bool = False
    remarks: tuple = ()


class PolicyPlan(NamedTuple):
    """A policy to be made; `levels` is empty for one that cannot be.

    :param company_id: None for a policy of all companies
    """

    key: int
    name: object
    company_id: int | None
    levels: tuple
    remarks: tuple = ()


def plan_oca(
    policies: Iterable[Mapping],
    levels: Iterable[Mapping],
    channels: Iterable[str],
    with_accounts: Iterable[int],
) -> list[PolicyPlan]:
    """Plan the policies of OCA's credit control.

    :param policies: rows of `credit_control_policy`
    :param levels: rows of `credit_control_policy_level`
    :param channels: codes of the channels there are
    :param with_accounts: ids of the policies that had an account, that is: worked
    """
    by_policy = {}
    for row in sorted(levels, key=lambda row: row["level"]):
        by_policy.setdefault(row["policy_id"], []).append(row)
    return [
        _plan_oca_policy(row, by_policy.get(row["id"], []), set(channels), set(with_accounts))
        for row in policies
    ]


def _plan_oca_policy(row, levels, channels, with_accounts):
    remarks = []
    if row.get("do_nothing"):
        remarks.append(Remark("does_nothing"))
    elif row.get("active") is False:
        remarks.append(Remark("archived"))
    elif not levels:
        remarks.append(Remark("no_levels"))
    plans = ()
    if not remarks:
        plans = _plan_oca_levels(levels, channels)
        if row["id"] not in with_accounts:
            remarks.append(Remark("no_account"))
    return PolicyPlan(row["id"], row["name"], row.get("company_id"), plans, tuple(remarks))


def _plan_oca_levels(levels, channels):
    days = plan_days([(row.get("computation_mode"), row["delay_days"]) for row in levels])
    plans = []
    for row, (day, remarks) in zip(levels, days, strict=True):
        wanted = OCA_CHANNELS.get(row.get("channel"), row.get("channel"))
        used, more = plan_channels([wanted], channels, instead="email")
        text, about_text = _plan_text(row, used[0])
        plans.append(
            LevelPlan(
                key=row["id"],
                name=row["name"],
                days=day,
                channels=used,
                text=text,
                remarks=(*remarks, *more, *about_text),
            )
        )
    return tuple(plans)


def _plan_text(row, channel):
    """The text of a level, unless it holds what only the other program understands."""
    text = row.get("custom_mail_text" if channel == "email" else "custom_text")
    if not text:
        return None, ()
    texts = text.values() if isinstance(text, Mapping) else [text]
    if any(mark in (part or "") for part in texts for mark in ("{{", "<t ", "${")):
        return None, (Remark("text_with_placeholders"),)
    return text, ()


def plan_followups(rows: Iterable[Mapping], channels: Iterable[str]) -> list[PolicyPlan]:
    """Plan one policy per company from the follow-up levels of Odoo Enterprise.

    :param rows: rows of `account_followup_followup_line`
    :param channels: codes of the channels there are
    """
    by_company = {}
    for row in sorted(rows, key=lambda row: (row["delay"], row["id"])):
        by_company.setdefault(row.get("company_id"), []).append(row)
    return [
        PolicyPlan(
            key=company_id or 0,
            name=None,
            company_id=company_id,
            levels=_plan_followup_levels(levels, set(channels)),
            remarks=(Remark("review"),) if any(r.get("auto_execute") for r in levels) else (),
        )
        for company_id, levels in by_company.items()
    ]


def _plan_followup_levels(rows, channels):
    days = plan_days([("net_days", row["delay"]) for row in rows])
    plans = []
    for row, (day, remarks) in zip(rows, days, strict=True):
        wanted = [code for column, code in FOLLOWUP_CHANNELS.items() if row.get(column)]
        used, more = plan_channels(dict.fromkeys(wanted), channels, instead="call")
        own_text = row.get("mail_template_id") or row.get("sms_template_id")
        plans.append(
            LevelPlan(
                key=row["id"],
                name=row["name"],
                days=day,
                channels=used,
                requires_approval=row.get("auto_execute") is False,
                remarks=(*remarks, *more, *((Remark("text_of_customer"),) if own_text else ())),
            )
        )
    return tuple(plans)


def plan_days(steps: Iterable[tuple[str | None, int]]) -> list[tuple[int, tuple]]:
    """Turn ways of counting into days from the due date, each later than the one before.

    :param steps: (way of counting, days), in the order of the levels
    :return: (days from the due date, remarks)
    """
    planned, previous = [], None
    for mode, delay in steps:
        day, remarks = _plan_day(mode, delay, previous)
        if previous is not None and day <= previous:
            day = previous + 1
            remarks.append(Remark("moved", {"days": day}))
        planned.append((day, tuple(remarks)))
        previous = day
    return planned


def _plan_day(mode, delay, previous):
    if mode == "end_of_month":
        day = delay + HALF_MONTH
        values = {"first": delay, "last": delay + MONTH, "days": day}
        return day, [Remark("end_of_month", values)]
    if mode == "previous_date" and previous is not None:
        day = previous + delay
        return day, [Remark("previous_date", {"gap": delay, "days": day})]
    if mode not in ("net_days", "previous_date", None):
        return delay, [Remark("unknown_mode", {"mode": mode, "days": delay})]
    return delay, []


def plan_channels(wanted: Iterable[str], channels: set[str], instead: str) -> tuple[tuple, list]:
    """The channels of a level among those there are.

    :param instead: channel of a level for which none is left
    :return: codes, remarks
    """
    wanted = list(wanted)
    used = tuple(code for code in wanted if code in channels)
    remarks = [
        Remark("channel_missing", {"channel": code}) for code in wanted if code not in channels
    ]
    if not used:
        remarks.append(Remark("channel_instead", {"channel": instead}))
        used = (instead,)
    return used, remarks
