from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..domain.interest import Rate
from .collections_number import decimal
from .res_company_charge import DAY_COUNTS

DEBTORS = [("business", "Businesses"), ("consumer", "Consumers")]


class CollectionsInterestReference(models.Model):
    """A rate that a central bank or a government publishes, and its values in time.

    After the last period that is known it is *outdated*: days beyond bear no interest
    until the next value is entered, and screens say so.
    """

    _name = "collections.interest.reference"
    _description = "Reference Rate"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Names it in files that are imported.")
    active = fields.Boolean(default=True)
    period_months = fields.Integer(
        string="Valid for (months)",
        required=True,
        default=6,
        help="How long the newest value holds before a new one is published.",
    )
    source = fields.Char(help="Where new values are published.")
    checked_on = fields.Date(string="Last Checked", help="When somebody last compared the source.")
    rate_ids = fields.One2many("collections.interest.rate", "reference_id", string="Values")
    law_ids = fields.One2many("collections.interest.law", "reference_id", string="Laws")
    percent = fields.Float(compute="_compute_current", digits=(8, 4), string="Newest Value (%)")
    known_until = fields.Date(compute="_compute_current")
    is_outdated = fields.Boolean(compute="_compute_is_outdated", search="_search_is_outdated")
    to_verify = fields.Boolean(
        compute="_compute_to_verify", help="A value is marked: verify before use."
    )

    _code_unique = models.UniqueIndex("(code)", "Another reference rate has this code.")
    _period_positive = models.Constraint(
        "CHECK(period_months > 0)", "A value holds for at least a month."
    )

    @api.depends("rate_ids.date_from", "rate_ids.percent", "period_months")
    def _compute_current(self):
        for reference in self:
            newest = reference.rate_ids.sorted("date_from")[-1:]
            reference.percent = newest.percent
            reference.known_until = newest and (
                newest.date_from + relativedelta(months=reference.period_months, days=-1)
            )

    @api.depends("known_until")
    def _compute_is_outdated(self):
        today = fields.Date.context_today(self)
        for reference in self:
            reference.is_outdated = not reference.known_until or reference.known_until < today

    def _search_is_outdated(self, operator, value):
        if operator != "in":
            return NotImplemented
        references = self.search([])
        outdated = references.filtered("is_outdated")
        if True not in value:
            outdated = references - outdated
        return [("id", "in", outdated.ids)]

    @api.depends("rate_ids.needs_check")
    def _compute_to_verify(self):
        for reference in self:
            reference.to_verify = any(reference.rate_ids.mapped("needs_check"))

    def action_checked(self):
        """Somebody has compared the values with their source today."""
        self.checked_on = fields.Date.context_today(self)
        return True

    def _rates(self):
        """The values, in the order of their dates.

        :rtype: list[Rate]
        """
        self.ensure_one()
        return [
            Rate(rate.date_from, decimal(rate.percent))
            for rate in self.rate_ids.sorted("date_from")
        ]

    @api.model
    def _cron_warn(self):
        """Remind an administrator of reference rates in use that have run out."""
        self._warn(fields.Date.context_today(self))

    @api.model
    def _warn(self, today):
        """Give an activity for each reference rate in use that has run out.

        :param datetime.date today: the business date
        :return: the reference rates warned of
        """
        group = self.env.ref("collections_addon.group_collections_admin")
        people = group.all_user_ids.filtered(lambda user: user.active and not user.share)
        owner = (people - self.env.ref("base.user_root"))[:1]
        used = self.env["res.company"].search([])._collections_laws().reference_id
        late = used.filtered(
            lambda r: (not r.known_until or r.known_until < today) and not r.activity_ids
        )
        for reference in late if owner else ():
            reference.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=today,
                user_id=owner.id,
                summary=self.env._("Enter the new value of %s", reference.name),
            )
        return late


class CollectionsInterestRate(models.Model):
    """The value of a reference rate from a date on, with its source."""

    _name = "collections.interest.rate"
    _description = "Interest Rate"
    _order = "reference_id, date_from desc"
    _rec_name = "percent"

    reference_id = fields.Many2one(
        "collections.interest.reference", required=True, ondelete="cascade", index=True
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", compute="_compute_date_to")
    percent = fields.Float(string="Percent a Year", required=True, digits=(8, 4))
    source = fields.Char(required=True, help="Where this value was published.")
    checked_on = fields.Date(string="Checked On")
    needs_check = fields.Boolean(
        string="Verify before Use",
        help="Not compared with the official publication; do so before you charge by it.",
    )

    _once = models.UniqueIndex(
        "(reference_id, date_from)", "This reference rate has a value from this date already."
    )

    @api.depends("date_from", "reference_id.rate_ids.date_from", "reference_id.known_until")
    def _compute_date_to(self):
        for rate in self:
            later = [
                other.date_from
                for other in rate.reference_id.rate_ids
                if other.date_from and rate.date_from and other.date_from > rate.date_from
            ]
            rate.date_to = (
                min(later) - relativedelta(days=1) if later else rate.reference_id.known_until
            )


class CollectionsInterestLaw(models.Model):
    """What a law (or a usual contract) grants for late payment in some countries."""

    _name = "collections.interest.law"
    _description = "Late Payment Law"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_ids = fields.Many2many("res.country", string="Countries")
    debtor_kind = fields.Selection(DEBTORS, string="Owed By", required=True, default="business")
    reference_id = fields.Many2one(
        "collections.interest.reference",
        string="Reference Rate",
        ondelete="restrict",
        help="Empty: the margin alone is the rate.",
    )
    margin = fields.Float(string="Percentage Points", digits=(8, 4))
    is_fixed = fields.Boolean(
        string="Rate of the First Day",
        help="The rate of the first day of delay holds to the end; otherwise each day has its own.",
    )
    day_count = fields.Selection(DAY_COUNTS, help="Empty: as set for the company.")
    compensation_ids = fields.One2many("collections.compensation", "law_id", string="Compensations")
    source = fields.Char(required=True)
    note = fields.Text()
    checked_on = fields.Date(string="Checked On")
    needs_check = fields.Boolean(string="Verify before Use")
    is_outdated = fields.Boolean(related="reference_id.is_outdated")
    rate = fields.Float(compute="_compute_rate", digits=(8, 4), string="Rate Now (%)")

    @api.depends("reference_id.percent", "margin")
    def _compute_rate(self):
        for law in self:
            law.rate = law.reference_id.percent + law.margin

    def _has_interest(self):
        """Whether the law names any interest at all."""
        return bool(self.reference_id or self.margin)


class CollectionsCompensation(models.Model):
    """What a law grants once for the cost of collecting a claim of some size."""

    _name = "collections.compensation"
    _description = "Statutory Compensation"
    _order = "law_id, date_from desc, amount_from"

    law_id = fields.Many2one(
        "collections.interest.law", required=True, ondelete="cascade", index=True
    )
    date_from = fields.Date(
        string="Late since", required=True, help="For claims that fell late on this day or later."
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        help="Claims in another currency are compared, and amounts converted, at the rate of "
        "the day.",
    )
    amount_from = fields.Monetary(string="Claims From", default=0.0)
    amount = fields.Monetary()
    percent = fields.Float(string="Percent of the Claim", digits=(8, 4))
    source = fields.Char()
    needs_check = fields.Boolean(string="Verify before Use")

    _something = models.Constraint(
        "CHECK(amount > 0 OR percent > 0)", "A compensation needs an amount or a percentage."
    )
