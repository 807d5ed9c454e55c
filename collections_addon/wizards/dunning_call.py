from odoo import api, fields, models
from odoo.exceptions import UserError


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
    callback_at = fields.Datetime(
        string="Call Back At", help="Where the customer named an hour, too; wins over the date."
    )

    @api.depends("action_id")
    def _compute_phones(self):
        for wizard in self:
            phones = wizard.recipient_id._dunning_phones()
            wizard.phones = " · ".join(f"{name}: {number}" for name, number in phones)

    @api.model
    def _open_for(self, action, outcome=None):
        """Ask what came of a call.

        :param action: `dunning.action`
        :param outcome: `dunning.outcome` that is known already
        """
        wizard = self.create({"action_id": action.id, "outcome_id": outcome and outcome.id})
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
        now = fields.Datetime.now()
        self.action_id._record_call(
            self.outcome_id,
            self.note or "",
            self.callback_date,
            now=now,
            callback_at=self.callback_at,
        )
        following = self.action_id._after_call(now)
        if following["type"] == "ir.actions.act_window":
            return following
        following["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return following
