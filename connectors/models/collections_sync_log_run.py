import logging
from datetime import timedelta

import psycopg2
from psycopg2.errors import UniqueViolation

from odoo import Command, api, fields, models

from ..base import AuthExpired, ConnectorError, RateLimited, Transient

_logger = logging.getLogger(__name__)
OPEN = ("running", "paused")
#: Limits that are met for long: the run is shown as paused.
LONG_LIMITS = ("day", "month")
MAX_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
#: Steps in a row that other transactions may get in the way of.
MAX_CONFLICTS = 5


class CollectionsSyncLog(models.Model):
    """The run: begin, go on step by step, meet failures, end."""

    _inherit = "collections.sync.log"

    # === BEGIN === #

    @api.model
    def _begin(self, connection, kind, streams, now):
        """The run of a connection that is under way, or a new one.

        :param str kind: what it is for; a connection that was never read whole gets `first`
        :param streams: names of streams, all when None
        :return: nothing, when somebody else begins one at this moment
        """
        under_way = self._under_way(connection)
        if under_way:
            return under_way
        streams = streams or connection._adapter()._streams()
        cursors = self.env["collections.sync.cursor"]._of(connection, streams)
        if not all(cursors.mapped("is_complete")):
            kind = "first"
        try:
            with self.env.cr.savepoint():
                return self.create(self._opening_values(connection, kind, cursors, now))
        except UniqueViolation:
            return self.browse()

    @api.model
    def _under_way(self, connection):
        domain = [("connection_id", "=", connection.id), ("state", "in", OPEN)]
        return self.search(domain, limit=1)

    def _opening_values(self, connection, kind, cursors, now):
        if kind == "check":  # balances of all customers, and what is overdue by now
            cursors.filtered(lambda cursor: cursor.stream == "customers")._restart()
        lines = [
            {
                "stream": cursor.stream,
                "check_state": "due" if kind == "check" or cursor.needs_check else False,
            }
            for cursor in cursors
        ]
        return {
            "connection_id": connection.id,
            "kind": kind,
            "started_at": now,
            "line_ids": [Command.create(line) for line in lines],
        }

    # === GO ON === #

    def _run(self, now=None, commit=False):
        """Go on until the run ends, has to wait, or the cron's time is over.

        :param datetime.datetime|None now: naive UTC; the clock at each step when not given
        :param bool commit: commit between the steps, and around each call to the ledger
        :return: whether there is time left
        :rtype: bool
        """
        conflicts = 0
        while self.state in OPEN:
            moment = now or fields.Datetime.now()
            if self.resume_at and self.resume_at > moment:
                break
            try:
                self._step(moment, commit)
                conflicts = 0
            except psycopg2.OperationalError:
                conflicts += 1
                if not commit or conflicts > MAX_CONFLICTS:
                    raise
                self.env.cr.rollback()  # somebody was quicker: look again
            if not self._settle(commit):
                return False
        return True

    def _settle(self, commit):
        """End the transaction, where this run may: seconds that are left."""
        return self.env["ir.cron"]._commit_progress() if commit else float("inf")

    def _step(self, now, commit):
        """Do one thing: ask the ledger, then keep what it said together with how far we are."""
        if self.is_cancelled:
            self._end("cancelled", self.env._("Cancelled. What was read until then is kept."), now)
            return
        phase = self.phase
        try:
            getattr(self, f"_step_{phase}")(now, commit)
        except ConnectorError as error:
            self._meet(error, now, commit)
            return
        if self.attempts or self.resume_at or self.state == "paused":
            self.write({"attempts": 0, "resume_at": False, "state": self._state_after_wait()})

    def _state_after_wait(self):
        return "running" if self.state == "paused" else self.state

    def _is_mine(self):
        """Lock the run for this transaction; False when another worker has it."""
        return bool(self.try_lock_for_update())

    # === FAILURES === #

    def _meet(self, error, now, commit):
        """Wait, or end, as the failure asks for."""
        _logger.info("Connection %s: %s", self.connection_id.id, error)
        if isinstance(error, RateLimited):
            self._wait(now + timedelta(seconds=error.retry_after), self._limit_text(error))
            self.state = "paused" if error.kind in LONG_LIMITS else "running"
            return
        if isinstance(error, AuthExpired):  # noted in a transaction of its own
            self._settle(commit)
            self.connection_id._auth_failed(error, now)
            self._settle(commit)
        passes = isinstance(error, Transient) or getattr(error, "reconnect", True) is False
        if passes and self.attempts < MAX_ATTEMPTS:
            wait = FIRST_WAIT * 2**self.attempts
            told = timedelta(seconds=getattr(error, "retry_after", None) or 0)
            self.attempts += 1
            self._wait(now + max(wait, told), str(error))
        else:
            self._end("failed", str(error), now)

    def _wait(self, moment, text):
        self.write({"resume_at": moment, "message": text})
        self.connection_id._wake(moment)

    def _limit_text(self, error):
        if error.kind in LONG_LIMITS:
            return self.env._("The ledger allows no more calls today: reading goes on by itself.")
        return self.env._("The ledger asked for a pause: reading goes on by itself.")

    # === END === #

    def _end(self, state, text, now, drifts=None):
        """End the run, and tell the connection how it went."""
        refs = self.env["collections.external.ref"]
        failed = [("connection_id", "=", self.connection_id.id), ("state", "=", "failed")]
        self.write(
            {
                "state": state,
                "phase": "end",
                "ended_at": now,
                "resume_at": False,
                "message": text,
                "failed": refs.search_count(failed),
            }
        )
        self.connection_id._note_end_of_sync(self, now, drifts)

    def action_cancel(self):
        """Stop after the step under way."""
        self.connection_id.check_access("write")
        under_way = self.filtered(lambda log: log.state in OPEN).sudo()
        under_way.write({"is_cancelled": True, "resume_at": False})
        for connection in self.connection_id:
            connection._wake()
        return True
