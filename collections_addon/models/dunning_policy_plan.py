from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Texts of the ladder of payment plans, by what the level is about.
PLAN_TEXTS = ("pre_due", "missed", "last")
#: For letters and e-mail, and for where there is little room.
PLAN_FAMILIES = ("plan", "short_plan")


class DunningPolicy(models.Model):
    """Which payment plans a policy allows, and rules made for their installments."""

    _inherit = "dunning.policy"

    is_for_plans = fields.Boolean(
        string="For Payment Plans",
        help="The days of its levels count from installments of payment plans. Such a policy "
        "is chosen in the terms of plans, not for customers.",
    )
    plan_offer_ids = fields.Many2many(
        "collections.plan.offer",
        "dunning_policy_plan_offer_rel",
        "policy_id",
        "offer_id",
        string="Payment Plans on Offer",
        check_company=True,
        default=lambda self: self.env["collections.plan.offer"].search(
            [("company_id", "=", False)]
        ),
        help="Customers under this policy may pay by these terms. Empty: no payment plans.",
    )

    @api.constrains("is_for_plans")
    def _check_kind(self):
        for policy in self:
            if policy.is_for_plans and (users := policy._users()):
                raise ValidationError(
                    self.env._(
                        "Policy “%(policy)s” is used by %(users)s and cannot be for payment plans.",
                        policy=policy.name,
                        users=", ".join(users),
                    )
                )

    @api.model
    def _for_company(self, company):
        """Override: rules for installments are nobody's policy."""
        return super()._for_company(company).filtered(lambda policy: not policy.is_for_plans)

    def _check_for_company(self, company):
        """Override: rules for installments cannot be chosen for customers."""
        super()._check_for_company(company)
        for policy in self.sudo().filtered("is_for_plans"):
            raise ValidationError(
                self.env._(
                    "Policy “%s” is for the installments of payment plans. Choose another one.",
                    policy.name,
                )
            )

    @api.model
    def _plan_rules(self):
        """The rules of every policy for plans, as values of the domain.

        :rtype: dict[int, PolicyRules]
        """
        return self.with_context(active_test=False).search([("is_for_plans", "=", True)])._rules()


class DunningLevel(models.Model):
    _inherit = "dunning.level"

    def _asks_why(self):
        """Override: who is in a plan has said why; a missed installment asks to talk."""
        return super()._asks_why() and not self.policy_id.is_for_plans


class DunningLevelStep(models.Model):
    _inherit = "dunning.level.step"

    @api.depends("level_id.policy_id.is_for_plans")
    def _compute_template(self):
        """Override: what the text depends on; texts of plans are defaults as well."""
        plan_texts = {
            self._plan_text(name, family) for name in PLAN_TEXTS for family in PLAN_FAMILIES
        }
        for step in self.filtered(lambda step: step.template in plan_texts):
            step.template = False
        super()._compute_template()

    @api.model
    def _default_template(self, level):
        """Override: installments have texts of their own."""
        if not level.policy_id.is_for_plans:
            return super()._default_template(level)
        last = max(level.policy_id.level_ids.mapped("days"), default=level.days)
        name = "missed"
        if level.days < 0:
            name = "pre_due"
        elif level.days == last and level.days >= 10:
            name = "last"
        channel = self.channel_code and self.env["collections.channel"]._by_code(self.channel_code)
        is_short = channel is not False and channel._texts == "short"
        return self._plan_text(name, "short_plan" if is_short else "plan")

    @api.model
    def _plan_text(self, name, family):
        return self.env.ref(
            f"collections_addon.mail_template_{family}_{name}", raise_if_not_found=False
        )
