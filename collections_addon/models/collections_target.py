from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .collections_performance import RATIOS

#: Figure -> whether more is better.
MORE_IS_BETTER = {
    "dso": False,
    "days_delinquent": False,
    "effectiveness": True,
    "roll_rate": False,
    "kept_share": True,
    "kept_amount_share": True,
    "dispute_cycle": False,
    "cost_per_unit": False,
    "collected": True,
    "overdue": False,
}
#: Figures of a day: the latest one counts. The others are those of three months.
OF_A_DAY = ("dso", "days_delinquent", "effectiveness", "overdue")
MONTHS = 3
#: Figure -> field of the results, where the names differ.
SHOWN_AS = {"dso": "dso_back"}


class CollectionsTarget(models.Model):
    """What a company, a team or a collector is to reach, and whether it does."""

    _name = "collections.target"
    _description = "Collections Target"
    _order = "company_id, team_id, collector_id, figure"
    _rec_name = "figure"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    team_id = fields.Many2one(
        "collections.team", check_company=True, help="Empty: the whole company."
    )
    collector_id = fields.Many2one(
        "res.users",
        string="Collector",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    figure = fields.Selection(
        [
            ("collected", "Collected this month"),
            ("overdue", "Overdue at most"),
            ("dso", "DSO, days"),
            ("days_delinquent", "ADD, days"),
            ("effectiveness", "CEI, %"),
            ("roll_rate", "Roll rate, %"),
            ("kept_share", "Promises kept, %"),
            ("kept_amount_share", "Promised money kept, %"),
            ("dispute_cycle", "Dispute cycle, days"),
            ("cost_per_unit", "Cost per unit collected"),
        ],
        required=True,
    )
    value = fields.Float(
        string="Target", required=True, digits=(16, 2), help="In the unit that the figure names."
    )
    actual = fields.Float(
        string="Now",
        compute="_compute_actual",
        digits=(16, 2),
        help="What is of a day: of the latest one. Collected: of this month. Everything else: "
        "of this month and the two before. Of a team or a collector: of the customers they had at "
        "the end of the month.",
    )
    has_actual = fields.Boolean(compute="_compute_actual")
    is_met = fields.Boolean(string="Met", compute="_compute_actual")

    _once = models.UniqueIndex(
        "(company_id, figure, COALESCE(team_id, 0), COALESCE(collector_id, 0)) WHERE active",
        "There is a target for this already: change it.",
    )
    _positive = models.Constraint("CHECK(value >= 0)", "A target cannot be below zero.")
    _percent = models.Constraint(
        "CHECK(value <= 100 OR figure NOT IN"
        " ('effectiveness', 'roll_rate', 'kept_share', 'kept_amount_share'))",
        "A target in percent lies between 0 and 100.",
    )

    # === COMPUTE METHODS === #

    @api.depends("figure", "value", "company_id", "team_id", "collector_id")
    def _compute_actual(self):
        for target in self:
            actual = target._actual(target.company_id)
            target.has_actual = actual is not None
            target.actual = actual or 0
            target.is_met = actual is not None and target._reaches(actual)

    def _reaches(self, actual):
        if MORE_IS_BETTER[self.figure]:
            return actual >= self.value
        return actual <= self.value

    def _actual(self, company):
        """The figure as it is, in the unit of the target; None when there is none.

        :rtype: float|None
        """
        results = self.env["collections.performance"]
        mine = [("company_id", "=", company.id)]
        if self.team_id:
            mine.append(("team_id", "=", self.team_id.id))
        if self.collector_id:
            mine.append(("collector_id", "=", self.collector_id.id))
        [(latest,)] = results._read_group([("company_id", "=", company.id)], [], ["month:max"])
        if not self.figure or not latest:
            return None
        of_one = self.figure in OF_A_DAY or self.figure == "collected"
        since = latest if of_one else latest - relativedelta(months=MONTHS - 1)
        function = "avg" if self.figure in RATIOS else "sum"
        domain = [*mine, ("month", ">=", since)]
        name = SHOWN_AS.get(self.figure, self.figure)
        [(value, count)] = results._read_group(domain, [], [f"{name}:{function}", "__count"])
        if value is None or value is False or not count:
            return None
        return value

    # === CONSTRAINTS === #

    @api.constrains("team_id", "collector_id")
    def _check_who(self):
        for target in self:
            if target.team_id and target.collector_id:
                raise ValidationError(
                    self.env._("A target is for a team or for a collector, not for both.")
                )

    @api.depends("figure", "team_id", "collector_id")
    def _compute_display_name(self):
        names = dict(self._fields["figure"]._description_selection(self.env))
        for target in self:
            who = target.collector_id.name or target.team_id.name or target.company_id.name
            target.display_name = f"{names.get(target.figure, '')} · {who}"

    # === ACTION METHODS === #

    def action_open_results(self):
        """The results that the figure is worked out from."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_performance"
        )
        domain = [("company_id", "=", self.company_id.id)]
        if self.team_id:
            domain.append(("team_id", "=", self.team_id.id))
        if self.collector_id:
            domain.append(("collector_id", "=", self.collector_id.id))
        return {**action, "domain": domain, "context": {}}
