from odoo import models
from odoo.fields import Domain

UNDER_WAY = ("draft", "queued", "sending")


class DunningAction(models.Model):
    """The next channel of a level, when one could not reach the customer."""

    _inherit = "dunning.action"

    def _start_fallback(self):
        """Contact by the next channel of the level instead of the one that failed."""
        for action in self.filtered("run_id"):
            step = action.level_id._fallback_after(action._used_channels())
            if step:
                action._copy_to_step(step)

    def _used_channels(self):
        """Codes of the channels that this run has tried, or that are under way already."""
        self.ensure_one()
        customer = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
            ]
        )
        taken = Domain("run_id", "=", self.run_id.id) | Domain("state", "in", UNDER_WAY)
        return self.search(customer & taken).mapped("channel_code")

    def _copy_to_step(self, step):
        channel = self.env["collections.channel"]._by_code(step.channel_code)
        fallback = self.sudo().create(
            {
                "run_id": self.run_id.id,
                "case_id": self.case_id.id,
                "partner_id": self.partner_id.id,
                "recipient_id": self.recipient_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "level_id": self.level_id.id,
                "step_id": step.id,
                "channel_code": step.channel_code,
                "is_manual": channel._is_manual,
                "state": "queued",
                "amount_total": self.amount_total,
                "amount_overdue": self.amount_overdue,
                "amount_credit": self.amount_credit,
                "approved_by_id": self.approved_by_id.id,
                "approved_at": self.approved_at,
            }
        )
        for item in self.item_ids:
            item.sudo().copy({"action_id": fallback.id})
        self._wake_dispatch()
        return fallback
