from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningCallOutcome(models.TransientModel):
    """What came of a call: an outcome, what was said, when to call again."""

    _name = "dunning.call.outcome"
    _description = "Outcome of a Call"

    action_id = fields.Many2one("dunning.action", string="Call", readonly=True)
    item_id = fields.Many2one(
        "collections.worklist.item",
        string="Customer of the List",
        readonly=True,
        ondelete="cascade",
        help="Where the call is written down only with its outcome.",
    )
    partner_id = fields.Many2one("res.partner", compute="_compute_customer")
    recipient_id = fields.Many2one("res.partner", compute="_compute_customer")
    currency_id = fields.Many2one("res.currency", compute="_compute_customer")
    amount_overdue = fields.Monetary(string="Overdue", compute="_compute_customer")
    amount_total = fields.Monetary(string="In All", compute="_compute_customer")
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

    @api.depends("action_id", "item_id")
    def _compute_customer(self):
        for wizard in self:
            call, case = wizard.action_id, wizard.item_id.case_id
            wizard.partner_id = call.partner_id or case.partner_id
            wizard.recipient_id = call.recipient_id or case.recipient_id
            wizard.currency_id = call.currency_id or case.currency_id
            wizard.amount_overdue = call.amount_overdue if call else case.overdue
            wizard.amount_total = call.amount_total if call else case.exposure

    @api.depends("recipient_id")
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
        return wizard._opened()

    @api.model
    def _open_for_item(self, item, code, note=""):
        """Ask what came of a call from the list; it is written down when this is saved.

        :param item: `collections.worklist.item`
        :param str code: of the outcome that is known already
        """
        outcome = self.env["dunning.outcome"]._by_code(code)
        call = item.case_id.call_id
        wizard = self.create(
            {"item_id": item.id, "action_id": call.id, "outcome_id": outcome.id, "note": note}
        )
        return wizard._opened()

    def _opened(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcome of the Call"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_save(self):
        """Record the outcome, and go on to what the customer has said with it."""
        self.ensure_one()
        if not self.outcome_id:
            raise UserError(self.env._("Choose what came of the call."))
        now = fields.Datetime.now()
        call = self.action_id or self.item_id._call_made(now)
        call._record_call(
            self.outcome_id,
            self.note or "",
            self.callback_date,
            now=now,
            callback_at=self.callback_at,
        )
        following = call._after_call(now)
        if following["type"] == "ir.actions.act_window":
            return following
        following["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return following
