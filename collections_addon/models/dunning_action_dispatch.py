from collections import Counter
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

BATCH_SIZE = 100
MAX_ATTEMPTS = 3
#: Batches in a row that other transactions may get in the way of.
MAX_CONFLICTS = 5


class DunningAction(models.Model):
    """The dispatch: claim, decide again, hand over, deliver, recover."""

    _inherit = "dunning.action"

    @api.model
    def _cron_dispatch(self):
        """Send what is queued, in small committed steps, until nothing or no time is left."""
        self._recover(fields.Datetime.now(), commit=True)
        self._before_dispatch(fields.Datetime.now(), commit=True)
        self.env["ir.cron"]._commit_progress()
        conflicts, goes_on = 0, True
        while goes_on:
            try:
                goes_on = self._dispatch_batch()
                conflicts = 0
            except psycopg2.OperationalError:
                # Another worker, or somebody who books a payment, was quicker. What was
                # handed over already is settled from the journal.
                self.env.cr.rollback()
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    raise
        self._recover(fields.Datetime.now(), commit=True)

    @api.model
    def _dispatch_batch(self):
        """Send some contacts, committing between the steps.

        :return: whether to go on
        :rtype: bool
        """
        progress, now = self.env["ir.cron"], fields.Datetime.now()
        actions = self._claim(now, BATCH_SIZE)
        if not actions:
            return False
        actions._send_claimed(now)
        progress._commit_progress(len(actions))
        actions._deliver(now, commit=True)
        return bool(progress._commit_progress(remaining=self._count_queued(now)))

    @api.model
    def _dispatch(self, now=None, limit=None):
        """Decide again under lock, and send what may be sent now.

        Never commits; :meth:`_cron_dispatch` does, between the same steps.

        :param datetime.datetime|None now: naive UTC; the clock when not given
        :param int|None limit: most contacts to take up
        :return: state or `rescheduled` -> number of contacts
        :rtype: dict[str, int]
        """
        now = now or fields.Datetime.now()
        counts = Counter()
        self._recover(now)
        self._before_dispatch(now)
        while limit is None or limit > 0:
            size = BATCH_SIZE if limit is None else min(limit, BATCH_SIZE)
            actions = self._claim(now, size)
            if not actions:
                break
            limit = None if limit is None else limit - len(actions)
            actions._send_claimed(now)
            actions._deliver(now)
            counts.update(
                "rescheduled" if action.state == "queued" else action.state for action in actions
            )
        return dict(counts)

    @api.model
    def _before_dispatch(self, now, commit=False):
        """Hook: what has to be known before anything is sent.

        :param bool commit: whether it may commit its steps
        """

    @api.model
    def _queued_domain(self, now):
        return Domain("state", "=", "queued") & (
            Domain("scheduled_at", "=", False) | Domain("scheduled_at", "<=", now)
        )

    @api.model
    def _count_queued(self, now):
        return self.search_count(self._queued_domain(now))

    @api.model
    def _claim(self, now, size):
        """Lock some queued contacts; those of another worker are left to it.

        Contacts of one customer from several runs are taken up one run at a time, so
        that the second is decided knowing of the first.
        """
        self.flush_model(["state", "scheduled_at"])
        query = self._search(self._queued_domain(now), order="scheduled_at, id", limit=size)
        # One statement, the first of its transaction: nobody can change a row between
        # the moment it is seen and the moment it is locked.
        claim = SQL("%s FOR UPDATE SKIP LOCKED", query.select())
        self.env.cr.execute(claim, log_exceptions=False)
        queued = self.browse(row[0] for row in self.env.cr.fetchall())
        queued.invalidate_recordset(["state", "scheduled_at"], flush=False)
        first_runs = {}
        for action in queued:
            first_runs.setdefault(action.case_id, action.run_id)
        return queued.filtered(lambda action: first_runs[action.case_id] == action.run_id)

    def _send_claimed(self, now):
        """Check these locked contacts again and hand the good ones to their channels."""
        ready = self.browse()
        for company, actions in self.grouped("company_id").items():
            ready |= actions._gate(company, now)
        for code, actions in ready.grouped("channel_code").items():
            actions._send_by_channel(code, now)

    def _send_by_channel(self, code, now):
        channel = self.env["collections.channel"]._by_code(code)
        for count, actions in self.grouped("attempt_count").items():
            actions.attempt_count = count + 1
        self._transition("sending")
        channel._hand_over(self, now)

    def _apply_receipt(self, receipt, now):
        """Write down what a channel says of one contact."""
        self.ensure_one()
        if receipt.external_id and receipt.external_id != self.external_id:
            self.external_id = receipt.external_id
        if receipt.state == "failed":
            if receipt.retry is not None:
                self._retry_later(now, receipt.retry, receipt.failure_type, receipt.failure_text)
            else:
                self._mark_failed(receipt.failure_type, receipt.failure_text)
        elif receipt.state != "sending":
            self._mark_sent(now, receipt.state)

    def _deliver(self, now, commit=False):
        """Transmit what the channels have put in an outbox of their own."""
        for code, actions in (
            self.filtered(lambda a: a.state == "sending").grouped("channel_code").items()
        ):
            self.env["collections.channel"]._by_code(code)._deliver(actions, now, commit=commit)

    @api.model
    def _recover(self, now, commit=False):
        """Bring contacts left under way by a crash to a known end."""
        for code in self.env["collections.channel"]._codes():
            self.env["collections.channel"]._by_code(code)._recover(now, commit=commit)

    def _reschedule(self, when, reason):
        """Not now: try again at a later moment, and say why."""
        self.write({"scheduled_at": when, "reason_code": reason})
        cron = self.env.ref("collections_addon.cron_dunning_dispatch", raise_if_not_found=False)
        if cron and when:
            cron.sudo()._trigger(when)

    def _retry_later(self, now, delay, failure_type, failure_text, endless=False):
        """A passing failure: try again after `delay` seconds, a few times; without end
        when it is nothing of the customer's (no mail server)."""
        spent = self.filtered(lambda a: a.attempt_count >= MAX_ATTEMPTS and not endless)
        spent._mark_failed(failure_type, failure_text)
        again = (self - spent)._transition("queued")
        again.write({"failure_type": failure_type, "failure_text": failure_text})
        again._reschedule(now + timedelta(seconds=delay), False)
