"""The web shop of the demo firm: many small debtors, and what experiments show of them.

Draws, reminders, ledger and effect are the real ones. Played are the debtors: each day each
pays what is overdue with a small chance, and with a larger one once a reminder has come.
So what the experiments show hangs on who was drawn: it is not written anywhere.
"""

import random
from datetime import timedelta

from odoo.fields import Command

from .customers import SERVICES, Customer

FIRST_NAMES = (
    "Ada Bruno Chloé Dmitri Elif Farid Greta Hana Ivo Joana Kerem Lucía Mihai Nadia Oskar Paula "
    "Ruta Sami Tomas Zeynep"
).split()
LAST_NAMES = ("Aydın", "Berg", "Costa", "Duarte", "Ionescu", "Kowalski", "Marsh")
LEVELS = (("Reminder", 5), ("Second reminder", 20), ("Last reminder", 40))
#: Chance to pay on a day: before a reminder, after the first, and after the second.
CHANCES = (0.02, 0.08, 0.09)
#: So many days before today everybody who still owes begins to settle.
SETTLED = 20
CONTACTED = ("sent", "delivered", "opened")


class Shop:
    """The customers of the shop and the questions the firm asks of them.

    :param story: `Story`
    :param int count: how many customers
    """

    def __init__(self, story, count):
        self.ledger, self.replay = story.ledger, story.replay
        self.env, self.company = story.env, story.company
        self.today, self.first_day = story.today, story.replay.first_day
        self.rng = random.Random("shop")
        self.count = count
        self.experiments = self.env["collections.experiment"]
        self.planned = set()

    def open(self):
        """Customers, their invoices, the questions; then every day of the replay."""
        if not self.count:
            return
        self.policy = self._create_policy()
        self.partners = self._create_customers()
        self._post_invoices()
        self._ask()
        for offset in range((self.today - self.first_day).days):
            day = self.first_day + timedelta(days=offset)
            self.replay.events[day].append((self._live, None))

    def close(self):
        """What the experiments show on the evening before today."""
        self.experiments._measure(self.today)

    # === BOOKS === #

    def _create_policy(self):
        return self.env["dunning.policy"].create(
            {
                "name": "Web shop",
                "company_id": self.company.id,
                "mode": "automatic",
                "level_ids": [
                    Command.create({"name": name, "days": days}) for name, days in LEVELS
                ],
            }
        )

    def _create_customers(self):
        pairs = [(first, last) for last in LAST_NAMES for first in FIRST_NAMES]
        self.customers = [
            Customer(f"{first} {last}", "US", "", "shop", 90, ("shop",))
            for first, last in pairs[: self.count]
        ]
        partners = self.env["res.partner"].create(
            [
                {
                    "name": customer.name,
                    "company_id": self.company.id,
                    "ref": f"WS-{number:03}",
                    "email": f"shop{number:03}@customer.example",
                    "tz": "America/New_York",
                    "country_id": self.env.ref("base.us").id,
                }
                for number, customer in enumerate(self.customers, 1)
            ]
        )
        partners.with_company(self.company).dunning_policy_id = self.policy
        self.ledger.partners.update(zip(self.customers, partners, strict=True))
        return partners

    def _post_invoices(self):
        moves = self.env["account.move"].create(
            [
                self._invoice(customer, partner)
                for customer, partner in zip(self.customers, self.partners, strict=True)
            ]
        )
        moves._post(soft=False)
        lines = self.ledger.receivable_lines(moves)
        self.lines = dict(zip(self.customers, lines.sorted("id"), strict=True))

    def _invoice(self, customer, partner):
        """Due in the days about the first, so that the first reminder comes in the replay."""
        due = self.first_day + timedelta(days=self.rng.randint(-3, 4))
        price = round(90 * self.rng.lognormvariate(0, 0.7), 2)
        service = self.rng.choice(SERVICES)
        line = {
            "product_id": self.ledger.products[service].id,
            "name": service,
            "price_unit": price,
            "tax_ids": [Command.clear()],
        }
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "company_id": self.company.id,
            "invoice_date": due - timedelta(days=14),
            "date": due - timedelta(days=14),
            "invoice_date_due": due,
            "invoice_payment_term_id": False,
            "invoice_user_id": self.ledger.seller_of(customer).id,
            "invoice_line_ids": [Command.create(line)],
        }

    # === QUESTIONS === #

    def _ask(self):
        """One experiment that has ended, and one that still runs."""
        first, second, _last = self.policy.level_ids.sorted("days")
        common = {
            "company_id": self.company.id,
            "policy_id": self.policy.id,
            "share": 50,
            "min_size": 30,
        }
        self.experiments = self.experiments.create(
            [
                {
                    **common,
                    "name": "Web shop: does the first reminder help?",
                    "level_ids": first.ids,
                    "days": 14,
                    "date_end": self.first_day + timedelta(days=45),
                    "note": "We expect many to have forgotten. If fewer than ten in a hundred "
                    "pay because of it, it is not worth its complaints.",
                },
                {
                    **common,
                    "name": "Web shop: does a second reminder add anything?",
                    "level_ids": second.ids,
                    "days": 15,
                    "detect": 10,
                    "most_owed": 300,
                    "note": "Who did not answer the first may not answer at all. Large orders "
                    "are left out: there we call.",
                },
            ]
        )
        for experiment in self.experiments:
            experiment._start(self.first_day)

    # === DAYS === #

    def _live(self, _customer, day):
        """Debtors make up their minds: who pays does it tomorrow."""
        tomorrow = day + timedelta(days=1)
        reminded = self._reminders()
        for customer, line in self.lines.items():
            if customer in self.planned or line.date_maturity >= day:
                continue
            number = min(reminded.get(line.partner_id, 0), 2)
            settles = (self.today - day).days < SETTLED
            if self.rng.random() < (0.3 if settles else CHANCES[number]) and tomorrow < self.today:
                self.ledger.due_payments[tomorrow].append((customer, line, line.amount_residual))
                self.planned.add(customer)

    def _reminders(self):
        """Customer -> how many reminders have reached him."""
        rows = self.env["dunning.action"]._read_group(
            [("partner_id", "in", self.partners.ids), ("state", "in", CONTACTED)],
            ["partner_id"],
            ["__count"],
        )
        return dict(rows)
