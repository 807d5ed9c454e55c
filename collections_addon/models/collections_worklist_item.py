from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..domain.worklist import MUST

#: A customer with a chance of so much to pay within 30 days, and below the other so little.
LIKELY, UNLIKELY = 0.7, 0.3


class CollectionsWorklistItem(models.Model):
    """A customer on somebody's list of the day: what acting on it now is worth, and why.

    One row per case, written by the ranking and never by hand. What a person does with it
    (done, later) stays when the ranking is made anew.
    """

    _name = "collections.worklist.item"
    _description = "Customer on the Worklist"
    _order = "urgency, value desc, id"
    _rec_name = "partner_id"
    _log_access = False

    case_id = fields.Many2one("collections.case", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users",
        string="To Do By",
        readonly=True,
        ondelete="set null",
        help="The collector of the customer; a manager where the customer complains.",
    )
    active = fields.Boolean(default=True, readonly=True)
    date = fields.Date(string="Ranked On", readonly=True)

    # Why it stands where it stands
    urgency = fields.Integer(readonly=True, aggregator=False, help="1: today in any case.")
    value = fields.Monetary(
        string="Worth Acting",
        readonly=True,
        help="What a person acting now is expected to bring, less the time it takes.",
    )
    change = fields.Float(
        string="Change in Probability",
        readonly=True,
        aggregator="avg",
        help="By how much acting raises the probability to be paid within 30 days.",
    )
    is_measured = fields.Boolean(
        string="Effect Measured", readonly=True, help="Not assumed: a control group told it."
    )
    at_risk = fields.Monetary(
        readonly=True, help="Open amount times the probability that it is not paid in 30 days."
    )
    chaseable = fields.Monetary(
        string="To Ask For",
        readonly=True,
        help="Overdue, and neither disputed, promised, in a plan nor on hold.",
    )
    overdue = fields.Monetary(readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator="max")
    chance_30 = fields.Float(string="Pays Within 30 Days", readonly=True, aggregator="avg")
    segment_id = fields.Many2one(
        "collections.segment", string="Group", readonly=True, ondelete="set null"
    )
    reasons = fields.Json(readonly=True)
    tasks = fields.Char(readonly=True, help="Codes of what is to be seen to.")
    task_text = fields.Char(string="To See To", compute="_compute_task_text")
    callback_at = fields.Datetime(string="Call Back At", readonly=True)

    # What was done with it
    done_on = fields.Date(readonly=True)
    done_user_id = fields.Many2one(
        "res.users", string="Done By", readonly=True, ondelete="set null"
    )
    done_how = fields.Char(string="Outcome", readonly=True)
    later_until = fields.Date(string="Put Off Until", readonly=True)

    _one_per_case = models.UniqueIndex("(case_id)", "This customer is on the list already.")
    _day_idx = models.Index("(company_id, user_id, urgency, value DESC) WHERE active")

    @api.depends("tasks")
    @api.depends_context("lang")
    def _compute_task_text(self):
        names = self._task_names()
        for item in self:
            codes = item._task_codes()
            item.task_text = ", ".join(names[code] for code in codes if code in names)

    def _task_codes(self):
        return (self.tasks or "").split()

    def _task_names(self):
        """Code of a task -> its words.

        :rtype: dict[str, str]
        """
        _ = self.env._
        return {
            "complaint": _("Complaint to answer"),
            "callback": _("Asked to be called back"),
            "dispute": _("Dispute to answer"),
            "promise_due": _("Promise due"),
            "promise_broken": _("Promise broken"),
            "call_list": _("On the call list"),
            "overdue": _("Overdue"),
        }

    # === WHOSE, AND WHAT IS LEFT === #

    @api.model
    def _todo_domain(self, day):
        """What is still to be done on a day."""
        return (
            Domain("active", "=", True)
            & (Domain("done_on", "=", False) | Domain("done_on", "<", day))
            & (Domain("later_until", "=", False) | Domain("later_until", "<=", day))
        )

    @api.model
    def _chance_domain(self, chance):
        """Customers as likely to pay as a code says."""
        return {
            "likely": Domain("chance_30", ">=", LIKELY),
            "maybe": Domain("chance_30", ">=", UNLIKELY) & Domain("chance_30", "<", LIKELY),
            "unlikely": Domain("chance_30", "<", UNLIKELY) & Domain("chance_30", "!=", False),
        }.get(chance, Domain.TRUE)

    # === WHAT A PERSON DOES === #

    def _finish(self, user, day, how):
        """A person has worked on these customers; the list of the day is done with them.

        :param str how: code of the outcome
        """
        self.sudo().write({"done_on": day, "done_user_id": user.id, "done_how": how})

    def _check_may_work(self):
        if not self.env.user.has_group("collections_addon.group_collections_collector"):
            raise AccessError(self.env._("Only collectors work on the list."))
        self.case_id.check_access("write")

    def action_done(self):
        """It is seen to, without a call."""
        self._check_may_work()
        for company, items in self.grouped("company_id").items():
            items._finish(self.env.user, company._collections_today(fields.Datetime.now()), "done")
        return True

    def action_reopen(self):
        """It is not done, nor put off, after all."""
        self._check_may_work()
        self.sudo().write(
            {"done_on": False, "done_user_id": False, "done_how": False, "later_until": False}
        )
        for company, items in (
            self.filtered(lambda item: not item.active).grouped("company_id").items()
        ):
            today = company._collections_today(fields.Datetime.now())
            self.env["collections.worklist"].sudo()._rank(company, today, items.partner_id.ids)
        return True

    def action_later(self):
        """Not today: it comes back on the next working day, where it then belongs."""
        self._check_may_work()
        now = fields.Datetime.now()
        for company, items in self.grouped("company_id").items():
            if any(item.urgency == MUST and item.callback_at for item in items):
                raise UserError(
                    self.env._("The customer named this hour: call, or agree on another one.")
                )
            today = company._collections_today(now)
            items.sudo().later_until = self._next_working_day(company, today)
        return True

    def _next_working_day(self, company, today):
        calendar = company.resource_calendar_id
        days = {int(line.dayofweek) for line in calendar.attendance_ids} or set(range(7))
        ahead = (fields.Date.add(today, days=n) for n in range(1, 8))
        return next(day for day in ahead if day.weekday() in days)

    def action_open_case(self):
        """Open the customer's file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.case",
            "res_id": self.case_id.id,
            "views": [[False, "form"]],
        }


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    worklist_item_ids = fields.One2many("collections.worklist.item", "case_id")

    def write(self, vals):
        """Override: who gets a customer finds it on the own list at once."""
        result = super().write(vals)
        if "collector_id" in vals:
            items = self.sudo().worklist_item_ids
            items.filtered(lambda item: "complaint" not in item._task_codes()).user_id = vals[
                "collector_id"
            ]
        return result
