from odoo import fields, models

from ..domain.segments import GROUPS
from ..domain.worklist import Uplift

#: Stands for every customer without a line of the own group.
ANY = "any"


class CollectionsUplift(models.Model):
    """What a person can win: of what would stay unpaid, the share that comes after acting.

    Assumptions by group and age, until a control group has measured them. They decide the
    order of the worklist and nothing else.
    """

    _name = "collections.uplift"
    _description = "Effect of a Person Acting"
    _order = "segment_code, days_from, company_id, id"
    _rec_name = "segment_code"

    segment_code = fields.Selection(
        selection=lambda self: self._group_selection(),
        string="Group",
        required=True,
        default=ANY,
        help="Everybody else: customers without a line of their own group.",
    )
    days_from = fields.Integer(string="From Days Overdue", required=True)
    share = fields.Float(
        string="Comes After Acting",
        required=True,
        digits=(4, 3),
        help="Of what would otherwise still be open after 30 days, the share that is paid when "
        "a person acts. A measured effect is: (share paid of the treated, less that of the "
        "control group) divided by the share of the control group that did not pay.",
    )
    is_measured = fields.Boolean(
        string="Measured", help="It comes from a control group; otherwise it is an assumption."
    )
    note = fields.Char(string="Source", help="Where the figure comes from.")
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")

    _sensible = models.Constraint(
        "CHECK (share >= 0 AND share <= 1 AND days_from >= 0)",
        "The share lies between 0 and 1, and the days are not below zero.",
    )
    _once = models.UniqueIndex(
        "(COALESCE(company_id, 0), segment_code, days_from)",
        "There is a line for this group and age already.",
    )

    def _group_selection(self):
        _ = self.env._
        names = {
            "informed": _("Known"),
            "unknown": _("Not yet known"),
            "able_willing": _("Able and willing"),
            "cannot_pay": _("Cannot pay"),
            "will_not_pay": _("Does not pay"),
        }
        return [(code, names[code]) for code in GROUPS] + [(ANY, _("Everybody else"))]

    def _for_domain(self, company):
        """The lines of a company; its own stand for the shared ones of the same group and age.

        :rtype: tuple[Uplift]
        """
        rows = self.sudo().search([("company_id", "in", (False, company.id))])
        own = rows.sorted(lambda row: bool(row.company_id))
        table = {
            (row.segment_code, row.days_from): Uplift(
                None if row.segment_code == ANY else row.segment_code,
                row.days_from,
                row.share,
                row.is_measured,
            )
            for row in own
        }
        return tuple(table.values())
