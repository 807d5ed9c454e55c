from odoo import api, fields, models


class CollectionsContactCost(models.Model):
    """What one contact by a channel costs, from a day on. Earlier prices stay for the
    contacts of their time."""

    _name = "collections.contact.cost"
    _description = "Cost of a Contact"
    _order = "channel_code, date_start desc"
    _check_company_auto = True

    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(),
        string="Channel",
        required=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_start = fields.Date(string="From", required=True, default=fields.Date.context_today)
    cost = fields.Monetary(
        string="Cost per Contact",
        required=True,
        help="Postage and paper, the provider's price, or the minutes of a call.",
    )

    _once = models.UniqueIndex(
        "(company_id, channel_code, date_start)", "This channel has a cost from that day already."
    )
    _not_negative = models.Constraint("CHECK(cost >= 0)", "A contact cannot cost less than zero.")

    @api.depends("channel_code", "cost")
    def _compute_display_name(self):
        labels = dict(self._fields["channel_code"]._description_selection(self.env))
        for price in self:
            price.display_name = labels.get(price.channel_code, "")

    @api.model
    def _on(self, company, day):
        """Channel -> cost of a contact on a day, in the currency of the company.

        :rtype: dict[str, float]
        """
        domain = [("company_id", "=", company.id), ("date_start", "<=", day)]
        prices = self.sudo().search(domain, order="date_start")
        return {price.channel_code: price.cost for price in prices}
