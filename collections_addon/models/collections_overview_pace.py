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
        back needs the sales of one company's months: it is left out for several.

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
        one = latest if len(latest) == 1 and latest.dso else latest.browse()
        return {
            "sales": float(sales),
            "dso": one.dso if one else None,
            "is_least": one.is_dso_least,
            "simple": _plain(simple),
            "best": _plain(best),
            "delinquent": _plain(formulas.average_days_delinquent(simple, best)),
            "effectiveness": _plain(cei),
        }


#: Owed less credits, sales, owed before, not yet due: of one company's figures.
PARTS = (
    lambda kpi: kpi.exposure,
    lambda kpi: kpi.sales,
    lambda kpi: kpi.opening,
    lambda kpi: max(min(kpi.receivable - kpi.overdue, kpi.exposure), 0),
)


def _plain(value):
    return None if value is None else float(value)
