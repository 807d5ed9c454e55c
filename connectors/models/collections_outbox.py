import logging
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..base import AuthExpired, ConnectorError, RateLimited, Stale, Transient

_logger = logging.getLogger(__name__)
KINDS = [
    ("payment", "Payment"),
    ("note", "Contact"),
    ("fee", "Fee"),
    ("fee_end", "Fee Taken Back"),
]
STATES = [
    ("waiting", "Waiting"),
    ("sending", "Being Written"),
    ("done", "Written"),
    ("failed", "Set Aside"),
    ("cancelled", "Cancelled"),
]
#: A row that is being written for longer belonged to a process that died.
LOST_AFTER = timedelta(minutes=15)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=6)
MAX_ATTEMPTS = 8
#: Until somebody has connected again.
WAIT_FOR_CONNECTION = timedelta(hours=1)


class CollectionsOutbox(models.Model):
    """What is to be written to an outside ledger, once.

    It is written down in the transaction that caused it, and sent later by a cron. Before a
    row is sent it is marked so and committed; whoever finds it so later looks upstream first.
    """

    _name = "collections.outbox"
    _description = "Record to Be Written to an Outside Ledger"
    _order = "id desc"
    _rec_name = "label"

    connection_id = fields.Many2one(
        "collections.connection", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    label = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="move_id.commercial_partner_id", string="Customer")
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    action_id = fields.Many2one(
        "dunning.action", string="Contact", readonly=True, index="btree_not_null",
        ondelete="cascade",
    )  # fmt: skip
    source = fields.Char(required=True, readonly=True, help="What it comes from, once.")
    key = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex
    )
    values = fields.Json(readonly=True)
    state = fields.Selection(STATES, required=True, default="waiting", readonly=True, index=True)
    is_doubtful = fields.Boolean(
        readonly=True, help="It may have been written already: that is looked up first."
    )
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    claimed_at = fields.Datetime(readonly=True)
    problem = fields.Char(readonly=True)
    external_id = fields.Char(string="Key There", readonly=True)
    done_at = fields.Datetime(string="Written On", readonly=True)

    _once = models.UniqueIndex("(connection_id, source)", "A record is written once.")
    _due = models.Index("(next_try_at, id) WHERE state IN ('waiting', 'sending')")

    # === SENDING === #

    @api.model
    def _cron_deliver(self):
        """Write what is due, one record after the other, each in committed steps."""
        now = fields.Datetime.now()
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(self._due_domain(now)))
        while row := self._claim(now):
            look = row.is_doubtful
            row.is_doubtful = True  # until the answer has been kept
            progress._commit_progress()
            row._deliver(look, fields.Datetime.now())
            if not progress._commit_progress(1):
                break

    def _due_domain(self, now):
        return [("state", "=", "waiting"), ("next_try_at", "<=", now)]

    @api.model
    def _claim(self, now):
        """The next record that is due, marked as being written; nobody else takes it.

        :param datetime.datetime now: naive UTC
        """
        self.flush_model()
        query = SQL(
            """
            UPDATE collections_outbox SET state = 'sending', claimed_at = %(now)s
             WHERE id = (
                SELECT row.id FROM collections_outbox row
                  JOIN collections_connection connection ON connection.id = row.connection_id
                 WHERE connection.state = 'connected'
                   AND (row.state = 'waiting' AND row.next_try_at <= %(now)s
                        OR row.state = 'sending' AND row.claimed_at < %(lost)s)
                 ORDER BY row.next_try_at, row.id LIMIT 1 FOR UPDATE OF row SKIP LOCKED)
            RETURNING id
            """,
            now=now,
            lost=now - LOST_AFTER,
        )
        found = self.env.execute_query(query)
        row = self.browse([row_id for [row_id] in found])
        row.invalidate_recordset(flush=False)
        return row

    def _deliver(self, look, now):
        """Write this record, and keep what came of it.

        :param bool look: it may be there already
        :param datetime.datetime now: naive UTC
        """
        self.ensure_one()
        if self.connection_id._lacking_rights():
            text = self.env._("The ledger has not given the right to write yet: connect again.")
            self._wait(WAIT_FOR_CONNECTION, text, look, now)
            return
        try:
            external_id = self._write_there(look, now)
        except RateLimited as error:
            self._wait(timedelta(seconds=error.retry_after), str(error), look, now)
        except AuthExpired as error:
            self.connection_id._auth_failed(error, now)
            self._wait(WAIT_FOR_CONNECTION, str(error), look, now)
        except Transient as error:
            self._meet(error, look, now)
        except ConnectorError as error:
            self._park(str(error), look)
        else:
            self.write(
                {"state": "done", "external_id": external_id, "done_at": now, "problem": False,
                 "is_doubtful": False}
            )  # fmt: skip

    def _write_there(self, look, now):
        connection = self.connection_id
        adapter, client = connection._adapter(), connection._client(now)
        values = self._present_values()
        found = adapter._find_pushed(client, self.kind, values, self.key) if look else None
        if found is not None:
            return found
        try:
            return adapter._push(client, self.kind, values, self.key)
        except Stale:  # changed by somebody at this moment: read and write once more
            return adapter._push(client, self.kind, values, self.key)

    def _present_values(self):
        """The values, with the accounts as they are entered now: a person may have mended them.

        :raises ConnectorError: when it cannot be written as things are
        """
        account = self.connection_id.push_account if self.kind == "payment" else None
        return {**self.values, "account": account} if account else self.values

    def _meet(self, error, look, now):
        """Try again later, longer each time; in the end a person decides."""
        doubtful = look or error.maybe_done
        self.attempts += 1
        if self.attempts >= MAX_ATTEMPTS:
            self._park(str(error), doubtful)
            return
        wait = min(FIRST_WAIT * 2 ** (self.attempts - 1), LONGEST_WAIT)
        self._wait(max(wait, timedelta(seconds=error.retry_after or 0)), str(error), doubtful, now)

    def _wait(self, span, text, doubtful, now):
        self.write(
            {"state": "waiting", "next_try_at": now + span, "problem": text,
             "is_doubtful": doubtful}
        )  # fmt: skip
        self._wake(now + span)

    def _park(self, text, doubtful):
        _logger.warning("Outbox %s was set aside: %s", self.id, text)
        self.write({"state": "failed", "problem": text, "is_doubtful": doubtful})

    @api.model
    def _wake(self, moment=None):
        cron = self.env.ref("collections_addon.cron_collections_outbox", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(moment)

    # === BUTTONS === #

    def action_retry(self):
        """Try again what was set aside; what may be there already is looked up first."""
        self.check_access("write")
        self.filtered(lambda row: row.state in ("failed", "waiting")).write(
            {"state": "waiting", "attempts": 0, "next_try_at": fields.Datetime.now()}
        )
        self._wake()
        return True

    def action_cancel(self):
        """Do not write it.

        :raises UserError: when it may have been written
        """
        self.check_access("write")
        if any(row.state in ("sending", "done") for row in self):
            raise UserError(self.env._("What is being written or was written cannot be cancelled."))
        self.write({"state": "cancelled"})
        return True
