from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _collections_document(self):
        """The statement of account of the customer in the current company."""
        self.ensure_one()
        company = self.env.company
        wished = fields.Date.to_date(self.env.context.get("statement_date"))
        day = wished or company._collections_today(fields.Datetime.now())
        return self.env["collections.statement"]._document(self, company, day)
