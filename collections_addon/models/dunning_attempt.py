from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Doubt(NamedTuple):
    """An attempt of which nobody knows how it ended.

    :param action_ref: id of the contact
    :param via: the provider's account, as `collections.provider._account_key` writes it
    """

    action_ref: int
    number: int
    started_at: datetime
    via: str


class DunningAttempt(models.Model):
    """Journal of deliveries handed to the outside world.

    A message that has left cannot be rolled back, the transaction around it
    can. Each attempt is therefore written by a transaction of its own: first
    that it is about to happen, then how it ended. Whatever becomes of the
    surrounding transaction, a worker that dies or another that starts reads
    here what was sent, and never sends it twice. There is no foreign key to
    the action: the row must not wait for, nor fall with, that transaction.
    """

    _name = "dunning.attempt"
    _description = "Delivery Attempt"
    _order = "id desc"
    _log_access = False

    action_ref = fields.Integer(string="Contact ID", required=True)
    number = fields.Integer(string="Attempt", required=True)
    started_at = fields.Datetime(required=True)
    outcome = fields.Selection(
        [("accepted", "Accepted"), ("failed", "Failed"), ("retry", "To Be Tried Again")],
        help="Empty while under way, and for good when the worker died: then it is not "
        "known whether the message left.",
    )
    external_id = fields.Char()
    failure_type = fields.Char()
    failure = fields.Char()
    via = fields.Char(
        string="Account", help="Of which provider it was handed to, where that can be asked."
    )
    asked_at = fields.Datetime(help="When the provider was last asked what became of it.")

    _claim = models.UniqueIndex("(action_ref, number)", "This attempt was already made.")

    @api.model
    def _start(self, action_ref, number, now, via=None):
        """Claim an attempt.

        :param str|None via: the provider's account, where it can be asked later
        :return: whether this call made the claim; False when it exists already
        :rtype: bool
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "INSERT INTO dunning_attempt (action_ref, number, started_at, via)"
                    " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    action_ref,
                    number,
                    now,
                    via,
                )
            )
            return bool(cr.rowcount)

    @api.model
    def _finish(
        self, action_ref, number, outcome, failure_type=None, failure=None, external_id=None
    ):
        """Write how a claimed attempt ended.

        :param str outcome: `accepted`, `failed`, or `retry` for a passing failure
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "UPDATE dunning_attempt SET outcome = %s, failure_type = %s, failure = %s,"
                    " external_id = %s WHERE action_ref = %s AND number = %s",
                    outcome,
                    failure_type,
                    failure,
                    external_id,
                    action_ref,
                    number,
                )
            )

    @api.model
    def _read_outcomes(self, claims):
        """How attempts ended, read outside the current snapshot.

        :param claims: iterable of (action id, attempt number)
        :return: per claim that exists: outcome (None: unknown), type and text of the
            failure, moment of the start
        :rtype: dict[tuple[int, int], tuple]
        """
        claims = tuple(claims)
        if not claims:
            return {}
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT action_ref, number, outcome, failure_type, failure, started_at"
                    " FROM dunning_attempt WHERE (action_ref, number) IN %s",
                    claims,
                )
            )
            return {(row[0], row[1]): row[2:] for row in cr.fetchall()}

    # === IN DOUBT === #

    @api.model
    def _read_doubts(self, claims, started, asked):
        """Those of some attempts of which nobody knows how they ended, and whose provider
        can be asked; read outside the current snapshot, those never asked about first.

        :param claims: iterable of (action id, attempt number)
        :param tuple[datetime, datetime] started: between these two moments
        :param datetime.datetime asked: those asked about later than this wait
        :rtype: list[Doubt]
        """
        claims = tuple(claims)
        if not claims:
            return []
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT action_ref, number, started_at, via FROM dunning_attempt"
                    " WHERE (action_ref, number) IN %s AND outcome IS NULL AND via IS NOT NULL"
                    " AND started_at BETWEEN %s AND %s"
                    " AND (asked_at IS NULL OR asked_at < %s)"
                    " ORDER BY asked_at NULLS FIRST, started_at, id",
                    claims,
                    *started,
                    asked,
                )
            )
            return [Doubt(*row) for row in cr.fetchall()]

    @api.model
    def _note_asked(self, action_ref, number, now):
        """The provider could not tell; it is asked again later."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "UPDATE dunning_attempt SET asked_at = %s"
                    " WHERE action_ref = %s AND number = %s",
                    now,
                    action_ref,
                    number,
                )
            )

    @api.autovacuum
    def _gc_attempts(self):
        """Attempts are of use while their contact is under way; keep half a year."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), months=6)
        self.search([("started_at", "<", limit)], limit=10_000).unlink()
