"""What is known of the documents and customers a batch of records refers to."""

from odoo.tools import SQL

from ..posting import applications, target_key


class MirrorBook:
    """Looked up at once for a batch.

    :param pairs: (ref, record) of the batch
    """

    def __init__(self, env, connection, pairs):
        self.env, self.connection = env, connection
        self.targets = self._load_targets(pairs)
        self.customers = self._load_customers(pairs)
        self.currencies = env["collections.mirror"]._currencies()

    def is_here(self, key):
        """Whether a document is mirrored and posted."""
        return key in self.targets

    def customer_key(self, record):
        """The ledger's key of who owes: some payments tell it by what they pay alone."""
        if record.customer_id:
            return record.customer_id
        own = self._own_targets(record)
        return own[0]["customer_key"] if own else None

    def currency_id(self, record):
        """Id of the currency, of what is paid where the record names none; None if unknown."""
        if record.currency:
            found = self.currencies.get(record.currency)
            return found.id if found else None
        own = self._own_targets(record)
        return own[0]["told_currency_id"] if own else None

    def rate(self, record):
        """The ledger's own rate; that of what is paid where the record has none."""
        if record.rate:
            return float(record.rate)
        own = self._own_targets(record)
        return own[0]["told_rate"] if own else None

    def _own_targets(self, record):
        keys = [target_key(part) for part in applications(record)]
        return [self.targets[key] for key in keys if key in self.targets]

    def _load_targets(self, pairs):
        keys = {target_key(part) for _ref, record in pairs for part in applications(record)}
        if not keys:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT ref.stream, ref.external_id, ref.id AS ref_id, ref.move_id,
                       ref.customer_key, ref.told_currency_id, ref.told_rate
                  FROM collections_external_ref ref
                  JOIN account_move move ON move.id = ref.move_id AND move.state = 'posted'
                 WHERE ref.connection_id = %s
                   AND (ref.stream, ref.external_id) IN
                       (SELECT * FROM unnest(%s::varchar[], %s::varchar[]))
                """,
                self.connection.id,
                [key[0] for key in keys],
                [key[1] for key in keys],
            )
        )
        return {(row["stream"], row["external_id"]): row for row in rows}

    def _load_customers(self, pairs):
        keys = {self.customer_key(record) for _ref, record in pairs} - {None, ""}
        refs = self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("stream", "=", "customers"),
                ("external_id", "in", list(keys)),
            ]
        )
        return {ref.external_id: ref for ref in refs}
