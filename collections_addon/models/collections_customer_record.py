from odoo import fields, models
from odoo.exceptions import ValidationError


class CollectionsCustomerRecord(models.AbstractModel):
    """What belongs to a customer of a company, in one currency, and stands on its case."""

    _name = "collections.customer.record"
    _description = "Record of a Customer"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        domain=[("parent_id", "=", False)],
    )
    case_id = fields.Many2one("collections.case", readonly=True, index="btree_not_null")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )

    def _join_cases(self):
        """Put each record on the case of its customer."""
        cases = self.env["collections.case"]
        for (partner, company), own in self.grouped(
            lambda record: (record.partner_id.commercial_partner_id, record.company_id)
        ).items():
            own.case_id = cases._of(partner, company)

    def _check_owner(self, line):
        """Whether an open item is this customer's.

        :param line: `account.move.line`, one record
        :raises ValidationError: naming the item
        """
        owner = line.partner_id.commercial_partner_id
        if owner != self.partner_id.commercial_partner_id or line.company_id != self.company_id:
            raise ValidationError(
                self.env._("%(item)s belongs to somebody else.", item=line.move_id.name)
            )
