from odoo import fields, models


class DunningPolicy(models.Model):
    """What customers may settle by themselves on their own page."""

    _inherit = "dunning.policy"

    promise_max_days = fields.Integer(
        string="Promise Within (days)",
        default=14,
        help="On its own page a customer may promise to pay within so many days. "
        "0: promises are taken by people only.",
    )
    promise_min_percent = fields.Float(
        string="Smallest Promise (%)",
        default=50.0,
        help="The least part of the chosen items that a customer may promise by itself.",
    )
    promise_max_broken = fields.Integer(
        string="Broken Promises",
        default=2,
        help="A customer who has broken so many promises in the past year no longer promises "
        "by itself. 0: no limit.",
    )

    _promise_limits = models.Constraint(
        "CHECK(promise_max_days >= 0 AND promise_max_broken >= 0"
        " AND promise_min_percent > 0 AND promise_min_percent <= 100)",
        "Days and number of promises cannot be negative, and the smallest promise lies "
        "between 0 and 100 %.",
    )
