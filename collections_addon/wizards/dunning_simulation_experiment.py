from odoo import models

from ..domain.trials import Course


class DunningSimulation(models.TransientModel):
    """In the coming days experiments go on: they draw, leave alone, and come to their end.

    A play of the past leaves them out, in the rules asked for as in the present ones: what
    is asked there is what a policy does, not what an experiment makes of a part.
    """

    _inherit = "dunning.simulation"

    def _courses(self, facts):
        """Override: of the experiments that run today."""
        experiments = self.env["collections.experiment"]._usable(self.company_id, facts.rules)
        if self.mode != "forward" or not experiments:
            return super()._courses(facts)
        trials = [one._trial() for one in experiments]
        drawn = self.env["collections.experiment.member"].sudo()._standing(experiments)
        chosen = self.env["dunning.facts"].sudo()._partner_policies(self.company_id)
        return lambda id_: Course(id_, trials, drawn.get(id_), id_ in chosen)
