from odoo import api, fields, models


class CollectionsSegment(models.Model):
    """A group of customers treated alike."""

    _name = "collections.segment"
    _description = "Customer Group"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company")
    note = fields.Text(translate=True)
    policy_id = fields.Many2one(
        "dunning.policy",
        domain=[("is_for_plans", "=", False)],
        help="Policy of the customers of this group who have none of their own.",
    )

    _unique_code = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "A group with this code exists already; choose another.",
    )

    @api.constrains("policy_id", "company_id")
    def _check_policy(self):
        for segment in self:
            segment.policy_id._check_for_company(segment.company_id)
