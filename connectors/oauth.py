"""OAuth 2: the way to a token and the next one. Pure but for the session it is given.

Nothing is kept here: whoever calls locks the connection, saves what comes back before
anything uses it, and only then lets go. A refresh token is good for one use.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from .base import AuthExpired, Misconfigured, Rejected, Transient
from .http import HttpSession, check_address, parse_json

#: Seconds before its end from which a token is not used any more.
MARGIN = 60
#: What a discovery document may change.
ENDPOINTS = ("authorize_url", "token_url", "revoke_url")
#: What the services answer when only a person can help, and when the settings are wrong.
GRANT_IS_GONE = {"invalid_grant", "access_denied", "interaction_required", "consent_required"}
SETTINGS_ARE_WRONG = {
    "invalid_client",
    "unauthorized_client",
    "invalid_scope",
    "unsupported_grant_type",
    "invalid_redirect_uri",
}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Where a service gives out tokens, and how.

    :param pkce: whether the service offers Proof Key for Code Exchange
    :param refresh_days: how long an unused refresh token lives, where the answer does not say
    """

    authorize_url: str
    token_url: str
    revoke_url: str
    scopes: tuple[str, ...]
    pkce: bool
    refresh_days: int


@dataclass(frozen=True, kw_only=True)
class App:
    """The application as it is registered with the service."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    redirect_uri: str = ""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A connection being made: the page to open, and what to remember until it comes back."""

    url: str
    state: str = field(repr=False)
    verifier: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a service gave; moments are aware.

    :param refresh_expires_at: when the refresh token dies if it is not used
    :param hard_expires_at: when the customer has to consent anew, whatever happens
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: datetime
    refresh_expires_at: datetime | None = None
    hard_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()

    def is_stale(self, now: datetime) -> bool:
        """Whether a new access token is needed before a call."""
        return now >= self.expires_at - timedelta(seconds=MARGIN)


def begin(identity: Identity, app: App, scopes: Iterable[str] = ()) -> Begun:
    """Start a connection: an address with a state and a challenge that nobody can guess."""
    state = secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(64) if identity.pkce else ""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": " ".join(scopes or identity.scopes),
        "state": state,
    }
    if verifier:
        query |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    address = check_address(identity.authorize_url)
    return Begun(
        url=f"{address}?{urlencode(query, quote_via=quote)}", state=state, verifier=verifier
    )


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def same_state(expected: str | None, given: str | None) -> bool:
    """Compare states in constant time; nothing is never the same as nothing."""
    if not expected or not given:
        return False
    return hmac.compare_digest(expected.encode(), given.encode())


