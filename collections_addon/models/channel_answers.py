"""When a contact counts as answered, as SQL."""

from odoo.tools import SQL

from .collections_settlement_sql import is_payment

#: Outcomes that are the customer's own word.
REPLIES = ("promised", "paid", "disputed", "refused", "reply")


def answered(days):
    """Whether a payment or reply followed a row `action` of `dunning_action`.

    A payment on the very day counts: what was paid before the contact was not asked for.
    Credit notes, exchange differences and write-offs are no payment.

    :param SQL days: within how many days
    :rtype: SQL, a boolean
    """
    return SQL(
        """
        (EXISTS (
            SELECT 1 FROM dunning_outcome outcome
             WHERE outcome.id = action.outcome_id AND outcome.code IN %(replies)s
        ) OR EXISTS (
            SELECT 1
              FROM dunning_action_item item
              JOIN account_partial_reconcile part ON part.debit_move_id = item.move_line_id
              JOIN account_move_line credit ON credit.id = part.credit_move_id
              JOIN account_move paid ON paid.id = credit.move_id
             WHERE item.action_id = action.id AND paid.move_type = 'entry'
               AND %(is_payment)s
               AND part.max_date BETWEEN action.contact_date AND action.contact_date + %(days)s
        ))
        """,
        replies=REPLIES,
        is_payment=is_payment("paid"),
        days=days,
    )


def cost_of_contact():
    """What a row `action` of `dunning_action` has cost, by the price of its day.

    :rtype: SQL, an amount in the currency of the company
    """
    return SQL(
        """
        COALESCE((
            SELECT price.cost
              FROM collections_contact_cost price
             WHERE price.company_id = action.company_id
               AND price.channel_code = action.channel_code
               AND price.date_start <= action.contact_date
          ORDER BY price.date_start DESC
             LIMIT 1), 0)
        """
    )


def flush_contacts(env):
    """Write what the queries here read."""
    env["dunning.action"].flush_model()
    env["dunning.action.item"].flush_model()
    env["collections.contact.cost"].flush_model()
    env["account.partial.reconcile"].flush_model()
    env["account.move"].flush_model(["move_type"])
    env["collections.write.off"].flush_model(["entry_id"])
