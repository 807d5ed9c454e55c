from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionsCaseRecord(models.AbstractModel):
    """A numbered paper of a customer's case about some of its invoices.

    A model that inherits has an `ir.sequence` of its own name.
    """

    _name = "collections.case.record"
    _description = "Numbered Record of a Case"
    _inherit = ["collections.stateful", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, copy=False, readonly=True, default=lambda self: "/"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    case_id = fields.Many2one(
        "collections.case", string="Customer", required=True, index=True, check_company=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Commercial Partner", store=True, index=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Override: numbered."""
        sequence = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = sequence.next_by_code(self._name) or "/"
        return super().create(vals_list)

    def _check_own_moves(self, moves):
        """Whether invoices are this customer's in this company.

        :param moves: `account.move`
        :raises ValidationError: naming the first that is not
        """
        for move in moves:
            is_own = move.commercial_partner_id == self.partner_id
            if not is_own or move.company_id != self.company_id:
                raise ValidationError(self.env._("%s belongs to somebody else.", move.name))
