from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain.contact_window import ContactWindow
from ..domain.facts import PolicyRules
from ..domain.ladder import Ladder, Rung

#: Context while levels or channels are changed in one save: they are judged at its end.
LADDER_IN_CHANGE = {"dunning_ladder_in_change": True}


class DunningPolicy(models.Model):
    """The rules by which a company reminds its customers."""

    _name = "dunning.policy"
    _description = "Dunning Policy"
    _order = "sequence, name, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        help="Empty: every company may use this policy.",
    )
    note = fields.Html(string="Description", translate=True)
    level_ids = fields.One2many("dunning.level", "policy_id", string="Levels", copy=True)
    mode = fields.Selection(
        [("review", "Review before sending"), ("automatic", "Send automatically")],
        required=True,
        default="review",
    )

    # Contact limits
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Business Calendar",
        help="Working days and public holidays on which customers may be contacted. "
        "Empty: any day.",
    )
    send_from = fields.Float(
        string="Contact From",
        default=8.0,
        help="Earliest hour of contact, in the customer's own time zone.",
    )
    send_to = fields.Float(
        string="Contact Until",
        default=20.0,
        help="Latest hour of contact, in the customer's own time zone.",
    )
    min_gap_days = fields.Integer(
        string="Minimum Gap (days)",
        default=3,
        help="Days between two contacts of a customer, whatever the channel.",
    )
    contact_cap = fields.Integer(
        string="Contact Limit",
        help="Most messages a customer may get in the period below, over all "
        "channels. 0: no limit.",
    )
    contact_cap_days = fields.Integer(string="Contact Limit Period (days)", default=7)
    level_jump = fields.Boolean(
        string="Allow Skipping Levels",
        help="An invoice found very late goes straight to the level its age calls "
        "for. Off: every customer gets the first level first.",
    )

    # Safety
    freshness_hours = fields.Integer(
        string="Freshness Limit (hours)",
        help="No automatic message while the bank or ledger data are older than "
        "this. 0: not checked.",
    )
    tolerance_ids = fields.One2many(
        "dunning.tolerance", "policy_id", string="Tolerances", copy=True
    )
    review_above = fields.Float(
        string="Review Above",
        digits="Account",
        help="A customer who owes more than this (company currency) is never "
        "contacted without a person's approval. 0: no limit.",
    )
    test_mode = fields.Boolean(
        help="All messages of this policy go to the test mailbox of the company "
        "instead of the customers.",
    )

    _send_window = models.Constraint(
        "CHECK(send_from >= 0 AND send_to <= 24 AND send_from <= send_to)",
        "The hours of contact must lie between 0:00 and 24:00, the first before the last.",
    )
    _limits_positive = models.Constraint(
        "CHECK(min_gap_days >= 0 AND contact_cap >= 0 AND contact_cap_days >= 0"
        " AND freshness_hours >= 0 AND review_above >= 0)",
        "Gaps, limits and amounts of a policy cannot be negative; use 0 for none.",
    )
    _cap_needs_period = models.Constraint(
        "CHECK(contact_cap = 0 OR contact_cap_days > 0)",
        "A contact limit needs a period: give its number of days, or 0 as the limit for none.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("active", "level_ids")
    def _check_ladder(self):
        """Refuse a ladder that leads nowhere: no level, or levels after the final one."""
        for policy in self.filtered("active"):
            if not policy.level_ids:
                raise ValidationError(
                    self.env._(
                        "Policy “%(policy)s” has no levels, so it would never contact "
                        "anybody. Add at least one level, or archive the policy.",
                        policy=policy.name,
                    )
                )
            policy._check_final_is_last()

    def _check_final_is_last(self):
        self.ensure_one()
        last = self.level_ids.sorted("days")[-1:]
        misplaced = self.level_ids.filtered("is_final") - last
        if misplaced:
            raise ValidationError(
                self.env._(
                    "“%(level)s” of policy “%(policy)s” is marked as final, yet “%(last)s” "
                    "comes later. Mark only the last level as final.",
                    level=misplaced[0].name,
                    policy=self.name,
                    last=last.name,
                )
            )

    @api.constrains("send_from", "send_to", "calendar_id")
    def _check_hours(self):
        for policy in self:
            if not 0 <= policy.send_from <= policy.send_to <= 24:
                raise ValidationError(
                    self.env._(
                        "Policy “%s”: the hours of contact must lie between 0:00 and 24:00, "
                        "the first before the last.",
                        policy.name,
                    )
                )
            if not policy._has_opening():
                raise ValidationError(
                    self.env._(
                        "Policy “%(policy)s” could never contact anybody: calendar "
                        "“%(calendar)s” has no working time within the hours of contact. "
                        "Change the hours or the calendar.",
                        policy=policy.name,
                        calendar=policy.calendar_id.name,
                    )
                )

    def _has_opening(self):
        """Whether the working time of the calendar meets the hours of contact."""
        hours = self._working_hours()
        if hours is None or self.send_from == self.send_to:
            return hours is None or any(hours.values())
        return any(
            max(start, self.send_from) < min(end, self.send_to)
            for spans in hours.values()
            for start, end in spans
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: the ladder is judged when all its levels are there."""
        policies = super(DunningPolicy, self.with_context(**LADDER_IN_CHANGE)).create(vals_list)
        return policies.with_env(self.env)

    def write(self, vals):
        """Override: the ladder is judged when all its levels are changed; leaving test
        mode, nothing of it stays on real customers."""
        changed = self.browse()
        if "test_mode" in vals:
            changed = self.filtered(lambda policy: policy.test_mode != bool(vals["test_mode"]))
        if "level_ids" in vals:
            written = super(DunningPolicy, self.with_context(**LADDER_IN_CHANGE)).write(vals)
        else:
            written = super().write(vals)
        changed._recompute_tested_levels()
        return written

    def _recompute_tested_levels(self):
        """Derive anew the levels of the items that messages in test mode listed."""
        self.flush_recordset(["test_mode"])
        actions = (
            self.env["dunning.action"]
            .sudo()
            .search([("test_mode", "=", True), ("level_id.policy_id", "in", self.ids)])
        )
        lines = actions.item_ids.move_line_id
        lines._dunning_recompute_levels(lines.ids)

    def unlink(self):
        """Override: levels are deleted as records, so that one in use can refuse."""
        self.with_context(active_test=False, **LADDER_IN_CHANGE).level_ids.unlink()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _contact_window(self):
        """When customers under this policy may be contacted, as a value of the domain.

        :rtype: ContactWindow
        """
        self.ensure_one()
        return ContactWindow(
            send_from=self.send_from,
            send_to=self.send_to,
            hours_by_weekday=self._working_hours(),
            holidays=self._holidays(),
        )

    def _working_hours(self):
        """Weekday (0 Monday) -> [(from, to) hours] of the calendar; None: any day."""
        if not self.calendar_id:
            return None
        hours = {}
        for attendance in self.calendar_id.sudo().attendance_ids:
            if attendance.day_period != "lunch":
                span = (attendance.hour_from, attendance.hour_to)
                hours.setdefault(int(attendance.dayofweek), []).append(span)
        return hours

    def _holidays(self):
        """Whole days off of the calendar that concern everybody.

        :rtype: frozenset[datetime.date]
        """
        calendar = self.calendar_id.sudo()
        days = set()
        for leave in calendar.global_leave_ids:
            tz = pytz.timezone(calendar.tz or "UTC")
            first = pytz.utc.localize(leave.date_from).astimezone(tz).date()
            last = pytz.utc.localize(leave.date_to).astimezone(tz).date()
            days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
        return frozenset(days)

    @api.model
    def _for_company(self, company):
        """The policies a company may use: its own, its parents', the shared ones.

        :rtype: recordset of `dunning.policy`, archived ones left out
        """
        return self.search([("company_id", "in", (*company.sudo().parent_ids.ids, False))])

    @api.model
    def _default_of(self, company):
        """The default policy of a company: its setting (of a branch, else its parent's),
        else its own first one, else the first shared one.

        :return: a policy, or an empty recordset when there is none at all
        """
        for owner in reversed(company.sudo().parent_ids):
            if owner.dunning_policy_id.active:
                return owner.dunning_policy_id.with_env(self.env)
        policies = self._for_company(company)
        return (policies.filtered("company_id") or policies)[:1]

    def _rules(self):
        """The rules of these policies as plain values for the domain.

        :rtype: dict[int, PolicyRules]
        """
        levels = self.env["dunning.level"].with_context(active_test=False)
        foreign = {level.id: level.days for level in levels.search([])}
        return {policy.id: policy._to_rules(foreign) for policy in self}

    def _to_rules(self, foreign):
        self.ensure_one()
        rungs = tuple(
            Rung(level.days, level.id, level.requires_approval, level.is_final)
            for level in self.level_ids
        )
        return PolicyRules(
            id=self.id,
            ladder=Ladder(rungs, self.level_jump, foreign),
            min_gap_days=self.min_gap_days,
            contact_cap=self.contact_cap,
            contact_cap_days=self.contact_cap_days,
            tolerances={t.currency_id.id: t.amount for t in self.tolerance_ids},
        )
