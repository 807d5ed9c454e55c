from datetime import timedelta

from odoo import models
from odoo.tools import format_amount

from ..domain.contact_window import blocking_reason, next_opening, timezone_of
from ..domain.eligibility import decide
from ..domain.message import compose

#: How long a contact waits when nothing tells when the obstacle goes away.
RECHECK = timedelta(hours=1)
#: Reasons that pass with time: the contact waits instead of being dropped.
PASSING = ("min_gap", "contact_cap", "stale_ledger", "ledger_failing", "ledger_drift")


class DunningAction(models.Model):
    """The gate: decide again, under lock, at the moment of sending."""

    _inherit = "dunning.action"

    def _gate(self, company, now):
        """Which of these locked contacts may be made now.

        The others are skipped or rescheduled, each with its reason; the good
        ones are brought up to date with the ledger.

        :param company: the company of all of them
        :param datetime.datetime now: naive UTC
        :return: the contacts to hand to their channels
        """
        if company.collections_stopped:
            self._reschedule(now + RECHECK, "manual_hold")
            return self.browse()
        windows = {policy: policy._contact_window() for policy in self.policy_id}
        timely = self.filtered(
            lambda action: not action._wait_for_window(windows[action.policy_id], now)
        )
        timely = timely.filtered(lambda action: not action._wait_for_ledger(company, now))
        ready = self.browse()
        for run, actions in timely.grouped("run_id").items():
            ready |= actions._gate_by_facts(company, run, now)
        return ready.filtered(lambda action: not action._refuse_by_channel())

    # === TIME === #

    def _wait_for_window(self, window, now):
        """Reschedule when it is not the customer's hour; say whether it was so."""
        self.ensure_one()
        window, tz = self._window(window), self._customer_tz()
        reason = blocking_reason(now, window, tz)
        if not reason:
            return False
        opening = next_opening(now, window, tz)
        if opening is None:
            self._transition("skipped", reason)
        else:
            self._reschedule(opening, reason)
        return True

    def _window(self, window):
        """When this customer may be contacted, within what its policy allows.

        :param ContactWindow window: of the policy
        :rtype: ContactWindow
        """
        return window

    def _customer_tz(self):
        recipient, company = self.recipient_id, self.company_id
        customer = self.partner_id
        country = recipient.country_id or customer.country_id
        return timezone_of(recipient.tz or customer.tz, country.code, company.partner_id.tz)

    def _wait_for_ledger(self, company, now):
        """Automatic contacts wait while bank or ledger data are too old."""
        policy = self.policy_id
        if self.approved_by_id or policy.mode != "automatic":
            return False
        if not company._collections_is_stale(policy, now):
            return False
        self._reschedule(now + RECHECK, "stale_ledger")
        return True

    # === FACTS === #

    def _gate_by_facts(self, company, run, now):
        today = company._collections_today(now)
        source = self.env["dunning.facts"].sudo().with_company(company)
        partner_ids = self.partner_id.ids
        facts = source._load(company, today, partner_ids, sending_run_id=run.id or 0)
        groups = {}
        for partner_id, by_currency in source._stream(
            company, today, partner_ids, sending_run_id=run.id or 0
        ):
            customer = facts.customer(partner_id)
            for lines in by_currency:
                key = (partner_id, lines[0].currency_id)
                groups[key] = decide(lines, customer, facts.rules, today)
        ready = self.browse()
        for action in self:
            decisions = groups.get((action.partner_id.id, action.currency_id.id), [])
            if action._confirm(decisions, facts, today, now):
                ready |= action
        return ready

    def _confirm(self, decisions, facts, today, now):
        """Bring one contact up to date; skip or reschedule it when nothing is left to say."""
        days_of = self.env["dunning.level"]._days_by_id()
        listing = compose(decisions, days_of, days_of[self.level_id.id])
        if any(item.is_step for item in listing.items):
            self._update_to(listing)
            return True
        reason = self._reason_of_silence(decisions)
        if reason in PASSING:
            self._reschedule(self._next_try(now), reason)
        else:
            self._transition("skipped", reason)
        return False

    def _reason_of_silence(self, decisions):
        """Why none of the items for which the contact was planned is chased any more."""
        planned = {item._line_id() for item in self.item_ids.filtered("is_step")}
        reasons = [d.reason for d in decisions if d.line.id in planned]
        return next((reason for reason in reasons if reason), "paid")

    def _next_try(self, now):
        """The first opening of the next day."""
        tomorrow = now + timedelta(days=1)
        window = self._window(self.policy_id._contact_window())
        return next_opening(tomorrow, window, self._customer_tz()) or tomorrow

    def _update_to(self, listing):
        """Take over the ledger's present state, and note what changed since the plan."""
        old = {
            (i._line_id(), i.level_id.id or None, i.is_step, i.days_overdue): i
            for i in self.item_ids
        }
        new = {(i.line.id, i.level_id, i.is_step, i.line.days_overdue): i for i in listing.items}
        same_amount = not self.currency_id.compare_amounts(self.amount_total, listing.total)
        if old.keys() == new.keys() and same_amount:
            return
        note = self._change_note(listing)
        self.item_ids.sudo().unlink()
        self.env["dunning.action.item"].sudo().create(
            [self._item_values(item) for item in listing.items]
        )
        self.write(
            {
                "level_id": listing.level_id,
                "step_id": self._step_on(listing.level_id).id,
                "amount_total": listing.total,
                "amount_overdue": listing.overdue,
                "amount_credit": listing.credit,
                "change_note": note,
            }
        )

    def _item_values(self, item):
        return {
            "action_id": self.id,
            "move_line_id": item.line.id,
            "move_id": item.line.move_id,
            "level_id": item.level_id,
            "is_step": item.is_step,
            "days_overdue": item.line.days_overdue,
            "amount_residual": item.line.residual,
            "amount_disputed": item.disputed,
            "amount_credit": item.credit,
        }

    def _step_on(self, level_id):
        """This channel's step on a level; the planned one when the level lacks it."""
        level = self.env["dunning.level"].browse(level_id)
        step = level.step_ids.filtered(lambda s: s.channel_code == self.channel_code)
        return step[:1] or self.step_id

    def _change_note(self, listing):
        """What is different from the plan, for whoever approved it; empty when only days passed."""
        notes = []
        before = {item._line_id() for item in self.item_ids}
        after = {item.line.id for item in listing.items}
        if gone := before - after - {False}:
            notes.append(self.env._("No longer asked: %s.", self._items_name(gone)))
        if come := after - before:
            notes.append(self.env._("Added: %s.", self._items_name(come)))
        if self.currency_id.compare_amounts(self.amount_total, listing.total):
            notes.append(
                self.env._(
                    "Total %(before)s → %(after)s.",
                    before=format_amount(self.env, self.amount_total, self.currency_id),
                    after=format_amount(self.env, listing.total, self.currency_id),
                )
            )
        if listing.level_id != self.level_id.id:
            level = self.env["dunning.level"].browse(listing.level_id)
            notes.append(
                self.env._(
                    "Level “%(before)s” → “%(after)s”.",
                    before=self.level_id.name,
                    after=level.name,
                )
            )
        return "\n".join(notes)

    def _items_name(self, line_ids):
        """How a note names what a contact lists.

        :param set[int] line_ids: see `dunning.action.item._line_id`
        """
        lines = self.env["account.move.line"].sudo().browse(sorted(line_ids))
        return ", ".join(lines.move_id.mapped("name"))

    # === CHANNEL === #

    def _refuse_by_channel(self):
        """Skip a contact its channel cannot make, and try the level's next channel."""
        self.ensure_one()
        if self.test_mode != self.policy_id.test_mode:
            self.test_mode = self.policy_id.test_mode
        channel = self.env["collections.channel"]._by_code(self.channel_code)
        reason = channel._unavailable_reason(self)
        if reason:
            self._transition("skipped", reason)
            self._start_fallback()
        return bool(reason)
