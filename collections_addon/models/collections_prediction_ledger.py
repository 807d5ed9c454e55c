from odoo import api, models
from odoo.tools import SQL

from .collections_settlement_sql import is_exchange

#: Day number of a date, as `date.toordinal()`.
ORDINAL = "%s - DATE '0001-01-01' + 1"
#: Years of the past that are looked at; what is open is always looked at.
YEARS = 4
TABLE = SQL.identifier("collections_items")


def ordinal(column):
    """A date column as a day number.

    :rtype: SQL
    """
    return SQL(ORDINAL, SQL.identifier(column))


class CollectionsPredictionLedger(models.AbstractModel):
    """Reads what was invoiced and how it was paid, in one pass over the ledger.

    An item is a receivable line of a customer invoice. It is settled on the day of the
    last payment that cleared it; what credit notes alone have cleared was never owed and
    is left out. Everything else (features, profile) is made from these rows.
    """

    _name = "collections.prediction.ledger"
    _description = "Ledger as Prediction Sees It"

    @api.model
    def _gather(self, company, today, partner_ids=None):
        """Make the temporary table of items, anew.

        :param company: `res.company`, one record
        :param datetime.date today: its business date
        :param partner_ids: only these commercial partners; None for all
        """
        for name in ("account.move", "account.move.line", "account.partial.reconcile"):
            self.env[name].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", TABLE))
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE %s ON COMMIT DROP AS %s",
                TABLE,
                self._items_sql(company, today, partner_ids),
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", TABLE))

    def _items_sql(self, company, today, partner_ids):
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND partner.commercial_partner_id = ANY(%s)", list(partner_ids))
        return SQL(
            """
            SELECT line.id, line.move_id, partner.commercial_partner_id AS customer,
                   COALESCE(move.invoice_date, line.date) AS issued,
                   GREATEST(COALESCE(line.date_maturity, line.date),
                            COALESCE(move.invoice_date, line.date)) AS due,
                   line.balance::float8 AS amount,
                   line.amount_residual::float8 AS residual,
                   CASE WHEN line.reconciled THEN paid.last END AS settled,
                   CASE WHEN paid.parts > 1 OR line.reconciled IS NOT TRUE
                        THEN paid.first END AS first_paid
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_partner partner ON partner.id = line.partner_id
         LEFT JOIN (%(payments)s) paid ON paid.line_id = line.id
             WHERE line.account_id IN %(accounts)s
               AND line.company_id = %(company)s
               AND line.parent_state = 'posted'
               AND line.balance > 0
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND COALESCE(move.invoice_date, line.date) <= %(today)s
               AND (line.reconciled IS NOT TRUE OR paid.last IS NOT NULL)
               AND (line.reconciled IS NOT TRUE
                    OR line.date >= %(today)s - make_interval(years => %(years)s))
               %(these)s
            """,
            payments=self._payments_sql(company, partner_ids),
            accounts=self.env["dunning.facts"]._receivable_accounts(company),
            company=company.id,
            today=today,
            years=YEARS,
            these=these,
        )

    def _payments_sql(self, company, partner_ids):
        """First and last payment of each item; credit notes and exchange differences are none."""
        these = SQL()
        if partner_ids is not None:
            these = SQL(
                """
                AND part.debit_move_id IN (
                    SELECT line.id FROM account_move_line line
                      JOIN res_partner partner ON partner.id = line.partner_id
                     WHERE partner.commercial_partner_id = ANY(%s) AND line.balance > 0)
                """,
                list(partner_ids),
            )
        return SQL(
            """
            SELECT part.debit_move_id AS line_id, min(part.max_date) AS first,
                   max(part.max_date) AS last, count(*) AS parts
              FROM account_partial_reconcile part
              JOIN account_move_line credit ON credit.id = part.credit_move_id
              JOIN account_move paying ON paying.id = credit.move_id
             WHERE part.company_id = %s AND paying.move_type <> 'out_refund' AND NOT %s %s
          GROUP BY 1
            """,
            company.id,
            is_exchange("paying"),
            these,
        )

    @api.model
    def _rows(self):
        """The gathered items as day numbers, in the columns of `domain.features.Item`.

        :rtype: list[tuple]
        """
        return self.env.execute_query(self._rows_sql())

    def _rows_sql(self):
        return SQL(
            "SELECT id, customer, %s, %s, amount, %s, %s FROM %s",
            ordinal("issued"),
            ordinal("due"),
            ordinal("settled"),
            ordinal("first_paid"),
            TABLE,
        )

    @api.model
    def _export(self, target):
        """Write the gathered items as comma-separated values.

        :param target: a binary file
        """
        query = self.env.cr.mogrify(SQL("COPY (%s) TO STDOUT WITH CSV", self._rows_sql()))
        self.env.cr.copy_expert(query, target)
