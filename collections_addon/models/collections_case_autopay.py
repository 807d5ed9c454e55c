from odoo import fields, models
from odoo.tools import format_amount


class CollectionsCase(models.Model):
    """Automatic payments of a customer."""

    _inherit = "collections.case"

    autopay_ids = fields.One2many("collections.autopay", "case_id", string="Automatic Payments")
    autopay_id = fields.Many2one(
        "collections.autopay", compute="_compute_autopay_id", string="Automatic Payment"
    )
    autopay_charge_ids = fields.One2many(
        "collections.autopay.charge", "case_id", string="Automatic Charges"
    )

    def _compute_autopay_id(self):
        for case in self:
            current = case.autopay_ids.filtered(lambda one: one.state in ("active", "suspended"))
            case.autopay_id = current[:1]

    def action_open_autopay(self):
        """The customer's consent to automatic payment, and what it brought."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_autopay"
        )
        if len(self.autopay_ids) == 1:
            action.update(view_mode="form", views=[[False, "form"]], res_id=self.autopay_ids.id)
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}

    def _autopay_waiting(self):
        """The consent for which a method is still to be given: newly agreed, or refused."""
        self.ensure_one()
        waiting = self.autopay_ids.filtered(lambda one: one.state in ("draft", "suspended"))
        return waiting.sorted(lambda one: (one.state == "draft", one.id))[-1:]

    def _autopay_consent(self, limit=None):
        """What a customer agrees to, in the language of the environment.

        :param float|None limit: the most for one collection, as the customer has set it
        :rtype: str
        """
        self.ensure_one()
        text = self._autopay_words()
        if not limit:
            return text
        amount = format_amount(self.env, limit, self.company_id.currency_id)
        return f"{text} {self.env._('My limit for one collection: %s.', amount)}"

    def _autopay_words(self):
        return self.env._(
            "I agree that %(company)s collects what I have chosen from the payment method that I "
            "save with its payment provider. I am told the amount and the day at least %(days)s "
            "days before. If I set a limit, nothing is collected that is more than it. "
            "Nothing is collected while I dispute it, have promised another date or "
            "have paid in another way. I can end this at any time on this page.",
            company=self.company_id.name,
            days=self.company_id.collections_autopay_notice_days,
        )
