from odoo import models
from odoo.exceptions import ValidationError


class ResUsers(models.Model):
    _inherit = "res.users"

    def _is_collector(self, company):
        """Whether a user can look after customers of a company.

        :rtype: bool
        """
        user = self.sudo()
        return bool(
            user.active
            and company in user.company_ids
            and user.has_group("collections_addon.group_collections_collector")
        )

    def _check_collector(self, company):
        """Whether all of these users can look after customers of a company.

        :raises ValidationError: naming the first who cannot
        """
        for user in self.filtered(lambda user: not user._is_collector(company)):
            raise ValidationError(self.env._("%s is no collector of this company.", user.name))
