from odoo import api, fields, models


class CollectionsWorkload(models.Model):
    """A collector who does not work all day on collections gets fewer customers.

    Who is not named works all day.
    """

    _name = "collections.workload"
    _description = "Part-Time Collector"
    _order = "company_id, user_id"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    share = fields.Float(
        string="Part of a Full Day",
        required=True,
        default=0.5,
        help="Half a day gets half the work. 0: gets nobody new.",
    )

    _once = models.UniqueIndex("(user_id, company_id)", "This collector is named already.")
    _within_a_day = models.Constraint(
        "CHECK (share >= 0 AND share <= 1)", "The part of a day lies between 0 % and 100 %."
    )

    @api.constrains("user_id", "company_id")
    def _check_collector(self):
        for row in self:
            row.user_id._check_collector(row.company_id)

    def _shares(self, company):
        """Collector id -> part of a full day, of those who do not work all day.

        :rtype: dict[int, float]
        """
        rows = self.sudo().search([("company_id", "=", company.id)])
        return {row.user_id.id: row.share for row in rows}
