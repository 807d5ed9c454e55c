"""What settles an item, and when, as SQL.

An invoice in another currency is seldom settled to the cent in the company's: Odoo books
the rest as an exchange difference, in an entry of its own, and dates it at the end of the
payment's month or on the day of booking. That entry is neither money nor a later day of
payment: it belongs to the payment that caused it, and to that payment's day.
"""

from odoo.tools import SQL


def is_exchange(entry):
    """Whether an entry is an exchange difference.

    :param str entry: alias of `account_move` in the query
    :rtype: SQL, a boolean
    """
    return SQL(
        "EXISTS (SELECT 1 FROM account_partial_reconcile cause WHERE cause.exchange_move_id = %s)",
        SQL.identifier(entry, "id"),
    )


def is_payment(entry):
    """Whether what an entry settles was paid: no credit note, no exchange difference,
    nothing written off.

    :param str entry: alias of `account_move` in the query
    :rtype: SQL, a boolean
    """
    return SQL(
        """
        (%(type)s <> 'out_refund' AND NOT %(exchange)s AND NOT EXISTS (
            SELECT 1 FROM collections_write_off lost WHERE lost.entry_id = %(id)s))
        """,
        type=SQL.identifier(entry, "move_type"),
        exchange=is_exchange(entry),
        id=SQL.identifier(entry, "id"),
    )


def exchange_days():
    """Exchange differences, and the day of the payment that caused each.

    :return: a query of (move_id, day)
    :rtype: SQL
    """
    return SQL(
        """
        SELECT exchange_move_id AS move_id, max(max_date) AS day
          FROM account_partial_reconcile
         WHERE exchange_move_id IS NOT NULL
      GROUP BY exchange_move_id
        """
    )


def settlements():
    """All reconciliations with the day on which each took effect.

    :return: a query of (id, debit_move_id, credit_move_id, amount,
        debit_amount_currency, credit_amount_currency, day)
    :rtype: SQL
    """
    return SQL(
        """
        SELECT part.id, part.debit_move_id, part.credit_move_id, part.amount,
               part.debit_amount_currency, part.credit_amount_currency,
               COALESCE(exchange.day, part.max_date) AS day
          FROM account_partial_reconcile part
     LEFT JOIN (SELECT part.id, min(cause.day) AS day
                  FROM (%s) cause
                  JOIN account_move_line line ON line.move_id = cause.move_id
                  JOIN account_partial_reconcile part
                       ON line.id IN (part.debit_move_id, part.credit_move_id)
              GROUP BY part.id) exchange ON exchange.id = part.id
        """,
        exchange_days(),
    )
