from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..domain.eligibility import free_on, held_back
from ..domain.ladder import Ladder
from ..domain.standing import Standing

#: What may be known of a customer whose items need not be read one by one.
PLAIN = {"policy_id", "contact_dates", "last_contact"}


class Held(NamedTuple):
    """Why a customer is held back, for how many days, and the ladder of his items."""

    reason: str
    free: int
    ladder: Ladder


class DunningFacts(models.AbstractModel):
    """Customers whom gap or limit hold back: sums instead of items.

    On a day after many contacts that is nearly everybody, and the day costs little
    more than reading the ledger. `domain.standing` tells why nothing is lost.
    """

    _inherit = "dunning.facts"

    @api.model
    def _held_customers(self, facts, date):
        """Customers of whom it is known beforehand that nobody contacts them.

        None when they are so few that everything had better be read once.

        :param FactBook facts: rules and customers
        :return: commercial partner id -> Held
        :rtype: dict[int, Held]
        """
        held, found = {}, {}
        for partner_id, known in facts.departures.items():
            if known.keys() <= PLAIN and "contact_dates" in known:
                contacts = (known.get("policy_id"), known["contact_dates"], known["last_contact"])
                if contacts not in found:
                    found[contacts] = self._held(facts.customer(partner_id), facts.rules, date)
                if found[contacts]:
                    held[partner_id] = found[contacts]
        if 2 * len(held) < len(facts.cases):
            return {}
        for partner_id in self._owners_of_exceptions(facts.rules):
            held.pop(partner_id, None)
        return held

    def _held(self, customer, rules, date):
        policy = rules.policies[customer.policy_id]
        reason = held_back(customer, policy, date)
        free = (free_on(customer, policy, date) - date).days
        return Held(reason, free, policy.ladder) if reason else None

    def _owners_of_exceptions(self, rules):
        """Customers with an invoice of which something is said."""
        moves = {*rules.move_policy, *rules.move_pause, *rules.move_disputed}
        query = SQL(
            "SELECT DISTINCT commercial_partner_id FROM account_move WHERE id = ANY(%s)",
            list(moves),
        )
        return {row[0] for row in self.env.execute_query(query)} if moves else set()

    @api.model
    def _stream_standing(self, company, date):
        """All open items, a row for each customer.

        The aggregates read a sorted subquery, which gives arrays in its order.

        :return: yields Standing
        """
        columns = SQL(
            """
            partner.commercial_partner_id, line.dunning_level_id,
            %s::date - COALESCE(line.date_maturity, line.date), line.amount_residual::float8,
            line.amount_residual_currency < 0 OR line.no_followup IS TRUE
            """,
            date,
        )
        query = SQL(
            """
            SELECT partner_id, NOT bool_or(is_exception), sum(residual),
                   COALESCE(sum(residual) FILTER (WHERE days > 0), 0),
                   array_agg(level_id), array_agg(days)
              FROM (%s) AS line(partner_id, level_id, days, residual, is_exception)
          GROUP BY partner_id
            """,
            self._open_items_sql(company, columns),
        )
        return map(Standing._make, self._rows(query, whole=True))

    @api.model
    def _count_without_customer(self, company):
        """Open receivable items that name no customer."""
        query = SQL(
            """
            SELECT count(*) FROM account_move_line
             WHERE account_id IN %s AND partner_id IS NULL AND reconciled IS NOT TRUE
               AND parent_state = 'posted' AND company_id = %s AND amount_residual_currency > 0
            """,
            self._receivable_accounts(company),
            company.id,
        )
        return self.env.execute_query(query)[0][0]
