from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import oauth
from ..base import AuthExpired, ConnectorError, Misconfigured

#: Target state -> states it may be reached from.
TRANSITIONS = {
    "draft": set(),
    "connected": {"draft", "reconnect", "disconnected"},
    "reconnect": {"connected"},
    "disconnected": {"connected", "reconnect"},
}
#: Days ahead in which a person is told that the consent ends.
WARN_DAYS = 14


class CollectionsConnection(models.Model):
    """The consent of a person: begun, given, ended, renewed, taken back."""

    _inherit = "collections.connection"
    _transitions = TRANSITIONS

    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Is asked to connect again when the ledger wants it.",
    )
    problem = fields.Char(string="What Stands in the Way", readonly=True, copy=False)
    candidates = fields.Json(copy=False, groups="collections_addon.group_collections_admin")
    must_choose = fields.Boolean(compute="_compute_must_choose")
    redirect_uri = fields.Char(string="Redirect Address", compute="_compute_redirect_uri")
    connected_until = fields.Datetime(
        compute="_compute_connected_until", help="Then a person has to connect again."
    )
    has_consent = fields.Boolean(compute="_compute_has_consent")

    _unique_organisation = models.UniqueIndex(
        "(company_id, provider, tenant_id) WHERE tenant_id IS NOT NULL AND active",
        "This organisation is connected to the company already.",
    )

    def _compute_redirect_uri(self):
        for connection in self:
            connection.redirect_uri = connection._redirect_uri()

    def _compute_must_choose(self):
        for connection in self:
            known = connection.sudo().candidates
            connection.must_choose = bool(known and not connection.tenant_id)

    def _compute_connected_until(self):
        for connection in self:
            row = self.env["collections.connection.token"]._of(connection._origin)
            connection.connected_until = row._warn_date() if row else False

    @api.depends("provider")
    def _compute_has_consent(self):
        for connection in self:
            connection.has_consent = bool(
                connection.provider and connection._adapter()._has_consent
            )

    # === STATE === #

    def _transition(self, target, problem=False):
        """Go to another state.

        :param str problem: what a person has to know about it
        :raises UserError: when it cannot be reached from here
        """
        for connection in self:
            if target == connection.state:
                connection.problem = problem
                continue
            connection._check_transition(target)
            connection.write({"state": target, "problem": problem})

    def _need_reconnect(self, text):
        """Only a person can help: say so, once, to the one who is responsible."""
        self.ensure_one()
        connection = self.sudo()
        if connection.state != "connected":
            connection.problem = text
            return
        connection._transition("reconnect", text)
        connection._ask(
            self.env._("Connect %s again", connection.name),
            self.env._("Its reminders wait until then: %s", text),
        )

    def _ask(self, summary, note, deadline=None):
        self.activity_unlink(["mail.mail_activity_data_warning"])
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            date_deadline=deadline,
            summary=summary,
            note=note,
            user_id=(self.user_id or self.env.user).id,
        )

    def _connected(self):
        """The consent is there and the organisation is known."""
        self.sudo()._transition("connected")
        self.sudo().activity_unlink(["mail.mail_activity_data_warning"])

    # === GIVING IT === #

    def _begin_consent(self, now):
        """Begin a connection: the page where a person consents.

        :param datetime now: naive, in UTC
        :rtype: connectors.oauth.Begun
        :raises ConnectorError: when something is missing
        """
        self.ensure_one()
        self._discover(now)
        return oauth.begin(self._identity(), self._app())

    def _discover(self, now):
        """Ask where tokens are given out, where a discovery address is set."""
        known = self.sudo()
        if not known.discovery_url:
            known.endpoints = False
            return
        http = self._oauth_session(now)
        body = http.request("GET", known.discovery_url, urgent=True).body
        found = oauth.discovered(body, self._adapter()._identity(self))
        known.endpoints = oauth.endpoints(found)

    def _finish_consent(self, code, verifier, realm, now):
        """Take what came back from the page.

        :param str realm: QuickBooks: the company that was chosen there
        :param datetime now: naive, in UTC
        :raises ConnectorError: with a sentence for the person who sits there
        """
        self.ensure_one()
        if realm:
            self._check_same(realm)
        http, moment = self._oauth_session(now), now.replace(tzinfo=timezone.utc)
        tokens = oauth.exchange(http, self._identity(), self._app(), code, verifier, moment)
        self._save_tokens(tokens)
        self._find_organisation(now, realm)

    def _connect_custom(self, now):
        """Connect an application that belongs to one organisation: nobody is asked."""
        http, moment = self._oauth_session(now), now.replace(tzinfo=timezone.utc)
        tokens = oauth.client_credentials(http, self._identity(), self._app(), moment)
        self._save_tokens(tokens)
        self._find_organisation(now)

    def _save_tokens(self, tokens):
        with self.env["collections.connection.token"]._locked(self) as row:
            row._save(tokens)

    # === ORGANISATION === #

    def _find_organisation(self, now, realm=""):
        """Take the one organisation there is, or have a person choose.

        :param str realm: where the page told which one
        """
        adapter = self._adapter()
        if realm and not self.tenant_id:
            self._check_free(realm)
            self.sudo().tenant_id = realm
        found = self._calling(now, lambda client: adapter._organisations(client, realm))
        self.sudo().candidates = found
        if not found:
            raise Misconfigured(self.env._("The consent is for no organisation: connect again."))
        if self.tenant_id:
            self._check_same(*(each["id"] for each in found))
            self._choose(self.tenant_id, now)
        elif len(found) == 1:
            self._choose(found[0]["id"], now)

    def _check_same(self, *keys):
        """A connection stays with its organisation: its documents are here.

        :raises Misconfigured: when the consent is for another one
        """
        if self.tenant_id and self.tenant_id not in keys:
            name = self.tenant_name or self.tenant_id
            raise Misconfigured(
                self.env._(
                    "This connection belongs to %(name)s, and the consent was for another "
                    "organisation. Choose %(name)s on the ledger's page, or make a new "
                    "connection.",
                    name=name,
                )
            )

    def _check_free(self, key):
        twin = self.search(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("provider", "=", self.provider),
                ("tenant_id", "=", key),
            ],
            limit=1,
        )
        if twin:
            text = self.env._("This organisation is connected already: %s.", twin.name)
            raise Misconfigured(text)

    def _choose(self, key, now):
        """Settle on an organisation of those consented to.

        :raises Misconfigured: when it is none of them, or connected already
        """
        known = {each["id"]: each["name"] for each in self.sudo().candidates or ()}
        if key not in known:
            raise Misconfigured(self.env._("The consent is not for this organisation."))
        self._check_free(key)
        self.sudo().write({"tenant_id": key, "tenant_name": known[key]})
        adapter = self._adapter()
        told = self._calling(now, adapter._describe)
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", told["currency"])], limit=1)
        self.sudo().write(
            {
                "tenant_name": told["name"] or known[key],
                "currency_id": currency.id,
                "candidates": False,
            }
        )
        self._connected()

    # === BUTTONS === #

    def action_connect(self):
        """Open the ledger's page, or connect at once where there is none."""
        self.ensure_one()
        self.check_access("write")
        now = fields.Datetime.now()
        try:
            self._app()
            if self.custom_connection:
                self._connect_custom(now)
                return True
        except ConnectorError as error:
            raise UserError(str(error)) from None
        url = f"/collections/connection/{self.id}/connect"
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def action_disconnect(self):
        """Give the consent back; what was mirrored stays."""
        self.ensure_one()
        self.check_access("write")
        note = self._revoke(fields.Datetime.now())
        self.sudo()._transition("disconnected", note)
        self.sudo().activity_unlink(["mail.mail_activity_data_warning"])
        return True

    def _revoke(self, now):
        """Give the tokens back and forget them.

        :return: what a person has to know, False when all went well
        """
        note = False
        try:
            tokens = self._token_row()._tokens()
            if tokens and not self.custom_connection:
                oauth.revoke(self._oauth_session(now), self._identity(), self._app(), tokens)
        except ConnectorError as error:
            note = self.env._(
                "The ledger was not told: take the consent back there, too. (%s)", error
            )
        with self.env["collections.connection.token"]._locked(self) as row:
            row._forget()
        return note

    # === EXPIRY === #

    def _cron_expiry(self):
        """Prolong consents that nobody used for long; tell who has to renew one."""
        now = fields.Datetime.now()
        for connection in self.search([("state", "=", "connected")]):
            connection._watch_expiry(now)

    def _watch_expiry(self, now):
        if not self._adapter()._has_consent:
            return
        row = self._token_row()
        if row.ended:
            self._need_reconnect(row.ended)
            return
        end = row._warn_date()
        if end and end - now < timedelta(days=WARN_DAYS):
            self._prolong(now)

    def _prolong(self, now):
        """A refresh begins most lives anew; where it does not, a person has to act."""
        try:
            self._access_token(now)
        except AuthExpired:
            return  # the connection says so itself now
        except ConnectorError as error:
            self.problem = str(error)
        end = self._token_row()._warn_date()
        if end and end - now < timedelta(days=WARN_DAYS):
            text = self.env._("Connect %s again before its consent ends", self.name)
            note = self.env._("Afterwards nothing is read from it and its reminders wait.")
            self._ask(text, note, deadline=end.date())
