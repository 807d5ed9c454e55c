from odoo import api, fields, models
from odoo.exceptions import UserError

#: Outcome -> method of the case that takes down what was promised or contested.
FOLLOWING = {"promised": "action_new_promise", "disputed": "action_open_disputes"}


class DunningCallOutcome(models.TransientModel):
    """What came of a call: an outcome, what was said, when to call again."""

    _name = "dunning.call.outcome"
    _description = "Outcome of a Call"

    action_id = fields.Many2one("dunning.action", string="Call", required=True, readonly=True)
    partner_id = fields.Many2one(related="action_id.partner_id")
    recipient_id = fields.Many2one(related="action_id.recipient_id")
    currency_id = fields.Many2one(related="action_id.currency_id")
    amount_overdue = fields.Monetary(related="action_id.amount_overdue")
    amount_total = fields.Monetary(related="action_id.amount_total", string="In All")
    phones = fields.Char(compute="_compute_phones")
    script = fields.Html(related="action_id.body", string="Script")
    outcome_id = fields.Many2one(
        "dunning.outcome",
        string="Outcome",
        domain=[("code", "not in", ("reply", "bounced"))],
    )
    asks_callback = fields.Boolean(related="outcome_id.asks_callback")
    note = fields.Text(string="What Was Said")
    callback_date = fields.Date(string="Call Back On")

    @api.depends("action_id")
    def _compute_phones(self):
        for wizard in self:
            phones = wizard.recipient_id._dunning_phones()
            wizard.phones = " · ".join(f"{name}: {number}" for name, number in phones)

    @api.model
    def _open_for(self, action):
        wizard = self.create({"action_id": action.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcome of the Call"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_save(self):
        """Record the outcome, and go on to what the customer has said with it."""
        self.ensure_one()
        if not self.outcome_id:
            raise UserError(self.env._("Choose what came of the call."))
        self.action_id._record_call(self.outcome_id, self.note or "", self.callback_date)
        following = FOLLOWING.get(self.outcome_id.code)
        if following:
            return getattr(self.action_id.case_id, following)()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
