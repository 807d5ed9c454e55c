import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

from odoo.tools import SQL

from ..file import settlement
from ..file.rows import split

BATCH_SIZE = 1000
#: Problems and items gone that are kept to be shown.
MOST_TOLD = 10_000
#: What becomes of open items that are on the list no more.
PAID, CANCELLED, KEEP = "paid", "cancelled", "keep"


@dataclass
class Outcome:
    """What a list brings, or would bring.

    :ivar counts: `rows`, `customers`, `invoices`, `credit_notes`, `new`, `changed`, `same`,
        `settled` (nothing open, and never seen), `left`, `keyless` (of those: it is not even
        known which document they are), `gone`
    :ivar totals: currency -> what is open by the list, credits deducted
    :ivar left: rows that were left out
    :ivar gone: (stream, document) of open items that are on the list no more
    """

    counts: Counter = field(default_factory=Counter)
    totals: dict = field(default_factory=dict)
    left: list = field(default_factory=list)
    gone: list = field(default_factory=list)


class FileIntake:
    """Brings a list together with what was known, batch by batch.

    :param connection: `collections.connection`; an empty one for a ledger not yet known
    :param rows: what `connectors.file.rows.Reader` gives
    :param datetime.date day: the day of which the list tells
    :param str gone: what becomes of open items that are on the list no more
    """

    def __init__(self, connection, rows, day, gone):
        self._connection = connection
        self._env = connection.env
        self._refs = connection.env["collections.external.ref"].sudo()
        self._rows, self._day, self._gone = rows, day, gone
        self._documents, self._customers = set(), set()
        self.outcome = Outcome()

    def check(self):
        """Tell what the list would bring; nothing is written.

        :rtype: Outcome
        """
        return self._go(None)

    def take_in(self, now):
        """Keep what the list brings, to be mirrored.

        :param datetime.datetime now: naive UTC
        :rtype: Outcome
        """
        return self._go(now)

    def open_before(self):
        """Currency -> what was open by the lists until now, credits deducted.

        :rtype: dict[str, decimal.Decimal]
        """
        query = SQL(
            """
            SELECT raw::jsonb->>'currency',
                   SUM((raw::jsonb->>'balance')::numeric
                       * CASE WHEN stream = 'invoices' THEN 1 ELSE -1 END)
              FROM collections_external_ref
             WHERE connection_id = %s AND stream = ANY(%s)
             GROUP BY 1
            """,
            self._connection.id or None,
            list(settlement.STREAMS),
        )
        self._refs.flush_model()
        return dict(self._env.execute_query(query))

    def _go(self, now):
        for items, left in split(self._rows, BATCH_SIZE):
            self._note_left(left)
            self._keep(now, "customers", self._fresh_customers(items))
            for stream, group in _by_stream(items).items():
                self._documents |= {_digest(stream, item.document["id"]) for item in group}
                self._batch(now, stream, group)
        for stream, known in self._vanished():
            self._close(now, stream, known)
        return self.outcome

    def _note_left(self, left):
        counts = self.outcome.counts
        counts["rows"] += len(left)
        counts["left"] += len(left)
        self.outcome.left += left[: MOST_TOLD - len(self.outcome.left)]
        for row in left:
            counts["keyless"] += not row.key
            self._documents |= {_digest(stream, row.key) for stream in settlement.STREAMS}

    def _fresh_customers(self, items):
        """Customers met for the first time on the list; their first row tells of them."""
        found = []
        for item in items:
            digest = _digest("customers", item.customer["id"])
            if digest not in self._customers:
                self._customers.add(digest)
                found.append(dict(item.customer))
        self.outcome.counts["customers"] += len(found)
        return found

    # === WHAT IS ON THE LIST === #

    def _batch(self, now, stream, items):
        known = self._known(stream, [item.document["id"] for item in items])
        documents, payments = [], []
        for item in items:
            before = known.get(item.document["id"])
            made, paid = settlement.carry_on(stream, item.document, before, self._day)
            if self._note(stream, made, before):
                documents.append(made)
                payments += paid
        self._keep(now, stream, documents)
        self._keep(now, "payments", payments)

    def _note(self, stream, made, before):
        """Count a document.

        :return: whether there is something to keep
        """
        counts, is_open = self.outcome.counts, settlement.is_open(made)
        counts["rows"] += 1
        if before is None and not is_open:
            counts["settled"] += 1
            return False
        counts[stream] += is_open
        totals = self.outcome.totals
        for currency, amount in settlement.totals([(stream, made)]).items():
            totals[currency] = totals.get(currency, 0) + amount
        what = "new" if before is None else "same" if before == made else "changed"
        counts[what] += 1
        return what != "same"

    def _known(self, stream, keys):
        """Key -> document as it was kept the last time."""
        if not self._connection:
            return {}
        self._refs.flush_model()
        query = SQL(
            "SELECT external_id, raw FROM collections_external_ref"
            " WHERE connection_id = %s AND stream = %s AND external_id = ANY(%s)",
            self._connection.id,
            stream,
            keys,
        )
        return {key: json.loads(raw) for key, raw in self._env.execute_query(query)}

    def _keep(self, now, stream, items):
        if now and items:
            self._refs._take_in(self._connection, stream, items, now)

    # === WHAT IS ON IT NO MORE === #

    def _vanished(self):
        """Give stream and document of what is open here and not on the list."""
        for stream in settlement.STREAMS if self._connection else ():
            last = 0
            while rows := self._kept_after(stream, last):
                last = rows[-1][0]
                for _ref_id, key, raw in rows:
                    known = json.loads(raw)
                    if _digest(stream, key) not in self._documents and settlement.is_open(known):
                        yield stream, known

    def _kept_after(self, stream, last):
        query = SQL(
            "SELECT id, external_id, raw FROM collections_external_ref"
            " WHERE connection_id = %s AND stream = %s AND id > %s ORDER BY id LIMIT %s",
            self._connection.id,
            stream,
            last,
            BATCH_SIZE,
        )
        return self._env.execute_query(query)

    def _close(self, now, stream, known):
        self.outcome.counts["gone"] += 1
        if len(self.outcome.gone) < MOST_TOLD:
            self.outcome.gone.append((stream, known))
        if self._gone != KEEP:
            made, payments = settlement.close(stream, known, self._day, self._gone)
            self._keep(now, stream, [made])
            self._keep(now, "payments", payments)


def _by_stream(items):
    found = {}
    for item in items:
        found.setdefault(item.stream, []).append(item)
    return {stream: found[stream] for stream in settlement.STREAMS if stream in found}


def _digest(stream, key):
    """Something short to remember a key by: lists may be long."""

    return blake2b(f"{stream} {key}".encode("utf-8", "replace"), digest_size=12).digest()
