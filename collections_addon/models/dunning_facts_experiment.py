from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..domain.trials import CONTROL, TREATED


class DunningFacts(models.AbstractModel):
    """Who was drawn into an experiment is treated as his group is.

    Everything that decides reads this: the run, the check at the moment of sending, the
    explanation on an invoice, the preview of coming days.
    """

    _inherit = "dunning.facts"

    @api.model
    def _add_experiments(self, departures, company, date, rules, default_id, partner_ids):
        """Override: levels withheld from control groups, challengers' customers."""
        super()._add_experiments(departures, company, date, rules, default_id, partner_ids)
        if self.env.context.get("collections_without_experiments"):
            return
        for experiment in self.env["collections.experiment"]._running(company):
            if experiment.kind == "no_contact":
                self._withhold(departures, experiment, date, partner_ids)
            elif experiment.challenger_id.id in rules.policies:
                self._challenge(departures, experiment, default_id, partner_ids)

    def _withhold(self, departures, experiment, date, partner_ids):
        levels = frozenset(experiment._withheld().ids)
        since = SQL()
        if experiment.release_after:
            since = SQL("AND date >= %s", date - timedelta(days=experiment.days))
        for partner_id in self._members(experiment, CONTROL, partner_ids, since):
            known = departures[partner_id]
            known["withheld"] = known.get("withheld", frozenset()) | levels

    def _challenge(self, departures, experiment, default_id, partner_ids):
        chosen = self._partner_policies(experiment.company_id)
        for partner_id in self._members(experiment, TREATED, partner_ids):
            policy_id = departures.get(partner_id, {}).get("policy_id", default_id)
            if policy_id == experiment.policy_id.id and partner_id not in chosen:
                departures[partner_id]["policy_id"] = experiment.challenger_id.id

    def _members(self, experiment, arm, partner_ids, condition=SQL()):  # noqa: B008
        query = SQL(
            "SELECT partner_id FROM collections_experiment_member"
            " WHERE experiment_id = %s AND arm = %s %s %s",
            experiment.id,
            arm,
            condition,
            self._partner_clause(partner_ids),
        )
        return [partner_id for [partner_id] in self.env.execute_query(query)]
