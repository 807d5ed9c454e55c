import logging
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..domain import checkout
from ..domain.autopay import HARD, next_attempt, refusal, retry_days

_logger = logging.getLogger(__name__)

#: A worker that has not ended an attempt by then is dead.
LOST_AFTER = timedelta(minutes=15)
#: What was announced for a day is not collected long after it.
TOO_LATE = timedelta(days=5)
BATCH_SIZE = 100


class CollectionsAutopayCharge(models.Model):
    """The collection: decide again, write the attempt down, ask the provider, follow up."""

    _inherit = "collections.autopay.charge"

    @api.model
    def _cron_autopay(self):
        """Announce and collect for every company, committing between all steps."""
        progress = self.env["ir.cron"]
        for company in self.env["res.company"].search([]):
            now = fields.Datetime.now()
            self.env["collections.autopay"]._announce_due(
                company, company._collections_today(now), now
            )
            progress._commit_progress(1)
            self._collect_due(company, now, commit=True)

    @api.model
    def _collect_due(self, company, now, commit=False):
        """Collect what was announced for today, and what is to be tried again.

        :param datetime.datetime now: naive UTC
        :param bool commit: between the steps, as the scheduler does: a transaction is
            in the database before its provider hears of it
        :return: the charges taken up
        """
        self._recover(company, now, commit)
        today = company._collections_today(now)
        taken = self.browse()
        for charge in self.search(self._due_domain(company, today), limit=BATCH_SIZE):
            locked = charge._lock_anew(commit).filtered_domain(self._due_domain(company, today))
            if locked and not company.collections_stopped:
                taken |= locked._collect(now, today, commit)
        return taken

    def _lock_anew(self, commit):
        """Lock this charge as the first statement of a transaction of its own.

        What another worker has done until then is seen, what it does later has to wait.

        :return: the charge; empty when another worker is at it
        """
        self._commit(commit)
        locked = self.try_lock_for_update()
        self.env.invalidate_all()
        return locked

    @api.model
    def _due_domain(self, company, today):
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("announced", "retrying"))
            & Domain("next_date", "<=", today)
        )

    @api.model
    def _commit(self, commit):
        if commit:
            self.env["ir.cron"]._commit_progress(1)

    def _collect(self, now, today, commit):
        """One attempt for one locked charge, step by step."""
        transaction = self._begin(now, today)
        self._commit(commit)
        if not transaction:
            return self.browse()
        try:
            self._ask_provider(transaction)
        except Exception:
            if not commit:
                raise
            # Nobody knows how far the provider got: the charge stays under way and is
            # found in doubt by the next run. The others go on.
            self.env.cr.rollback()
            _logger.exception("Attempt %s of an automatic charge broke down", transaction.id)
            return self
        # Between the two transactions a worker that recovers may have taken over.
        if self._lock_anew(commit):
            self._follow(transaction)
        self._commit(commit)
        return self

    # === DECIDE AGAIN === #

    def _begin(self, now, today):
        """Check everything again and write the attempt down.

        :return: the transaction to ask for; empty when nothing is collected now
        """
        self.ensure_one()
        nothing = self.env["payment.transaction"]
        autopay = self.autopay_id
        if self.company_id._collections_is_stale(self.case_id._customer_policy(), now):
            return nothing  # not now: the customer may have paid by other means
        if autopay.state != "active":
            self._cancel(False, self.env._("Automatic payment has ended."))
            return nothing
        if self.state == "announced" and today > self.date + TOO_LATE:
            self._cancel(False, self.env._("The announced day has long passed."))
            return nothing
        book = autopay._pause_book(self.company_id, today)
        reason = autopay._is_paused(book)
        quote = None
        if not reason:
            quote, reason = self._quote_now(today, book)
        if reason:
            self._cancel(reason, self.env["dunning.reason"]._sentence(reason))
            return nothing
        if autopay._is_beyond(float(quote.amount), self.currency_id, today):
            self._refuse_beyond(today, now)
            return nothing
        return self._write_attempt(quote, now, today)

    def _quote_now(self, today, book):
        """What may be taken now, never more than was announced.

        :return: the quote and None, or None and the reason code why nothing may be
        """
        case, currency = self.case_id, self.currency_id
        items = {item.key: item for item in case._checkout_items(currency, today)}
        if self.plan_line_id:
            return self._quote_installment(items, today, book)
        reason = "paid"
        capped = []
        for row in self.item_ids:
            item = items.get(row.move_line_id.id)
            if not item:
                continue
            pause = book[0].get(row.move_id.id) or (row.move_id.payment_plan_id and "in_plan")
            amount = min(case._decimal(row.amount, currency), item.asked)
            if pause or not amount:
                reason = pause or ("disputed" if item.disputed else "paid")
                continue
            capped.append(item._replace(disputed=item.left - amount, discount=checkout.ZERO))
        quote = checkout.choose(
            capped, [item.key for item in capped], case._checkout_credit(currency)
        )
        most = case._decimal(self.amount, currency)
        if quote.amount > most:  # credits that were deducted are gone
            quote = checkout.spread(capped, most)
        if quote.amount <= 0:
            return None, "covered_by_credit" if capped else reason
        return quote, None

    def _quote_installment(self, items, today, book):
        plan, case, currency = self.plan_line_id.plan_id, self.case_id, self.currency_id
        if plan.state != "active":
            return None, "paid" if plan.state == "completed" else "manual_hold"
        pause = self.autopay_id._plan_pause(plan, book)
        if pause:
            return None, pause
        # credits of the customer are deducted there, from the oldest installment on
        asked = plan._asked(today)[plan.id].get(self.plan_line_id.id, checkout.ZERO)
        left = min(case._decimal(self.amount, currency), asked)
        if left <= 0:
            is_open = self.plan_line_id.amount_open > 0
            return None, "covered_by_credit" if is_open else "paid"
        lines = plan.item_ids.move_id._dunning_lines()
        own = [
            items[line.id]._replace(discount=checkout.ZERO) for line in lines if line.id in items
        ]
        own.sort(key=lambda item: (item.due, item.key))
        quote = checkout.spread(own, left)
        if quote.rest:  # less is open of the invoices than of the installment
            quote = checkout.spread(own, left - quote.rest)
        return (quote, None) if quote.amount > 0 else (None, "paid")

    def _write_attempt(self, quote, now, today):
        number = len(self.attempt_ids) + 1
        token = self.autopay_id.token_id
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                # Unique in the database: this attempt cannot be begun a second time.
                "reference": f"AUTO-{self.id}-{number}",
                "amount": float(quote.amount),
                "currency_id": self.currency_id.id,
                "partner_id": self.partner_id.id,
                "operation": "offline",
                **self.case_id._checkout_transaction_values(quote, self.currency_id, today),
            }
        )
        self._transition("charging", first_attempt_on=self.first_attempt_on or today)
        self.attempt_ids = [
            Command.create(
                {
                    "number": number,
                    "started_at": now,
                    "amount": float(quote.amount),
                    "transaction_id": transaction.id,
                }
            )
        ]
        return transaction

    # === ASK AND FOLLOW === #

    def _ask_provider(self, transaction):
        """The step that leaves the house. What comes back is on the transaction."""
        try:
            transaction._charge_with_token()
        except UserError as error:  # the provider was not asked: it is disabled
            transaction._set_error(str(error))

    def _follow(self, transaction):
        """Draw the consequences of what is known of an attempt."""
        if transaction.state == "done" and not transaction.is_post_processed:
            transaction._post_process()  # books the payment, and comes back here
            return
        attempt = transaction.collections_attempt_ids
        charge = attempt.charge_id
        if transaction.state == "done" and charge.state != "paid":
            attempt.write({"outcome": "taken", "message": False})
            charge._transition("paid", amount_taken=transaction.amount, failure_text=False)
        elif transaction.state in ("pending", "authorized") and charge.state == "charging":
            attempt.outcome = "pending"
            charge._transition("pending")
        elif transaction.state in ("error", "cancel") and charge.state in ("charging", "pending"):
            charge._refused(attempt)

    def _refused(self, attempt):
        transaction = attempt.transaction_id
        text = transaction.state_message or ""
        today = self.company_id._collections_today(transaction.last_state_change)
        if transaction.collections_in_doubt:
            self._doubt(today, text)
            return
        words = self.env["collections.decline.reason"].search([]).mapped("name")
        kind = refusal(text, transaction.state == "cancel", words)
        attempt.write({"outcome": kind, "message": text})
        days = retry_days(self.company_id.collections_autopay_retry_days)
        again = next_attempt(self.first_attempt_on, len(self.attempt_ids), days)
        if kind != HARD and again:
            again = max(again, today + timedelta(days=1))
            self._transition("retrying", next_date=again, failure_text=text)
            self._tell_case(self.env._("declined, it is tried again. %s", text))
        else:
            self._transition("failed", failure_text=text)
            self._ask_somebody(today, self.env._("Automatic payment failed. %s", text))
            if kind == HARD and self.autopay_id.state == "active":
                self.autopay_id._suspend(text or self.env._("The provider refused for good."))
        self._notify(
            "collections_addon.mail_template_autopay_failed", transaction.last_state_change
        )

    def _doubt(self, today, text):
        """Nobody can know whether the money was taken: only a person goes on."""
        self.attempt_ids[-1:].write({"outcome": "unknown", "message": text})
        self._transition("unknown", failure_text=text)
        self._ask_somebody(
            today,
            self.env._(
                "It is not known whether the provider took the money: look into its account, "
                "then say so on the charge."
            ),
        )

    @api.model
    def _recover(self, company, now, commit=False):
        """Bring attempts left under way by a crash to a known end; never ask again."""
        under_way = Domain("company_id", "=", company.id) & Domain("state", "=", "charging")
        for left in self.search(under_way):
            charge = left._lock_anew(commit).filtered_domain(under_way)
            if not charge:
                continue  # another worker is at it, or is done with it
            attempt = charge.attempt_ids[-1:]
            if attempt.transaction_id.state != "draft":
                charge._follow(attempt.transaction_id)
            elif attempt.started_at < now - LOST_AFTER:
                charge._doubt(
                    company._collections_today(now), self.env._("The attempt was interrupted.")
                )
        self._commit(commit)
