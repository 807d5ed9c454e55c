from odoo import api, fields, models


class CollectionsCaseChoice(models.AbstractModel):
    """A window about the customers that were chosen in a list, or on whose file it was opened."""

    _name = "collections.case.choice"
    _description = "Window About Chosen Customers"

    case_ids = fields.Many2many("collections.case", string="Customers", required=True)

    @api.model
    def default_get(self, fields_list):
        """Override: the customers it was opened for."""
        values = super().default_get(fields_list)
        if "case_ids" in fields_list and (cases := self._chosen()):
            values["case_ids"] = [fields.Command.set(cases.ids)]
        return values

    @api.model
    def _chosen(self):
        """The customers it was opened for.

        :rtype: `collections.case`
        """
        context, cases = self.env.context, self.env["collections.case"]
        is_about_cases = context.get("active_model") == cases._name
        return cases.browse(context.get("active_ids", []) if is_about_cases else [])
