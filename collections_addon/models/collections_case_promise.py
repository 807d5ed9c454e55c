from odoo import fields, models


class CollectionsCase(models.Model):
    """The promises of a customer."""

    _inherit = "collections.case"

    promise_ids = fields.One2many("collections.promise", "case_id", string="Promises")
    promise_count = fields.Integer(compute="_compute_promise_counts", string="Open Promises")
    broken_promise_count = fields.Integer(
        compute="_compute_promise_counts", string="Broken Promises"
    )

    def _compute_promise_counts(self):
        rows = self.env["collections.promise"]._read_group(
            [("case_id", "in", self.ids)], ["case_id", "state"], ["__count"]
        )
        counts = {(case.id, state): count for case, state, count in rows}
        for case in self:
            case.promise_count = counts.get((case.id, "open"), 0)
            case.broken_promise_count = counts.get((case.id, "broken"), 0)

    def action_open_promises(self):
        """The promises of this customer, ready for a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_promise"
        )
        return {
            **action,
            "domain": [("case_id", "=", self.id)],
            "context": self._promise_defaults(),
        }

    def action_new_promise(self):
        """Take down what the customer has just promised."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.promise",
            "view_mode": "form",
            "views": [
                [self.env.ref("collections_addon.view_collections_promise_form_quick").id, "form"]
            ],
            "target": "new",
            "name": self.env._("Promise to Pay"),
            "context": self._promise_defaults(),
        }

    def _promise_defaults(self):
        owed = self.move_line_ids.filtered(lambda line: line.amount_residual > 0)
        return {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_currency_id": (owed.currency_id[:1] or self.currency_id).id,
        }
