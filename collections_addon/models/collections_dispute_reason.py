from odoo import api, fields, models

from ..domain.text_topics import TOPICS

#: Code of a delivered reason -> what messages about it are about.
TOPIC_OF = {
    "price": "billing_error",
    "quantity": "billing_error",
    "duplicate": "billing_error",
    "wrong_address": "billing_error",
    "missing_order_number": "billing_error",
    "quality": "dispute",
    "not_received": "dispute",
    "invoice_not_received": "not_received",
    "process_error": "process_defect",
    "other": False,
}


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

    is_dispute = fields.Boolean(
        string="May Be Contested",
        default=True,
        help="Customers may choose it to contest an amount. Other reasons only tell why they "
        "pay late.",
    )
    topic = fields.Selection(
        selection=lambda self: self.env["collections.interaction"]._topic_selection(),
        string="Read In Messages As",
        compute="_compute_topic",
        store=True,
        readonly=False,
        help="Messages about this give this reason once they are confirmed.",
    )

    _unique_code = models.UniqueIndex("(code)", "A dispute reason with this code exists already.")
    _deadline_positive = models.Constraint(
        "CHECK(deadline_days > 0)", "Give at least one day to resolve a dispute."
    )

    @api.depends("code")
    def _compute_topic(self):
        for reason in self:
            usual = reason.code if reason.code in TOPICS else False
            reason.topic = reason.topic or TOPIC_OF.get(reason.code, usual)

    @api.model
    def _of_topic(self, topic):
        """The reason that a topic stands for; empty where it is none.

        Of several the one that says no more than the topic, else the first in order.
        """
        reasons = self.search([("topic", "=", topic)]) if topic else self
        return reasons.filtered(lambda reason: reason.code == topic)[:1] or reasons[:1]
