"""Xero's identity service: consent, tokens that rotate, the list of connections."""

import base64
import hashlib
import html
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from ..web import Answer, Refused

ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)
CODE_LIFE = timedelta(minutes=5)


@dataclass
class App:
    """An application registered with Xero.

    :ivar secret: empty for an application that uses PKCE only
    :ivar granular: made since 2 March 2026, may not ask for the broad scopes
    :ivar tenant: of a custom connection, its one organisation
    """

    client_id: str
    secret: str = ""
    redirects: tuple = ()
    granular: bool = True
    tenant: str = ""


@dataclass
class Grant:
    """A consent: which application may do what where."""

    app: App
    scope: str
    tenants: set
    event: str
    revoked: bool = False


@dataclass
class Code:
    """An authorization code on its way back."""

    grant: Grant
    redirect: str
    challenge: str
    made: datetime
    used: bool = False


@dataclass
class Refresh:
    """A refresh token; used ones still work for the grace period."""

    grant: Grant
    made: datetime
    used: datetime | None = None


@dataclass
class Connection:
    """An organisation connected to an application."""

    id: str
    app: App
    tenant: str
    event: str
    made: datetime = field(default=None)


class Identity:
    """The service behind login.xero.com, identity.xero.com and /connections.

    :ivar grace: how long a used refresh token still works, for answers that were lost
    :ivar consent: what the user at the login says: True, False, or None for a page that asks
    """

    def __init__(self, clock, new_id, tenants):
        self.clock = clock
        self.new_id = new_id
        self.tenants = tenants
        self.grace = timedelta(minutes=30)
        self.consent = True
        self.apps = {}
        self.codes = {}
        self.access = {}
        self.refreshes = {}
        self.connections = {}

    def serve(self, request):
        """Answer what belongs here, None for all else.

        :rtype: Answer | None
        """
        path = request.path.lower().rstrip("/")
        if path == "/identity/connect/authorize":
            return self._authorize(request)
        if path == "/connect/token" and request.method == "POST":
            return self._token(request)
        if path == "/connect/revocation" and request.method == "POST":
            return self._revoke(request)
        if path.startswith("/connections"):
            return self._connections(request, request.path.split("/")[2:])
        return None

    # Consent

    def _authorize(self, request):
        asked = request.query
        app = self.apps.get(asked.get("client_id"))
        redirect = asked.get("redirect_uri", "")
        if not app or redirect not in app.redirects or asked.get("response_type") != "code":
            page = "<h1>Sorry, something went wrong</h1><p>Error: unauthorized_client</p>"
            return Answer(400, page, {"Content-Type": "text/html"})
        if self.consent is None and "decision" not in asked:
            return self._consent_page(app, request.target)
        if asked.get("decision", "allow" if self.consent else "deny") != "allow":
            return _back(redirect, asked, error="access_denied")
        if app.granular and "accounting.transactions" in asked.get("scope", ""):
            return _back(redirect, asked, error="invalid_scope")
        grant = self.connect(app, asked.get("scope", ""))
        code = self.new_id()
        challenge = asked.get("code_challenge", "")
        self.codes[code] = Code(grant, redirect, challenge, self.clock.now())
        return _back(redirect, asked, code=code, scope=grant.scope)

    def _consent_page(self, app, target):
        names = html.escape(", ".join(ledger.name for ledger in self.tenants.values()))
        link = html.escape(target)
        page = (
            f"<h1>{html.escape(app.client_id)} wants access to</h1><p>{names}</p>"
            f'<a href="{link}&amp;decision=allow">Allow access</a> '
            f'<a href="{link}&amp;decision=deny">Cancel</a>'
        )
        return Answer(200, page, {"Content-Type": "text/html; charset=utf-8"})

    def connect(self, app, scope):
        """Consent for a user: connect all organisations.

        :rtype: Grant
        """
        grant = Grant(app, scope, set(self.tenants), self.new_id())
        linked = {(link.app.client_id, link.tenant) for link in self.connections.values()}
        for tenant in self.tenants:
            if (app.client_id, tenant) not in linked:
                link = Connection(self.new_id(), app, tenant, grant.event, self.clock.now())
                self.connections[link.id] = link
        return grant

    def disconnect(self, tenant):
        """Take an organisation away from every application."""
        for link in [link for link in self.connections.values() if link.tenant == tenant]:
            del self.connections[link.id]

    # Tokens

    def _token(self, request):
        form = request.form()
        client_id, secret = _client(request, form)
        app = self.apps.get(client_id)
        pkce = form.get("grant_type") == "authorization_code" and form.get("code_verifier")
        if not app or (secret != app.secret and not (pkce and not secret)):
            raise Refused(400, {"error": "invalid_client"})
        handlers = {
            "authorization_code": self._from_code,
            "refresh_token": self._from_refresh,
            "client_credentials": self._from_credentials,
        }
        handler = handlers.get(form.get("grant_type"))
        if not handler:
            raise Refused(400, {"error": "unsupported_grant_type"})
        return Answer(200, handler(app, form), {"Cache-Control": "no-store"})

    def _from_code(self, app, form):
        code = self.codes.get(form.get("code"))
        fresh = code and not code.used and self.clock.now() - code.made < CODE_LIFE
        same = code and code.grant.app is app and code.redirect == form.get("redirect_uri")
        if not fresh or not same or not _proves(code.challenge, form.get("code_verifier", "")):
            raise Refused(400, {"error": "invalid_grant"})
        code.used = True
        return self._issue(code.grant)

    def _from_refresh(self, app, form):
        now = self.clock.now()
        token = self.refreshes.get(form.get("refresh_token"))
        if not token or token.grant.app is not app or token.grant.revoked:
            raise Refused(400, {"error": "invalid_grant"})
        late = token.used and now - token.used > self.grace
        if late or now - token.made > REFRESH_LIFE:
            raise Refused(400, {"error": "invalid_grant"})
        token.used = token.used or now
        return self._issue(token.grant)

    def _from_credentials(self, app, form):
        if not app.tenant:
            raise Refused(400, {"error": "unauthorized_client"})
        grant = Grant(app, form.get("scope", ""), {app.tenant}, self.new_id())
        answer = self._issue(grant)
        return {key: answer[key] for key in ("access_token", "expires_in", "token_type", "scope")}

    def _issue(self, grant):
        now = self.clock.now()
        access = self._jwt(grant, "access")
        self.access[access] = (grant, now + ACCESS_LIFE)
        answer = {
            "id_token": self._jwt(grant, "id"),
            "access_token": access,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "Bearer",
        }
        if "offline_access" in grant.scope.split():
            refresh = "r-" + self.new_id()
            self.refreshes[refresh] = Refresh(grant, now)
            answer["refresh_token"] = refresh
        return answer | {"scope": grant.scope}

    def _jwt(self, grant, use):
        claims = {
            "client_id": grant.app.client_id,
            "authentication_event_id": grant.event,
            "jti": self.new_id(),
            "use": use,
            "exp": int((self.clock.now() + ACCESS_LIFE).timestamp()),
        }
        parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        signature = hashlib.sha256(b".".join(parts)).digest()
        return ".".join(_base64(part) for part in (*parts, signature))

    def _revoke(self, request):
        token = self.refreshes.get(request.form().get("token"))
        if token:
            token.grant.revoked = True
            self.connections = {
                key: link
                for key, link in self.connections.items()
                if link.app is not token.grant.app
            }
        return Answer(200)

    # Use

    def check(self, request):
        """Return the consent a request comes with.

        :rtype: Grant
        :raise Refused: 401 without a valid token
        """
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        grant, until = self.access.get(token, (None, None))
        if kind.lower() != "bearer" or not grant or grant.revoked:
            raise Refused(401, problem(401, "AuthenticationUnsuccessful", self.new_id()))
        if self.clock.now() >= until:
            moment = until.strftime("%m/%d/%Y %H:%M:%S")
            detail = f"TokenExpired: token expired at {moment}"
            raise Refused(401, problem(401, detail, self.new_id()))
        return grant

    def tenant(self, request, grant):
        """Return which organisation a request is about.

        :raise Refused: 403 when it is not connected
        """
        asked = request.headers.get("xero-tenant-id", grant.app.tenant)
        linked = any(
            link.tenant == asked and link.app is grant.app for link in self.connections.values()
        )
        if asked not in self.tenants or not (linked or asked == grant.app.tenant):
            raise Refused(403, problem(403, "AuthenticationUnsuccessful", self.new_id()))
        return asked

    def _connections(self, request, rest):
        grant = self.check(request)
        mine = [link for link in self.connections.values() if link.app is grant.app]
        if grant.app.tenant:
            mine = [
                Connection("custom", grant.app, grant.app.tenant, grant.event, self.clock.now())
            ]
        if request.method == "DELETE":
            if not rest or rest[0] not in {link.id for link in mine}:
                raise Refused(404, problem(404, "NotFound", self.new_id()))
            del self.connections[rest[0]]
            return Answer(204)
        event = request.query.get("authEventId")
        return Answer(200, [self._show(each) for each in mine if event in (None, each.event)])

    def _show(self, link):
        moment = link.made.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"
        return {
            "id": link.id,
            "authEventId": link.event,
            "tenantId": link.tenant,
            "tenantType": "ORGANISATION",
            "tenantName": self.tenants[link.tenant].name,
            "createdDateUtc": moment,
            "updatedDateUtc": moment,
        }


def problem(status, detail, instance):
    """Return the body of an error of the gateway."""
    titles = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
    title = titles.get(status, "Error")
    return {"Title": title, "Status": status, "Detail": detail, "Instance": instance}


def _client(request, form):
    kind, _space, pair = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        client_id, _colon, secret = base64.b64decode(pair).decode().partition(":")
        return client_id, secret
    return form.get("client_id"), form.get("client_secret", "")


def _proves(challenge, verifier):
    if not challenge:
        return True
    return _base64(hashlib.sha256(verifier.encode()).digest()) == challenge


def _base64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _back(redirect, asked, **values):
    if "state" in asked:
        values["state"] = asked["state"]
    joint = "&" if "?" in redirect else "?"
    return Answer(302, headers={"Location": redirect + joint + urlencode(values)})
