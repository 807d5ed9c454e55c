from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_policy_id = fields.Many2one(
        "dunning.policy",
        string="Dunning Policy",
        domain=[("is_for_plans", "=", False)],
        company_dependent=True,
        help="Empty: the policy of the customer's group or of the company.",
    )
    collections_case_id = fields.Many2one(
        "collections.case",
        compute="_compute_collections_case",
        string="Collection Case",
        groups="collections_addon.group_collections_viewer",
    )
    collections_case_ids = fields.One2many(
        "collections.case",
        "partner_id",
        string="Collection Cases",
        groups="collections_addon.group_collections_viewer",
    )
    collections_overdue = fields.Monetary(
        compute="_compute_collections_case",
        string="Overdue",
        currency_field="collections_currency_id",
        groups="collections_addon.group_collections_viewer",
    )
    collections_bounced_email = fields.Char(
        string="Bounced Address",
        copy=False,
        help="This e-mail address returned a message as undeliverable. Reminders by "
        "e-mail stop until the address is changed or this field is emptied.",
    )
    preferred_contact_channel = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(),
        string="Preferred Contact Channel",
    )

    def _compute_collections_case(self):
        domain = [
            ("partner_id", "in", self.commercial_partner_id.ids),
            ("company_id", "=", self.env.company.id),
        ]
        cases = {case.partner_id: case for case in self.env["collections.case"].search(domain)}
        for partner in self:
            case = cases.get(partner.commercial_partner_id, self.env["collections.case"])
            partner.collections_case_id = case
            partner.collections_overdue = case.overdue

    @api.constrains("dunning_policy_id")
    def _check_dunning_policy(self):
        self.dunning_policy_id._check_for_company(self.env.company)

    def _dunning_recipient(self):
        """The contact who gets reminders: the invoice contact, else the customer."""
        self.ensure_one()
        address = self.commercial_partner_id.address_get(["invoice"])
        return self.browse(address["invoice"])
