from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .collections_uplift import ANY


class CollectionsExperiment(models.Model):
    """What was measured takes the place of an assumption in the worklist."""

    _inherit = "collections.experiment"

    can_feed_worklist = fields.Boolean(compute="_compute_can_feed_worklist")

    @api.depends("result_ids", "kind")
    def _compute_can_feed_worklist(self):
        for experiment in self:
            known = experiment.result_ids[:1].verdict in ("better", "worse")
            experiment.can_feed_worklist = experiment.kind == "no_contact" and known

    def action_use_in_worklist(self):
        """Let the worklist reckon with the measured effect of a contact."""
        self.ensure_one()
        self.check_access("write")
        self._use_in_worklist()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("My Day reckons with it from the next ranking on."),
            },
        }

    def _use_in_worklist(self):
        """Write the measured share over the assumption of the same age.

        Of what would have stayed unpaid, the part that came in after a contact: the
        difference of the groups by the share of the control group that did not pay; none
        where contacts do harm.

        :return: the line of the worklist's table
        :rtype: `collections.uplift`
        :raises UserError: while nothing is known
        """
        if not self.can_feed_worklist:
            raise UserError(self.env._("The effect of contacts is not known yet."))
        row = self.result_ids[0]
        unpaid = 1 - row.control_share
        share = min(max(row.effect, 0) / unpaid, 1) if unpaid else 0
        days = max(min(self._withheld().mapped("days"), default=0), 0)
        values = {
            "share": share,
            "is_measured": True,
            "note": self.env._(
                "Experiment “%(name)s”, %(date)s",
                name=self.name,
                date=format_date(self.env, row.date),
            ),
        }
        key = {"company_id": self.company_id.id, "segment_code": ANY, "days_from": days}
        uplifts = self.env["collections.uplift"].sudo()
        line = uplifts.search([(name, "=", value) for name, value in key.items()])
        if line:
            line.write(values)
        else:
            line = uplifts.create({**key, **values})
        return line
