from odoo import api, fields, models

from ..domain.scoring import together


class CollectionsPrediction(models.Model):
    """How likely one open invoice is to be paid within 7, 30 and 60 days, and why.

    Written anew every day and after events, never by hand. `model_id` is empty where the
    scorecard speaks.
    """

    _name = "collections.prediction"
    _description = "Payment Prediction"
    _order = "chance_30 desc, id"
    _log_access = False
    _rec_name = "move_id"

    move_line_id = fields.Many2one(
        "account.move.line", string="Open Item", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one("collections.case", readonly=True, index="btree_not_null")
    model_id = fields.Many2one(
        "collections.prediction.model", string="Learnt Model", readonly=True, ondelete="set null"
    )
    date = fields.Date(string="As Of", readonly=True)
    date_due = fields.Date(string="Due", readonly=True)
    residual = fields.Monetary(
        string="Open", readonly=True, help="In the company's currency, when it was computed."
    )
    chance_7 = fields.Float(string="Within 7 Days", readonly=True, aggregator="avg")
    chance_30 = fields.Float(string="Within 30 Days", readonly=True, aggregator="avg")
    chance_60 = fields.Float(string="Within 60 Days", readonly=True, aggregator="avg")
    expected_date = fields.Date(
        readonly=True, help="As likely paid by then as not; empty when that is over a year away."
    )
    expected_30 = fields.Monetary(
        string="Expected in 30 Days", readonly=True, help="Open amount times its probability."
    )
    at_risk = fields.Monetary(
        string="At Risk", readonly=True, help="Open amount times the probability not to be paid."
    )
    reasons = fields.Json(readonly=True)
    reason_text = fields.Text(string="Why", compute="_compute_reason_text")
    reason_line = fields.Char(string="In Short", compute="_compute_reason_text")

    _one_per_item = models.UniqueIndex("(move_line_id)", "This item has a prediction already.")
    _list_idx = models.Index("(company_id, chance_30)")

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        words = self.env["collections.prediction.words"]
        for prediction in self:
            prediction.reason_text = words._tell(prediction.reasons)
            prediction.reason_line = prediction.reason_text.replace("\n", "  ")

    def _together(self):
        """What these predictions of one day say of their money as a whole.

        :return: percent within 7, 30 and 60 days; the expected date, or False
        :rtype: tuple[list[str], datetime.date|bool]
        """
        chances, days = together(
            [
                (
                    one.residual,
                    (one.chance_7, one.chance_30, one.chance_60),
                    (one.expected_date - one.date).days if one.expected_date else None,
                )
                for one in self
            ]
        )
        date = False if days is None else fields.Date.add(self[:1].date, days=days)
        return [f"{100 * chance:.0f}" for chance in chances], date
