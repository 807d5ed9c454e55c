from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionsTeam(models.Model):
    """Collectors who work together, and who leads them.

    A collector is in one team of a company at most, so that figures by team add up.
    """

    _name = "collections.team"
    _description = "Collections Team"
    _order = "company_id, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    manager_id = fields.Many2one(
        "res.users", domain="[('share', '=', False), ('company_ids', 'in', company_id)]"
    )
    member_ids = fields.Many2many(
        "res.users",
        "collections_team_member_rel",
        "team_id",
        "user_id",
        string="Collectors",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )

    @api.constrains("member_ids", "company_id", "active")
    def _check_one_team_each(self):
        teams = self.search([("company_id", "in", self.company_id.ids), ("active", "=", True)])
        for team in self.filtered("active"):
            others = teams.filtered(lambda t, team=team: t.company_id == team.company_id) - team
            twice = team.member_ids & others.member_ids
            if twice:
                raise ValidationError(
                    self.env._(
                        "%(names)s is in another team of this company already.",
                        names=", ".join(twice.mapped("name")),
                    )
                )

    @api.constrains("member_ids", "manager_id", "company_id")
    def _check_own_company(self):
        for team in self:
            people = team.member_ids | team.manager_id
            outside = people.filtered(lambda u, team=team: team.company_id not in u.company_ids)
            if outside:
                raise ValidationError(
                    self.env._(
                        "%(names)s has no access to %(company)s.",
                        names=", ".join(outside.mapped("name")),
                        company=team.company_id.name,
                    )
                )

    @api.model
    def _of_collectors(self, company):
        """Collector id -> id of the team in a company.

        :rtype: dict[int, int]
        """
        teams = self.sudo().search([("company_id", "=", company.id)])
        return {user.id: team.id for team in teams for user in team.member_ids}
