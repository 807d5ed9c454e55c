from odoo import api, models

from ..domain.eligibility import decide


class DunningRun(models.Model):
    """Customers whose contact is due are drawn into the experiments that run."""

    _inherit = "dunning.run"

    def _before_evaluation(self):
        """Override: an experiment whose last day has passed is over."""
        super()._before_evaluation()
        self.env["collections.experiment"]._end_past(self.company_id, self.date)

    @api.model
    def _evaluate(self, company, date, facts, writer):
        """Override: draw those whose contact is due today, and keep who was drawn."""
        facts.lottery = self.env["collections.experiment"]._lottery(company, facts)
        super()._evaluate(company, date, facts, writer)
        if facts.lottery:
            self.env["collections.experiment.member"]._keep(company, date, facts.lottery.entries)

    @api.model
    def _decide_customer(self, partner_id, by_currency, facts, date):
        """Override: decided anew where the customer is drawn into a group."""
        customer, decisions = super()._decide_customer(partner_id, by_currency, facts, date)
        if not facts.lottery:
            return customer, decisions
        drawn = facts.lottery.enter(partner_id, customer, by_currency, decisions, facts.rules, date)
        if drawn is customer:
            return customer, decisions
        return drawn, [decide(lines, drawn, facts.rules, date) for lines in by_currency]
