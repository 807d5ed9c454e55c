from odoo import api, fields, models
from odoo.tools import formatLang

from ..domain.trials import CONTROL, OUTSIDE, TREATED
from .collections_experiment_result import VERDICTS


class CollectionsExperimentResult(models.Model):
    """The figures as intervals to be read."""

    _inherit = "collections.experiment.result"

    group_name = fields.Char(string="Customers", compute="_compute_texts")
    treated_text = fields.Char(string="Treated", compute="_compute_texts")
    control_text = fields.Char(string="Control", compute="_compute_texts")
    effect_text = fields.Char(string="Difference", compute="_compute_texts")
    money_text = fields.Char(string="In Money", compute="_compute_texts")

    @api.depends("level_id", "effect", "money_effect", "verdict", "treated_count")
    @api.depends_context("lang")
    def _compute_texts(self):
        for row in self:
            row.group_name = row.level_id.name or self.env._("All customers")
            row.treated_text = row._tell_share(row.treated_share, row.treated_count)
            row.control_text = row._tell_share(row.control_share, row.control_count)
            row.effect_text = row._tell_interval(row.effect, row.effect_low, row.effect_high)
            row.money_text = row._tell_interval(row.money_effect, row.money_low, row.money_high)

    def _points(self, share):
        return formatLang(self.env, share * 100, digits=1)

    def _tell_share(self, share, count):
        if not count:
            return "–"
        people = formatLang(self.env, count, digits=0)
        return self.env._("%(share)s %% of %(count)s", share=self._points(share), count=people)

    def _tell_interval(self, value, low, high):
        """A difference in points with its interval; a dash while there is none."""
        if not (low or high):
            return "–"
        return self.env._(
            "%(value)s points (%(low)s to %(high)s)",
            value=self._points(value),
            low=self._points(low),
            high=self._points(high),
        )


