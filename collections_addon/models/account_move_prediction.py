from odoo import api, fields, models

VIEWER = "collections_addon.group_collections_viewer"


class AccountMove(models.Model):
    """When the invoice is likely to be paid, and why: of all its open installments."""

    _inherit = "account.move"

    prediction_ids = fields.One2many(
        "collections.prediction", "move_id", string="Predictions", groups=VIEWER
    )
    prediction_chances = fields.Char(
        string="Paid Within",
        compute="_compute_predicted",
        groups=VIEWER,
        help="Of several installments: the share of what is open.",
    )
    prediction_date = fields.Date(
        string="Payment Expected On",
        compute="_compute_predicted",
        groups=VIEWER,
        help="As likely paid by then as not; empty when that is over a year away.",
    )
    prediction_reasons = fields.Text(
        string="Why It Is Expected", compute="_compute_predicted", groups=VIEWER
    )

    @api.depends("prediction_ids.chance_30", "prediction_ids.expected_date")
    @api.depends_context("lang")
    def _compute_predicted(self):
        for move in self:
            predictions = move.prediction_ids
            largest = predictions.sorted("residual", reverse=True)[:1]
            chances, date = predictions._together()
            move.prediction_chances = bool(predictions) and self.env._(
                "7 days %(week)s %%, 30 days %(month)s %%, 60 days %(later)s %%",
                **dict(zip(("week", "month", "later"), chances, strict=True)),
            )
            move.prediction_date = date
            move.prediction_reasons = largest.reason_text
