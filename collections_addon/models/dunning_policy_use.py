from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list


class DunningPolicy(models.Model):
    """Who uses a policy, and who may."""

    _inherit = "dunning.policy"

    # === CONSTRAINT METHODS === #

    @api.constrains("company_id", "active")
    def _check_still_usable(self):
        """Refuse to take a policy away from those who use it."""
        for policy in self:
            users = policy._users_elsewhere() if policy.active else policy._users()
            if users:
                raise ValidationError(
                    self.env._(
                        "Policy “%(policy)s” is still used by %(users)s. Give them another "
                        "policy first.",
                        policy=policy.name,
                        users=format_list(self.env, users),
                    )
                )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen(self):
        for policy in self:
            if users := policy._users():
                raise UserError(
                    self.env._(
                        "Policy “%(policy)s” is still used by %(users)s. Give them another "
                        "policy first.",
                        policy=policy.name,
                        users=format_list(self.env, users),
                    )
                )

    # === BUSINESS METHODS === #

    def _users(self, domain=()):
        """Who has chosen this policy, in words.

        :param domain: of `res.company`, to look at some companies only
        :rtype: list[str]
        """
        self.ensure_one()
        companies = self.env["res.company"].sudo().with_context(active_test=False).search(domain)
        defaults = companies.filtered(lambda company: company.dunning_policy_id == self)
        counts = self._count_choices(companies)
        return [
            *[self.env._("%s as its default", company.name) for company in defaults],
            *[text for count, text in counts if count],
        ]

    def _users_elsewhere(self):
        """Who has chosen this policy outside its company and that one's branches."""
        if not self.company_id:
            return []
        return self._users(["!", ("id", "child_of", self.company_id.id)])

    def _count_choices(self, companies):
        """(number, text) of the customers, segments and open invoices with this policy."""
        partners = sum(
            self.env["res.partner"]
            .sudo()
            .with_company(company)
            .search_count([("dunning_policy_id", "=", self.id)])
            for company in companies
        )
        segments = (
            self.env["collections.segment"]
            .sudo()
            .search_count(
                [
                    ("policy_id", "=", self.id),
                    # A segment of all companies needs a policy of all companies.
                    ("company_id", "in", [*companies.ids, False]),
                ]
            )
        )
        moves = (
            self.env["account.move"]
            .sudo()
            .search_count(
                [
                    ("dunning_policy_id", "=", self.id),
                    ("company_id", "in", companies.ids),
                    ("state", "!=", "cancel"),
                    ("payment_state", "in", ("not_paid", "partial", "in_payment", "blocked")),
                ]
            )
        )
        _ = self.env._
        return [
            (partners, _("1 customer") if partners == 1 else _("%s customers", partners)),
            (segments, _("1 group") if segments == 1 else _("%s groups", segments)),
            (moves, _("1 open invoice") if moves == 1 else _("%s open invoices", moves)),
        ]

    def _is_open_to(self, company):
        """Whether a company may use this policy: a shared one, its own, its parent's.

        :param company: `res.company`, empty for all companies
        :rtype: bool
        """
        self.ensure_one()
        return not self.company_id or self.company_id in company.sudo().parent_ids

    def _check_for_company(self, company):
        """Refuse a policy that another company owns.

        :param company: `res.company`, empty for a record of all companies
        :raises ValidationError: when it is neither shared, nor the company's own or its
            parent's
        """
        for policy in self.sudo():
            if not policy._is_open_to(company):
                raise ValidationError(
                    self.env._(
                        "Policy “%(policy)s” belongs to %(owner)s and cannot be used by "
                        "%(company)s. Choose one of its own or a shared one.",
                        policy=policy.name,
                        owner=policy.company_id.name,
                        company=company.name or self.env._("all companies"),
                    )
                )