class CollectionsExperiment(models.Model):
    """What an experiment shows, in words."""

    _inherit = "collections.experiment"

    drawn_count = fields.Integer(string="Customers Drawn", compute="_compute_drawn")
    control_drawn = fields.Integer(string="In the Control Group", compute="_compute_drawn")
    measured_count = fields.Integer(string="Observed", compute="_compute_drawn")
    outside_text = fields.Char(string="Left Out", compute="_compute_drawn")
    verdict = fields.Selection(VERDICTS, compute="_compute_verdict")
    verdict_text = fields.Text(string="What It Shows", compute="_compute_verdict")
    money_text = fields.Text(string="In Money", compute="_compute_verdict")
    contacted_text = fields.Char(string="Contacted All the Same", compute="_compute_contacted")

    @api.depends("member_ids")
    @api.depends_context("lang")
    def _compute_drawn(self):
        members = self.env["collections.experiment.member"]
        rows = members._read_group(
            [("experiment_id", "in", self.ids)],
            ["experiment_id", "arm"],
            ["__count", "measured_on:count"],
        )
        counts = {(experiment, arm): found for experiment, arm, *found in rows}
        for experiment in self:
            control = counts.get((experiment, CONTROL), (0, 0))
            treated = counts.get((experiment, TREATED), (0, 0))
            experiment.control_drawn = control[0]
            experiment.drawn_count = control[0] + treated[0]
            experiment.measured_count = control[1] + treated[1]
            outside = counts.get((experiment, OUTSIDE), (0, 0))[0]
            experiment.outside_text = bool(outside) and experiment._tell_outside(outside)

    def _tell_outside(self, count):
        """For whom the result does not speak."""
        if not self.most_owed:
            return self.env._(
                "Left out by name: %(count)s. The result says nothing of them.",
                count=count,
            )
        return self.env._(
            "Left out, for owing more than %(amount)s or by name: %(count)s. The result says "
            "nothing of them.",
            count=count,
            amount=formatLang(self.env, self.most_owed, currency_obj=self.company_currency_id),
        )

    @api.depends("result_ids", "state")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for experiment in self:
            row = experiment.result_ids[:1]
            experiment.verdict = row.verdict
            experiment.verdict_text = experiment._tell(row)
            experiment.money_text = experiment._tell_money(row)

    def _tell(self, row):
        """What may be said of the customers who paid; see `domain.effect.verdict`."""
        if self.state == "draft":
            return self.env._(
                "Not started: every customer is treated by the policy. The first are drawn by "
                "the daily evaluation after the start."
            )
        if not row or row.verdict == "early":
            return self._tell_early(row)
        found = {
            "days": self.days,
            "treated": row._points(row.treated_share),
            "control": row._points(row.control_share),
            "low": row._points(row.effect_low),
            "high": row._points(row.effect_high),
            "value": row._points(abs(row.effect)),
            "needed": row.still_needed,
            "worth": row._points(self.detect / 100),
        }
        return f"{self._tell_shares(found)} {self._tell_difference(row, found)}"

    def _tell_early(self, row):
        smaller = min(row.treated_count, row.control_count) if row else 0
        return self.env._(
            "Too early to tell: the smaller group has %(seen)s of the %(least)s customers it "
            "needs. A customer is observed for %(days)s days from the day a contact was due.",
            seen=formatLang(self.env, smaller, digits=0),
            least=formatLang(self.env, self.min_size, digits=0),
            days=self.days,
        )

    def _tell_shares(self, found):
        if self.kind == "challenger":
            return self.env._(
                "Within %(days)s days, %(treated)s %% of the customers under the challenger "
                "paid, and %(control)s %% of those under the present policy.",
                **found,
            )
        return self.env._(
            "Within %(days)s days, %(treated)s %% of the customers who were contacted paid, and "
            "%(control)s %% of those left alone.",
            **found,
        )

    def _tell_difference(self, row, found):
        if row.verdict == "unclear":
            text = self.env._(
                "Not significant yet: the true difference lies between %(low)s and %(high)s "
                "points, so there may be none.",
                **found,
            )
            return f"{text} {self._tell_needed(found)}"
        if row.verdict == "better":
            return self.env._(
                "It helps: by %(value)s points, with 95 %% confidence between %(low)s and "
                "%(high)s.",
                **found,
            )
        return self.env._(
            "It does harm: %(value)s points fewer pay; the true difference lies with 95 %% "
            "confidence between %(low)s and %(high)s.",
            **found,
        )

    def _tell_needed(self, found):
        if not found["needed"]:
            return self.env._(
                "A difference of %(worth)s points would most likely have been noticed: if there "
                "is one, it is smaller.",
                **found,
            )
        if found["needed"] == 1:
            return self.env._(
                "To notice a difference of %(worth)s points, one more customer is needed.", **found
            )
        return self.env._(
            "To notice a difference of %(worth)s points, about %(needed)s more customers are "
            "needed.",
            worth=found["worth"],
            needed=formatLang(self.env, found["needed"], digits=0),
        )

    def _tell_money(self, row):
        """The same of the money; nothing while it is too early."""
        if not row or row.money_verdict in (False, "early"):
            return False
        ends = {
            "treated": row._points(row.treated_money),
            "control": row._points(row.control_money),
            "low": row._points(row.money_low),
            "high": row._points(row.money_high),
        }
        if row.money_verdict == "unclear":
            return self.env._(
                "Of the money, %(treated)s %% came in against %(control)s %%; not significant "
                "yet (%(low)s to %(high)s points).",
                **ends,
            )
        return self.env._(
            "Of the money, %(treated)s %% came in against %(control)s %%: a difference of "
            "%(low)s to %(high)s points.",
            **ends,
        )

    @api.depends("member_ids", "kind")
    @api.depends_context("lang")
    def _compute_contacted(self):
        """How far the control group was not left alone: the effect looks smaller by it."""
        for experiment in self:
            count = 0
            if experiment.kind == "no_contact" and experiment.state != "draft":
                members = self.env["collections.experiment.member"].sudo()
                count = members._count_contacted(experiment)
            experiment.contacted_text = bool(count) and experiment._tell_contacted(count)

    def _tell_contacted(self, count):
        if count == 1:
            return self.env._(
                "1 customer of the control group was contacted by hand all the same: the effect "
                "looks smaller than it is."
            )
        return self.env._(
            "%(count)s customers of the control group were contacted by hand all the same: the "
            "effect looks smaller than it is.",
            count=count,
        )
