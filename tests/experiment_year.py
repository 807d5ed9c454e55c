"""A year of firms whose debtors pay by a law that is known, to see what experiments make of it.

Used by a test and by the benchmark. Everything of ours is real: the daily evaluation draws
and decides, the dispatch checks again and sends, the ledger is posted and reconciled, and
the effect is read from the experiment. Played are the debtors alone. Each day each who owes
pays what is overdue with a chance of his own, and with another one once a reminder has
reached him; so what a reminder changes within so many days is known to the last digit.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from odoo import Command

from ..collections_addon.domain.trials import CONTROL

CONTACTED = ("sent", "delivered", "opened")
LEVELS = (("Friendly", 5), ("Firm", 20))
#: Chance to pay on a day without and with a reminder: quick, slow, hardly, as before.
KINDS = ((0.030, 0.050), (0.030, 0.050), (0.010, 0.025), (0.004, 0.004))
#: One debtor in so many pays half of everything, and never the rest.
HALVES = 5
STEP = 7
MORNING, NOON = time(4), time(12)


class Law(NamedTuple):
    """How debtors pay: by kind, the chances of a day without and with a reminder."""

    kinds: tuple = KINDS

    def chance(self, number, is_reminded):
        """Of the debtor with this number, on one day."""
        return self.kinds[number % len(self.kinds)][is_reminded]

    def gain(self, number, days):
        """What a reminder adds to the probability to pay within so many days."""
        without, with_ = (1 - (1 - self.chance(number, told)) ** days for told in (False, True))
        return with_ - without


PLAIN = Law()


def pays_half(number):
    """Whether the debtor with this number never pays all."""
    return number % HALVES == HALVES - 1


class Truth(NamedTuple):
    """What reminders did to those who were drawn, in shares of one."""

    customers: float
    money: float


class Diary(NamedTuple):
    """What debtors of one group did: how many paid all in time, of how many; what came in."""

    paid: int
    count: int
    money: float


class Books:
    """Firms with their debtors and a year of invoices; each firm is a policy of the company.

    :param env: superuser
    :param datetime.date start: the first day
    :param int weeks: on which invoices fall due
    """

    def __init__(self, env, start, weeks):
        self.env, self.start, self.weeks = env, start, weeks
        self.company = env.company

    def open(self, firms, debtors, invoices=1.3):
        """Make so many firms with so many debtors each.

        :param float invoices: of a debtor, on average
        """
        draw = Random(0)
        for firm in range(firms):
            policy = self._policy(firm)
            partners = self._debtors(policy, firm, debtors)
            moves = [
                self._invoice(partner, draw)
                for partner in partners
                for _one in range(1 + (draw.random() < invoices - 1))
            ]
            self.env["account.move"].create(moves)._post(soft=False)

    def _policy(self, firm):
        return self.env["dunning.policy"].create(
            {
                "name": f"Firm {firm}",
                "company_id": self.company.id,
                "mode": "automatic",
                "min_gap_days": 0,
                "level_ids": [
                    Command.create({"name": name, "days": days}) for name, days in LEVELS
                ],
            }
        )

    def _debtors(self, policy, firm, count):
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Debtor {number} of {firm}",
                    "ref": f"{firm}/{number}",
                    "email": f"debtor{number}@firm{firm}.example.com",
                    "tz": "UTC",
                    "lang": "en_US",
                }
                for number in range(count)
            ]
        )
        partners.with_company(self.company).dunning_policy_id = policy
        return partners

    def _invoice(self, partner, draw):
        """Amounts lie over four powers of ten, due dates anywhere in the weeks."""
        due = self.start + timedelta(days=draw.randrange(-4, 7 * self.weeks))
        line = {"name": "Work", "price_unit": round(draw.lognormvariate(6, 1.2), 2)}
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": due - timedelta(days=30),
            "date": due - timedelta(days=30),
            "invoice_date_due": due,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create({**line, "tax_ids": [Command.clear()]})],
        }


class Year:
    """What happens in these firms, from week to week, and what experiments say of it.

    :param env: superuser
    :param datetime.date start: the first day, one on which reminders go out
    :param seed: of the draws and of the debtors' choices
    :param Law law: how debtors pay
    :param save: commits, or does nothing
    """

    def __init__(self, env, start, seed, law=PLAIN, save=lambda: None):
        self.env, self.company, self.day = env, env.company, start
        self.seed, self.law, self.save = seed, law, save
        self.rng = Random(f"debtors {seed}")
        self.reminded = {}
        self.paid = defaultdict(dict)
        self.policies = env["dunning.policy"].search([("name", "=like", "Firm %")], order="id")
        debtors = env["res.partner"].search([("ref", "like", "/%")], order="id")
        self.numbers = {one.id: int(one.ref.partition("/")[2]) for one in debtors}
        self.bank = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )

    def begin(self, **values):
        """Start an experiment in each firm."""
        self.experiments = self.env["collections.experiment"].create(
            [
                {
                    "name": policy.name,
                    "company_id": self.company.id,
                    "policy_id": policy.id,
                    "seed": f"{self.seed} of {policy.name}",
                    **values,
                }
                for policy in self.policies
            ]
        )
        for experiment in self.experiments:
            experiment._start(self.day)

    def live(self, weeks):
        """The firms' work and the debtors' choices, week by week; then what is known."""
        for _week in range(weeks):
            self._work()
            self._pay()
            self.day += timedelta(days=STEP)
            self.save()
        self.experiments._measure(self.day)

    def _work(self):
        self.env["dunning.run"].with_company(self.company)._execute(self.company, self.day)
        self.save()
        self.env["dunning.action"]._dispatch(now=datetime.combine(self.day, NOON))
        found = self.env["dunning.action"]._read_group(
            [("contact_date", "=", self.day), ("state", "in", CONTACTED)], ["partner_id"]
        )
        for [partner] in found:
            self.reminded.setdefault(partner.id, self.day)

    # === DEBTORS === #

    def _pay(self):
        """Who pays on which of the coming days: a bank entry of each day."""
        deposits = defaultdict(list)
        for partner_id, lines in self._overdue().items():
            number = self.numbers[partner_id]
            chance = self.law.chance(number, partner_id in self.reminded)
            wait = next((n for n in range(1, STEP + 1) if self.rng.random() < chance), None)
            if wait:
                deposits[self.day + timedelta(days=wait)].append((partner_id, lines))
        for day, received in sorted(deposits.items()):
            self._deposit(day, received)

    def _overdue(self):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "in", list(self.numbers)),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("date_maturity", "<", self.day),
                ("debit", ">", 0),
            ],
            order="partner_id, id",
        )
        return {
            partner.id: waiting
            for partner, found in lines.grouped("partner_id").items()
            if (waiting := found.filtered(lambda one, whose=partner: self._waits(whose, one)))
        }

    def _waits(self, partner, line):
        """Whether the debtor has not paid of the item what he ever will."""
        return line.id not in self.paid[partner.id]

    def _deposit(self, day, received):
        """One entry of the bank, with a line for every item that is paid."""
        pairs = []
        for partner_id, lines in received:
            share = 0.5 if pays_half(self.numbers[partner_id]) else 1
            for line in lines:
                pairs.append((line, self.company.currency_id.round(line.amount_residual * share)))
                self.paid[partner_id][line.id] = day
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.bank.id,
                "date": day,
                "line_ids": [
                    Command.create(self._bank_line(self.bank.default_account_id, debit=total))
                    for total in (sum(amount for _line, amount in pairs),)
                ]
                + [
                    Command.create(self._bank_line(line.account_id, line.partner_id, credit=amount))
                    for line, amount in pairs
                ],
            }
        )
        entry._post(soft=False)
        credits = entry.line_ids.filtered("credit").sorted("id")
        self.env["account.move.line"]._reconcile_plan(
            [line | credit for (line, _amount), credit in zip(pairs, credits, strict=True)]
        )

    @staticmethod
    def _bank_line(account, partner=None, **amounts):
        return {"account_id": account.id, "partner_id": partner and partner.id, **amounts}

    # === WHAT IS KNOWN === #

    def _still_coming(self, member):
        """What the debtor would ever pay of what was open when he was drawn."""
        if not pays_half(self.numbers[member.partner_id.id]):
            return member.owed
        paid = self.paid[member.partner_id.id]
        left = (item for item in member.items if paid.get(int(item), date.max) > member.date)
        return sum(member.items[item] for item in left) / 2

    def truth(self, experiment):
        """What reminders did to the customers whom the experiment observed.

        :rtype: Truth
        """
        gains, owed, came_in = [], 0.0, 0.0
        for member in experiment.member_ids.filtered("measured_on"):
            number = self.numbers[member.partner_id.id]
            gain = self.law.gain(number, experiment.days)
            gains.append(0 if pays_half(number) else gain)
            owed += member.owed
            came_in += self._still_coming(member) * gain
        return Truth(sum(gains) / len(gains), came_in / owed)

    def diary(self, experiment):
        """What the observed customers did, by their own notes.

        :return: arm -> Diary
        """
        observed = experiment.member_ids.filtered("measured_on")
        return {
            arm: Diary(
                sum(self._has_paid(one, experiment.days) for one in members),
                len(members),
                sum(self._money(one, experiment.days) for one in members),
            )
            for arm, members in observed.grouped("arm").items()
        }

    def _in_time(self, member, days):
        """The items that were open when drawn and of which something was paid in time."""
        paid, last = self.paid[member.partner_id.id], member.date + timedelta(days=days)
        return [
            item for item in member.items if member.date < paid.get(int(item), date.max) <= last
        ]

    def _has_paid(self, member, days):
        whole = len(self._in_time(member, days)) == len(member.items)
        return whole and not pays_half(self.numbers[member.partner_id.id])

    def _money(self, member, days):
        amount = sum(member.items[item] for item in self._in_time(member, days))
        return amount * (0.5 if pays_half(self.numbers[member.partner_id.id]) else 1)

    def count_disturbed(self, experiment):
        """Customers of the control group whom a reminder reached within their days."""
        days = timedelta(days=experiment.days)
        return sum(
            self.reminded.get(member.partner_id.id, member.date + 2 * days) <= member.date + days
            for member in experiment.member_ids
            if member.arm == CONTROL
        )
