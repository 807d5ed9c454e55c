import secrets
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..base import ConnectorError, Misconfigured
from ..http import check_address

SYSTEM = "base.group_system"


class CollectionsProvider(models.Model):
    """An account with a provider of text messages, WhatsApp or telephone calls."""

    _name = "collections.provider"
    _description = "Messaging Provider"
    _inherit = ["mail.thread"]
    _order = "company_id, sequence, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first one that can do a thing does it.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    code = fields.Selection(
        selection=lambda self: self.env["collections.provider.adapter"]._selection(),
        string="Provider",
        required=True,
        default="twilio",
    )
    account_id = fields.Char(
        string="Account", copy=False, tracking=True, help="Twilio: the Account SID (AC…)."
    )
    auth_token = fields.Char(
        string="Secret",
        copy=False,
        groups=SYSTEM,
        help="Twilio: the auth token of the account. Meta: an access token of a system user.",
    )
    webhook_secret = fields.Char(
        string="Application Secret",
        copy=False,
        groups=SYSTEM,
        help="Meta: the secret of the application, with which it signs what it tells.",
    )
    webhook_token = fields.Char(
        copy=False, required=True, groups=SYSTEM, default=lambda self: secrets.token_urlsafe(24)
    )
    verify_token = fields.Char(
        string="Verify Token",
        copy=False,
        groups=SYSTEM,
        default=lambda self: secrets.token_urlsafe(18),
        help="Meta: enter it where the webhook is set up.",
    )
    sms_sender = fields.Char(
        string="Sender of Text Messages",
        tracking=True,
        help="A number of the account as +…, or the SID of a messaging service (MG…).",
    )
    whatsapp_sender = fields.Char(
        string="Sender on WhatsApp",
        tracking=True,
        help="Twilio: the number as +…. Meta: the phone number ID.",
    )
    voice_sender = fields.Char(
        string="Number of Calls", tracking=True, help="A number of the account as +…."
    )
    api_url = fields.Char(
        string="API Address",
        copy=False,
        groups=SYSTEM,
        help="Of a test service; empty for the provider's own.",
    )
    status_url = fields.Char(compute="_compute_urls", groups=SYSTEM, string="Webhook: Status")
    incoming_url = fields.Char(compute="_compute_urls", groups=SYSTEM, string="Webhook: Messages")
    event_ids = fields.One2many("collections.provider.event", "provider_id")
    failed_count = fields.Integer(compute="_compute_failed_count", string="Failed Events")
    has_secret = fields.Boolean(compute="_compute_has_secret")

    _token = models.UniqueIndex("(webhook_token)", "This address is another provider's.")

    # === COMPUTE METHODS === #

    @api.depends("webhook_token", "code")
    def _compute_urls(self):
        for provider in self:
            provider.status_url = provider.webhook_token and provider._webhook_url("status")
            provider.incoming_url = provider.webhook_token and provider._webhook_url("incoming")

    @api.depends("auth_token")
    def _compute_has_secret(self):
        for provider in self:
            provider.has_secret = bool(provider.sudo().auth_token)

    def _compute_failed_count(self):
        groups = self.env["collections.provider.event"]._read_group(
            [("provider_id", "in", self.ids), ("state", "=", "failed")],
            ["provider_id"],
            ["__count"],
        )
        counts = {provider.id: count for provider, count in groups}
        for provider in self:
            provider.failed_count = counts.get(provider.id, 0)

    # === CONSTRAINTS === #

    @api.constrains("api_url")
    def _check_api_url(self):
        for provider in self.sudo().filtered("api_url"):
            try:
                check_address(provider.api_url)
            except Misconfigured as error:
                raise ValidationError(str(error)) from None

    @api.constrains("sms_sender", "whatsapp_sender", "voice_sender", "account_id")
    def _check_senders(self):
        """What goes into addresses and forms holds no spaces and no surprises."""
        for provider in self:
            for name in ("sms_sender", "whatsapp_sender", "voice_sender", "account_id"):
                text = provider[name] or ""
                if not text.isascii() or any(not (c.isalnum() or c in "+_-") for c in text):
                    raise ValidationError(
                        self.env._(
                            "“%(text)s” cannot be the %(field)s: letters, digits and + only.",
                            text=text,
                            field=provider._fields[name].get_description(self.env)["string"],
                        )
                    )

    # === ACTION METHODS === #

    def action_check(self):
        """Ask the provider whether the account works."""
        self.ensure_one()
        provider = self.sudo()
        try:
            name = provider._adapter()._check(provider)
        except ConnectorError as error:
            raise UserError(str(error)) from None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The account works: %s.", name),
            },
        }

    def action_view_failed_events(self):
        """Open what could not be processed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_provider_event"
        )
        action["domain"] = [("provider_id", "=", self.id), ("state", "=", "failed")]
        action["context"] = {}
        return action

    # === BUSINESS METHODS === #

    @api.model
    def _for(self, company, service):
        """The provider through which a company does something, as superuser; empty without.

        :param str service: `sms`, `whatsapp` or `voice`
        """
        adapters = self.env["collections.provider.adapter"]
        able = [code for code in adapters._codes() if service in adapters._by_code(code)._services]
        domain = [
            ("company_id", "=", company.id),
            ("code", "in", able),
            (f"{service}_sender", "!=", False),
        ]
        return self.sudo().search(domain, limit=1)

    def _adapter(self):
        self.ensure_one()
        return self.env["collections.provider.adapter"]._by_code(self.code)

    def _client(self):
        """The way to the provider; use one for a batch, it knows when to pause.

        :raises Misconfigured: when something was not entered
        """
        provider = self.sudo()
        return provider._adapter()._client(provider)

    def _sender(self, service):
        """Our number for a service."""
        return self[f"{service}_sender"]

    def _require(self, *names):
        """Make sure that these settings were entered.

        :raises Misconfigured: and says which is missing
        """
        for name in names:
            if not self.sudo()[name]:
                label = self._fields[name].get_description(self.env)["string"]
                raise Misconfigured(
                    self.env._(
                        "Enter the %(field)s of %(provider)s.", field=label, provider=self.name
                    )
                )

    def _webhook_url(self, kind, ref=""):
        """The public address at which the provider tells us something.

        :param str kind: `status`, `incoming`, `call`, …
        :param str ref: given back with it
        """
        token = self.sudo().webhook_token
        query = f"?{urlencode({'ref': ref})}" if ref else ""
        return f"{self.get_base_url()}/collections/provider/{self.code}/{kind}/{token}{query}"

    @api.model
    def _by_token(self, code, token):
        """The provider of an address, as superuser; empty for an unknown one."""
        if not token:
            return self.sudo().browse()
        return self.sudo().search([("code", "=", code), ("webhook_token", "=", token)], limit=1)
