from odoo import fields, models


class ResCompany(models.Model):
    """Which law of late payment holds for a company's claims."""

    _inherit = "res.company"

    collections_business_law_id = fields.Many2one(
        "collections.interest.law",
        string="Law for Businesses",
        domain=[("debtor_kind", "=", "business")],
        help="Empty: that of the company's country, when there is one.",
    )
    collections_consumer_law_id = fields.Many2one(
        "collections.interest.law",
        string="Law for Consumers",
        domain=[("debtor_kind", "=", "consumer")],
        help="Empty: that of the company's country, when there is one.",
    )

    def _collections_law(self, kind):
        """The law for claims against a kind of debtor.

        :param str kind: `business` or `consumer`
        :rtype: `collections.interest.law`, empty when none is known
        """
        self.ensure_one()
        chosen = self[f"collections_{kind}_law_id"]
        if chosen or not self.country_id:
            return chosen
        domain = [("debtor_kind", "=", kind), ("country_ids", "in", self.country_id.ids)]
        return self.env["collections.interest.law"].sudo().search(domain, limit=1)

    def _collections_laws(self):
        """Every law that some of these companies' levels charge by."""
        levels = self.env["dunning.level"].sudo().search([("interest", "=", "statutory")])
        laws = self.env["collections.interest.law"]
        for company in self:
            if any(level.company_id in (company, self.browse()) for level in levels):
                laws |= company._collections_law("business") | company._collections_law("consumer")
        return laws


class ResPartner(models.Model):
    _inherit = "res.partner"

    collections_debtor_kind = fields.Selection(
        [("business", "Business"), ("consumer", "Consumer")],
        string="Owes As",
        help="Laws of late payment tell businesses and consumers apart. Empty: a business "
        "when it is a company.",
        groups="collections_addon.group_collections_viewer,account.group_account_readonly,"
        "account.group_account_invoice",
    )
    collections_no_charges = fields.Boolean(
        string="No Charges for Late Payment",
        help="Nothing is charged for reminders of this customer.",
        groups="collections_addon.group_collections_viewer,account.group_account_readonly,"
        "account.group_account_invoice",
    )

    def _collections_debtor_kind(self):
        """`business` or `consumer`, of the commercial partner.

        :rtype: str
        """
        partner = self.commercial_partner_id.sudo()
        return partner.collections_debtor_kind or ("business" if partner.is_company else "consumer")
