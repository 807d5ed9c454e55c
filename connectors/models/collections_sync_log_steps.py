from collections import Counter

from odoo import models

from .collections_connector import SOME

MIRROR_BATCH = 500
#: Streams whose records belong to a customer.
DOCUMENTS = ("invoices", "credit_notes", "prepayments", "overpayments", "payments")
MOST_FIGURES = 10 * SOME


class CollectionsSyncLog(models.Model):
    """The steps of a run.

    Each asks the ledger while no transaction is open, then locks the run, makes sure that
    nobody else was quicker, and keeps what came together with how far we are.
    """

    _inherit = "collections.sync.log"

    def _ask(self, now, commit, work):
        """Ask the ledger; what is known here has to be read before.

        :param work: function of the client
        :return: what it returned, and the number of requests made
        """
        client = self.connection_id._client(now)
        self._settle(commit)
        try:
            return work(client), client.calls
        finally:
            client.close()

    # === READING === #

    def _step_fetch(self, now, commit):
        line = self.line_ids.filtered(lambda line: not line.is_done)[:1]
        if not line:
            self.phase = "check"
            return
        stream, adapter = line.stream, self.connection_id._adapter()
        cursor = self.env["collections.sync.cursor"]._of(self.connection_id, [stream])
        value = cursor.value or {}
        pulled, calls = self._ask(
            now, commit, lambda client: adapter._pull(client, stream, value, now)
        )
        if self._is_mine() and (cursor.value or {}) == value:
            line.requests += calls
            self._keep_page(line, cursor, pulled, now)

    def _keep_page(self, line, cursor, pulled, now):
        if cursor._is_between_passes():
            cursor.pass_number += 1
        counts = self._take_in(line, pulled.items, now, cursor.pass_number)
        line._add(counts)
        if pulled.total is not None:
            line.total = pulled.total
        if not pulled.is_last:
            cursor.value = pulled.cursor
        elif self._is_short(line, cursor, pulled.total):
            self._repeat_or_give_up(line, cursor)
        else:
            self._end_of_pass(line, cursor, pulled)

    def _take_in(self, line, items, now, seen_pass):
        refs = self.env["collections.external.ref"]
        return refs._take_in(self.connection_id, line.stream, items, now, seen_pass)

    def _end_of_pass(self, line, cursor, pulled):
        cursor.write(
            {
                "value": pulled.cursor,
                "is_complete": True,
                "needs_check": cursor.needs_check or pulled.lacks_deletions,
            }
        )
        line.is_done = True
        if cursor.needs_check and not line.check_state:
            line.check_state = "due"

    def _is_short(self, line, cursor, total):
        """Whether records are missing that the ledger counts."""
        if total is None:
            return False
        seen = self.env["collections.external.ref"].search_count(
            self._refs_domain(line.stream) + [("seen_pass", "=", cursor.pass_number)]
        )
        line.problem = seen < total and self.env._(
            "The ledger counts %(total)s records, %(seen)s came.", total=total, seen=seen
        )
        return seen < total

    def _repeat_or_give_up(self, line, cursor):
        """Read the stream whole once more; then it is a failure: nothing may be missing."""
        cursor._restart()
        if line.repeats:
            line.is_done = True
            cursor.is_complete = False
        line.repeats += 1

    def _refs_domain(self, stream):
        return [("connection_id", "=", self.connection_id.id), ("stream", "=", stream)]

    # === WHAT VANISHED === #

    def _step_check(self, now, commit):
        """Compare the keys of all records, where that is due; see `_list`."""
        line = self.line_ids.filtered(lambda line: line.check_state in ("due", "listed"))[:1]
        if not line:
            self.phase = "figures"
        elif line.check_state == "due":
            self._list_some(line, now, commit)
        else:
            self._look_up_some(line, now, commit)

    def _list_some(self, line, now, commit):
        stream, position, adapter = line.stream, line.position, self.connection_id._adapter()
        cursor = self.env["collections.sync.cursor"]._of(self.connection_id, [stream])
        listed, calls = self._ask(
            now, commit, lambda client: adapter._list(client, stream, position or None)
        )
        if not self._is_mine() or line.position != position or line.check_state != "due":
            return
        line.requests += calls
        if not position:
            cursor.pass_number += 1
        line._add(self._take_in(line, listed.items, now, cursor.pass_number))
        self._note_listed(line, listed.keys, now, cursor.pass_number)
        if listed.following:
            line.position = listed.following
        else:
            line.check_state = "listed"

    def _note_listed(self, line, keys, now, seen_pass):
        """Mark the records that are there; remember the keys of those that never came."""
        refs = self.env["collections.external.ref"]
        known = refs._known_prints(self.connection_id, line.stream, keys)
        refs._note_seen(self.connection_id, line.stream, list(known), now, seen_pass)
        refs.invalidate_model(["pulled_at", "seen_pass"])
        if missing := sorted(set(filter(None, keys)) - known.keys()):
            line.missing = (line.missing or []) + missing

    def _look_up_some(self, line, now, commit):
        """Ask one by one for what only one side has: a list alone is no proof."""
        stream, connection = line.stream, self.connection_id
        cursor = self.env["collections.sync.cursor"]._of(connection, [stream])
        keys = self._doubtful_keys(line, cursor)
        if not keys:
            line.check_state = "done"
            cursor.write({"needs_check": False, "checked_at": now})
            return
        adapter = connection._adapter()
        items, calls = self._ask(
            now, commit, lambda client: adapter._pull_some(client, stream, keys)
        )
        if not self._is_mine() or self._doubtful_keys(line, cursor) != keys:
            return
        line.requests += calls
        found = {adapter._key(stream, item)[0] for item in items}
        line._add(self._take_in(line, items, now, cursor.pass_number))
        refs, gone = self.env["collections.external.ref"], [k for k in keys if k not in found]
        line.gone += refs._tombstone(connection, stream, gone, now)
        line.missing = [key for key in line.missing or [] if key not in keys]

    def _doubtful_keys(self, line, cursor):
        """Some keys that only one side has."""
        if line.missing:
            return line.missing[:SOME]
        refs = self.env["collections.external.ref"].search(
            self._refs_domain(line.stream)
            + ["|", ("seen_pass", "<", cursor.pass_number), ("seen_pass", "=", False)]
            + [("is_gone", "=", False), ("external_id", "not like", "?%")],
            order="external_id",
            limit=SOME,
        )
        return refs.mapped("external_id")

    # === FIGURES === #

    def _step_figures(self, now, commit):
        """Read the balances of customers whose documents changed: they change with them,
        and the ledger does not tell it."""
        customers = self._customers_to_read()
        line = self.line_ids.filtered(lambda line: line.stream == "customers")[:1]
        if not customers or not line:
            self.phase = "mirror"
            return
        adapter = self.connection_id._adapter()
        parts = [customers[start : start + SOME] for start in range(0, len(customers), SOME)]
        found, calls = self._ask(
            now, commit, lambda client: [adapter._pull_some(client, "customers", p) for p in parts]
        )
        items = [item for part in found for item in part]
        if self._is_mine() and self.phase == "figures":
            line.requests += calls
            line._add(self._take_in(line, items, now, None))
            self.phase = "mirror"

    def _customers_to_read(self):
        """Keys of customers whose documents wait; none where all customers were just read."""
        if self.kind in ("first", "check"):
            return []
        connection, adapter = self.connection_id, self.connection_id._adapter()
        refs = self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "pending"),
                ("stream", "in", DOCUMENTS),
            ],
            limit=5 * MOST_FIGURES,
        )
        found = set(refs.mapped("customer_key"))  # one that is void names its customer no more
        for stream, group in refs.grouped("stream").items():
            page = adapter._read(connection, stream, [ref._record() for ref in group])
            found |= {getattr(record, "customer_id", None) for record in page.records}
        return sorted(filter(None, found))[:MOST_FIGURES]

    # === HERE === #

    def _step_mirror(self, now, commit):
        if not self.connection_id._mirror(limit=MIRROR_BATCH, now=now):
            self.phase = "drift"

    def _step_drift(self, now, commit):
        """Compare; where figures differ, read once more what changed meanwhile."""
        problem = next(filter(None, self.line_ids.mapped("problem")), None)
        if problem:
            self._end("failed", problem, now)
            return
        drifts = self.connection_id._check_drift(now)
        if drifts and not self.is_retaken:
            self.write({"is_retaken": True, "phase": "fetch"})
            self.line_ids.write({"is_done": False})
            return
        self._end("done", self._summary(drifts), now, drifts)

    def _summary(self, drifts):
        """How it went, in a sentence."""
        counts = Counter({name: self[name] for name in ("new", "changed", "gone")})
        if drifts:
            return self.env._(
                "Figures that differ from the ledger's: %(count)s.", count=len(drifts)
            )
        if not any(counts.values()):
            return self.env._("Nothing changed.")
        return self.env._(
            "%(new)s new, %(changed)s changed, %(gone)s vanished.",
            new=counts["new"],
            changed=counts["changed"],
            gone=counts["gone"],
        )
