from odoo import api, fields, models

from ..domain.eligibility import decide, next_step_date


class CollectionsPlan(models.Model):
    """What the form of a plan shows beside the plan, and where its buttons lead."""

    _inherit = "collections.plan"

    recipient_id = fields.Many2one(
        "res.partner", compute="_compute_recipient", string="Who Gets Messages"
    )
    recipient_lang = fields.Char(compute="_compute_recipient", string="Recipient's Language")
    portal_url = fields.Char(
        compute="_compute_portal_url",
        groups="collections_addon.group_collections_collector",
        help="Opens the plan without a login, for who holds the link.",
    )
    reminder_count = fields.Integer(compute="_compute_reminder_count")
    reminder_text = fields.Char(
        string="Next Reminder", compute="_compute_reminder_text", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "company_id")
    def _compute_recipient(self):
        active = {code for code, _name in self.env["res.lang"].get_installed()}
        for plan in self:
            recipient = plan.partner_id._dunning_recipient()
            wishes = (recipient.lang, plan.partner_id.lang, plan.company_id.partner_id.lang)
            plan.recipient_id = recipient
            plan.recipient_lang = next((code for code in wishes if code in active), "en_US")

    def _compute_portal_url(self):
        today = fields.Date.context_today(self)
        for plan in self:
            plan.portal_url = plan.case_id._portal_url(today, f"/plan/{plan.id}")

    def _compute_reminder_count(self):
        rows = self.env["dunning.action"]._read_group(
            [("plan_line_id.plan_id", "in", self.ids)], ["plan_line_id"], ["__count"]
        )
        for plan in self:
            plan.reminder_count = sum(count for line, count in rows if line.plan_id == plan)

    @api.depends("state", "next_date")
    @api.depends_context("lang")
    def _compute_reminder_text(self):
        """Why the next installment is (not) reminded, and when it will be."""
        today = fields.Date.context_today(self)
        self.reminder_text = False
        active = self.filtered(lambda plan: plan.state == "active")
        for company, plans in active.grouped("company_id").items():
            for group in plans._reminder_groups(company, today).values():
                plans._explain_group(group, today)

    def _explain_group(self, group, today):
        explainer = self.env["dunning.explainer"]
        for decision in decide(group.lines, group.facts, group.rules, today):
            line = self.line_ids.browse(decision.line.id)
            when = next_step_date(decision, group.facts, group.rules, today)
            answer = explainer._answer(decision, when)
            if not line.plan_id.reminder_text:
                line.plan_id.reminder_text = f"{line.label}: {answer['text']}"

    def _next_line(self):
        """The oldest installment of which something is open; empty for no plan."""
        lines = self._ordered_lines() if self else self.line_ids
        return lines.filtered(lambda line: not line.currency_id.is_zero(line.amount_open))[:1]

    # === ACTION METHODS === #

    def action_open_case(self):
        """Open the customer's file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.case",
            "res_id": self.case_id.id,
            "view_mode": "form",
        }

    def action_open_reminders(self):
        """The contacts about installments of these plans."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collections_addon.action_dunning_action"
        )
        domain = [("plan_line_id.plan_id", "in", self.ids)]
        return {**action, "domain": domain, "context": {}}

    def action_send(self):
        """Write to the customer, with the agreement attached."""
        self.ensure_one()
        self.check_access("write")
        template = self.env.ref("collections_addon.mail_template_plan_proposal", False)
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }
