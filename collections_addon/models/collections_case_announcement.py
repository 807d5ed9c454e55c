from odoo import fields, models


class CollectionsCase(models.Model):
    """Payments a customer has announced."""

    _inherit = "collections.case"

    announcement_ids = fields.One2many("collections.announcement", "case_id", string="Announced")
    announcement_count = fields.Integer(
        compute="_compute_announcement_counts", string="Announced Payments"
    )
    missing_announcement_count = fields.Integer(
        compute="_compute_announcement_counts", string="Announced and Not Arrived"
    )

    def _compute_announcement_counts(self):
        rows = self.env["collections.announcement"]._read_group(
            [("case_id", "in", self.ids)], ["case_id", "state"], ["__count"]
        )
        counts = {(case.id, state): count for case, state, count in rows}
        for case in self:
            case.announcement_count = counts.get((case.id, "announced"), 0)
            case.missing_announcement_count = counts.get((case.id, "missing"), 0)

    def action_open_announcements(self):
        """The announced payments of this customer, ready for a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_announcement"
        )
        return {
            **action,
            "domain": [("case_id", "=", self.id)],
            "context": self._promise_defaults(),
        }

    def action_new_announcement(self):
        """Take down a payment that the customer says is on its way."""
        self.ensure_one()
        view = self.env.ref("collections_addon.view_collections_announcement_form_quick")
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.announcement",
            "view_mode": "form",
            "views": [[view.id, "form"]],
            "target": "new",
            "name": self.env._("Announced Payment"),
            "context": self._promise_defaults(),
        }
