import importlib.util
from datetime import timedelta
from functools import partial

from odoo import api, fields, models

from . import background


class CollectionsPredictionModel(models.Model):
    """Learns in a process of its own, so that no worker is busy, killed or made large by it."""

    _inherit = "collections.prediction.model"
    _given_up = timedelta(hours=6)

    @api.model
    def _has_library(self, name="sklearn"):
        """Whether an optional library is installed."""
        return importlib.util.find_spec(name) is not None

    @api.model
    def _library_text(self):
        return self.env._(
            "To learn from your invoices the server needs scikit-learn: pip install "
            "scikit-learn. Until then the scorecard speaks; it needs nothing."
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_train(self):
        """Begin to learn for every company, or take in what was learned meanwhile."""
        now = fields.Datetime.now()
        self._learn_all(
            partial(self._to_train, now),
            partial(self._begin, now=now),
            "collections_addon.cron_prediction_train",
            now,
        )

    def _to_train(self, now):
        """Companies for which somebody asked, and those whose last model is a week old; none
        where the library is missing."""
        if not self._has_library():
            return self.env["res.company"]
        recent = self.search(
            ["|", ("create_date", ">", now - timedelta(days=6)), ("state", "=", "training")]
        )
        companies = self.env["res.company"].search([])
        return companies.filtered(
            lambda company: (
                company.collections_prediction_wanted or company not in recent.company_id
            )
        )

    # === THE PROCESS === #

    @api.model
    def _begin(self, company, now):
        """Write the company's invoices into a file and start learning from them.

        :return: the new version, and its process
        """
        company.collections_prediction_wanted = False
        today = company._collections_today(now)
        folder = background.new_folder("train")
        ledger = self.env["collections.prediction.ledger"]
        ledger._gather(company, today)
        with (folder / "items.csv").open("wb") as target:
            ledger._export(target)
        process = background.start(folder, "train", "items.csv", str(today.toordinal()))
        values = {
            "company_id": company.id,
            "version": self._next_version(company),
            "as_of": today,
            "folder": str(folder),
            "process_id": process.pid,
        }
        return self.create(values), process


class ResCompany(models.Model):
    _inherit = "res.company"

    collections_prediction_by_hand = fields.Boolean(
        string="Scorecard Only", help="A person went back to the scorecard: no model speaks."
    )
    collections_prediction_wanted = fields.Boolean()
    collections_prediction_base = fields.Json(
        groups="base.group_system", help="How everybody paid, as of the last whole refresh."
    )
