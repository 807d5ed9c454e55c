from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..posting import applications, target_key

#: What is not open and nobody says is open is not kept.
SIDES = """
    residual AS (
        SELECT ref.id, ref.stream, ref.state, ref.partner_id, ref.customer_key,
               ref.told_currency_id AS currency_id,
               COALESCE(ref.told_rate, 0) AS rate, ref.told_due,
               COALESCE(ref.told_balance, 0) AS there,
               COALESCE(item.residual, 0) AS here, item.due
          FROM collections_external_ref ref
     LEFT JOIN LATERAL (
               SELECT sum(line.amount_residual_currency) AS residual,
                      min(line.date_maturity) AS due
                 FROM account_move_line line
                 JOIN account_account account ON account.id = line.account_id
                WHERE line.move_id = ref.move_id AND line.parent_state = 'posted'
                  AND account.account_type = 'asset_receivable') item ON TRUE
         WHERE ref.connection_id = %(connection)s AND ref.stream <> 'customers'
           AND ref.tells_balance),
    document AS (
        SELECT residual.*, measure.name AS measure,
               CASE WHEN measure.name = 'outstanding' OR told_due < %(today)s
                    THEN there ELSE 0 END AS told,
               CASE WHEN measure.name = 'outstanding' OR due < %(today)s
                    THEN here ELSE 0 END AS found
          FROM residual, (VALUES ('outstanding'), ('overdue')) AS measure(name)
         WHERE measure.name = 'outstanding' OR stream = 'invoices'),
    customer AS (
        SELECT ref.*, COALESCE((ref.pulled_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                               %(today)s) AS told_on
          FROM collections_external_ref ref
         WHERE ref.connection_id = %(connection)s AND ref.stream = 'customers'
           AND ref.state = 'done' AND ref.partner_id IS NOT NULL),
    own AS (
        SELECT part.id, part.measure,
               sum(round(part.here / part.rate, %(decimals)s)) AS found,
               sum(round(part.there / part.rate, %(decimals)s)) AS told
          FROM (SELECT customer.id, measure.name AS measure, residual.here, residual.there,
                       CASE WHEN %(home)s AND residual.rate > 0 THEN residual.rate ELSE 1 END
                           AS rate
                  FROM residual
                  JOIN customer ON customer.external_id = residual.customer_key
            CROSS JOIN (VALUES ('outstanding'), ('overdue')) AS measure(name)
                 WHERE (%(home)s OR residual.currency_id = customer.told_currency_id)
                   AND (measure.name = 'outstanding' OR residual.stream = 'invoices'
                        AND COALESCE(residual.due, residual.told_due) < customer.told_on)
               ) part
      GROUP BY part.id, part.measure),
    summed AS (
        SELECT customer.id, customer.partner_id, customer.told_currency_id AS currency_id,
               measure.name AS measure,
               CASE WHEN measure.name = 'outstanding' AND customer.tells_balance
                    THEN customer.told_balance
                    WHEN measure.name = 'overdue' AND customer.tells_overdue
                    THEN customer.told_overdue
                    ELSE COALESCE(own.told, 0) END AS told,
               COALESCE(own.found, 0) AS found
          FROM customer
    CROSS JOIN (VALUES ('outstanding'), ('overdue')) AS measure(name)
     LEFT JOIN own ON own.id = customer.id AND own.measure = measure.name)
"""


