"""One collections day: evaluate, approve, send hour by hour, and tell about it."""

from collections import Counter
from datetime import datetime, time, timedelta

CONTACTED = ("sent", "delivered", "opened")


def run_day(env, company, day, *, hours=range(24), commit=True):
    """Do what the scheduled actions and a collector do on one day.

    :param company: `res.company`, one record
    :param datetime.date day: the business date
    :param hours: at which hours (UTC) the dispatch runs
    :param bool commit: save after each step, as the scheduled actions do
    :return: the run, how many contacts had to be approved, and the contacts the
        dispatch touched on this day
    :rtype: tuple
    """
    save = env.cr.commit if commit else env.flush_all
    run = env["dunning.run"].with_company(company)._execute(company, day)
    approved = len(run._approve() or ())
    save()
    touched = _open_contacts(env, company)
    for hour in hours:
        moment = datetime.combine(day, time(hour))
        if env["dunning.action"]._count_queued(moment):
            env["dunning.action"].with_company(company)._dispatch(now=moment)
            save()
    env.invalidate_all()
    return run, approved, touched


def _open_contacts(env, company):
    domain = [("company_id", "=", company.id), ("state", "in", ("queued", "sending"))]
    return env["dunning.action"].search(domain, order="partner_id, id")


def coming(env, company, day, days=7):
    """Return what arrives in the days after one, by the module's own simulation.

    :return: (date, level, channel, number of customers), in order
    :rtype: list[tuple]
    """
    simulation = (
        env["dunning.simulation"]
        .with_company(company)
        .create(
            {
                "company_id": company.id,
                "date_from": day + timedelta(days=1),
                "date_to": day + timedelta(days=days),
            }
        )
    )
    simulation._simulate()
    channels = dict(env["collections.channel"]._selection())
    counts = Counter(
        (line.date, line.level_id.name, channels[line.channel_code]) for line in simulation.line_ids
    )
    return [(*key, count) for key, count in sorted(counts.items())]


class Report:
    """What a person wants to read after a day."""

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self.channels = dict(env["collections.channel"]._selection())

    def contacts(self, actions, most=40):
        """Print who was contacted by what."""
        made = [
            a for a in actions if a.state in CONTACTED or (a.is_manual and a.state == "sending")
        ]
        print(f"\nContacted: {len(made)}")
        for action in made[:most]:
            print("  " + self._line(action))
        if len(made) > most:
            print(f"  … and {len(made) - most} more")
        for state, title in (("queued", "Waiting"), ("failed", "Failed"), ("skipped", "Dropped")):
            self._others(title, [a for a in actions if a.state == state])

    def _line(self, action):
        amount = f"{action.amount_total:,.2f} {action.currency_id.name}"
        state = " (a person does it)" if action.state == "sending" else ""
        channel = self.channels[action.channel_code]
        items = len(action.item_ids)
        return (
            f"{action.partner_id.name[:34]:34}  {channel:8}  {action.level_id.name[:24]:24}"
            f"  {amount:>18}  {items} item{'s' if items > 1 else ''}{state}"
        )

    def _others(self, title, actions):
        if actions:
            print(f"{title} at the end of the day: {len(actions)}")
        reasons = Counter(a.failure_text or a.reason_text or "no reason given" for a in actions)
        for text, count in reasons.most_common():
            print(f"  {count:5}  {text}")

    def left_alone(self, run):
        """Print who was not contacted, and why."""
        print("\nNot contacted:")
        for row in run.reason_ids:
            items = f"{_many(row.line_count, 'item')} of {_many(row.customer_count, 'customer')}"
            print(f"  {row.reason_code:20}  {items:32}  {row.text}")
        if not run.reason_ids:
            print("  nobody was left out")

    def coming(self, day, days=7):
        """Print what arrives in the next days."""
        print(f"\nComing, if nobody pays (the next {days} days):")
        rows = coming(self.env, self.company, day, days)
        for date, level, channel, count in rows:
            people = f"{count} customer{'s' if count > 1 else ''}"
            print(f"  {date:%a %Y-%m-%d}  {people:14}  {level} by {channel}")
        if not rows:
            print("  nothing")


def _many(count, what):
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
