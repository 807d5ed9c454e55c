import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .collections_dispute import SOURCES

_logger = logging.getLogger(__name__)
STATES = [("open", "Open"), ("closed", "Closed")]
KINDS = [
    ("complaint", "Complaint"),
    ("rating", "Low Satisfaction"),
    ("mention", "Public Mention"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {"closed": {"open"}, "open": {"closed"}}


class CollectionsComplaint(models.Model):
    """A customer complains about how it is treated: to us, by a bad answer, or in public.

    While it is open nothing goes to the customer by itself: a manager answers first.
    """

    _name = "collections.complaint"
    _description = "Complaint"
    _inherit = ["collections.stateful", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _transitions = TRANSITIONS

    case_id = fields.Many2one("collections.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True, default="complaint", tracking=True)
    url = fields.Char(
        string="Where It Was Said", help="Address of the review, post or article, or its name."
    )
    text = fields.Text(string="What the Customer Says", required=True)
    source = fields.Selection(SOURCES, required=True, default="collector")
    state = fields.Selection(STATES, required=True, default="open", tracking=True, copy=False)
    opened_on = fields.Date(required=True, default=fields.Date.context_today, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    resolution = fields.Text(tracking=True, copy=False)

    _one_open = models.UniqueIndex(
        "(case_id) WHERE state = 'open'", "A complaint of this customer is open already."
    )

    @api.depends("partner_id", "opened_on")
    def _compute_display_name(self):
        for complaint in self:
            complaint.display_name = f"{complaint.partner_id.display_name} · {complaint.opened_on}"

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        for complaint in complaints:
            complaint._alert_manager()
        complaints.case_id._mark_for_refresh()
        return complaints

    @api.constrains("kind", "url")
    def _check_place(self):
        for complaint in self:
            if complaint.kind == "mention" and not (complaint.url or "").strip():
                raise ValidationError(self.env._("Say where the public mention can be read."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A complaint is evidence: close it instead of deleting it."))

    def _alert_manager(self):
        case = self.case_id
        manager = case._collections_manager() or case.collector_id
        if manager and manager.active:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.opened_on,
                user_id=manager.id,
                summary=self._summary(),
            )
        case.message_post(body=self._news())

    def _summary(self):
        name = self.partner_id.display_name
        if self.kind == "mention":
            return self.env._("Answer what %s says in public", name)
        if self.kind == "rating":
            return self.env._("Answer %s, who is not satisfied", name)
        return self.env._("Answer the complaint of %s", name)

    def _news(self):
        if self.kind == "mention":
            return self.env._(
                "The customer speaks of us in public (%s): nothing is sent until that is settled.",
                self.url,
            )
        return self.env._("The customer complains: nothing is sent until that is settled.")

    # === ACTION METHODS === #

    def action_close(self):
        """It is settled: reminders go on where they stood."""
        for complaint in self:
            if not complaint.resolution:
                raise UserError(self.env._("Say how the complaint was settled."))
        self._transition("closed", fields.Date.context_today(self))
        return True

    def action_reopen(self):
        """It was not settled after all."""
        self._transition("open", fields.Date.context_today(self))
        return True

    def _transition(self, target, today):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        self._check_transition(target)
        self.write({"state": target, "closed_on": today if target == "closed" else False})
        _logger.info("Complaints %s -> %s", self.ids, target)
        if target == "closed":
            self.activity_unlink(["mail.mail_activity_data_todo"])
        self.case_id._mark_for_refresh()