class CollectionsDrift(models.Model):
    """The comparison: all figures of a connection in one statement, differences explained."""

    _inherit = "collections.drift"

    @api.model
    def _compare(self, connection, today):
        """Hold the ledger's figures against ours and keep both.

        :param datetime.date today: what is due before is overdue
        :return: the figures that differ
        """
        self.env.flush_all()
        self.env.cr.execute(self._compare_sql(connection, today))
        self.invalidate_model(flush=False)
        found = self._differences(connection)
        self._explain(connection, found)
        return found

    def _compare_sql(self, connection, today):
        company = connection.company_id
        home = connection.currency_id or company.currency_id
        parts = {
            "connection": connection.id,
            "company": company.id,
            "today": today,
            "zone": company.partner_id.tz or "UTC",
            "home": connection._adapter()._home_balances,
            "decimals": home.decimal_places,
        }
        return SQL(
            "WITH "
            + SIDES
            + """,
            figure AS (
                SELECT id, FALSE AS is_customer, partner_id, currency_id, measure, told, found
                  FROM document WHERE told <> 0 OR found <> 0
                UNION ALL
                SELECT id, TRUE, partner_id, currency_id, measure, told, found FROM summed),
            stale AS (
                DELETE FROM collections_drift drift WHERE connection_id = %(connection)s
                   AND NOT EXISTS (SELECT 1 FROM figure WHERE figure.id = drift.ref_id
                                      AND figure.measure = drift.measure))
            INSERT INTO collections_drift AS drift (connection_id, company_id, ref_id,
                   is_customer, partner_id, measure, currency_id, there, here, difference,
                   difference_size, is_explained)
            SELECT %(connection)s, %(company)s, id, is_customer, partner_id, measure,
                   currency_id, told, found, told - found, abs(told - found), told = found
              FROM figure
                ON CONFLICT (ref_id, measure) DO UPDATE
               SET partner_id = EXCLUDED.partner_id, currency_id = EXCLUDED.currency_id,
                   there = EXCLUDED.there, here = EXCLUDED.here,
                   difference = EXCLUDED.difference,
                   difference_size = EXCLUDED.difference_size,
                   is_explained = EXCLUDED.is_explained, cause = NULL, explanation = NULL
             WHERE (drift.there, drift.here, drift.partner_id, drift.currency_id)
                   IS DISTINCT FROM (EXCLUDED.there, EXCLUDED.here, EXCLUDED.partner_id,
                                     EXCLUDED.currency_id)
                OR drift.difference <> 0
            """,
            **parts,
        )

    # === WHY === #

    def _explain(self, connection, differing):
        """Say of each difference where it comes from, documents first."""
        blocked = self._blocked_targets(connection)
        documents = differing.filtered(lambda row: not row.is_customer)
        for row in documents:
            row._set_cause(*row._cause_of_document(blocked))
        explained = defaultdict(float)
        for row in documents.filtered("is_explained"):
            explained[row.ref_id.customer_key, row.measure] += row._at_home(row.difference)
        for row in differing - documents:
            row._set_cause(*row._cause_of_customer(explained))

    def _set_cause(self, cause, explanation=False):
        self.write(
            {
                "cause": cause,
                "explanation": explanation or dict(self._fields["cause"].selection)[cause],
                "is_explained": cause != "unknown",
            }
        )

    def _cause_of_document(self, blocked):
        ref = self.ref_id
        if ref.state == "failed":
            return "set_aside", ref.problem
        if ref.state == "pending":
            return ("pending",)
        by_hand = self._matched_here()
        if by_hand.credit_move_id.payment_id:
            names = ", ".join(by_hand.credit_move_id.payment_id.mapped("display_name"))
            return "paid_here", self.env._("Paid here, and not there yet: %s", names)
        if by_hand:
            return ("matched_here",)
        other = blocked.get((ref.stream, ref.external_id))
        if other:
            return "other_set_aside", self.env._(
                "“%(record)s” is set aside: %(problem)s",
                record=other.label or other.external_id,
                problem=other.problem,
            )
        return ("unknown",)

    def _matched_here(self):
        """Matches of the document that no record of the ledger tells of."""
        items = self.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        partials = items.matched_credit_ids | items.matched_debit_ids
        return partials.filtered(lambda partial: not partial.collections_ref_id)

    def _cause_of_customer(self, explained):
        rest = self.difference - explained.get((self.ref_id.external_id, self.measure), 0)
        currency = self.currency_id or self.company_id.currency_id
        if currency.is_zero(rest):
            return ("documents",)
        if abs(rest) <= 0.01 * self._foreign_count():
            return ("rounding",)
        return ("unknown",)

    def _at_home(self, amount):
        """An amount as the customer's figure counts it."""
        if self.connection_id._adapter()._home_balances and self.ref_id.told_rate:
            home = self.connection_id.currency_id or self.company_id.currency_id
            return home.round(amount / self.ref_id.told_rate)
        return amount

    def _foreign_count(self):
        """How many open documents of the customer were converted for its figure."""
        if not self.connection_id._adapter()._home_balances:
            return 0
        return self.search_count(
            [
                ("connection_id", "=", self.connection_id.id),
                ("is_customer", "=", False),
                ("measure", "=", self.measure),
                ("ref_id.customer_key", "=", self.ref_id.external_id),
                ("currency_id", "!=", self.currency_id.id),
            ]
        )

    def _blocked_targets(self, connection):
        """What records that are set aside pay: (stream, key) -> the record."""
        refs = self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "failed"),
                ("stream", "not in", ("customers", "invoices")),
            ],
            limit=1000,
        )
        found = {}
        for stream, group in refs.grouped("stream").items():
            by_key = {ref.external_id: ref for ref in group}
            page = connection._adapter()._read(connection, stream, [r._record() for r in group])
            for record in page.records:
                for part in applications(record):
                    found.setdefault(target_key(part), by_key.get(record.external_id))
        return {key: ref for key, ref in found.items() if ref}
