"""The books of the demo firm: customers, invoices, credit notes and payments."""

import random
from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command

from .customers import COUNTRIES, SERVICES
from .habits import TROUBLE_SINCE, payments

#: Roughly, what one unit is worth in US dollars; only to have believable rates.
DOLLARS = {"USD": 1.0, "EUR": 1.09, "GBP": 1.28}
#: Payments of the last days that nobody has matched yet, for customers so marked.
UNMATCHED_DAYS = 25
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_activity_quick_update": True,
}


class Ledger:
    """Makes the books, day by day or many days at once.

    :param env: environment of a user who may do all
    :param company: `res.company` whose books these are
    :param datetime.date today: the date on which the story ends
    :param customers: `Customer` tuples
    :param int months: length of the story
    """

    def __init__(self, env, company, today, customers, months):
        self.env = env(context={**env.context, **QUIET, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        self.today = today
        self.customers = customers
        self.first_day = today - timedelta(days=round(months * 30.4))
        self.drafts = defaultdict(list)
        self.due_payments = defaultdict(list)
        self.partners = {}

    # === COMPANY === #

    def prepare(self):
        """Currencies, rates, chart of accounts and terms; then customers and drafts."""
        if not self.company.chart_template:
            self.env["account.chart.template"].try_loading(
                "generic_coa", self.company, install_demo=False
            )
        self._prepare_sender()
        self._prepare_rates()
        self.terms = self._terms()
        self.bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.products = self._products()
        self.sellers = self._sellers()
        self._create_partners()
        self._create_drafts()

    def _prepare_sender(self):
        """An address to write from, where the company has none of its own."""
        own = {
            "email": "accounts@collections.example",
            "phone": "+1 555 0100",
            "street": "1 Harbor Road",
            "city": "Boston",
            "zip": "02110",
            "country_id": self.env.ref("base.us").id,
        }
        partner = self.company.partner_id
        partner.write({name: value for name, value in own.items() if not partner[name]})

    def _prepare_rates(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        self.currencies = {c.name: c for c in currencies.search([("name", "in", list(DOLLARS))])}
        for currency in self.currencies.values():
            if not currency.active:
                currency.active = True
        home = self.company.currency_id
        rng = random.Random("rates")
        quarters = (self.today - self.first_day).days // 91 + 2
        for currency in (c for c in self.currencies.values() if c != home):
            rate = DOLLARS.get(home.name, 1.0) / DOLLARS[currency.name]
            self._create_rates(currency, rate, quarters, rng)

    def _create_rates(self, currency, rate, quarters, rng):
        days = [self.first_day + timedelta(days=91 * n - 91) for n in range(quarters)]
        rates = self.env["res.currency.rate"]
        known = set(
            rates.search(
                [("currency_id", "=", currency.id), ("company_id", "=", self.company.id)]
            ).mapped("name")
        )
        rates.create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate * rng.uniform(0.985, 1.015),
                }
                for day in days
                if day not in known
            ]
        )

    def _products(self):
        """What the firm sells, as products by name."""
        products = self.env["product.product"]
        own = [("company_id", "in", (False, self.company.id)), ("name", "in", SERVICES)]
        known = {product.name: product for product in products.search(own)}
        missing = [name for name in SERVICES if name not in known]
        values = {"type": "service", "company_id": self.company.id}
        made = products.create([{**values, "name": name} for name in missing])
        return known | dict(zip(missing, made, strict=True))

    def _sellers(self):
        """Salespeople of the firm: those that a demonstration has, else who asks for it."""
        names = ("base.user_admin", "base.user_demo")
        found = self.env["res.users"].concat(
            *filter(None, (self.env.ref(name, raise_if_not_found=False) for name in names))
        )
        return found.filtered(lambda user: self.company in user.company_ids) or self.env.user

    def seller_of(self, customer):
        """Who sells to a customer, always the same one.

        :rtype: `res.users`
        """
        return self.sellers[sum(map(ord, customer.name)) % len(self.sellers)]

    def _terms(self):
        """Payment terms by number of days, and one in three installments."""
        return {days: self._term(f"{days} Days", [days]) for days in (15, 30, 45)} | {
            "installments": self._term("Three monthly installments", [30, 60, 90])
        }

    def _term(self, name, days):
        terms = self.env["account.payment.term"]
        found = terms.search([("name", "=", name)], limit=1)
        if found:
            return found
        share = round(100 / len(days), 2)
        shares = [share] * (len(days) - 1)
        shares.append(100 - sum(shares))
        lines = [
            Command.create(
                {"value": "percent", "value_amount": s, "nb_days": d, "delay_type": "days_after"}
            )
            for d, s in zip(days, shares, strict=True)
        ]
        return terms.create({"name": name, "line_ids": lines})

    # === CUSTOMERS === #

    def _create_partners(self):
        countries = {
            c.code: c for c in self.env["res.country"].search([("code", "in", list(COUNTRIES))])
        }
        languages = {code for code, _name in self.env["res.lang"].get_installed()}
        partners = self.env["res.partner"].create(
            [
                self._partner_values(number, customer, countries, languages)
                for number, customer in enumerate(self.customers, 1)
            ]
        )
        self.partners = dict(zip(self.customers, partners, strict=True))
        self.env["res.partner"].create(
            [
                {
                    "name": "Accounts Payable",
                    "type": "invoice",
                    "parent_id": self.partners[customer].id,
                    "email": f"payables@{self._domain_name(number)}",
                    "street": "PO Box 200",
                    "city": customer.city,
                    "country_id": countries[customer.country].id,
                }
                for number, customer in enumerate(self.customers, 1)
                if "invoice_contact" in customer.marks
            ]
        )

    def _domain_name(self, number):
        return f"customer{number:02}.example"

    def _partner_values(self, number, customer, countries, languages):
        _currency, lang, prefix = COUNTRIES[customer.country]
        values = {
            "name": customer.name,
            "is_company": True,
            "company_id": self.company.id,
            "ref": f"DC-{number:03}",
            "street": f"{number * 7 % 90 + 1} Market Street",
            "city": customer.city,
            "zip": f"{10000 + number * 317}",
            "country_id": countries[customer.country].id,
            "phone": f"{prefix} {1000 + number * 13} {100 + number}",
            "property_payment_term_id": self._term_of(customer).id,
            "customer_rank": 1,
        }
        if "no_email" not in customer.marks:
            values["email"] = f"office@{self._domain_name(number)}"
        if lang in languages:
            values["lang"] = lang
        return values

    def _term_of(self, customer):
        if customer.habit == "installments":
            return self.terms["installments"]
        days = {"GB": 30, "TR": 45}.get(customer.country, 15 if customer.amount < 1000 else 30)
        return self.terms[days]

    def currency_of(self, customer):
        """The currency a customer is invoiced in."""
        name = "USD" if "usd" in customer.marks else COUNTRIES[customer.country][0]
        return self.currencies[name]

    # === INVOICES === #

    def _create_drafts(self):
        """All invoices of the story as drafts; they are posted when their day comes."""
        plans = [
            (customer, day, self._invoice_values(customer, day, rng))
            for customer in self.customers
            for day, rng in self._invoice_days(customer)
        ]
        plans.sort(key=lambda plan: plan[1])
        moves = self.env["account.move"].create([values for *_key, values in plans])
        for (customer, day, _values), move in zip(plans, moves, strict=True):
            self.drafts[day].append((customer, move))

    def _invoice_days(self, customer):
        rng = random.Random(f"days {customer.name}")
        every = 91 if customer.habit == "installments" else rng.choice((38, 45, 60))
        day = self.first_day + timedelta(days=rng.randrange(28))
        if "new" in customer.marks:
            day = max(day, self.today - timedelta(days=105))
        last_day = self.today
        if customer.habit == "trouble":
            last_day -= timedelta(days=TROUBLE_SINCE - 50)
        while day < last_day:
            if rng.random() > 0.06 or customer.habit == "disputer":
                yield day, random.Random(f"{customer.name} {(self.today - day).days}")
            day += timedelta(days=every + rng.randint(-3, 3))

    def _invoice_values(self, customer, day, rng, move_type="out_invoice", share=1.0):
        amount = customer.amount * share * rng.lognormvariate(0, 0.35)
        services = rng.sample(SERVICES, rng.choice((1, 1, 2, 3)))
        return {
            "move_type": move_type,
            "partner_id": self.partners[customer].id,
            "company_id": self.company.id,
            "invoice_date": day,
            "date": day,
            "currency_id": self.currency_of(customer).id,
            "invoice_payment_term_id": self._term_of(customer).id,
            "invoice_user_id": self.seller_of(customer).id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.products[service].id,
                        "name": service,
                        "quantity": 1,
                        "price_unit": round(amount / len(services), 2),
                        "tax_ids": [Command.clear()],
                    }
                )
                for service in services
            ],
        }

    def post_until(self, day):
        """Post the drafts dated up to a day, and plan how they are paid."""
        days = sorted(d for d in self.drafts if d <= day)
        entries = [entry for d in days for entry in self.drafts.pop(d)]
        if not entries:
            return
        moves = self.env["account.move"].concat(*[move for _customer, move in entries])
        moves._post(soft=False)
        for customer, move in entries:
            self._plan_payments(customer, move)

    def credit(self, customer, day, share, invoice=None):
        """A credit note; allocated to an invoice when one is given."""
        rng = random.Random(f"credit {customer.name} {share}")
        values = self._invoice_values(customer, day, rng, "out_refund", share)
        refund = self.env["account.move"].create(values)
        refund._post(soft=False)
        if invoice:
            self.receivable_lines(refund | invoice).reconcile()
        return refund

    # === PAYMENTS === #

    def receivable_lines(self, moves):
        """The items of these documents that the customer owes, or is owed."""
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _plan_payments(self, customer, move):
        for number, line in enumerate(self.receivable_lines(move)):
            rng = random.Random(f"pays {customer.name} {move.invoice_date} {number}")
            left = total = line.amount_currency
            for day, share in payments(customer.habit, rng, line.date_maturity, self.today):
                amount = min(move.currency_id.round(total * share), left)
                left -= amount
                day = max(day, move.invoice_date + timedelta(days=1))
                if day < self.today:
                    self.due_payments[day].append((customer, line, amount))

    def pay_until(self, day):
        """Book the payments dated up to a day and match them with what they pay."""
        days = sorted(d for d in self.due_payments if d <= day)
        planned = [(d, *entry) for d in days for entry in self.due_payments.pop(d)]
        entries = list(self._still_owed(planned))
        if not entries:
            return
        booked = self.env["account.payment"].create(
            [self._payment_values(*entry) for entry in entries]
        )
        booked.action_post()
        pairs = [
            self.receivable_lines(payment.move_id) | line
            for payment, (date, customer, line, _amount) in zip(booked, entries, strict=True)
            if not self._stays_unmatched(customer, date)
        ]
        self.env["account.move.line"]._reconcile_plan(pairs)

    def pay_part(self, customer, line, amount, day):
        """Book a payment nobody had planned and match it with an item."""
        payment = self.env["account.payment"].create(
            [self._payment_values(day, customer, line, amount)]
        )
        payment.action_post()
        (self.receivable_lines(payment.move_id) | line).reconcile()

    def planned_payment(self, line):
        """The day on which an item will be paid for the first time; None for never."""
        days = [
            day for day, entries in self.due_payments.items() if any(e[1] == line for e in entries)
        ]
        return min(days, default=None)

    def _still_owed(self, entries):
        """The payments, less what a credit note has settled since they were planned."""
        left = {}
        for date, customer, line, amount in entries:
            owed = left.setdefault(line, line.amount_residual_currency)
            amount = min(amount, owed)
            left[line] -= amount
            if line.currency_id.compare_amounts(amount, 0) > 0:
                yield date, customer, line, amount

    def _stays_unmatched(self, customer, day):
        recent = (self.today - day).days <= UNMATCHED_DAYS
        return recent and "unallocated" in customer.marks

    def _payment_values(self, day, customer, line, amount):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partners[customer].id,
            "company_id": self.company.id,
            "journal_id": self.bank.id,
            "currency_id": line.currency_id.id,
            "amount": amount,
            "date": day,
            "memo": line.move_id.name,
        }

    def open_invoices(self, customer):
        """Posted invoices of a customer with something left to pay, oldest first."""
        return self.env["account.move"].search(
            [
                ("partner_id", "=", self.partners[customer].id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ],
            order="invoice_date_due, id",
        )
