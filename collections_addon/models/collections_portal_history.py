from typing import NamedTuple

from odoo import api, models

from .collections_dispute import ACTIVE
from .debtor_format import DebtorFormat
from .dunning_action import CONTACTED

MOST_EVENTS = 100


class HistoryEvent(NamedTuple):
    """Something that happened on an account, in the customer's words.

    :param path: page below the account with more about it; empty for none
    """

    date: object
    text: str
    path: str = ""


class CollectionsPortalAccount(models.AbstractModel):
    """What happened on an account, and what is to be said about its items."""

    _inherit = "collections.portal.account"

    # === ITEMS === #

    @api.model
    def _item_notes(self, case, lines, today):
        """Override: promised, in dispute, paused."""
        notes = super()._item_notes(case, lines, today)
        form = DebtorFormat(self.env, self.env.lang or "en_US")
        for promise in case.promise_ids.filtered(lambda promise: promise.state == "open"):
            text = self.env._("Promised by %s", form.date(promise.date))
            for line in promise.line_ids & lines:
                notes.setdefault(line.id, []).append(text)
        for line in lines.filtered(lambda line: line.move_id.dispute_state == "disputed"):
            notes.setdefault(line.id, []).append(self.env._("In dispute"))
        paused = case.hold_ids.move_id
        for line in lines.filtered(lambda line: line.move_id in paused):
            notes.setdefault(line.id, []).append(self.env._("Being looked into"))
        return notes

    # === HISTORY === #

    @api.model
    def _history(self, case):
        """What happened on the account, the latest first.

        :rtype: list[HistoryEvent]
        """
        events = sorted(self._history_events(case), key=lambda event: event.date, reverse=True)
        return events[:MOST_EVENTS]

    @api.model
    def _history_events(self, case):
        """Hook: events of an account, in any order. Those of one kind need no more than 100."""
        form = DebtorFormat(self.env, self.env.lang or "en_US")
        return [
            *self._contact_events(case),
            *self._dispute_events(case, form),
            *self._promise_events(case, form),
            *self._payment_events(case, form),
            *self._announcement_events(case, form),
        ]

    def _contact_events(self, case):
        contacts = self.env["dunning.action"].search(
            [
                ("case_id", "=", case.id),
                ("state", "in", CONTACTED),
                ("contact_date", "!=", False),
                ("test_mode", "!=", True),
            ],
            limit=MOST_EVENTS,
        )
        for contact in contacts:
            channel = self.env["collections.channel"]._by_code(contact.channel_code)._label()
            text = self.env._("We contacted you: %s", channel)
            if contact.subject:
                text = f"{text} · {contact.subject}"
            yield HistoryEvent(contact.contact_date, text)

    def _dispute_events(self, case, form):
        labels = dict(
            self.env["collections.dispute"]._fields["state"]._description_selection(self.env)
        )
        for dispute in case.dispute_ids[:MOST_EVENTS]:
            path = f"/dispute/{dispute.id}"
            amount = form.amount(dispute.amount_disputed, dispute.currency_id)
            yield HistoryEvent(
                dispute.opened_on,
                self.env._(
                    "You disputed %(amount)s: %(reason)s",
                    amount=amount,
                    reason=dispute.reason_id.name,
                ),
                path,
            )
            if dispute.state not in ACTIVE and dispute.closed_on:
                text = self.env._(
                    "Dispute %(name)s: %(state)s",
                    name=dispute.name,
                    state=labels[dispute.state],
                )
                yield HistoryEvent(dispute.closed_on, text, path)

    def _promise_events(self, case, form):
        labels = dict(
            self.env["collections.promise"]._fields["state"]._description_selection(self.env)
        )
        for promise in case.promise_ids[:MOST_EVENTS]:
            text = self.env._(
                "Promise to pay %(amount)s by %(date)s: %(state)s",
                amount=form.amount(promise.amount, promise.currency_id),
                date=form.date(promise.date),
                state=labels[promise.state],
            )
            yield HistoryEvent(promise.made_on, text)

    def _announcement_events(self, case, form):
        labels = dict(
            self.env["collections.announcement"]._fields["state"]._description_selection(self.env)
        )
        for announcement in case.announcement_ids[:MOST_EVENTS]:
            text = self.env._(
                "You told us of a payment of %(amount)s: %(state)s",
                amount=form.amount(announcement.amount, announcement.currency_id),
                state=labels[announcement.state],
            )
            yield HistoryEvent(announcement.made_on, text)

    def _payment_events(self, case, form):
        payments = self.env["account.payment"].search(
            [
                ("partner_id", "child_of", case.partner_id.id),
                ("company_id", "=", case.company_id.id),
                ("payment_type", "=", "inbound"),
                ("state", "in", ("in_process", "paid")),
            ],
            limit=MOST_EVENTS,
        )
        for payment in payments:
            amount = form.amount(payment.amount, payment.currency_id)
            yield HistoryEvent(payment.date, self.env._("Payment received: %s", amount))
