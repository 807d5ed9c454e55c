from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

STAGES = [
    ("current", "Nothing Overdue"),
    ("dunning", "In Dunning"),
    ("waiting", "Waiting"),
    ("final", "Final Level"),
    ("legal", "Handed Over"),
    ("written_off", "Written Off"),
]
#: Stages set by a person; evaluation never changes them.
MANUAL_STAGES = ("legal", "written_off")


class CollectionsCase(models.Model):
    """The file of one customer in one company: what is owed and what comes next.

    The figures are written by the daily run and after each event that changes
    them, always recomputed from the open items; nothing here is incremented.
    """

    _name = "collections.case"
    _description = "Collection Case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "priority desc, overdue desc, id"
    _check_company_auto = True
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    stage = fields.Selection(
        STAGES, required=True, default="current", index=True, tracking=True, group_expand=True
    )
    collector_id = fields.Many2one(
        "res.users", string="Collector", index="btree_not_null", tracking=True
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", tracking=True
    )
    segment_id = fields.Many2one(
        "collections.segment", string="Group", index="btree_not_null", tracking=True
    )
    segment = fields.Char(related="segment_id.code", string="Group Code")

    # What is owed, in company currency
    exposure = fields.Monetary(
        readonly=True, help="All open items of the customer, credits deducted."
    )
    overdue = fields.Monetary(readonly=True, help="Open items past their due date, before credits.")
    credit_amount = fields.Monetary(
        string="Credits", readonly=True, help="Payments and credit notes not yet allocated."
    )
    oldest_due_date = fields.Date(string="Oldest Due", readonly=True)
    days_overdue = fields.Integer(compute="_compute_days_overdue")

    # Where the ladder stands
    level_id = fields.Many2one("dunning.level", readonly=True, index="btree_not_null")
    next_level_id = fields.Many2one("dunning.level", readonly=True)
    next_step_date = fields.Date(string="Next Step On", readonly=True, index="btree_not_null")
    next_step = fields.Char(compute="_compute_next_step")
    last_contact_date = fields.Date(string="Last Contact", compute="_compute_last_contact_date")
    score = fields.Float(readonly=True)
    preferred_channel = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(), tracking=True
    )

    # Relations
    action_ids = fields.One2many("dunning.action", "case_id", string="Contacts")
    policy_id = fields.Many2one("dunning.policy", compute="_compute_policy_id")
    hold_ids = fields.Many2many(
        "collections.hold", compute="_compute_hold_ids", string="Active Holds"
    )
    move_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_move_line_ids", string="Open Items"
    )

    _customer_company = models.UniqueIndex(
        "(partner_id, company_id)", "This customer has a case in this company already."
    )
    _due_idx = models.Index("(company_id, overdue)")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_display_name(self):
        for case in self:
            case.display_name = case.partner_id.display_name

    @api.depends("oldest_due_date")
    def _compute_days_overdue(self):
        today = fields.Date.context_today(self)
        for case in self:
            due = case.oldest_due_date
            case.days_overdue = max((today - due).days, 0) if due else 0

    @api.depends("next_level_id", "next_step_date", "stage")
    def _compute_next_step(self):
        for case in self:
            level = case.next_level_id
            case.next_step = level.name if level and case.stage not in MANUAL_STAGES else False

    def _compute_last_contact_date(self):
        rows = self.env["dunning.action"]._read_group(
            [("case_id", "in", self.ids), ("contact_date", "!=", False)],
            ["case_id"],
            ["contact_date:max"],
        )
        latest = {case.id: day for case, day in rows}
        for case in self:
            case.last_contact_date = latest.get(case.id)

    def _compute_policy_id(self):
        for case in self:
            case.policy_id = case._customer_policy()

    def _compute_hold_ids(self):
        holds = self.env["collections.hold"]
        active = holds.search(
            holds._active_domain(fields.Date.context_today(self))
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids)
        )
        by_key = active.grouped(lambda h: (h.partner_id.commercial_partner_id, h.company_id))
        for case in self:
            case.hold_ids = by_key.get((case.partner_id, case.company_id), holds)

    def _compute_move_line_ids(self):
        lines = self.env["account.move.line"].search(
            self.env["account.move.line"]._dunning_open_domain(self.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            order="date_maturity, id",
        )
        by_key = lines.grouped(lambda li: (li.partner_id.commercial_partner_id, li.company_id))
        for case in self:
            case.move_line_ids = by_key.get((case.partner_id, case.company_id), lines.browse())

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: handing over, writing off and taking back are a manager's decisions."""
        if "stage" in vals and not self.env.su:
            self._check_may_set_stage(vals["stage"])
        return super().write(vals)

    def _check_may_set_stage(self, stage):
        by_hand = stage in MANUAL_STAGES or any(case.stage in MANUAL_STAGES for case in self)
        manager = self.env.user.has_group("collections_addon.group_collections_manager")
        if by_hand and not manager:
            raise AccessError(
                self.env._("Only a collections manager hands over, writes off or takes back.")
            )

    # === BUSINESS METHODS === #

    def _customer_policy(self):
        """Policy of the customer: partner, else segment, else company."""
        self.ensure_one()
        partner = self.partner_id.with_company(self.company_id)
        return (
            partner.dunning_policy_id
            or self.segment_id.policy_id
            or self.env["dunning.policy"]._default_of(self.company_id)
        )

    @api.model
    def _of(self, partner, company):
        """The case of a customer in a company, made when there is none.

        :rtype: `collections.case`
        """
        partner = partner.commercial_partner_id
        domain = [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        case = self.with_context(active_test=False).search(domain, limit=1)
        return case or self.sudo().create(
            {"partner_id": partner.id, "company_id": company.id}
        ).with_env(self.env)

    def _set_stage(self, stage):
        """Set a stage by hand (hand over, write off) or give the case back.

        Handing back (`current`) lets the next evaluation find the right stage.
        """
        for case in self.filtered(lambda case: case.stage != stage):
            case.stage = stage
        if stage not in MANUAL_STAGES:
            self._refresh(fields.Date.context_today(self))

    def _mark_for_refresh(self):
        """Have the figures of these cases recomputed soon after this transaction."""
        for company, cases in self.grouped("company_id").items():
            self.env["collections.refresh"]._add(cases.partner_id, company)

    def _refresh(self, day):
        """Recompute the figures of these cases from the open items on a day."""
        for company, cases in self.grouped("company_id").items():
            self.env["dunning.run"]._refresh_cases(company, day, cases.partner_id.ids)
