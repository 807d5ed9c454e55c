from odoo import api, fields, models


class DunningSimulationLine(models.TransientModel):
    """One contact that would be made."""

    _name = "dunning.simulation.line"
    _description = "Simulated Contact"
    _order = "date, id"

    simulation_id = fields.Many2one("dunning.simulation", required=True, ondelete="cascade")
    date = fields.Date(required=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    level_id = fields.Many2one("dunning.level", required=True)
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(), string="Channel"
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount_total = fields.Monetary(string="Total")
    amount_overdue = fields.Monetary(string="Overdue")
    item_count = fields.Integer(string="Open Items")


class DunningSimulationSummary(models.TransientModel):
    """Contacts of one level and channel: simulated against really sent."""

    _name = "dunning.simulation.summary"
    _description = "Simulation Summary"
    _order = "id"

    simulation_id = fields.Many2one("dunning.simulation", required=True, ondelete="cascade")
    level_id = fields.Many2one("dunning.level", required=True)
    policy_id = fields.Many2one(related="level_id.policy_id")
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(), string="Channel"
    )
    simulated_count = fields.Integer(string="Simulated")
    usual_count = fields.Integer(string="By the Present Rules")
    sent_count = fields.Integer(string="Sent")
    difference = fields.Integer(
        compute="_compute_difference", help="By these rules less by the present ones."
    )

    @api.depends("simulated_count", "usual_count")
    def _compute_difference(self):
        for row in self:
            row.difference = row.simulated_count - row.usual_count
