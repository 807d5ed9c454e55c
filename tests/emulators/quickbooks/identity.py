"""Intuit's OAuth service: discovery, consent, tokens."""

import base64
import html
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from ..web import Answer, Refused

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=100)
HARD_LIFE = timedelta(days=5 * 365)
CODE_LIFE = timedelta(minutes=10)
DISCOVERY = (
    "/openid",
    "/.well-known/openid_configuration",
    "/.well-known/openid_sandbox_configuration",
)


@dataclass
class App:
    """An application registered with Intuit."""

    client_id: str
    secret: str
    redirects: tuple = ()


@dataclass
class Grant:
    """A consent for one company.

    :ivar refresh: the refresh token in force
    :ivar renewed: when that token was given out
    """

    app: App
    realm: str
    scope: str
    made: datetime
    refresh: str = ""
    renewed: datetime | None = None
    revoked: bool = False


@dataclass
class Code:
    """An authorization code on its way back."""

    grant: Grant
    redirect: str
    made: datetime
    used: bool = False


class Identity:
    """The service behind appcenter.intuit.com and oauth.platform.intuit.com.

    :ivar rotate_after: a refresh token older than this is replaced when used, and the old
        one is dead from then on
    :ivar consent: what the user says: True, False, or None for a page that asks
    """

    def __init__(self, clock, new_id, companies, url):
        self.clock = clock
        self.new_id = new_id
        self.companies = companies
        self.url = url
        self.rotate_after = timedelta(hours=24)
        self.consent = True
        self.apps = {}
        self.codes = {}
        self.access = {}
        self.grants = []

    def serve(self, request):
        """Answer what belongs here, None for all else.

        :rtype: Answer | None
        """
        if request.path in DISCOVERY:
            return Answer(200, self._discovery())
        handler = {
            "/connect/oauth2": self._authorize,
            "/oauth2/v1/tokens/bearer": self._token,
            "/v2/oauth2/tokens/revoke": self._revoke,
        }.get(request.path.rstrip("/"))
        return handler and handler(request)

    def _discovery(self):
        url = self.url()
        return {
            "issuer": url,
            "authorization_endpoint": url + "/connect/oauth2",
            "token_endpoint": url + "/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": url + "/v1/openid_connect/userinfo",
            "revocation_endpoint": url + "/v2/oauth2/tokens/revoke",
            "jwks_uri": url + "/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }

    def _authorize(self, request):
        asked = request.query
        app = self.apps.get(asked.get("client_id"))
        redirect = asked.get("redirect_uri", "")
        if not app or redirect not in app.redirects or not asked.get("state"):
            page = "<h1>Sorry, but Undefined didn't connect</h1>"
            return Answer(400, page, {"Content-Type": "text/html"})
        if self.consent is None and "decision" not in asked:
            return _consent_page(app, request.target)
        back = {"state": asked["state"]}
        if asked.get("decision", "allow" if self.consent else "deny") != "allow":
            back["error"] = "access_denied"
            return Answer(302, headers={"Location": f"{redirect}?{urlencode(back)}"})
        grant = self.connect(app, next(iter(self.companies)), asked.get("scope", ""))
        back["code"] = self.new_id()
        back["realmId"] = grant.realm
        self.codes[back["code"]] = Code(grant, redirect, self.clock.now())
        return Answer(302, headers={"Location": f"{redirect}?{urlencode(back)}"})

    def connect(self, app, realm, scope="com.intuit.quickbooks.accounting"):
        """Consent for a user.

        :rtype: Grant
        """
        grant = Grant(app, realm, scope, self.clock.now())
        self.grants.append(grant)
        return grant

    def disconnect(self, realm):
        """Take a company away from every application."""
        for grant in self.grants:
            grant.revoked = grant.revoked or grant.realm == realm

    def _token(self, request):
        form = request.form()
        app = self._app(request, form)
        if form.get("grant_type") == "authorization_code":
            return Answer(200, self._from_code(app, form))
        if form.get("grant_type") == "refresh_token":
            hard = any("hard" in name for name in request.headers)
            return Answer(200, self._from_refresh(app, form, hard))
        raise Refused(400, {"error": "unsupported_grant_type"})

    def _app(self, request, form):
        kind, _space, pair = request.headers.get("authorization", "").partition(" ")
        client_id, secret = form.get("client_id"), form.get("client_secret")
        if kind.lower() == "basic":
            client_id, _colon, secret = base64.b64decode(pair).decode().partition(":")
        app = self.apps.get(client_id)
        if not app or app.secret != secret:
            raise Refused(401, {"error": "invalid_client"})
        return app

    def _from_code(self, app, form):
        code = self.codes.get(form.get("code"))
        fresh = code and not code.used and self.clock.now() - code.made < CODE_LIFE
        if not fresh or code.grant.app is not app or code.redirect != form.get("redirect_uri"):
            raise _invalid_grant("Invalid authorization code")
        code.used = True
        return self.issue(code.grant)

    def _from_refresh(self, app, form, hard):
        found = [grant for grant in self.grants if grant.refresh == form.get("refresh_token")]
        now = self.clock.now()
        if not found or not form.get("refresh_token") or found[0].app is not app:
            raise _invalid_grant("Incorrect or invalid refresh token")
        grant = found[0]
        if grant.revoked or now - grant.renewed > REFRESH_LIFE or now - grant.made > HARD_LIFE:
            raise _invalid_grant("Token invalid")
        answer = self.issue(grant)
        if hard:
            left = grant.made + HARD_LIFE - now
            answer["x_refresh_token_hard_expires_in"] = int(left.total_seconds())
        return answer

    def issue(self, grant):
        """Give out tokens.

        :return: the body of the token answer
        """
        now = self.clock.now()
        if not grant.refresh or now - grant.renewed >= self.rotate_after:
            grant.refresh, grant.renewed = "RT1-" + self.new_id(), now
        token = "at-" + self.new_id()
        self.access[token] = (grant, now + ACCESS_LIFE)
        return {
            "token_type": "bearer",
            "access_token": token,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "refresh_token": grant.refresh,
            "x_refresh_token_expires_in": int((grant.renewed + REFRESH_LIFE - now).total_seconds()),
        }

    def _revoke(self, request):
        asked = (
            request.json() if "json" in request.headers.get("content-type", "") else request.form()
        )
        token = asked.get("token")
        access = self.access.get(token, (None, None))[0]
        for grant in self.grants:
            if token and (grant.refresh == token or grant is access):
                grant.revoked = True
                return Answer(200)
        return Answer(400, {"error": "invalid_request"})

    def grant(self, request):
        """Return the consent a request comes with, None when it is not good (any more)."""
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        grant, until = self.access.get(token, (None, None))
        good = kind.lower() == "bearer" and grant and not grant.revoked
        return grant if good and self.clock.now() < until else None


def _consent_page(app, target):
    link = html.escape(target)
    page = (
        f"<h1>Connect your company to {html.escape(app.client_id)}?</h1>"
        f'<a href="{link}&amp;decision=allow">Connect</a> '
        f'<a href="{link}&amp;decision=deny">Cancel</a>'
    )
    return Answer(200, page, {"Content-Type": "text/html; charset=utf-8"})


def _invalid_grant(text):
    return Refused(400, {"error": "invalid_grant", "error_description": text})
