import base64

from odoo import api, fields, models


class CollectionsStatementPrint(models.TransientModel):
    """Asks for the date of a statement of account."""

    _name = "collections.statement.print"
    _description = "Statement as of a Date"

    case_ids = fields.Many2many("collections.case", string="Customers", required=True)
    date = fields.Date(
        string="As Of",
        required=True,
        default=fields.Date.context_today,
        help="What was open on this day; payments reconciled later are left out.",
    )

    document = fields.Binary(string="File", attachment=False, readonly=True)
    document_name = fields.Char(readonly=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "collections.case":
            values["case_ids"] = [fields.Command.set(self.env.context.get("active_ids", []))]
        return values

    def action_print(self):
        """Make one file of the statements and download it."""
        self.ensure_one()
        files = [case._statement_pdf(self.date) for case in self.case_ids]
        self.document = base64.b64encode(self.env["collections.document"]._merge(files))
        self.document_name = self.env._("Statement %s.pdf", self.date)
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/document/{self.document_name}"
            "?download=true",
        }
