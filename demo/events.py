"""What people did on certain days of the story: holds, disputes, promises, credit notes."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from .opinions import Opinions

#: Mark -> what happens to the customers so marked, so many days before today.
CALENDAR = {
    "refund": ((60, "credit_allocated"), (9, "credit_open")),
    "hold": ((20, "hold_customer"),),
    "invoice_hold": ((12, "hold_invoice"),),
    "dispute": ((45, "dispute"), (34, "settle"), (15, "dispute")),
    "promise": ((70, "promise"), (40, "promise"), (6, "promise")),
    "breaks": ((26, "promise"),),
    "announces": ((16, "announce"), (3, "announce")),
    "plan": ((19, "plan_agreed"),),
    "plan_missed": ((18, "plan_agreed"),),
    "plan_proposed": ((3, "plan_proposed"),),
    "complains": ((4, "complain"),),
    "dissatisfied": ((7, "rate_low"),),
    "satisfied": ((10, "rate_high"),),
    "no_more_mail": ((13, "opt_out"),),
    "texts": ((3, "text_how_much"),),
    "asks_call": ((2, "text_call_me"),),
}
#: Dispute states of an invoice of which something is contested now.
CONTESTING = ("disputed", "partly")
LONGEST_PROMISE = 25
CONTESTED = ("quantity", "quality", "price", "invoice_not_received")


class Events(Opinions):
    """The calendar of what people do.

    :param ledger: `Ledger`, the books
    :param replay: `Replay`, whose days these are
    :param collector: `res.users` who does them
    """

    def __init__(self, ledger, replay, collector):
        self.ledger = ledger
        self.replay = replay
        self.collector = collector
        self.env = ledger.env(user=collector.id, su=True)
        self.company = ledger.company.with_env(self.env)
        self.today = ledger.today
        self.disputes = defaultdict(self.env["collections.dispute"].browse)

    def plan(self):
        """Write every event into the calendar of the replay."""
        for customer in self.ledger.customers:
            for mark in customer.marks:
                for days, name in CALENDAR.get(mark, ()):
                    day = self.today - timedelta(days=days)
                    self.replay.events[day].append((getattr(self, name), customer))

    def _oldest_open(self, customer):
        invoices = self.ledger.open_invoices(customer).with_env(self.env)
        return invoices.filtered(lambda move: move.dispute_state not in CONTESTING)[:1]

    def _date_messages(self, record, day):
        for thread in (record, record.case_id):
            self.replay.date_messages(thread, day)

    # === EVENTS === #

    def credit_allocated(self, customer, day):
        """A credit note for a part of the oldest open invoice."""
        self.ledger.credit(customer, day, 0.2, self.ledger.open_invoices(customer)[:1])

    def credit_open(self, customer, day):
        """A credit note that nobody has allocated."""
        self.ledger.credit(customer, day, 0.3)

    def hold_customer(self, customer, day):
        """The customer asked for time."""
        self._hold(
            day,
            partner_id=self.ledger.partners[customer].id,
            reason="The owner asked for three weeks: a delivery of theirs is late.",
            date_end=self.today + timedelta(days=6),
        )

    def hold_invoice(self, customer, day):
        """One invoice waits for an answer of ours."""
        invoice = self._oldest_open(customer)
        if invoice:
            reason = "Goods returned; the warehouse checks the quantity."
            self._hold(day, move_id=invoice.id, reason=reason)

    def _hold(self, day, **values):
        self.env["collections.hold"].create(
            {"company_id": self.company.id, "date_start": day, **values}
        )

    def dispute(self, customer, day):
        """The customer contests the oldest open invoice, or a part of it."""
        invoice = self._oldest_open(customer)
        if not invoice:
            return
        code = CONTESTED[(len(customer.name) + day.day) % len(CONTESTED)]
        reason = self.env["collections.dispute.reason"].search([("code", "=", code)], limit=1)
        share = 0.4 if code in ("quantity", "price") else 1
        amount = invoice.currency_id.round(invoice.amount_residual * share)
        dispute = self.env["collections.dispute"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.ledger.partners[customer].id,
                "currency_id": invoice.currency_id.id,
                "reason_id": reason.id,
                "opened_on": day,
                "deadline": day + timedelta(days=reason.deadline_days),
                "source": "email",
                "line_ids": [(0, 0, {"move_id": invoice.id, "amount_disputed": amount})],
            }
        )
        self.disputes[customer] = dispute
        self._date_messages(dispute, day)

    def settle(self, customer, day):
        """The dispute is decided: a credit note for a price or quantity, else it is owed."""
        dispute = self.disputes[customer]
        if not dispute:
            return
        accepted = dispute.reason_id.code in ("quantity", "price")
        self.env["collections.dispute.resolution"].create(
            {
                "dispute_id": dispute.id,
                "decision": "accepted" if accepted else "rejected",
                "explanation": "Delivery note checked with the warehouse.",
                "date": day,
            }
        ).action_confirm()
        dispute.closed_on = day
        self._date_messages(dispute, day)

    def announce(self, customer, day):
        """The customer says that the money for its oldest invoice is on its way."""
        invoice = self.ledger.open_invoices(customer).filtered(
            lambda move: move.invoice_date_due < day
        )[:1]
        lines = self.ledger.receivable_lines(invoice).filtered("amount_residual")
        if not lines:
            return
        is_cheque = customer.country in ("US", "TR")
        announcement = self.env["collections.announcement"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.ledger.partners[customer].id,
                "currency_id": invoice.currency_id.id,
                "line_ids": [(6, 0, lines.ids)],
                "kind": "cheque" if is_cheque else "transfer",
                "reference": f"CHQ {invoice.id:06}" if is_cheque else invoice.payment_reference,
                "made_on": day,
                "date": day + timedelta(days=6),
                "source": "phone",
                "user_id": self.collector.id,
            }
        )
        self._date_messages(announcement, day)

    def plan_agreed(self, customer, day):
        """The customer agrees to pay the oldest invoice in installments, and pays the first or
        forgets it."""
        plan = self.plan_proposed(customer, day)
        if not plan or plan.state != "proposed":
            return
        plan._accept(self.ledger.partners[customer].name, datetime.combine(day, time(10)))
        if "plan_missed" not in customer.marks:
            self.replay.events[plan.next_date].append((self.plan_installment, customer))

    def plan_proposed(self, customer, day):
        """A collector proposes installments for the oldest invoice."""
        case = self.env["collections.case"]._of(self.ledger.partners[customer], self.company)
        moves = case._plan_moves()[:1]
        offer = self.env.ref("collections_addon.plan_offer_standard", raise_if_not_found=False)
        if not moves or not offer:
            return None
        choices = {"count": 4, "first_date": day + timedelta(days=7)}
        plan = self.env["collections.plan"]._propose(case, moves, offer, choices, "phone", day)
        self._date_messages(plan, day)
        return plan

    def plan_installment(self, customer, day):
        """The next installment of the customer's plan comes in."""
        plan = self.env["collections.plan"].search(
            [
                ("partner_id", "=", self.ledger.partners[customer].id),
                ("company_id", "=", self.company.id),
                ("state", "=", "active"),
            ],
            limit=1,
        )
        left = plan.next_amount
        for move in plan.move_ids.filtered("amount_residual").sorted("invoice_date_due"):
            part = min(left, move.amount_residual)
            if part > 0:
                line = self.ledger.receivable_lines(move).filtered("amount_residual")[:1]
                self.ledger.pay_part(customer, line, part, day)
                left = plan.currency_id.round(left - part)
        plan._settle(day)

    def promise(self, customer, day):
        """The customer gives a date for what is overdue."""
        overdue = self.ledger.open_invoices(customer).filtered(
            lambda move: move.invoice_date_due < day
        )
        if not overdue:
            return
        lines = self.ledger.receivable_lines(overdue).filtered("amount_residual")
        planned = [self.ledger.planned_payment(line) for line in lines]
        date = max((d for d in planned if d), default=day)
        if not day < date <= day + timedelta(days=LONGEST_PROMISE):
            date = day + timedelta(days=9)
        promise = self.env["collections.promise"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.ledger.partners[customer].id,
                "currency_id": overdue[0].currency_id.id,
                "line_ids": [(6, 0, lines.ids)],
                "made_on": day,
                "date": date,
                "source": "phone",
                "user_id": self.collector.id,
            }
        )
        self._date_messages(promise, day)
