from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..domain.substitutes import Absence, stands_in_for


class CollectionsAbsence(models.Model):
    """A collector is away, and somebody does the work meanwhile.

    Customers keep their collector; only the worklist shows them to the substitute.
    """

    _name = "collections.absence"
    _description = "Absence of a Collector"
    _order = "date_to desc, id desc"

    user_id = fields.Many2one(
        "res.users", string="Who Is Away", required=True, index=True, ondelete="cascade"
    )
    substitute_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        help="Empty: a manager sees the work in the list of all.",
    )
    date_from = fields.Date(string="First Day", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Last Day", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    note = fields.Char()

    _in_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day cannot lie before the first."
    )
    _somebody_else = models.Constraint(
        "CHECK (substitute_id IS NULL OR substitute_id <> user_id)",
        "Nobody is their own substitute.",
    )

    @api.depends("user_id", "date_from", "date_to")
    def _compute_display_name(self):
        for absence in self:
            absence.display_name = (
                f"{absence.user_id.name or ''} · {absence.date_from} – {absence.date_to}"
            )

    @api.constrains("user_id", "date_from", "date_to", "company_id")
    def _check_once(self):
        for absence in self:
            double = self.search_count(
                [
                    ("id", "!=", absence.id),
                    ("user_id", "=", absence.user_id.id),
                    ("company_id", "=", absence.company_id.id),
                    ("date_from", "<=", absence.date_to),
                    ("date_to", ">=", absence.date_from),
                ],
                limit=1,
            )
            if double:
                raise ValidationError(
                    self.env._("%s is away on these days already.", absence.user_id.name)
                )

    @api.constrains("substitute_id")
    def _check_substitute(self):
        for absence in self:
            absence.substitute_id._check_collector(absence.company_id)

    @api.model_create_multi
    def create(self, vals_list):
        """Override: whoever is no manager may only say that they are away themselves."""
        absences = super().create(vals_list)
        absences._check_own()
        return absences

    def write(self, vals):
        """Override: as :meth:`create`."""
        self._check_own()
        result = super().write(vals)
        self._check_own()
        return result

    def _check_own(self):
        if self.env.su or self.env.user.has_group("collections_addon.group_collections_manager"):
            return
        if self.user_id - self.env.user:
            raise AccessError(
                self.env._("Only a collections manager says that somebody else is away.")
            )

    def _running(self, company, day):
        """Absences of a day in a company, for the rules of standing in.

        :rtype: list[Absence]
        """
        found = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", day),
                ("date_to", ">=", day),
            ]
        )
        return [
            Absence(one.user_id.id, one.substitute_id.id or None, one.date_from, one.date_to)
            for one in found
        ]

    def _stood_in_for(self, user, company, day):
        """People whose work a user does on a day, beside the own.

        :rtype: `res.users`
        """
        others = stands_in_for(user.id, self._running(company, day), day)
        return self.env["res.users"].browse(sorted(others))
