import logging

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .mirror_guard import QUIET

_logger = logging.getLogger(__name__)

#: What is referred to comes first.
ORDER = ("customers", "invoices", "credit_notes", "prepayments", "overpayments", "payments")
BATCH_SIZE = 250
LOCK = 0x4D495252  # a number of our own among advisory locks


class CollectionsMirror(models.AbstractModel):
    """Turns records of an outside ledger into customers and documents of ours.

    A batch is written at once; when that fails it is halved, until the one record that
    cannot be written is set aside with the reason. Nothing of it stays half-written.
    """

    _name = "collections.mirror"
    _description = "Mirror of an Outside Ledger"

    @api.model
    def _step(self, connection, now, limit=None):
        """Take up records that wait, of one stream.

        :param connection: `collections.connection`, one record
        :param datetime.datetime now: naive UTC
        :return: how many were taken up; 0 when none waits, or another worker is at it
        :rtype: int
        """
        connection = connection.sudo().with_company(connection.company_id)
        self = self._at_work(connection)  # noqa: PLW0642
        if not self._lock(connection):
            return 0
        for stream in ORDER:
            refs = self._take(connection, stream, min(limit or BATCH_SIZE, BATCH_SIZE))
            if refs:
                self._process(connection, stream, refs, now)
                return len(refs)
        return 0

    def _at_work(self, connection):
        company = connection.company_id
        return self.sudo().with_context(QUIET, allowed_company_ids=company.ids, lang=None)

    def _lock(self, connection):
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, connection.id)
        return self.env.execute_query(query)[0][0]

    def _take(self, connection, stream, limit):
        refs = self.env["collections.external.ref"]
        refs.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM collections_external_ref"
                " WHERE connection_id = %s AND state = 'pending' AND stream = %s"
                " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                connection.id,
                stream,
                limit,
            )
        )
        return refs.browse([row[0] for row in rows])

    # === ONE BATCH === #

    def _process(self, connection, stream, refs, now):
        """Mirror records, and again those whose matches were undone by that."""
        seen = refs
        self._apply(connection, stream, refs, now)
        while again := self._disturbed(connection) - seen:
            seen |= again
            for name in ORDER:
                own = again.filtered(lambda ref, name=name: ref.stream == name)
                if own:
                    self._apply(connection, name, own, now)

    def _apply(self, connection, stream, refs, now):
        """Mirror records of one stream; what cannot be read is set aside."""
        connection._prepare_books()
        page = connection._adapter()._read(connection, stream, [ref._record() for ref in refs])
        by_key = {ref.external_id: ref for ref in refs}
        pairs = []
        for record in page.records:
            if record.external_id in by_key:
                pairs.append((by_key.pop(record.external_id), record))
        for problem in page.problems:
            if ref := by_key.pop(problem.external_id, None):
                self._set_aside(ref, problem.text)
        for ref in by_key.values():
            self._leave(ref, now)
        self._apply_pairs(connection, stream, pairs, now)

    def _leave(self, ref, now):
        """Nothing of concern here, such as a bill."""
        ref.write({"state": "ignored", "problem": False, "applied_at": now})

    def _apply_pairs(self, connection, stream, pairs, now):
        """Write records at once, else find the ones that cannot be written."""
        if not pairs:
            return
        write = self._apply_customers if stream == "customers" else self._apply_documents
        try:
            with self.env.cr.savepoint():
                write(connection, stream, pairs, now)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise  # the transaction is lost, and taken up again as a whole
        except Exception as error:  # noqa: BLE001
            self.env.invalidate_all(flush=False)
            if len(pairs) == 1:
                self._set_aside(pairs[0][0], self._sentence(pairs[0][0], error))
                return
            _logger.info("%s records of %s are taken in halves: %s", len(pairs), stream, error)
            middle = len(pairs) // 2
            self._apply_pairs(connection, stream, pairs[:middle], now)
            self._apply_pairs(connection, stream, pairs[middle:], now)

    def _sentence(self, ref, error):
        """What to tell a person of an error; one of ours goes to the server's log."""
        if isinstance(error, UserError):
            return str(error)
        _logger.error("Record %s of %s", ref.external_id, ref.stream, exc_info=error)
        return self.env._("It could not be written: an administrator finds the cause in the log.")

    def _set_aside(self, ref, text, customer_key=None):
        values = {"state": "failed", "problem": " ".join(text.split())[:500]}
        if customer_key:
            values["customer_key"] = customer_key
        ref.write(values)

    # === WHAT DEPENDS ON ANOTHER === #

    def _disturb(self, refs):
        """Remember records whose matches were undone while something else was written."""
        if refs:
            found = refs.filtered(lambda ref: ref.state == "done")
            found.write({"state": "pending", "is_disturbed": True})

    def _disturbed(self, connection):
        """Records to be mirrored again at once."""
        refs = self.env["collections.external.ref"].search(
            [("connection_id", "=", connection.id), ("is_disturbed", "=", True)]
        )
        refs.is_disturbed = False
        return refs

    def _wake(self, connection, stream, keys):
        """Have records mirrored again that wait for documents or customers now here."""
        if not keys:
            return
        refs = self.env["collections.external.ref"]
        refs.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ref.id FROM collections_external_ref ref
                 WHERE ref.connection_id = %(connection)s AND ref.waits_for IS NOT NULL
                   AND EXISTS (SELECT 1 FROM jsonb_array_elements(ref.waits_for) AS item
                                WHERE item->>0 = %(stream)s AND item->>1 = ANY(%(keys)s))
                """,
                connection=connection.id,
                stream=stream,
                keys=list(keys),
            )
        )
        refs.browse([row[0] for row in rows])._again()