def exchange(
    http: HttpSession, identity: Identity, app: App, code: str, verifier: str, now: datetime
) -> Tokens:
    """Turn the code that came back into tokens."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": app.redirect_uri,
    }
    if verifier:
        form["code_verifier"] = verifier
    http.redactor.add(code, verifier)
    return _token(http, identity, app, form, now)


def refresh(http: HttpSession, identity: Identity, app: App, old: Tokens, now: datetime) -> Tokens:
    """Turn a refresh token into new tokens: the old one is used up by this.

    :raises AuthExpired: with `reconnect`, when only a new consent helps
    :raises Transient: with `maybe_done`, when the answer was lost; the service may still
        take the old token for a while
    """
    if not old.refresh:
        raise AuthExpired("There is no refresh token: connect again.", reconnect=True)
    form = {"grant_type": "refresh_token", "refresh_token": old.refresh}
    return _token(http, identity, app, form, now, old)


def client_credentials(http: HttpSession, identity: Identity, app: App, now: datetime) -> Tokens:
    """Get a token for an application that belongs to one organisation (Xero: custom)."""
    scopes = " ".join(scope for scope in identity.scopes if scope != "offline_access")
    form = {"grant_type": "client_credentials", "scope": scopes}
    return _token(http, identity, app, form, now)


def revoke(http: HttpSession, identity: Identity, app: App, tokens: Tokens):
    """Give the tokens back; what is gone already is no error."""
    try:
        _post(http, identity.revoke_url, app, {"token": tokens.refresh or tokens.access})
    except (Rejected, AuthExpired):
        return


def _token(http, identity, app, form, now, old=None):
    http.redactor.add(app.client_secret, form.get("refresh_token"))
    answer = _post(http, identity.token_url, app, form)
    try:
        tokens = read_tokens(answer.json(), identity, now, old)
    except Transient as error:
        raise Transient(str(error), maybe_done=True) from None
    http.redactor.add(tokens.access, tokens.refresh)
    return tokens


def _post(http, url, app, form):
    """Post a form; the errors of a token endpoint have meanings of their own."""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if app.client_secret:
        pair = f"{app.client_id}:{app.client_secret}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    else:
        form = form | {"client_id": app.client_id}
    try:
        return http.request("POST", url, headers=headers, data=urlencode(form), urgent=True)
    except (Rejected, AuthExpired) as error:
        raise _meaning(error) from None


def _meaning(error):
    text = str(error)
    if any(word in text for word in SETTINGS_ARE_WRONG):
        return Misconfigured(f"The service does not know this application: {text}")
    if any(word in text for word in GRANT_IS_GONE):
        return AuthExpired("The consent has ended or was withdrawn: connect again.", reconnect=True)
    return error


def read_tokens(body: Any, identity: Identity, now: datetime, old: Tokens | None = None) -> Tokens:
    """Read an answer of a token endpoint; what is more or less than expected does no harm.

    :param old: what stays valid where the answer does not repeat it
    :raises Transient: when there is no access token in it
    """
    known = body if isinstance(body, Mapping) else {}
    access = known.get("access_token")
    if not isinstance(access, str) or not access:
        raise Transient("The service's answer holds no access token.")
    given = known.get("refresh_token")
    again = given if isinstance(given, str) and given else ""
    scope = known.get("scope")
    lives = _in(now, known.get("x_refresh_token_expires_in"))
    hard = _in(now, known.get("x_refresh_token_hard_expires_in"))
    return Tokens(
        access=access,
        refresh=again or (old.refresh if old else ""),
        expires_at=_in(now, known.get("expires_in")) or now + timedelta(minutes=5),
        refresh_expires_at=lives or _end_of_refresh(identity, now, again, old),
        hard_expires_at=hard or (old.hard_expires_at if old else None),
        scopes=tuple(scope.split()) if isinstance(scope, str) else (old.scopes if old else ()),
    )


def _end_of_refresh(identity, now, given, old):
    if given:
        return now + timedelta(days=identity.refresh_days)
    return old.refresh_expires_at if old else None


def _in(now, seconds):
    """Return a moment so many seconds ahead, None where that is no number."""
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit():
        seconds = int(seconds[:10])
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        return None
    return now + timedelta(seconds=seconds)


def discovered(body: bytes, identity: Identity) -> Identity:
    """Take the addresses that a discovery document gives, where it gives them."""
    known = parse_json(body)
    known = known if isinstance(known, Mapping) else {}
    return Identity(
        authorize_url=_address(known, "authorization_endpoint", identity.authorize_url),
        token_url=_address(known, "token_endpoint", identity.token_url),
        revoke_url=_address(known, "revocation_endpoint", identity.revoke_url),
        scopes=identity.scopes,
        pkce=identity.pkce,
        refresh_days=identity.refresh_days,
    )


def _address(known, name, otherwise):
    value = known.get(name)
    return check_address(value) if isinstance(value, str) and value else otherwise


def endpoints(identity: Identity) -> dict[str, str]:
    """Return the addresses of a service, to be kept as JSON."""
    return {name: getattr(identity, name) for name in ENDPOINTS}


def with_endpoints(identity: Identity, known: Mapping[str, str]) -> Identity:
    """Use the addresses that were kept."""
    return replace(identity, **{name: known[name] for name in ENDPOINTS if known.get(name)})
