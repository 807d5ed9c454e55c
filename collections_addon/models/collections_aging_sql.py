"""The SQL that ages open receivables, shared by the report and the history.

Two questions, two ways. What is open *now* is read from the residual the ledger
keeps. What was open *as of* a past date is that residual, with everything undone
that was reconciled later: the same answer as adding up the ledger from its
beginning, for the price of the recent past.
"""

from odoo.tools import SQL

from .collections_settlement_sql import exchange_days, settlements


def bucket_case(days, buckets):
    """The id of the aging bucket of an age, as an SQL expression.

    :param SQL days: days past due
    :param tuple[Bucket] buckets: of the domain, youngest first; code is a record's id
    :rtype: SQL
    """
    if not buckets:
        return SQL("NULL::int")
    whens = SQL(" ").join(
        SQL("WHEN %s <= %s THEN %s", days, bucket.days_to, bucket.code) for bucket in buckets[:-1]
    )
    return SQL("CASE %s ELSE %s END", whens or SQL("WHEN FALSE THEN NULL"), buckets[-1].code)


def flush_ledger(env):
    """Write what the queries of this file read."""
    env["account.move"].flush_model()
    env["account.move.line"].flush_model()
    env["account.partial.reconcile"].flush_model()
    env["collections.write.off"].flush_model(["entry_id"])
    env["res.partner"].flush_model(["commercial_partner_id", "country_id"])


def receivable_accounts(env):
    """Accounts whose lines are aged, as a subquery.

    :rtype: SQL
    """
    return (
        env["account.account"]
        .sudo()
        ._search([("account_type", "=", "asset_receivable")])
        .subselect()
    )


def open_lines(env, as_of=None):
    """Open receivable lines with what is left of them.

    :param datetime.date|None as_of: a past date; None for the ledger as it stands
    :return: a query of (id, residual, residual_currency), in company and line currency
    :rtype: SQL
    """
    if as_of is None:
        return SQL(
            """
            SELECT line.id, line.amount_residual AS residual,
                   line.amount_residual_currency AS residual_currency
              FROM account_move_line line
             WHERE line.account_id IN %s
               AND line.reconciled IS NOT TRUE
               AND line.parent_state = 'posted'
               AND (line.amount_residual <> 0 OR line.amount_residual_currency <> 0)
            """,
            receivable_accounts(env),
        )
    return SQL(
        """
        SELECT line.id, line.amount_residual + COALESCE(later.amount, 0) AS residual,
               line.amount_residual_currency + COALESCE(later.amount_currency, 0)
                   AS residual_currency
          FROM account_move_line line
     LEFT JOIN (%(later)s) later ON later.line_id = line.id
     LEFT JOIN (%(exchange)s) exchange ON exchange.move_id = line.move_id
         WHERE line.account_id IN %(accounts)s
           AND line.parent_state = 'posted'
           AND COALESCE(exchange.day, line.date) <= %(as_of)s
           AND (line.reconciled IS NOT TRUE OR later.line_id IS NOT NULL)
           AND (line.amount_residual + COALESCE(later.amount, 0) <> 0
                OR line.amount_residual_currency + COALESCE(later.amount_currency, 0) <> 0)
        """,
        later=_reconciled_after(as_of),
        exchange=exchange_days(),
        accounts=receivable_accounts(env),
        as_of=as_of,
    )


def _reconciled_after(as_of):
    return SQL(
        """
        WITH late AS (SELECT * FROM (%(settlements)s) part WHERE day > %(as_of)s)
        SELECT line_id, sum(amount) AS amount, sum(amount_currency) AS amount_currency
          FROM (SELECT debit_move_id AS line_id, amount,
                       debit_amount_currency AS amount_currency FROM late
             UNION ALL
                SELECT credit_move_id, -amount, -credit_amount_currency FROM late) part
      GROUP BY line_id
        """,
        settlements=settlements(),
        as_of=as_of,
    )


def history(env, company, dates, buckets):
    """What was open per date and bucket, from the movements of the ledger.

    The movements are first added up by day and due date, so that the cost follows
    the days of the ledger and not its lines times the dates.

    :param company: `res.company`, one record
    :param list[datetime.date] dates: points in time
    :param tuple[Bucket] buckets: of the domain, youngest first
    :return: a query of (date, bucket id, owed, credits, overdue, items owed, items
        overdue), amounts positive, in company currency
    :rtype: SQL
    """
    days = SQL("point.day - movement.due")
    return SQL(
        """
        WITH item AS (%(items)s),
             settlement AS (%(settlements)s),
             movement AS (%(movements)s)
        SELECT point.day, %(bucket)s AS bucket_id,
               COALESCE(sum(amount) FILTER (WHERE NOT is_credit), 0)::float8,
               COALESCE(-sum(amount) FILTER (WHERE is_credit), 0)::float8,
               COALESCE(sum(amount) FILTER (WHERE NOT is_credit AND %(days)s > 0), 0)::float8,
               COALESCE(sum(items) FILTER (WHERE NOT is_credit), 0)::int,
               COALESCE(sum(items) FILTER (WHERE NOT is_credit AND %(days)s > 0), 0)::int
          FROM unnest(%(dates)s::date[]) AS point(day)
          JOIN movement ON movement.day <= point.day
      GROUP BY 1, 2
        """,
        items=_items(env, company, max(dates)),
        settlements=_settlements(),
        movements=_movements(min(dates)),
        bucket=bucket_case(days, buckets),
        days=days,
        dates=list(dates),
    )


def _items(env, company, last):
    return SQL(
        """
        SELECT line.id, COALESCE(exchange.day, line.date) AS day,
               COALESCE(line.date_maturity, line.date) AS due,
               line.balance, line.balance < 0 AS is_credit,
               COALESCE(line.reconciled, FALSE) AS is_closed
          FROM account_move_line line
     LEFT JOIN (%(exchange)s) exchange ON exchange.move_id = line.move_id
         WHERE line.account_id IN %(accounts)s
           AND line.company_id = %(company)s
           AND line.parent_state = 'posted'
           AND COALESCE(exchange.day, line.date) <= %(last)s
           AND line.balance <> 0
        """,
        exchange=exchange_days(),
        accounts=receivable_accounts(env),
        company=company.id,
        last=last,
    )


def _settlements():
    return SQL(
        """
        WITH part AS (%s)
        SELECT item.id AS line_id, item.due, item.is_credit, item.is_closed,
               part.day, -part.amount AS amount
          FROM part JOIN item ON item.id = part.debit_move_id
     UNION ALL
        SELECT item.id, item.due, item.is_credit, item.is_closed, part.day, part.amount
          FROM part JOIN item ON item.id = part.credit_move_id
        """,
        settlements(),
    )


def _movements(first):
    """Movements by day and due date; those before the first date on that date."""
    return SQL(
        """
        SELECT GREATEST(day, %(first)s) AS day, due, is_credit,
               sum(amount) AS amount, sum(items) AS items
          FROM (SELECT day, due, is_credit, balance AS amount, 1 AS items FROM item
             UNION ALL
                SELECT day, due, is_credit, amount, 0 FROM settlement
             UNION ALL
                SELECT max(day), due, is_credit, 0, -1
                  FROM settlement WHERE is_closed GROUP BY line_id, due, is_credit) event
      GROUP BY 1, 2, 3
        HAVING sum(amount) <> 0 OR sum(items) <> 0
        """,
        first=first,
    )
