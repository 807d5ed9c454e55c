from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """Which policy an invoice or a customer is under: invoice, customer, group, company."""

    _inherit = "dunning.facts"

    def _move_policies(self, company, policies):
        self.env["account.move"].flush_model(["dunning_policy_id"])
        query = SQL(
            "SELECT id, dunning_policy_id FROM account_move"
            " WHERE dunning_policy_id IS NOT NULL AND company_id = %s",
            company.id,
        )
        return {m: p for m, p in self.env.execute_query(query) if p in policies}

    def _add_policies(self, departures, company, cases, rules, partner_ids):
        segments = self.env["collections.segment"].sudo().search([("policy_id", "!=", False)])
        by_segment = {segment.id: segment.policy_id.id for segment in segments}
        for partner_id, row in cases.items():
            policy_id = by_segment.get(row[3])
            if policy_id in rules.policies:
                departures[partner_id]["policy_id"] = policy_id
        for partner_id, policy_id in self._partner_policies(company, partner_ids).items():
            if policy_id in rules.policies:
                departures[partner_id]["policy_id"] = policy_id

    @api.model
    def _partner_policies(self, company, partner_ids=None):
        """Customers for whom somebody has chosen a policy.

        :param partner_ids: only these customers; None for all
        :return: partner id -> policy id
        :rtype: dict[int, int]
        """
        self.env["res.partner"].flush_model(["dunning_policy_id"])
        key = str(company.id)
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND id IN %s", tuple(partner_ids) or (0,))
        query = SQL(
            "SELECT id, (dunning_policy_id ->> %s)::int FROM res_partner"
            " WHERE dunning_policy_id ->> %s IS NOT NULL %s",
            key,
            key,
            these,
        )
        return dict(self.env.execute_query(query))
