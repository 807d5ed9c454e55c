from odoo import api, fields, models
from odoo.exceptions import UserError

VERDICTS = [
    ("better", "Better than the Baselines"),
    ("not_better", "Not Better than the Baselines"),
    ("not_predictable", "Not Predictable"),
    ("too_few", "Not Enough History"),
]
#: Rows of the table of figures, in this order.
TASKS = ("late", "7", "30", "60")
SPEAKERS = ("age", "mean", "rule", "scorecard", "learnt")
#: Of these the days until payment are known.
TIMERS = ("mean", "scorecard", "learnt")


class CollectionsPredictionModel(models.Model):
    """One learnt model of a company: what it learned, how it was judged, whether it speaks.

    The scorecard speaks until a model has proved better than the customer's own rate on
    later data than it had seen. Its content is numbers in an attachment; nothing that is
    read back can run.
    """

    _name = "collections.prediction.model"
    _inherit = "collections.learnt.model"
    _description = "Learnt Prediction Model"
    _kept_versions = 12

    verdict = fields.Selection(VERDICTS, readonly=True)
    as_of = fields.Date(readonly=True, help="Nothing from this day on was known to it.")
    settled_count = fields.Integer(string="Settled Invoices", readonly=True)
    case_count = fields.Integer(string="Cases Learned From", readonly=True)
    seconds = fields.Float(readonly=True)
    figures_html = fields.Html(  # of numbers alone; the sanitizer would take the drawing out
        string="How Good It Is", compute="_compute_figures_html", sanitize=False
    )

    _one_speaks = models.UniqueIndex(
        "(company_id) WHERE is_speaking", "One model speaks for a company at a time."
    )

    # === COMPUTE METHODS === #

    @api.depends("version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for model in self:
            model.display_name = self.env._("Learnt Model %s", model.version)

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_figures_html(self):
        titles = self._titles()
        for model in self:
            tasks = [
                (titles[task], model.figures[task])
                for task in TASKS
                if (model.figures or {}).get(task, {}).get("models")
            ]
            model.figures_html = tasks and self.env["ir.qweb"]._render(
                "collections_addon.prediction_figures",
                {
                    "tasks": tasks,
                    "days": model.figures.get("days", {}),
                    "speakers": self._speakers(),
                    "order": SPEAKERS,
                    "timers": TIMERS,
                },
            )

    def _titles(self):
        _ = self.env._
        return {
            "late": _("Late or not, on the day of issue"),
            "7": _("Paid within 7 days"),
            "30": _("Paid within 30 days"),
            "60": _("Paid within 60 days"),
        }

    def _speakers(self):
        _ = self.env._
        return {
            "age": _("Age of the invoice alone"),
            "mean": _("The customer's own mean lateness"),
            "rule": _("Simple rule: the customer's own rate"),
            "scorecard": _("Scorecard"),
            "learnt": _("Learnt model"),
        }

    @api.depends("state", "verdict", "error")
    @api.depends_context("lang")
    def _compute_explanation(self):
        _ = self.env._
        texts = {
            "better": _(
                "On later invoices than it had seen its probabilities were clearly better than "
                "the customer's own mean lateness and than the simple rule."
            ),
            "not_better": _(
                "On later invoices than it had seen it was not clearly better than the customer's "
                "own mean lateness and the simple rule. The scorecard speaks."
            ),
            "not_predictable": _(
                "Not predictable: how customers paid before does not tell who pays late. Take "
                "the probabilities as averages by age, not as a judgment of a customer."
            ),
            "too_few": _(
                "Not enough history to learn from: 300 settled invoices over 150 days are "
                "needed, and enough later ones to judge by. The scorecard speaks."
            ),
        }
        for model in self:
            model.explanation = model.error or texts.get(model.verdict) or _("It is learning.")

    # === ACTION METHODS === #

    def action_speak(self):
        """Let this version speak, and go on choosing by itself after later trainings.

        :raises UserError: when it has not proved better than the rule
        """
        self.ensure_one()
        self.check_access("write")
        if self.verdict != "better":
            raise UserError(
                self.env._("Only a model that has proved better than the simple rule may speak.")
            )
        if not self.sudo().content:
            raise UserError(
                self.env._("What this version learned is no longer kept: choose a later one.")
            )
        self.company_id.sudo().collections_prediction_by_hand = False
        self._speak()
        self._rescore(self.company_id)

    def action_silence(self):
        """Go back to the scorecard, until a person lets a model speak again."""
        self.check_access("write")
        for company in self.company_id:
            company.sudo().collections_prediction_by_hand = True
            self._speaking(company).is_speaking = False
            self._rescore(company)

    @api.model
    def action_train(self):
        """Have a model learn for each company selected, soon.

        :raises UserError: when what it needs is not installed
        """
        self.check_access("create")
        if not self._has_library():
            raise UserError(self._library_text())
        for company in self.env.companies:
            company.sudo().collections_prediction_wanted = True
        self.env.ref("collections_addon.cron_prediction_train").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("A model will learn in the background; look here again."),
            },
        }

    # === BUSINESS METHODS === #

    def _rescore(self, company):
        """Have everything scored anew, soon."""
        self.env.ref("collections_addon.cron_prediction_profile").sudo()._trigger()

    def _targets(self):
        """Horizon as text -> model as numbers; empty where none speaks or numpy is missing.

        :rtype: dict
        """
        targets = self._numbers() if self._has_library("numpy") else {}
        return targets if "days" in targets else {}  # of an earlier kind

    def _finish(self, result, now):
        """Override: judge what was learnt (of `learning.training.train`)."""
        self.ensure_one()
        self.write(
            {
                "state": "done",
                "verdict": result["verdict"],
                "trained_on": now,
                "settled_count": result["settled"],
                "case_count": result.get("cases", 0),
                "seconds": result.get("seconds", 0),
                "figures": result["figures"],
                "content": self._packed(result["targets"]) if result["targets"] else False,
            }
        )
        by_hand = self.company_id.collections_prediction_by_hand
        if self.verdict == "better" and not by_hand:
            self._speak()
        elif self.verdict != "better":
            # What was better once is not any more on the latest data.
            self._speaking(self.company_id).is_speaking = False
        self._rescore(self.company_id)
        self._forget_old()
