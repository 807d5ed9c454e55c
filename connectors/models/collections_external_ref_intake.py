import hashlib
import json
from collections import Counter
from collections.abc import Mapping

from odoo import api, fields, models
from odoo.tools import SQL

from ..http import write_json

BATCH_SIZE = 500


class CollectionsExternalRef(models.Model):
    """The intake: what a ledger sent is kept as it came, once."""

    _inherit = "collections.external.ref"

    seen_pass = fields.Integer(help="The last pass over the stream in which the record came.")

    @api.model
    def _take_in(self, connection, stream, items, now, seen_pass=None):
        """Keep records as they came; what is the same as before changes nothing.

        A new or changed record is `pending` afterwards. One without a key that can be kept
        is set aside under a key made of its content.

        :param connection: `collections.connection`, one record
        :param items: the records, as the ledger's JSON
        :param datetime.datetime now: naive UTC
        :param int|None seen_pass: the pass in which they came; not noted when None
        :return: `fetched`, `new`, `changed`, `unchanged`, `keyless` -> number
        :rtype: collections.Counter
        """
        rows, counts = self._intake_rows(connection, stream, items), Counter(fetched=len(items))
        self.flush_model()
        for start in range(0, len(rows), BATCH_SIZE):
            batch = rows[start : start + BATCH_SIZE]
            counts += self._take_in_batch(connection, stream, batch, now, seen_pass)
        self.invalidate_model(flush=False)
        return counts

    def _intake_rows(self, connection, stream, items):
        """(key, label, raw text, fingerprint, problem) of each record, the last of equal keys."""
        adapter, rows = connection._adapter(), {}
        for item in items:
            print_ = fingerprint(item)
            key, label = adapter._key(stream, item)
            problem = None
            if not key:
                key = f"?{print_[:32]}"
                problem = self.env._("The ledger sent a record without a key.")
            rows[key] = (key, label or None, _text(item), print_, problem)
        return sorted(rows.values())

    def _take_in_batch(self, connection, stream, rows, now, seen_pass):
        known = self._known_prints(connection, stream, [row[0] for row in rows])
        fresh = [row for row in rows if known.get(row[0], "") != row[3]]
        same = [row[0] for row in rows if known.get(row[0], "") == row[3]]
        self._note_seen(connection, stream, same, now, seen_pass)
        self._upsert(connection, stream, fresh, now, seen_pass)
        keyless = sum(bool(row[4]) for row in fresh)
        new = sum(row[0] not in known for row in fresh)
        return Counter(
            new=new, changed=len(fresh) - new, unchanged=len(same), keyless=keyless
        )  # fmt: skip

    def _known_prints(self, connection, stream, keys):
        rows = self.env.execute_query(
            SQL(
                "SELECT external_id, fingerprint FROM collections_external_ref"
                " WHERE connection_id = %s AND stream = %s AND external_id = ANY(%s)",
                connection.id,
                stream,
                keys,
            )
        )
        return dict(rows)

    def _note_seen(self, connection, stream, keys, now, seen_pass):
        if not keys:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE collections_external_ref SET pulled_at = %s,"
                " seen_pass = COALESCE(%s, seen_pass)"
                " WHERE connection_id = %s AND stream = %s AND external_id = ANY(%s)",
                now,
                seen_pass,
                connection.id,
                stream,
                keys,
            )
        )

    def _upsert(self, connection, stream, rows, now, seen_pass):
        if not rows:
            return
        keys, labels, raws, prints, problems = (list(column) for column in zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collections_external_ref AS ref (
                    connection_id, company_id, stream, external_id, label, raw, fingerprint,
                    problem, state, pulled_at, seen_pass,
                    create_uid, create_date, write_uid, write_date)
                SELECT %(connection)s, %(company)s, %(stream)s, row.key, row.label, row.raw,
                       row.print, row.problem,
                       CASE WHEN row.problem IS NULL THEN 'pending' ELSE 'failed' END,
                       %(now)s, %(seen)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(keys)s, %(labels)s::varchar[], %(raws)s, %(prints)s,
                              %(problems)s::varchar[])
                    AS row(key, label, raw, print, problem)
                    ON CONFLICT (connection_id, stream, external_id) DO UPDATE
                   SET label = COALESCE(EXCLUDED.label, ref.label), raw = EXCLUDED.raw,
                       problem = EXCLUDED.problem, fingerprint = EXCLUDED.fingerprint,
                       state = EXCLUDED.state, is_gone = FALSE,
                       pulled_at = EXCLUDED.pulled_at, write_date = EXCLUDED.write_date,
                       seen_pass = COALESCE(EXCLUDED.seen_pass, ref.seen_pass)
                """,
                connection=connection.id,
                company=connection.company_id.id,
                stream=stream,
                keys=keys,
                labels=labels,
                raws=raws,
                prints=prints,
                problems=problems,
                now=now,
                seen=seen_pass,
                uid=self.env.uid,
            )
        )

    @api.model
    def _tombstone(self, connection, stream, keys, now):
        """Keep what the ledger would say of records that it does not have any more.

        :return: how many of them were not known to be gone
        :rtype: int
        """
        adapter = connection._adapter()
        refs = self.search(
            [
                ("connection_id", "=", connection.id),
                ("stream", "=", stream),
                ("external_id", "in", keys),
            ]
        )
        gone = [adapter._gone(stream, ref.external_id, ref._record()) for ref in refs]
        counts = self._take_in(connection, stream, gone, now)
        refs.is_gone = True
        return counts["changed"]


def fingerprint(item):
    """What tells a record from another version of it."""
    text = json.dumps(item, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(item):
    """The record as JSON, every number exactly as it was written there."""
    return write_json(item) if isinstance(item, Mapping) else json.dumps(item, default=str)
