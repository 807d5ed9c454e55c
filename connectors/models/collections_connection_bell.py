import logging
from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

from ..base import AuthExpired, ConnectorError
from .collections_connector import SOME
from .collections_sync_log_steps import DOCUMENTS, MIRROR_BATCH

_logger = logging.getLogger(__name__)
#: Calls are counted: what rings again meanwhile is read together.
BREATH = timedelta(minutes=2)


class CollectionsConnection(models.Model):
    """What a bell names is read by itself: a few calls, and minutes instead of the next reading.

    Where that does not go – too much at once, a reading under way, a failure – what changed is
    read as always.
    """

    _inherit = "collections.connection"

    bell_at = fields.Datetime(
        string="Single Records Read On", readonly=True, copy=False, help="After a webhook."
    )

    def _hear(self, events, now, commit=False):
        """Read what events name.

        :param events: `collections.webhook.event` of this connection, pending
        :param datetime.datetime now: naive UTC
        :param bool commit: commit before the ledger is asked, and between the steps
        :return: how many were taken up
        :rtype: int
        """
        if self.state != "connected" or not self.is_import_started:
            return self._heard(events)
        if self.bell_at and self.bell_at + BREATH > now:
            events._wake(self.bell_at + BREATH)
            return 0
        if not self._hear_single(events, now, commit):
            self._rung(now)
            return self._heard(events)
        return len(events)

    def _hear_guarded(self, events, now, commit):
        """As `_hear`; what goes wrong with one ledger stops no other."""
        if not commit:
            return self._hear(events, now)
        try:
            return self._hear(events, now, commit)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Connection %s: what rang could not be read", self.id)
            self._rung(now)
            return self._heard(events)

    def _heard(self, events):
        own = events.try_lock_for_update().filtered(lambda event: event.state == "pending")
        own.state = "done"
        return len(own)

    def _hear_single(self, events, now, commit):
        """Read the records that events name, and what hangs on them.

        :return: whether that is done; False where all that changed has to be read
        :rtype: bool
        """
        wanted = defaultdict(set)
        for event in events:
            wanted[event.stream].add(event.external_id)
        if not self._is_single(wanted):
            return False
        try:
            found, asked = self._ask_single(wanted, now, commit)
        except ConnectorError as error:
            _logger.info("Connection %s: what rang could not be read: %s", self.id, error)
            self._settle(commit)
            if isinstance(error, AuthExpired):
                self._auth_failed(error, now)
            return False
        if not found or not self._is_single(wanted):
            return False
        self._keep_single(found, asked, now)
        self._heard(events)
        self.bell_at = now
        self._settle(commit)
        while self._mirror(limit=MIRROR_BATCH, now=now):
            self._settle(commit)
        return True

    def _settle(self, commit):
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _is_single(self, wanted):
        """Whether so much can be read one by one, while nobody reads the ledger as a whole."""
        number = sum(map(len, wanted.values()))
        known = set(wanted) <= set(self._adapter()._streams())
        return known and number <= SOME and not self.env["collections.sync.log"]._under_way(self)

    # === ASKING === #

    def _ask_single(self, wanted, now, commit):
        """Ask for records, for what hangs on them, and for the balances of their customers.

        :return: stream -> records, stream -> keys asked for; nothing where it is too much
        :raises ConnectorError: what the calls met
        """
        adapter, client = self._adapter(), self._client(now)
        try:
            self._settle(commit)
            found = {s: adapter._pull_some(client, s, sorted(wanted[s])) for s in wanted}
            more = self._related(wanted, found)
            if not self._is_single(more):
                return {}, {}
            self._settle(commit)
            for stream, keys in more.items():
                found.setdefault(stream, []).extend(
                    adapter._pull_some(client, stream, sorted(keys))
                )
            asked = {s: wanted.get(s, set()) | more.get(s, set()) for s in {*wanted, *more}}
            customers = sorted(self._concerned(found, asked) - asked.get("customers", set()))[:SOME]
            self._settle(commit)
            told = adapter._pull_some(client, "customers", customers) if customers else []
            found.setdefault("customers", []).extend(told)
        finally:
            client.close()
        return found, asked

    def _related(self, wanted, found):
        """What changed with these records, and is told by no bell of its own.

        :return: stream -> keys
        """
        adapter, related = self._adapter(), defaultdict(set)
        for stream, items in found.items():
            for item in [*items, *self._kept(stream, wanted[stream], items)]:
                for other, key in adapter._related(stream, item):
                    related[other].add(key)
        for stream, keys in self._no_longer_told(wanted.get("invoices", ()), related).items():
            related[stream] |= keys
        for stream in related:
            related[stream] -= wanted.get(stream, set())
        return {stream: keys for stream, keys in related.items() if keys}

    def _kept(self, stream, keys, items):
        """What was known of records that are gone: what they paid is open again."""
        adapter = self._adapter()
        gone = set(keys) - {adapter._key(stream, item)[0] for item in items}
        return [ref._record() for ref in self._refs_of(stream, gone)]

    def _refs_of(self, stream, keys):
        return self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", self.id),
                ("stream", "=", stream),
                ("external_id", "in", list(keys)),
            ]
        )

    def _no_longer_told(self, invoices, related):
        """Records that pay invoices here, and that the ledger does not name with them any more.

        Of those it names, the ones that are known and never change are taken out.
        """
        fixed = self._adapter()._fixed_streams
        lost = defaultdict(set)
        moves = self._refs_of("invoices", invoices).move_id
        items = self.env["collections.mirror"]._items(moves)
        for ref in items.matched_credit_ids.collections_ref_id:
            if ref.external_id not in related[ref.stream]:
                lost[ref.stream].add(ref.external_id)
        for stream in fixed:
            known = self._refs_of(stream, related[stream]).filtered(lambda ref: not ref.is_gone)
            related[stream] -= set(known.mapped("external_id"))
        return lost

    def _concerned(self, found, asked):
        """Keys of the customers whose documents these are, or were."""
        adapter, keys = self._adapter(), set()
        for stream in filter(asked.get, DOCUMENTS):
            page = adapter._read(self, stream, found.get(stream) or [])
            keys |= {getattr(record, "customer_id", None) for record in page.records}
            keys |= set(self._refs_of(stream, asked[stream]).mapped("customer_key"))
        return {key for key in keys if key}

    # === KEEPING === #

    def _keep_single(self, found, asked, now):
        """Keep what came; what was asked for by its key and did not come is gone."""
        adapter, refs = self._adapter(), self.env["collections.external.ref"]
        for stream, items in found.items():
            refs._take_in(self, stream, items, now)
            gone = asked.get(stream, set()) - {adapter._key(stream, item)[0] for item in items}
            if gone:
                refs._tombstone(self, stream, list(gone), now)
