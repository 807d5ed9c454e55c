from decimal import Decimal

from odoo import models

from ..domain import kpi as formulas
from .collections_kpi_figures import PERIOD


class CollectionsOverview(models.AbstractModel):
    """How fast customers pay: DSO and its kin, of the companies together."""

    _inherit = "collections.overview"

    def _overview(self, latest, today):
        return {**super()._overview(latest, today), "pace": self._pace(latest)}

    def _pace(self, latest):
        """The figures of the latest day; None where there is none.

        Of several companies sums are formed and the formulas worked out on them. Counting
        back needs the sales of months: those of several companies are in the results.

        :param latest: `collections.kpi`, one of each company
        :rtype: dict
        """
        owed, sales, opening, current = (
            Decimal(str(sum(self._convert(part(kpi), kpi.company_id, kpi.date) for kpi in latest)))
            for part in PARTS
        )
        simple = formulas.dso_simple(owed, sales, PERIOD)
        best = formulas.best_possible_dso(current, sales, PERIOD)
        is_whole = latest and all(latest.mapped("has_effectiveness"))
        cei = formulas.collection_effectiveness(opening, sales, owed, current) if is_whole else None
        back = self._counted_back(latest)
        return {
            "sales": float(sales),
            "dso": back and _plain(back.value),
            "is_least": bool(back and back.is_least),
            "simple": _plain(simple),
            "best": _plain(best),
            "delinquent": _plain(formulas.average_days_delinquent(simple, best)),
            "effectiveness": _plain(cei),
        }

    def _counted_back(self, latest):
        """DSO counted back; None where a company has no sales or, of several, no results.

        :rtype: Days|None
        """
        if len(latest) == 1:
            return formulas.Days(latest.dso, latest.is_dso_least) if latest.dso else None
        owing = latest.filtered("receivable").company_id
        month = max(latest.mapped("date"), default=None)
        rows = self.env["collections.performance"].search(
            [("company_id", "in", owing.ids), ("month", "=", month and month.replace(day=1))]
        )
        return rows._counted_back() if rows and owing <= rows.company_id else None


#: Owed less credits, sales, owed before, not yet due: of one company's figures.
PARTS = (
    lambda kpi: kpi.exposure,
    lambda kpi: kpi.sales,
    lambda kpi: kpi.opening,
    lambda kpi: max(min(kpi.receivable - kpi.overdue, kpi.exposure), 0),
)


def _plain(value):
    return None if value is None else float(value)
