from odoo import api, fields, models
from odoo.exceptions import AccessError


class DunningEvaluate(models.TransientModel):
    """Start the evaluation of a company now instead of waiting for the night."""

    _name = "dunning.evaluate"
    _description = "Evaluate Open Items"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = fields.Date(compute="_compute_state", help="Today, in the time zone of the company.")
    last_date = fields.Date(string="Last Evaluated", compute="_compute_state")
    policy_id = fields.Many2one("dunning.policy", string="Default Policy", compute="_compute_state")
    is_stopped = fields.Boolean(related="company_id.collections_stopped")

    @api.depends("company_id")
    def _compute_state(self):
        now = fields.Datetime.now()
        for wizard in self:
            company = wizard.company_id
            last = self.env["dunning.run"].search(
                [("company_id", "=", company.id), ("state", "=", "done")],
                order="date desc",
                limit=1,
            )
            wizard.date = company._collections_today(now) if company else False
            wizard.last_date = last.date
            wizard.policy_id = self.env["dunning.policy"]._default_of(company)

    def action_evaluate(self):
        """Evaluate the company on its business date and open the run."""
        self.ensure_one()
        if not self.env.user.has_group("collections_addon.group_collections_manager"):
            raise AccessError(self.env._("Only a collections manager may start an evaluation."))
        company = self.company_id
        runs = self.env["dunning.run"].sudo().with_company(company)
        run = runs._execute(company, company._collections_today(fields.Datetime.now()))
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.run",
            "res_id": run.id,
            "view_mode": "form",
            "target": "current",
        }
