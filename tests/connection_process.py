"""What children of the process do with a connection: refresh at once, be killed meanwhile."""

import os
import signal
import sys
from datetime import datetime

from dispatch_process import environment

OAUTH = "odoo.addons.collections_addon.connectors.oauth"


def connect(registry, provider, url, secret, access, refresh, now):
    """A connection with tokens that the emulator has given out; its id."""
    oauth = sys.modules[OAUTH]
    with environment(registry) as env:
        connection = env["collections.connection"].create(
            {
                "name": url,
                "provider": provider,
                "client_id": "demo-client",
                "client_secret": secret,
                "api_url": url,
                "identity_url": url,
                "tenant_id": url,
            }
        )
        connection._transition("connected")
        moment = datetime.fromisoformat(now)
        tokens = oauth.Tokens(
            access=access, refresh=refresh, expires_at=moment, refresh_expires_at=moment
        )
        connection._token_row()._save(tokens)
    return connection.id


def refresh(registry, connection_id, now, kill=None):
    """The token to use at a moment (ISO, naive).

    :param kill: `answered`: die when the answer is here; `written`: when it is written and
        not committed
    """
    if kill == "answered":
        _die_after(sys.modules[OAUTH], "refresh")
    if kill == "written":
        _die_after(registry["collections.connection.token"], "_save")
    with environment(registry) as env:
        connection = env["collections.connection"].browse(connection_id)
        return connection._access_token(datetime.fromisoformat(now))


def refresh_and_fail(registry, connection_id, now):
    """The work the token was for is rolled back."""
    try:
        with environment(registry) as env:
            connection = env["collections.connection"].browse(connection_id)
            connection._access_token(datetime.fromisoformat(now))
            raise ZeroDivisionError
    except ZeroDivisionError:
        return None


def spend(registry, connection_id, now, calls):
    """Note so many calls, one after the other; what the budget says then."""
    with environment(registry) as env:
        connection = env["collections.connection"].browse(connection_id)
        limiter = connection._api_session(datetime.fromisoformat(now)).limiter
        for _call in range(calls):
            limiter.take()
            limiter.note({"x-daylimit-remaining": "4000"})
    return calls


def state(registry, connection_id):
    """State, calls of the day, the stored token."""
    with environment(registry) as env:
        connection = env["collections.connection"].browse(connection_id)
        budget = connection.budget_ids
        return [connection.state, budget.calls_today, connection._token_row()._tokens().access]


def _die_after(owner, name):
    original = getattr(owner, name)

    def deadly(*arguments, **options):
        original(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


COMMANDS = {
    "connect": connect,
    "refresh": refresh,
    "refresh_and_fail": refresh_and_fail,
    "spend": spend,
    "state": state,
}
