"""The demonstration: one day of every company that has a policy."""

import argparse
from datetime import date, timedelta

from day import Report, run_day
from session import catch_mail, environment


def main():
    """Run the day and print what happened.

    :return: nothing; an error ends the program with its traceback
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    parser.add_argument("--date", type=date.fromisoformat)
    arguments = parser.parse_args()
    day = arguments.date or next_working_day(date.today())
    with environment(arguments.config, arguments.database) as env:
        catch_mail(env, arguments.mail_port)
        env.cr.commit()
        companies = env["res.company"].search([])
        policies = env["dunning.policy"]
        shown = [c for c in companies if policies._default_of(c) and open_items(env, c)]
        shown.sort(key=lambda company: -open_items(env, company))
        if not shown:
            raise SystemExit("No company has both a policy and open receivables.")
        for company in shown:
            show(env, company, day)


def next_working_day(day):
    """Return the day itself, or Monday on a weekend: nobody is contacted on Sundays."""
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def open_items(env, company):
    """Return how much a company has open from customers.

    :rtype: int
    """
    lines = env["account.move.line"]
    return lines.search_count(lines._dunning_open_domain(company.ids))


def show(env, company, day):
    """Run one company's day and print it."""
    print(f"\n=== {company.name}, {day:%A %Y-%m-%d} ===")
    run, approved, actions = run_day(env, company, day)
    print(f"{run.line_count} open items of {run.customer_count} customers were looked at.")
    if approved:
        print(f"{approved} contacts waited for a person and were approved.")
    report = Report(env, company)
    report.contacts(actions)
    report.left_alone(run)
    report.coming(day)
    env.cr.commit()


if __name__ == "__main__":
    main()
