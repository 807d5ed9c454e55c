from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CollectionsSegment(models.Model):
    """How a group is treated where it differs from the policy of its customers.

    A policy of the group's own says everything; these say one thing each, on top of
    whatever policy a customer is under.
    """

    _inherit = "collections.segment"

    tone = fields.Selection(
        [
            ("policy", "As the policy says"),
            ("softer", "Softer"),
            ("firmer", "Firmer"),
        ],
        required=True,
        default="policy",
        help="Softer: the friendly text where the policy has the firm one, the firm one at the "
        "last level. Firmer: the firm text instead of the friendly one. Texts of your own and "
        "notices that the law demands stay as they are.",
    )
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(),
        string="Channel",
        help="Takes the place of a level's channels where the level has it. What a customer "
        "prefers goes first. Empty: as the policy says.",
    )
    plan_offer_ids = fields.Many2many(
        "collections.plan.offer",
        string="Payment Plans Also Offered",
        help="Offered to this group first, also where the policy does not allow them.",
    )
    early_discount = fields.Selection(
        [
            ("policy", "To who pays on time"),
            ("group", "To the whole group"),
            ("never", "Never"),
        ],
        string="Discount for Early Payment",
        required=True,
        default="policy",
        help="Percentage and days are the policy's. Who owes something overdue gets none.",
    )
    handover_days = fields.Integer(
        string="Propose Hand-over (days overdue)",
        help="So many days after the oldest due date it is proposed to hand the customer over; "
        "a person decides. 0: not proposed.",
    )

    treatment_text = fields.Char(
        string="What It Changes",
        compute="_compute_treatment_text",
        help="What the group changes of how its customers are treated.",
    )

    _handover_positive = models.Constraint(
        "CHECK(handover_days >= 0)", "The days until a hand-over cannot be negative."
    )

    @api.depends(
        "policy_id", "tone", "channel_code", "plan_offer_ids", "early_discount", "handover_days"
    )
    @api.depends_context("lang")
    def _compute_treatment_text(self):
        for segment in self:
            parts = segment.sudo()._tell_treatment()
            segment.treatment_text = " · ".join(parts) or self.env._("As the policy says")

    def _tell_treatment(self):
        """One phrase for each thing the group changes.

        :rtype: list[str]
        """
        channels = dict(self._fields["channel_code"]._description_selection(self.env))
        phrases = (
            (self.policy_id, self.env._("policy “%s”", self.policy_id.name)),
            (self.tone == "softer", self.env._("softer texts")),
            (self.tone == "firmer", self.env._("firmer texts")),
            (self.channel_code, self.env._("first by %s", channels.get(self.channel_code))),
            (self.plan_offer_ids, ", ".join(self.plan_offer_ids.mapped("name"))),
            (self.early_discount == "group", self.env._("discount for early payment")),
            (self.early_discount == "never", self.env._("no discount for early payment")),
            (
                self.handover_days,
                self.env._("hand-over proposed after %s days", self.handover_days),
            ),
        )
        return [phrase for holds, phrase in phrases if holds]

    @api.constrains("plan_offer_ids", "company_id")
    def _check_plan_offers(self):
        for segment in self:
            for offer in segment.plan_offer_ids:
                if offer.company_id and offer.company_id != segment.company_id:
                    raise ValidationError(
                        self.env._(
                            "The terms “%(offer)s” belong to %(company)s; choose others.",
                            offer=offer.name,
                            company=offer.company_id.name,
                        )
                    )


class CollectionsCase(models.Model):
    """What the group of the customer changes."""

    _inherit = "collections.case"

    segment_treatment = fields.Char(
        related="segment_id.treatment_text", string="What the Group Changes"
    )
    is_handover_proposed = fields.Boolean(
        string="Hand-over Proposed",
        readonly=True,
        help="The group of the customer proposes it at this age of the debt.",
    )

    def _plan_offers(self, moves=None):
        """Override: the terms for the group come first."""
        offers = super()._plan_offers(moves)
        own = self.segment_id.sudo().plan_offer_ids.filtered(
            lambda offer: offer.active and offer._is_open_to(self.company_id)
        )
        return own.with_env(offers.env) | offers

    def _is_good_payer(self, policy, today):
        """Override: a group gets the discount as a whole, or never."""
        rule = self.segment_id.early_discount
        if rule == "group":
            return not any(line.date_maturity < today for line in self._checkout_lines())
        return rule != "never" and super()._is_good_payer(policy, today)

    @api.model
    def _propose_handovers(self, company, today):
        """Note of whom the group proposes to hand over; all customers at once.

        Not who waits (a dispute, a promise, a plan), nor whom somebody has already.

        :param datetime.date today: business date of the company
        """
        self.flush_model()
        self.env["collections.segment"].flush_model(["handover_days"])
        self.env["collections.handover"].flush_model(["case_id", "state"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE collections_case c SET is_handover_proposed = found.proposed
                  FROM (
                    SELECT file.id,
                           COALESCE(segment.handover_days, 0) > 0
                           AND file.stage IN ('dunning', 'final')
                           AND file.oldest_due_date <= %(today)s - segment.handover_days
                           AND NOT EXISTS (
                               SELECT 1 FROM collections_handover handover
                                WHERE handover.case_id = file.id
                                  AND handover.state IN ('prepared', 'handed_over')) AS proposed
                      FROM collections_case file
                 LEFT JOIN collections_segment segment ON segment.id = file.segment_id
                     WHERE file.company_id = %(company)s
                       AND (file.is_handover_proposed OR segment.handover_days > 0)
                  ) found
                 WHERE found.id = c.id
                   AND c.is_handover_proposed IS DISTINCT FROM COALESCE(found.proposed, FALSE)
                """,
                today=today,
                company=company.id,
            )
        )
        self.invalidate_model(["is_handover_proposed"], flush=False)
