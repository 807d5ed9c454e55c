import json
import logging
from datetime import timedelta

import psycopg2
from psycopg2.extras import execute_values

from odoo import api, fields, models

from ..base import Rejected

_logger = logging.getLogger(__name__)
STATES = [("new", "New"), ("done", "Done"), ("ignored", "Not Needed"), ("failed", "Failed")]
BATCH = 50
LONGEST_KEY = 300
MAX_ATTEMPTS = 5
#: Batches in a row that other transactions may get in the way of.
MAX_CONFLICTS = 5
#: What is told of a message we do not know (yet) waits for so long.
PATIENCE = timedelta(hours=1)
PAUSE = timedelta(minutes=1)
KEPT = timedelta(days=60)


class CollectionsProviderEvent(models.Model):
    """Something a messaging provider told: kept as it came, answered at once, worked later.

    It may come twice, late, and in any order: its key is unique, and whatever processes it
    goes by states that never go back. A method `_process_<kind>` does the work; it returns
    True when done, False when there is nothing to do, None when it is too early.
    """

    _name = "collections.provider.event"
    _description = "Event of a Messaging Provider"
    _order = "id desc"
    _rec_name = "external_id"
    _log_access = False

    provider_id = fields.Many2one(
        "collections.provider", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    external_id = fields.Char(string="Key", required=True)
    kind = fields.Char(required=True)
    subject = fields.Char(string="Message or Call", help="The provider's key of it.")
    ref = fields.Char(string="Our Key", help="What we called it when we handed it over.")
    raw = fields.Text(string="As Received", groups="collections_addon.group_collections_admin")
    received_at = fields.Datetime(required=True)
    state = fields.Selection(STATES, required=True, default="new")
    attempts = fields.Integer(required=True, default=0)
    next_try_at = fields.Datetime()
    failure = fields.Char()

    _unique_event = models.UniqueIndex(
        "(provider_id, external_id)", "An event of a provider is kept once."
    )
    _waiting = models.Index("(next_try_at, id) WHERE state = 'new'")

    # === ACTION METHODS === #

    def action_retry(self):
        """Process failed events again."""
        failed = self.filtered(lambda event: event.state == "failed")
        failed.write({"state": "new", "attempts": 0, "next_try_at": False, "failure": False})
        self._wake()
        return True

    # === RECEIVING === #

    @api.model
    def _receive(self, provider, delivery, now):
        """Take a webhook.

        :param provider: `collections.provider` of the address
        :param Delivery delivery: as it arrived
        :param datetime.datetime now: naive UTC
        :return: whether it is signed; nothing is kept otherwise
        :rtype: bool
        """
        adapter = provider._adapter()
        if not adapter._is_signed(provider, delivery):
            return False
        try:
            events = adapter._read(provider, delivery)
        except Rejected as error:
            _logger.warning("A signed webhook of provider %s is unreadable: %s", provider.id, error)
            return True
        if self._keep(provider, events, now):
            self._wake()
        return True

    @api.model
    def _keep(self, provider, events, now):
        """Keep what is new; return how many events that is."""
        rows = [
            (
                provider.id,
                provider.company_id.id,
                _clean(heard.key)[:LONGEST_KEY],
                heard.kind,
                _clean(heard.subject)[:LONGEST_KEY],
                _clean(heard.ref)[:LONGEST_KEY] or None,
                json.dumps(heard.raw, ensure_ascii=True, default=str).replace("\\u0000", ""),
                now,
                "new",
                0,
            )
            for heard in events
        ]
        if not rows:
            return 0
        kept = execute_values(
            self.env.cr._obj,
            "INSERT INTO collections_provider_event (provider_id, company_id, external_id, kind,"
            " subject, ref, raw, received_at, state, attempts)"
            " VALUES %s ON CONFLICT (provider_id, external_id) DO NOTHING RETURNING id",
            rows,
            fetch=True,
        )
        self.invalidate_model()
        return len(kept)

    @api.model
    def _wake(self, at=None):
        cron = self.env.ref("collections_addon.cron_provider_event", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(at)

    # === PROCESSING === #

    @api.model
    def _cron_process(self):
        """Work off what providers told, in small committed steps."""
        progress, now, conflicts, goes_on = self.env["ir.cron"], fields.Datetime.now(), 0, True
        while goes_on:
            try:
                goes_on = self._process_batch(now) and bool(progress._commit_progress(1))
                conflicts = 0
            except psycopg2.OperationalError:
                self.env.cr.rollback()  # whoever sends was quicker: look at it again
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    raise
        self._after_processing(now, commit=True)

    @api.model
    def _process(self, now):
        """Work off everything that waits; never commits."""
        while self._process_batch(now):
            pass
        self._after_processing(now)

    @api.model
    def _after_processing(self, now, commit=False):
        """Hook: what the events have put in an outbox of ours.

        :param bool commit: whether it may commit its steps
        """

    @api.model
    def _process_batch(self, now):
        """Work off some events; return how many."""
        domain = [
            ("state", "=", "new"),
            "|",
            ("next_try_at", "=", False),
            ("next_try_at", "<=", now),
        ]
        events = self.search(domain, order="next_try_at NULLS FIRST, id", limit=BATCH)
        events = events.try_lock_for_update().filtered(lambda event: event.state == "new")
        for event in events:
            event._process_one(now)
        return len(events)

    def _process_one(self, now):
        """Work off one event; what goes wrong concerns this one only."""
        try:
            with self.env.cr.savepoint():
                handler = getattr(self, f"_process_{self.kind}", None)
                done = handler(json.loads(self.raw), now) if handler else False
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("Event %s cannot be processed", self.id)
            self._postpone(now, str(error)[:300])
        else:
            self._settle(done, now)

    def _settle(self, done, now):
        if done is not None:
            self.write({"state": "done" if done else "ignored", "failure": False})
        elif now - self.received_at >= PATIENCE:
            self.state = "ignored"
        else:
            self.next_try_at = now + PAUSE
            self._wake(self.next_try_at)

    def _postpone(self, now, failure):
        """Try again a few times, then leave it to a person."""
        attempts = self.attempts + 1
        state = "failed" if attempts >= MAX_ATTEMPTS else "new"
        later = now + PAUSE * 2**attempts
        self.write({"attempts": attempts, "state": state, "next_try_at": later, "failure": failure})
        if state == "new":
            self._wake(later)

    @api.autovacuum
    def _gc_events(self):
        """What was said is in the interactions; what providers told is kept for questions."""
        end = fields.Datetime.now() - KEPT
        domain = [("received_at", "<", end), ("state", "in", ("done", "ignored"))]
        self.search(domain, limit=10_000).unlink()


def _clean(text):
    return str(text).replace("\x00", "")
