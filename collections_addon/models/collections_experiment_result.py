from datetime import timedelta

from odoo import api, fields, models

from ..domain.effect import LEAST, money, needed, shares, verdict
from ..domain.trials import CONTROL, TREATED

VERDICTS = [
    ("early", "Too early"),
    ("unclear", "Not significant yet"),
    ("better", "Helps"),
    ("worse", "Does harm"),
]
#: After the last customer's days so long a payment booked late still counts.
SETTLING = timedelta(days=60)


class Group:
    """The customers of one group whose days have passed.

    :param outcomes: see `collections.experiment.member._outcomes`
    """

    def __init__(self, outcomes, arm):
        rows = [row for row in outcomes if row[1] == arm]
        self.count = len(rows)
        self.paid = sum(row[2] for row in rows)
        self.share = self.paid / self.count if rows else 0
        self.money = [row[3:] for row in rows]
        self.owed = sum(row[3] for row in rows)
        self.received = sum(row[4] for row in rows)


class CollectionsExperimentResult(models.Model):
    """What an experiment shows, of all its customers and by the level that was due."""

    _name = "collections.experiment.result"
    _description = "Effect of an Experiment"
    _order = "experiment_id, level_days, id"
    _rec_name = "level_id"
    _log_access = False

    experiment_id = fields.Many2one(
        "collections.experiment", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="experiment_id.company_id", store=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(string="As Of", readonly=True)
    level_id = fields.Many2one(
        "dunning.level", string="Level Due", readonly=True, help="Empty: all customers."
    )
    level_days = fields.Integer(readonly=True)
    treated_count = fields.Integer(string="Treated Customers", readonly=True)
    control_count = fields.Integer(string="Control Customers", readonly=True)
    treated_share = fields.Float(string="Treated Who Paid", readonly=True)
    control_share = fields.Float(string="Control Who Paid", readonly=True)
    effect = fields.Float(string="Difference of Shares", readonly=True)
    effect_low = fields.Float(string="At Least", readonly=True)
    effect_high = fields.Float(string="At Most", readonly=True)
    verdict = fields.Selection(VERDICTS, readonly=True)
    treated_owed = fields.Monetary(
        string="Treated Owed", currency_field="company_currency_id", readonly=True
    )
    control_owed = fields.Monetary(
        string="Control Owed", currency_field="company_currency_id", readonly=True
    )
    treated_money = fields.Float(string="Money from Treated", readonly=True)
    control_money = fields.Float(string="Money from Control", readonly=True)
    money_effect = fields.Float(string="Difference of Money Shares", readonly=True)
    money_low = fields.Float(string="Money at Least", readonly=True)
    money_high = fields.Float(string="Money at Most", readonly=True)
    money_verdict = fields.Selection(VERDICTS, string="Verdict on Money", readonly=True)
    still_needed = fields.Integer(
        readonly=True,
        help="Customers, both groups together, until a difference as large as the one worth "
        "knowing is noticed in four of five experiments.",
    )

    @api.model
    def _make(self, experiment, today):
        """The results of an experiment, anew from who was drawn and what they paid.

        :param datetime.date today: business date of the company
        :return: the rows, that of all customers first
        """
        experiment.result_ids.unlink()
        outcomes = self.env["collections.experiment.member"]._outcomes(experiment)
        rows = [self._values(experiment, None, outcomes, today)]
        levels = self.env["dunning.level"].browse({outcome[0] for outcome in outcomes})
        if len(levels) > 1:
            for level in levels.sorted("days"):
                due = [outcome for outcome in outcomes if outcome[0] == level.id]
                rows.append(self._values(experiment, level, due, today))
        return self.create(rows)

    def _values(self, experiment, level, outcomes, today):
        treated, control = (Group(outcomes, arm) for arm in (TREATED, CONTROL))
        of_customers = shares((treated.paid, treated.count), (control.paid, control.count))
        of_money = money(treated.money, control.money)
        return {
            "experiment_id": experiment.id,
            "date": today,
            "level_id": level.id if level else False,
            "level_days": level.days if level else -(10**6),
            "treated_count": treated.count,
            "control_count": control.count,
            "treated_share": treated.share,
            "control_share": control.share,
            "treated_owed": treated.owed,
            "control_owed": control.owed,
            "treated_money": treated.received / treated.owed if treated.owed else 0,
            "control_money": control.received / control.owed if control.owed else 0,
            **self._interval(of_customers, "effect", "effect_low", "effect_high"),
            **self._interval(of_money, "money_effect", "money_low", "money_high"),
            "verdict": verdict(of_customers, experiment.min_size),
            "money_verdict": verdict(of_money, experiment.min_size),
            "still_needed": self._still_needed(experiment, treated, control),
        }

    @staticmethod
    def _interval(effect, *names):
        return dict(zip(names, effect[:3], strict=True)) if effect else {}

    @staticmethod
    def _still_needed(experiment, treated, control):
        """Of the group left alone or drawn, and of the other: as the share divides them."""
        base = control.share if control.count >= LEAST else 0.5
        share = experiment.share / 100
        is_control_smaller = experiment.kind != "challenger"
        smaller = control if is_control_smaller else treated
        planned = needed(
            base, experiment.detect / 100, share, is_control_smaller=is_control_smaller
        )
        planned = max(planned, round(experiment.min_size / share))
        seen = min(smaller.count / share, treated.count + control.count)
        return max(0, round(planned - seen))


class CollectionsExperiment(models.Model):
    _inherit = "collections.experiment"

    result_ids = fields.One2many("collections.experiment.result", "experiment_id")

    @api.model
    def _cron_measure(self):
        """Read off the ledger what the experiments show."""
        now = fields.Datetime.now()
        progress = self.env["ir.cron"]
        experiments = self.search([("state", "!=", "draft")])
        progress._commit_progress(remaining=len(experiments))
        for experiment in experiments:
            today = experiment.company_id._collections_today(now)
            if experiment._is_settled(today):
                continue
            experiment._measure(today)
            if not progress._commit_progress(1):
                break

    def _is_settled(self, today):
        """Whether nothing more can change what it shows."""
        self.ensure_one()
        if self.state != "ended" or not self.result_ids:
            return False
        last = self.date_end + timedelta(days=self.days) + SETTLING
        return self.result_ids[0].date > last

    def _measure(self, today):
        """What is known on a day: customers' outcomes and the effect.

        :param datetime.date today: business date of the company
        """
        for experiment in self.sudo():
            self.env["collections.experiment"]._end_past(experiment.company_id, today)
            self.env["collections.experiment.member"].sudo()._measure(experiment, today)
            self.env["collections.experiment.result"].sudo()._make(experiment, today)

    def action_measure(self):
        """What the experiment shows by now."""
        self.ensure_one()
        self._measure(self.company_id._collections_today(fields.Datetime.now()))
        return True

    def action_view_members(self):
        """Who was drawn, and what came of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_experiment_member"
        )
        return {**action, "domain": [("experiment_id", "=", self.id)]}
