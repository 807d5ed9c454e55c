import time
from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import oauth
from ..base import AuthExpired, ConnectorError, Misconfigured
from ..http import HttpSession, check_address
from ..limits import RateLimiter, SharedLimiter
from ..sealing import SealBroken

ADMIN = "collections_addon.group_collections_admin"
SYSTEM = "base.group_system"
#: Calls of tokens have no budget of the organisation; this only stops a loop.
OAUTH_PER_MINUTE = 30
ADDRESSES = ("api_url", "identity_url", "discovery_url")


class CollectionsConnection(models.Model):
    """Credentials of a connection, its tokens, and the client that calls with them."""

    _inherit = "collections.connection"

    client_id = fields.Char(string="Client ID", copy=False, groups=ADMIN, tracking=True)
    client_secret = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_client_secret",
        copy=False,
        groups=ADMIN,
        help="Kept sealed: it can be replaced, never read.",
    )
    webhook_secret = fields.Char(
        string="Webhook Key",
        compute="_compute_secrets",
        inverse="_inverse_webhook_secret",
        copy=False,
        groups=ADMIN,
        help="Xero: the webhook's signing key. QuickBooks: the verifier token. Kept sealed: "
        "it can be replaced, never read.",
    )
    has_client_secret = fields.Boolean(compute="_compute_secrets")
    has_webhook_secret = fields.Boolean(compute="_compute_secrets")
    custom_connection = fields.Boolean(
        copy=False,
        help="Xero: an application made for this one organisation, which needs no consent of "
        "a person (“custom connection”).",
    )
    sandbox = fields.Boolean(
        copy=False, help="QuickBooks: a company of the developer's sandbox, with test keys."
    )
    api_url = fields.Char(string="API Address", copy=False, groups=SYSTEM)
    identity_url = fields.Char(string="Identity Address", copy=False, groups=SYSTEM)
    discovery_url = fields.Char(string="Discovery Address", copy=False, groups=SYSTEM)
    endpoints = fields.Json(copy=False, groups=fields.NO_ACCESS)
    # === WRITING BACK === #
    push_payments = fields.Boolean(
        string="Write Payments",
        tracking=True,
        help="Payments that customers make on our portal are written to the ledger.",
    )
    push_notes = fields.Boolean(
        string="Write Contacts",
        tracking=True,
        help="Each contact leaves a note in the history of its invoices there.",
    )
    # === BUDGET === #
    budget_ids = fields.One2many("collections.connection.budget", "connection_id")
    calls_today = fields.Integer(compute="_compute_budget")
    calls_month = fields.Integer(string="Calls This Month", compute="_compute_budget")
    day_remaining = fields.Integer(
        string="Calls Left Today", compute="_compute_budget", help="-1: the ledger does not say."
    )
    paused_until = fields.Datetime(compute="_compute_budget")

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        for connection in connections:
            connection._token_row()
            self.env["collections.connection.budget"].sudo()._of(connection.id)
        connections.invalidate_recordset(["budget_ids"])
        return connections

    # === SECRETS === #

    def _token_row(self):
        """Where the secrets are, as superuser; made when there is none."""
        self.ensure_one()
        model = self.env["collections.connection.token"].sudo()
        return model._of(self) or model.create({"connection_id": self.id})

    def _compute_secrets(self):
        """A secret is never shown, only whether there is one."""
        for connection in self:
            row = self.env["collections.connection.token"]._of(connection._origin)
            connection.client_secret = connection.webhook_secret = False
            connection.has_client_secret = bool(row.client_secret)
            connection.has_webhook_secret = bool(row.webhook_secret)

    def _inverse_client_secret(self):
        self._keep_secret("client_secret", self.env._("The client secret was replaced."))

    def _inverse_webhook_secret(self):
        self._keep_secret("webhook_secret", self.env._("The webhook key was replaced."))

    def _keep_secret(self, name, note):
        for connection in self:
            text = (connection[name] or "").strip()
            if not text:
                continue
            row = connection._token_row()
            if row[name]:
                connection.message_post(body=note)
            row[name] = row._seal(name, text)
        self.invalidate_recordset([name], flush=False)

    def _compute_budget(self):
        today = fields.Datetime.now().date()
        for connection in self:
            budget = connection.sudo().budget_ids[:1]
            is_today, day = budget.day == today, budget.day
            this_month = day and (day.year, day.month) == (today.year, today.month)
            connection.calls_today = budget.calls_today if is_today else 0
            connection.calls_month = budget.calls_month if this_month else 0
            connection.day_remaining = budget.day_remaining if is_today else -1
            connection.paused_until = budget.paused_until

    # === ADDRESSES === #

    @api.constrains(*ADDRESSES)
    def _check_addresses(self):
        for connection in self.sudo():
            for name in ADDRESSES:
                if connection[name]:
                    self._check_address(connection[name])

    def _check_address(self, address):
        try:
            check_address(address)
        except Misconfigured as error:
            raise ValidationError(str(error)) from None

    def _address(self, name, default):
        """An address of the service, the setting's or its own, without its last slash.

        :param str name: `api_url` or `identity_url`
        """
        own = self._adapter()._own_address(self, name)
        return (self.sudo()[name] or own or default).rstrip("/")

    def _app(self):
        """The application as it is registered with the service.

        :raises Misconfigured: when it was not entered
        """
        row, known = self._token_row(), self.sudo()
        if not known.client_id:
            raise Misconfigured(self.env._("Enter the client id of your application first."))
        secret = row._secret("client_secret")
        if not secret:
            raise Misconfigured(self.env._("Enter the client secret of your application first."))
        return oauth.App(
            client_id=known.client_id, client_secret=secret, redirect_uri=self._redirect_uri()
        )

    def _redirect_uri(self):
        return f"{self.get_base_url()}/collections/oauth/callback"

    # === TOKENS === #

    def _access_token(self, now):
        """A token that may be used now.

        Refreshed when needed, by one worker at a time, and saved before it is used.

        :param datetime now: naive, in UTC
        :rtype: str
        :raises AuthExpired: with `reconnect`; the connection says so from then on
        :raises ConnectorError: when the service cannot be reached, or the settings are wrong
        """
        self.ensure_one()
        try:
            return (self._kept_tokens(now) or self._refresh(now)).access
        except AuthExpired as error:
            self._auth_failed(error, now)
            raise
        except SealBroken as error:
            self._need_reconnect(str(error))
            raise

    def _kept_tokens(self, now):
        """The tokens as this transaction sees them, None where it has to look again.

        It may have begun before they were saved in one of their own.
        """
        try:
            return self._token_row()._usable(now)
        except AuthExpired:
            return None

    def _refresh(self, now):
        failure = None
        with self.env["collections.connection.token"]._locked(self) as row:
            tokens = row._usable(now)
            if tokens is None:
                tokens, failure = row.connection_id._renew(row, now)
        if failure:
            raise failure
        return tokens

    def _renew(self, row, now):
        """New tokens, saved; or why there are none, saved too when it is final."""
        moment, old = now.replace(tzinfo=timezone.utc), row._tokens()
        identity, app, http = self._identity(), self._app(), self._oauth_session(now)
        try:
            if self.custom_connection:
                tokens = oauth.client_credentials(http, identity, app, moment)
            else:
                tokens = oauth.refresh(http, identity, app, old, moment)
        except AuthExpired as error:
            row.ended = str(error) if error.reconnect else False
            return None, error
        except ConnectorError as error:
            return None, error
        finally:
            http.close()
        row._save(tokens)
        return tokens, None

    def _auth_failed(self, error, now):
        """Draw the conclusion from a refused token: call it when a call raised `AuthExpired`.

        :param AuthExpired error: where no refresh helps, a person is asked; else the next
            call begins with a refresh
        """
        if error.reconnect:
            self._need_reconnect(str(error))
            return
        with self.env["collections.connection.token"]._locked(self) as row:
            if row.expires_at:
                row._expire(now)

    def _identity(self):
        """Where the service gives out tokens, by the settings and what it said itself."""
        identity = self._adapter()._identity(self)
        return oauth.with_endpoints(identity, self.sudo().endpoints or {})

    # === CALLS === #

    def _client(self, now):
        """The adapter's client, ready to call; `client.session` is the way it calls.

        :param datetime now: naive, in UTC
        :raises ConnectorError: as `_access_token`
        """
        self.ensure_one()
        token = self._access_token(now)
        http = self._api_session(now)
        client = self._adapter()._make_client(self, http, token)
        client.session = http
        return client

    def _api_session(self, now):
        """A way to the service that keeps to the budget which all workers share."""
        clock = _seconds_from(now)
        budgets = self.env["collections.connection.budget"].sudo()
        per_minute, reserve = self._adapter()._allowance()
        limiter = SharedLimiter(
            clock,
            per_minute,
            reserve,
            budgets._known(self),
            keep=lambda more: budgets._keep(self, more, now),
        )
        return HttpSession(limiter, time.monotonic)

    def _oauth_session(self, now):
        return HttpSession(RateLimiter(_seconds_from(now), OAUTH_PER_MINUTE), time.monotonic)

    def _calling(self, now, work):
        """Do something with a client; a token refused meanwhile has its consequences.

        :param work: function of the client
        :raises ConnectorError: what the call or the token met
        """
        client = self._client(now)
        try:
            return work(client)
        except AuthExpired as error:
            self._auth_failed(error, now)
            raise
        finally:
            client.session.close()


def _seconds_from(now):
    """A clock that begins at a moment and goes on as the machine's does."""
    begun, start = time.monotonic(), now.replace(tzinfo=timezone.utc).timestamp()
    return lambda: start + time.monotonic() - begun
