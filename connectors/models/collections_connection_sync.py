import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .collections_sync_log import STATES as LOG_STATES

_logger = logging.getLogger(__name__)
#: Wait after a run that failed, doubled with each further one.
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=6)
#: The nightly check: hours of the company's day at which it is begun, how old the last one
#: has to be, and from what age on it is begun at any hour.
NIGHT = range(0, 6)
CHECK_EVERY, CHECK_LATEST = timedelta(hours=20), timedelta(hours=48)


class CollectionsConnection(models.Model):
    """Reading the outside ledger: when, how it went, and what a person can do."""

    _inherit = "collections.connection"

    sync_minutes = fields.Integer(
        string="Read Every (minutes)",
        default=30,
        help="How often what changed is read. 0: only when asked.",
    )
    next_sync_at = fields.Datetime(string="Next Reading", readonly=True, copy=False)
    last_sync = fields.Datetime(
        string="Up to Date As Of",
        readonly=True,
        copy=False,
        help="Whatever the ledger held at this moment is mirrored here.",
    )
    sync_failures = fields.Integer(string="Failures in a Row", readonly=True, copy=False)
    sync_problem = fields.Char(string="Problem", readonly=True, copy=False)
    drift_count = fields.Integer(related="drift_open_count", string="Differences")
    is_import_started = fields.Boolean(
        readonly=True, copy=False, help="Nothing is read before a person starts the first import."
    )
    sync_log_ids = fields.One2many("collections.sync.log", "connection_id")
    cursor_ids = fields.One2many("collections.sync.cursor", "connection_id")
    sync_log_id = fields.Many2one(
        "collections.sync.log", string="Latest Synchronization", compute="_compute_sync_log_id"
    )
    sync_progress = fields.Float(string="Progress (%)", compute="_compute_sync_log_id")
    sync_state = fields.Selection(
        LOG_STATES, string="Synchronization", compute="_compute_sync_log_id"
    )
    sync_message = fields.Char(string="Last Result", compute="_compute_sync_log_id")

    _positive_minutes = models.Constraint(
        "CHECK(sync_minutes >= 0)", "The minutes between two readings cannot be negative."
    )

    @api.depends("sync_log_ids.state", "sync_log_ids.message")
    def _compute_sync_log_id(self):
        groups = self.env["collections.sync.log"]._read_group(
            [("connection_id", "in", self.ids)], ["connection_id"], ["id:max"]
        )
        latest = {connection.id: log_id for connection, log_id in groups}
        for connection in self:
            log = self.env["collections.sync.log"].browse(latest.get(connection.id))
            connection.sync_log_id = log
            connection.sync_progress = log.progress
            connection.sync_state = log.state
            connection.sync_message = log.message

    # === ENTRY POINTS === #

    def _sync(self, streams=None, kind="manual", now=None, commit=False):
        """Read what changed, mirror it, compare: all that can be done now.

        :param streams: names of streams, all when None
        :param str kind: see `collections.sync.log`
        :param datetime.datetime|None now: naive UTC; the clock when not given
        :param bool commit: commit between the steps, as the cron does
        :return: the run, empty when somebody else began one at this moment
        :rtype: collections.sync.log
        """
        self.ensure_one()
        logs = self.env["collections.sync.log"]
        log = logs._begin(self, kind, streams, now or fields.Datetime.now())
        log._settle(commit)
        if log:
            log._run(now, commit)
        return log

    @api.model
    def _cron_sync(self):
        """Read the connections whose time has come, one after the other, in committed steps."""
        connections = self._due(fields.Datetime.now())
        if self._has_jobs():
            connections._enqueue_sync()
            return
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=len(connections))
        for connection in connections:
            moment = fields.Datetime.now()
            connection._sync_guarded(moment, connection._kind_due(moment), commit=True)
            if not progress._commit_progress(1):
                break

    def _sync_guarded(self, now, kind, commit):
        """Read one connection; what goes wrong with it stops no other.

        :param datetime.datetime now: naive UTC; where steps are committed each has its own
        """
        if not commit:
            self._sync(kind=kind, now=now)
            return
        try:
            self._sync(kind=kind, commit=True)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Connection %s could not be read", self.id)
            log = self.env["collections.sync.log"]._under_way(self)
            if log:
                text = self.env._("An unexpected error: the server's log tells more.")
                log._end("failed", text, now)

    # === WHEN === #

    @api.model
    def _due(self, now):
        """Connections to be read now, those under way first."""
        waiting = self.env["collections.sync.log"].search(
            [
                ("state", "in", ("running", "paused")),
                ("connection_id.state", "=", "connected"),
                "|",
                ("resume_at", "=", False),
                ("resume_at", "<=", now),
            ]
        )
        busy = self.env["collections.sync.log"].search([("state", "in", ("running", "paused"))])
        due = self.search(
            [
                ("state", "=", "connected"),
                ("is_import_started", "=", True),
                ("next_sync_at", "<=", now),
                ("id", "not in", busy.connection_id.ids),
            ],
            order="next_sync_at, id",
        )
        return waiting.connection_id | due

    def _kind_due(self, now):
        """Whether it is time for the nightly check: at night, or when it is overdue."""
        last = min(self.cursor_ids.mapped(lambda row: row.checked_at or row.create_date), default=0)
        if not last:
            return "incremental"
        tz = self.company_id.partner_id.tz or "UTC"
        hour = fields.Datetime.context_timestamp(self.with_context(tz=tz), now).hour
        age = now - last
        return (
            "check"
            if age > CHECK_LATEST or (age > CHECK_EVERY and hour in NIGHT)
            else "incremental"
        )

    def _wake(self, moment=None):
        """Have the cron look at this connection, now or at a moment."""
        cron = self.env.ref("collections_addon.cron_collections_sync", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(moment)

    def _request_sync(self, now):
        """Have what changed read as soon as possible.

        :param datetime.datetime now: naive UTC
        """
        self.sudo().filtered(lambda c: not c.next_sync_at or c.next_sync_at > now).write(
            {"next_sync_at": now}
        )
        self._wake()

    # === HOW IT WENT === #

    def _note_end_of_sync(self, log, now, drifts=None):
        """Take over the outcome of a run.

        :param drifts: differences found at its end; None when it did not come so far
        """
        values = {"next_sync_at": self._next_time(now)}
        if log.state == "done":
            values |= {"last_sync": log.started_at, "sync_failures": 0, "sync_problem": False}
        elif log.state == "failed":
            failures = self.sync_failures + 1
            wait = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LONGEST_RETRY)
            values |= {"sync_failures": failures, "sync_problem": log.message}
            values["next_sync_at"] = now + wait
        self.write(values)
        if self.next_sync_at:
            self._wake(self.next_sync_at)

    def _next_time(self, now):
        return now + timedelta(minutes=self.sync_minutes) if self.sync_minutes else False

    # === BUTTONS === #

    def action_sync(self):
        """Read what changed as soon as possible; the first time this is the first import."""
        self.check_access("write")
        if any(connection.state != "connected" for connection in self):
            raise UserError(self.env._("Connect to the ledger first."))
        self.is_import_started = True
        self._request_sync(fields.Datetime.now())
        return True

    def action_cancel_sync(self):
        """Stop the reading under way after its present step."""
        self.check_access("write")
        return self.sync_log_ids.filtered(lambda log: log.state in ("running", "paused")) and (
            self.sync_log_ids.action_cancel()
        )
