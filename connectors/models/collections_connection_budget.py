import logging
from datetime import timedelta, timezone

from psycopg2 import errors

from odoo import SUPERUSER_ID, api, fields, models

from ..limits import merge_states

_logger = logging.getLogger(__name__)
#: How often a row is taken anew when another worker was first.
ATTEMPTS = 50


class CollectionsConnectionBudget(models.Model):
    """How often a connection may call the ledger, known to all workers.

    Written after every call in a transaction of its own: what was called was called,
    whatever becomes of the work it was for.
    """

    _name = "collections.connection.budget"
    _description = "Budget of Calls to an Outside Ledger"
    _rec_name = "connection_id"
    _log_access = False

    connection_id = fields.Many2one("collections.connection", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    state = fields.Json(groups=fields.NO_ACCESS)
    day = fields.Date(help="The day in UTC of which the calls are counted.")
    calls_today = fields.Integer()
    calls_month = fields.Integer()
    day_remaining = fields.Integer(help="What the service said last; -1 where it says nothing.")
    paused_until = fields.Datetime(help="The service takes no calls before this.")

    _unique_connection = models.UniqueIndex("(connection_id)")

    @api.model
    def _keep(self, connection, more, now):
        """Add what a worker did; in a transaction of its own, committed.

        :param dict more: the state of a limiter, with its new calls only
        :param datetime now: naive, in UTC
        :return: what all workers did
        :rtype: dict
        """
        for _attempt in range(ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    own = api.Environment(cr, SUPERUSER_ID, {})
                    return own[self._name]._of(connection.id)._add(more, now)
            except errors.SerializationFailure:
                continue  # another worker was quicker: on top of what it kept
        _logger.warning("Calls of connection %s could not be counted.", connection.id)
        return more

    @api.model
    def _known(self, connection):
        """What all workers did until this moment, whatever this transaction still sees.

        :rtype: dict
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT state FROM collections_connection_budget WHERE connection_id = %s",
                [connection.id],
            )
            row = cr.fetchone()
        return (row and row[0]) or {}

    @api.model
    def _of(self, connection_id):
        """The budget of a connection, locked; made when there is none."""
        row = self._take(connection_id)
        if not row:
            self.env.cr.execute(
                "INSERT INTO collections_connection_budget (connection_id, company_id)"
                " SELECT id, company_id FROM collections_connection WHERE id = %s"
                " ON CONFLICT (connection_id) DO NOTHING",
                [connection_id],
                log_exceptions=False,
            )
            row = self._take(connection_id)
        return self.browse(row)

    def _take(self, connection_id):
        self.env.cr.execute(
            "SELECT id FROM collections_connection_budget WHERE connection_id = %s FOR UPDATE",
            [connection_id],
            log_exceptions=False,
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _add(self, more, now):
        self.ensure_one()
        state = merge_states(self.state or {}, more)
        calls, today = len(more["recent"]), now.date()
        same_month = self.day and (self.day.year, self.day.month) == (today.year, today.month)
        left = state["day_remaining"]
        self.write(
            {
                "state": state,
                "day": today,
                "calls_today": (self.calls_today if self.day == today else 0) + calls,
                "calls_month": (self.calls_month if same_month else 0) + calls,
                "day_remaining": -1 if left is None else left,
                "paused_until": _latest(state["until"], now),
            }
        )
        return state


def _latest(ends, now):
    """When the last limit ends that holds now."""
    present = now.replace(tzinfo=timezone.utc).timestamp()
    ahead = [end - present for end in ends.values() if end > present]
    return now + timedelta(seconds=max(ahead)) if ahead else False
