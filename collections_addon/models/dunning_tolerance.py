from odoo import fields, models


class DunningTolerance(models.Model):
    """How little is too little to ask, per currency."""

    _name = "dunning.tolerance"
    _description = "Dunning Tolerance"
    _order = "policy_id, currency_id"

    policy_id = fields.Many2one("dunning.policy", required=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(
        required=True,
        help="A customer who owes this or less in this currency is not contacted.",
    )

    _one_per_currency = models.UniqueIndex(
        "(policy_id, currency_id)",
        "A policy has one tolerance per currency; change the one that is there.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)",
        "A tolerance cannot be negative; use 0 to ask for every amount.",
    )
