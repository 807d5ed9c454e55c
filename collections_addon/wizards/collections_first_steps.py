from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import config

#: What Odoo takes for outgoing mail when nobody has chosen anything.
UNSET_SMTP = (False, "", "localhost")


class CollectionsFirstSteps(models.TransientModel):
    """The way from an installed module to the first approved reminders.

    Each step looks at the data to say whether it is done; nothing is ticked by hand.
    """

    _name = "collections.first.steps"
    _description = "First Steps"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    policy_id = fields.Many2one(
        "dunning.policy",
        string="Default Policy",
        compute="_compute_steps",
        inverse="_inverse_policy_id",
        domain="[('company_id', 'in', (company_id, False)), ('is_for_plans', '=', False)]",
    )
    test_email = fields.Char(
        string="Test Mailbox", compute="_compute_steps", inverse="_inverse_test_email"
    )
    effective_policy_id = fields.Many2one("dunning.policy", compute="_compute_steps")
    mail_from = fields.Char(compute="_compute_steps")
    overdue_count = fields.Integer(compute="_compute_steps")
    draft_count = fields.Integer(compute="_compute_steps")
    is_without_plans = fields.Boolean(compute="_compute_steps")
    is_policy_done = fields.Boolean(compute="_compute_steps")
    is_text_done = fields.Boolean(compute="_compute_steps")
    is_mail_done = fields.Boolean(compute="_compute_steps")
    is_test_done = fields.Boolean(compute="_compute_steps")
    is_run_done = fields.Boolean(compute="_compute_steps")
    is_approved_done = fields.Boolean(compute="_compute_steps")
    done_count = fields.Integer(compute="_compute_steps")

    def _compute_display_name(self):
        for guide in self:
            guide.display_name = self.env._("First Steps")

    @api.depends("company_id")
    def _compute_steps(self):
        for guide in self:
            company = guide.company_id
            guide.policy_id = company.dunning_policy_id
            guide.effective_policy_id = self.env["dunning.policy"]._default_of(company)
            guide.is_without_plans = bool(
                guide.effective_policy_id and not guide.effective_policy_id.sudo().plan_offer_ids
            )
            guide.is_policy_done = bool(company.dunning_policy_id)
            guide.is_text_done = guide._texts_complete()
            guide.mail_from = company.email_formatted
            guide.is_mail_done = bool(company.email) and guide._has_mail_server()
            guide.test_email = company.collections_test_email
            guide.is_test_done = bool(company.collections_test_email)
            runs = [("company_id", "=", company.id)]
            guide.is_run_done = bool(
                self.env["dunning.run"].search_count([*runs, ("state", "=", "done")], limit=1)
            )
            actions = self.env["dunning.action"]
            guide.draft_count = actions.search_count([*runs, ("state", "=", "draft")])
            guide.is_approved_done = bool(
                actions.search_count([*runs, ("contact_date", "!=", False)], limit=1)
            )
            guide.overdue_count = self.env["collections.case"].search_count(
                [*runs, ("overdue", ">", 0)]
            )
            guide.done_count = sum(guide[name] for name in self._step_names())

    def _inverse_policy_id(self):
        for guide in self:
            guide._company_sudo().dunning_policy_id = guide.policy_id

    def _inverse_test_email(self):
        for guide in self:
            guide._company_sudo().collections_test_email = guide.test_email

    def _company_sudo(self):
        """The company to set up: one of the user's own, who need not administer companies.

        :raises AccessError: for a company the user does not work in
        """
        self.ensure_one()
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("You do not work in this company."))
        return self.company_id.sudo()

    @api.model
    def _step_names(self):
        return [
            "is_policy_done",
            "is_text_done",
            "is_mail_done",
            "is_test_done",
            "is_run_done",
            "is_approved_done",
        ]

    def _texts_complete(self):
        """Whether every channel of the policy in force has a text."""
        self.ensure_one()
        steps = self.effective_policy_id.level_ids.step_ids
        return bool(steps) and all(step.template for step in steps)

    @api.model
    def _has_mail_server(self):
        """Whether outgoing mail leaves: a server in the database or in Odoo's own file."""
        if config.get("smtp_server") not in UNSET_SMTP:
            return True
        return bool(self.env["ir.mail_server"].sudo().search_count([], limit=1))

    @api.model
    def _open(self):
        """The guide of the current company, as an action.

        :rtype: dict
        """
        guide = self.create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("First Steps"),
            "res_model": self._name,
            "res_id": guide.id,
            "view_mode": "form",
            "target": "current",
        }

    # === ACTION METHODS === #

    def _open_xmlid(self, xmlid):
        return self.env["ir.actions.actions"]._for_xml_id(xmlid)

    def action_offer_plans(self):
        """Let customers under the default policy pay by the ready terms of payment plans."""
        self.ensure_one()
        self.effective_policy_id.action_offer_ready_plans()
        return self._open()

    def action_policy(self):
        """Choose the default policy."""
        return self._open_xmlid("collections_addon.action_dunning_policy")

    def action_texts(self):
        """Read and change the texts."""
        return self._open_xmlid("collections_addon.action_collections_texts")

    def action_mail(self):
        """Set up outgoing mail."""
        return self._open_xmlid("base.action_ir_mail_server_list")

    def action_evaluate(self):
        """Evaluate today."""
        return self._open_xmlid("collections_addon.action_dunning_evaluate")

    def action_contacts(self):
        """What waits for approval."""
        return self._open_xmlid("collections_addon.action_dunning_action")
