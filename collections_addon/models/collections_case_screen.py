from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount


class CollectionsCase(models.Model):
    """What the screens of a case show beside its figures, and where its buttons lead.

    Every compute answers for all given cases at once: the list opens with the
    same number of queries whatever the number of rows.
    """

    _inherit = "collections.case"

    country_id = fields.Many2one(related="partner_id.country_id")
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    bounced_email = fields.Char(compute="_compute_recipient_id", string="Bounced Address")
    collections_stopped = fields.Boolean(related="company_id.collections_stopped")

    recipient_id = fields.Many2one(
        "res.partner", compute="_compute_recipient_id", string="Recipient"
    )
    email = fields.Char(compute="_compute_recipient_id")
    phone = fields.Char(compute="_compute_recipient_id")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        compute="_compute_recipient_id",
        string="Language",
    )

    is_on_hold = fields.Boolean(
        compute="_compute_is_on_hold",
        search="_search_is_on_hold",
        help="Somebody has paused reminders for the whole customer.",
    )
    all_hold_ids = fields.Many2many(
        "collections.hold", compute="_compute_all_hold_ids", string="Holds"
    )
    hold_count = fields.Integer(compute="_compute_all_hold_ids")
    contact_count = fields.Integer(compute="_compute_contact_count")
    open_invoice_count = fields.Integer(compute="_compute_open_items")
    open_by_currency = fields.Char(
        compute="_compute_open_items",
        string="By Currency",
        help="Open items less credits, per currency.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_recipient_id(self):
        # Related fields would have every change of a contact search a field not stored.
        for case in self:
            recipient = case.partner_id._dunning_recipient()
            case.recipient_id = recipient
            case.email, case.phone, case.lang = recipient.email, recipient.phone, recipient.lang
            case.bounced_email = recipient.collections_bounced_email

    def _compute_is_on_hold(self):
        for case in self:
            case.is_on_hold = any(not hold.move_id for hold in case.hold_ids)

    @api.model
    def _search_is_on_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        holds = self.env["collections.hold"]
        day = fields.Date.context_today(self)
        active = holds.search(holds._active_domain(day) & Domain("move_id", "=", False))
        paused = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", own.partner_id.commercial_partner_id.ids)
            for company, own in active.grouped("company_id").items()
        )
        return paused if True in value else ~paused

    def _compute_all_hold_ids(self):
        holds = self.env["collections.hold"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            ]
        )
        by_key = holds.grouped(lambda h: (h.partner_id.commercial_partner_id, h.company_id))
        for case in self:
            own = by_key.get((case.partner_id, case.company_id), holds.browse())
            case.all_hold_ids = own
            case.hold_count = len(own)

    def _compute_contact_count(self):
        rows = self.env["dunning.action"]._read_group(
            [("case_id", "in", self.ids)], ["case_id"], ["__count"]
        )
        counts = {case.id: count for case, count in rows}
        for case in self:
            case.contact_count = counts.get(case.id, 0)

    def _compute_open_items(self):
        for case in self:
            lines = case.move_line_ids
            debts = lines.filtered(lambda line: line.amount_residual > 0)
            case.open_invoice_count = len(debts.move_id)
            case.open_by_currency = case._amounts_by_currency(lines)

    def _amounts_by_currency(self, lines):
        """Open amounts as text, one per currency; empty for the company's currency alone."""
        self.ensure_one()
        amounts = defaultdict(float)
        for line in lines:
            amounts[line.currency_id] += line.amount_residual_currency
        if not amounts or list(amounts) == [self.currency_id]:
            return False
        ordered = sorted(amounts.items(), key=lambda pair: pair[0].name)
        return " · ".join(format_amount(self.env, amount, currency) for currency, amount in ordered)

    # === ACTION METHODS === #

    def action_refresh(self):
        """Compute the figures again from today's open items."""
        self.check_access("write")
        self.sudo()._refresh(fields.Date.context_today(self))
        self.invalidate_recordset()
        return True

    def action_release_holds(self):
        """End every hold on the customer and its invoices today."""
        active = self.hold_ids
        if not active:
            raise UserError(self.env._("There is no hold to release."))
        active.action_release()
        return self.action_refresh()

    def action_open_partner(self):
        """Open the contact card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }

    def action_open_invoices(self):
        """Open the invoices of the customer, the unpaid ones first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices of %s", self.partner_id.display_name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [(self.env.ref("account.view_out_invoice_tree").id, "list"), (False, "form")],
            "search_view_id": [self.env.ref("account.view_account_invoice_filter").id],
            "domain": [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
            ],
            "context": {"search_default_open": 1, "default_move_type": "out_invoice"},
        }

    def action_open_contacts(self):
        """Open every contact with the customer."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collections_addon.action_dunning_action"
        )
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}

    def action_open_holds(self):
        """Open the holds of the customer, past ones included."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collections_addon.action_collections_hold"
        )
        return {
            **action,
            "domain": [("id", "in", self.all_hold_ids.ids)],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
