from odoo import api, fields, models


class CollectionsProvider(models.Model):
    """Telephone calls."""

    _inherit = "collections.provider"

    transfer_number = fields.Char(
        string="Calls Are Transferred To",
        tracking=True,
        help="As +…, where the customer's collector has no number. Empty: a person calls back.",
    )
    voice_url = fields.Char(
        compute="_compute_voice_url", groups="base.group_system", string="Webhook: Calls"
    )

    call_status_url = fields.Char(
        compute="_compute_voice_url", groups="base.group_system", string="Webhook: Call Status"
    )

    @api.depends("webhook_token", "code")
    def _compute_voice_url(self):
        for provider in self:
            provider.voice_url = provider.webhook_token and provider._webhook_url("voice")
            provider.call_status_url = provider.webhook_token and provider._webhook_url("call")
