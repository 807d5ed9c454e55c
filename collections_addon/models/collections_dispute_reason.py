from odoo import fields, models


class CollectionsDisputeReason(models.Model):
    """Why customers contest an amount. Records, so that a company may add its own."""

    _name = "collections.dispute.reason"
    _description = "Dispute Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users",
        string="Default Owner",
        domain=[("share", "=", False)],
        help="Who looks into such disputes. Empty: the collector of the case.",
    )
    deadline_days = fields.Integer(
        string="Days to Resolve", default=7, help="Days until a dispute is escalated."
    )
    is_process_fault = fields.Boolean(
        string="Our Fault",
        help="The cause lies with us (price, delivery, invoice), not with the customer.",
    )

    _unique_code = models.UniqueIndex("(code)", "A dispute reason with this code exists already.")
    _deadline_positive = models.Constraint(
        "CHECK(deadline_days > 0)", "Give at least one day to resolve a dispute."
    )
