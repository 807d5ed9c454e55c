"""The demo firm: a year of trade, a quarter of collections, and today's open questions."""

import logging
from datetime import timedelta

from .customers import CUSTOMERS
from .ledger import Ledger
from .replay import Replay

_logger = logging.getLogger(__name__)

#: Habit of payment -> code of the segment a collector would choose.
SEGMENTS = {
    "prompt": "informed",
    "slow": "able_willing",
    "late": "able_willing",
    "seasonal": "able_willing",
    "trouble": "cannot_pay",
    "installments": "informed",
}


class Story:
    """Fills a company with a believable year.

    :param env: environment of a user who may do all
    :param company: `res.company` to fill
    :param datetime.date today: the story ends on the evening before
    :param customers: `Customer` tuples
    :param int months: length of the books
    :param int replay_days: for how many days the firm has used the system
    """

    def __init__(self, env, company, today, customers=CUSTOMERS, months=12, replay_days=90):
        self.ledger = Ledger(env, company, today, customers, months)
        self.env = self.ledger.env
        self.company = self.ledger.company
        self.today = today
        self.customers = customers
        self.replay = Replay(self.ledger, replay_days, self._user("manager"))

    def is_told(self):
        """Whether the company has these customers already."""
        partners = self.env["res.partner"].with_context(active_test=False)
        domain = [("ref", "=", "DC-001"), ("company_id", "=", self.company.id)]
        return bool(partners.search_count(domain))

    def tell(self):
        """Make everything, in the order in which it would have happened."""
        self.ledger.prepare()
        self._choose_policies()
        self._plan_events()
        self.replay.play()
        self._tell_cases()
        _logger.info(
            "Demo firm: %s customers, %s contacts",
            len(self.customers),
            self.env["dunning.action"].search_count([("company_id", "=", self.company.id)]),
        )

    def _user(self, role):
        user = self.env.ref(f"collections_addon.user_demo_{role}", raise_if_not_found=False)
        in_company = user and self.company in user.company_ids
        return user if in_company else self.env.user

    def _marked(self, mark):
        return [customer for customer in self.customers if mark in customer.marks]

    def _choose_policies(self):
        gentle = self.env.ref("collections_addon.policy_gentle", raise_if_not_found=False)
        firm = self.env.ref("collections_addon.policy_firm", raise_if_not_found=False)
        if gentle and not self.company.dunning_policy_id:
            self.company.dunning_policy_id = gentle
        for customer in self._marked("firm") if firm else ():
            self.ledger.partners[customer].dunning_policy_id = firm

    # === EVENTS === #

    def _plan_events(self):
        """What a person did on certain days, called by the replay."""
        on_day = self.replay.events
        for customer in self._marked("refund"):
            on_day[self._ago(60)].append((self._credit_allocated, customer))
            on_day[self._ago(9)].append((self._credit_open, customer))
        for customer in self._marked("hold"):
            on_day[self._ago(20)].append((self._hold_customer, customer))
        for customer in self._marked("invoice_hold"):
            on_day[self._ago(12)].append((self._hold_invoice, customer))

    def _ago(self, days):
        return self.today - timedelta(days=days)

    def _credit_allocated(self, customer, day):
        invoice = self.ledger.open_invoices(customer)[:1]
        self.ledger.credit(customer, day, 0.2, invoice)

    def _credit_open(self, customer, day):
        self.ledger.credit(customer, day, 0.3)

    def _hold_customer(self, customer, day):
        self._hold(
            day,
            partner_id=self.ledger.partners[customer].id,
            reason="The owner asked for three weeks: a delivery of theirs is late.",
            date_end=self.today + timedelta(days=6),
        )

    def _hold_invoice(self, customer, day):
        invoice = self.ledger.open_invoices(customer)[:1]
        if invoice:
            self._hold(
                day,
                move_id=invoice.id,
                reason="Goods returned; the warehouse checks the quantity.",
            )

    def _hold(self, day, **values):
        self.env["collections.hold"].create(
            {
                "company_id": self.company.id,
                "user_id": self._user("collector").id,
                "date_start": day,
                **values,
            }
        )

    # === CASES === #

    def _tell_cases(self):
        """Who is responsible, what is thought of the customer, what was handed over."""
        people = [self._user("collector"), self._user("manager")]
        segments = {s.code: s for s in self.env["collections.segment"].search([])}
        for number, customer in enumerate(self.customers):
            case = self.env["collections.case"]._of(self.ledger.partners[customer], self.company)
            code = "unknown" if "new" in customer.marks else SEGMENTS.get(customer.habit)
            case.write(
                {
                    "collector_id": people[number % 3 == 2].id,
                    "segment_id": segments.get(code, case.segment_id).id,
                }
            )
        for customer in self._marked("legal"):
            case = self.env["collections.case"]._of(self.ledger.partners[customer], self.company)
            case.priority = "2"
            case._set_stage("legal")
            case.segment_id = segments.get("will_not_pay", case.segment_id)
