"""The demo firm: a year of trade, a quarter of collections, and today's open questions."""

import logging
from datetime import timedelta

from .autopay import Autopay
from .charges import Charges
from .customers import CUSTOMERS
from .events import Events
from .ledger import Ledger
from .messages import Messages
from .replay import Replay
from .shop import Shop

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
CRONS = ("dunning_dispatch", "collections_refresh", "collections_charge", "text_read")


class Story:
    """Fills a company with a believable year.

    :param env: environment of a user who may do all
    :param company: `res.company` to fill
    :param datetime.date today: the story ends on the evening before
    :param customers: `Customer` tuples
    :param int months: length of the books
    :param int replay_days: for how many days the firm has used the system
    :param int shop: customers of its web shop
    """

    def __init__(
        self, env, company, today, customers=CUSTOMERS, months=13, replay_days=90, shop=140
    ):
        self.ledger = Ledger(env, company, today, customers, months)
        self.env = self.ledger.env
        self.company = self.ledger.company
        self.today = today
        self.customers = customers
        self.replay = Replay(self.ledger, replay_days, self._user("manager"))
        self.events = Events(self.ledger, self.replay, self._user("collector"))
        self.charges = Charges(self)
        self.shop = Shop(self, shop)

    def is_told(self):
        """Whether the company has these customers already."""
        partners = self.env["res.partner"].with_context(active_test=False)
        domain = [("ref", "=", "DC-001"), ("company_id", "=", self.company.id)]
        return bool(partners.search_count(domain))

    def tell(self):
        """Make everything, in the order in which it would have happened."""
        self.ledger.prepare()
        self._choose_policies()
        self.charges.choose()
        self._open_cases()
        self.events.plan()
        self.shop.open()
        self.replay.play()
        self.charges.decide()
        self._hand_over()
        Autopay(self).begin()
        Messages(self).write()
        self._compute_figures()
        self.shop.close()
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

    # === CASES === #

    def _open_cases(self):
        """Who is responsible for a customer, and what is thought of it."""
        people = [self._user("collector"), self._user("manager")]
        segments = {s.code: s.id for s in self.env["collections.segment"].search([])}
        cases = self.env["collections.case"].create(
            [
                {
                    "partner_id": self.ledger.partners[customer].id,
                    "company_id": self.company.id,
                    "collector_id": people[number % 3 == 2].id,
                    "segment_id": segments.get(self._segment(customer)),
                }
                for number, customer in enumerate(self.customers)
            ]
        )
        self.cases = dict(zip(self.customers, cases, strict=True))

    def _segment(self, customer):
        if "legal" in customer.marks:
            return "will_not_pay"
        return "unknown" if "new" in customer.marks else SEGMENTS.get(customer.habit)

    def _hand_over(self):
        for customer in self._marked("legal"):
            case = self.cases[customer]
            case.priority = "2"
            case._set_stage("legal")
            case.with_user(self._user("collector"))._override_group(
                self.env.ref("collections_addon.segment_will_not_pay"),
                "Refused in writing; the owner says he will not pay",
                self.today + timedelta(days=90),
                self.today,
            )
        self.charges.hand_over()

    def _compute_figures(self):
        """What the nightly job would have computed: the figures of the cases."""
        self.env.flush_all()
        self.env["collections.refresh"].search([("company_id", "=", self.company.id)]).unlink()
        partners = [partner.id for partner in self.ledger.partners.values()]
        self.env["dunning.run"]._refresh_cases(self.company, self.today, partners)
        self._drop_wakeups()

    def _drop_wakeups(self):
        """What the past has asked the scheduler for is done."""
        crons = [self.env.ref(f"collections_addon.cron_{name}") for name in CRONS]
        self.env["ir.cron.trigger"].search(
            [
                ("cron_id", "in", [cron.id for cron in crons]),
                ("create_date", ">=", self.env.cr.now()),
            ]
        ).unlink()
