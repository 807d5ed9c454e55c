from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class CollectionsHold(models.Model):
    """A pause set by hand, on a customer or on one invoice, with reason and end."""

    _name = "collections.hold"
    _description = "Collection Hold"
    _inherit = ["mail.thread"]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        index="btree_not_null",
        check_company=True,
        domain=[("move_type", "in", ("out_invoice", "out_receipt")), ("state", "=", "posted")],
        help="Empty: every invoice of the customer is on hold.",
    )
    reason = fields.Char(required=True, tracking=True)
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(
        string="Until",
        tracking=True,
        help="Last day of the hold; reminders go on the day after. Empty: until released.",
    )
    user_id = fields.Many2one(
        "res.users", string="Set by", default=lambda self: self.env.user, readonly=True
    )
    released_on = fields.Date(readonly=True, copy=False, tracking=True)
    state = fields.Selection(
        [("planned", "Planned"), ("active", "Active"), ("ended", "Ended")],
        compute="_compute_state",
        search="_search_state",
    )

    _dates_in_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_start)",
        "A hold cannot end before it begins.",
    )
    _has_target = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR move_id IS NOT NULL)",
        "Choose the customer or the invoice to put on hold.",
    )

    # === COMPUTE METHODS === #

    @api.depends("move_id")
    def _compute_partner_id(self):
        for hold in self.filtered("move_id"):
            hold.partner_id = hold.move_id.commercial_partner_id

    @api.depends("partner_id", "move_id")
    def _compute_name(self):
        for hold in self:
            hold.name = hold.move_id.name or hold.partner_id.display_name

    @api.depends("date_start", "date_end", "released_on")
    @api.depends_context("tz")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for hold in self:
            hold.state = hold._state_on(today)

    def _state_on(self, day):
        self.ensure_one()
        if self.released_on and self.released_on <= day:
            return "ended"
        if self.date_end and self.date_end < day:
            return "ended"
        return "planned" if self.date_start and self.date_start > day else "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        active = self._active_domain(today)
        planned = Domain("date_start", ">", today) & Domain("released_on", "=", False)
        parts = {"active": active, "planned": planned, "ended": ~active & ~planned}
        return Domain.OR(parts[state] for state in value if state in parts)

    @api.model
    def _active_domain(self, day):
        """Holds in force on a day."""
        return (
            Domain("date_start", "<=", day)
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", day))
            & (Domain("released_on", "=", False) | Domain("released_on", ">", day))
        )

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id", "move_id")
    def _check_same_customer(self):
        for hold in self.filtered("move_id"):
            if hold.partner_id.commercial_partner_id != hold.move_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Invoice %(invoice)s belongs to another customer.",
                        invoice=hold.move_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds._refresh_customers()
        return holds

    def write(self, vals):
        written = super().write(vals)
        self._refresh_customers()
        return written

    def unlink(self):
        self._refresh_customers()
        return super().unlink()

    def _refresh_customers(self):
        for company, holds in self.grouped("company_id").items():
            self.env["collections.refresh"]._add(holds.partner_id, company)

    # === ACTION METHODS === #

    def action_release(self):
        """End the hold today: the customer is evaluated again by the next run."""
        if any(hold.released_on for hold in self):
            raise UserError(self.env._("This hold has been released already."))
        self.released_on = fields.Date.context_today(self)
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _pauses(self, company, day):
        """The customers and invoices on hold on a day.

        :return: ids of commercial partners, ids of moves
        :rtype: tuple[set[int], set[int]]
        """
        domain = Domain("company_id", "=", company.id) & self._active_domain(day)
        holds = self.sudo().search(domain)
        partners = holds.filtered(lambda hold: not hold.move_id).partner_id
        return set(partners.commercial_partner_id.ids), set(holds.move_id.ids)
