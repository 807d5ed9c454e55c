from odoo import fields, models


class CollectionsCase(models.Model):
    """The statement of account of a case."""

    _inherit = "collections.case"

    def _collections_document(self):
        """The statement of today, or of the date in the context's `statement_date`."""
        self.ensure_one()
        return self._statement_document(self._statement_date())

    def _statement_date(self):
        wished = fields.Date.to_date(self.env.context.get("statement_date"))
        return wished or self.company_id._collections_today(fields.Datetime.now())

    def _statement_document(self, date):
        return self.env["collections.statement"]._document(self.partner_id, self.company_id, date)

    def _statement_pdf(self, date):
        """The customer's statement of account as a PDF file, in the customer's language.

        :param datetime.date date: what was open as of this date
        :rtype: bytes
        :raises UserError: when no PDF can be made on this server
        """
        self.ensure_one()
        return self.env["collections.document"]._pdf(self._statement_document(date))
