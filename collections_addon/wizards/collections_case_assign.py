from odoo import fields, models


class CollectionsCaseAssign(models.TransientModel):
    """Give customers to a collector."""

    _name = "collections.case.assign"
    _inherit = ["collections.case.choice"]
    _description = "Assign Collector"

    collector_id = fields.Many2one(
        "res.users",
        string="Collector",
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("collections_addon.group_collections_collector").ids,
            ),
            ("share", "=", False),
        ],
        help="Empty: the customers are nobody's.",
    )
    only_unassigned = fields.Boolean(
        string="Only Customers without Collector",
        help="Customers who have a collector keep theirs.",
    )

    def action_apply(self):
        """Write the collector on the chosen customers.

        :raises ValidationError: where the user cannot look after one of them
        """
        self.ensure_one()
        cases = self.case_ids
        for company in cases.company_id:
            self.collector_id._check_collector(company)
        if self.only_unassigned:
            cases = cases.filtered(lambda case: not case.collector_id)
        cases._give_to(self.collector_id)
        return {"type": "ir.actions.act_window_close"}
