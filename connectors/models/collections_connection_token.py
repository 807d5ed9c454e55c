from contextlib import contextmanager
from datetime import timedelta, timezone

from psycopg2 import errors

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import config

from .. import oauth
from ..base import AuthExpired, Transient
from ..sealing import Sealer

#: What is kept sealed.
SECRETS = ("client_secret", "webhook_secret", "access", "refresh")
#: How long a worker waits for another one that talks to the service, and how often it
#: looks again when that one was faster.
WAIT = "40s"
ATTEMPTS = 5


class CollectionsConnectionToken(models.Model):
    """Credentials and tokens of a connection, sealed.

    Nobody has access, not by any group; the methods of a connection read it as superuser,
    field by field. Tokens are written in transactions of their own: a refresh token is good
    for one use, and must not be lost when the work it was for is rolled back.
    """

    _name = "collections.connection.token"
    _description = "Credentials of a Connection"
    _rec_name = "connection_id"
    _log_access = False

    connection_id = fields.Many2one("collections.connection", required=True, ondelete="cascade")
    client_secret = fields.Char(copy=False, prefetch=False, groups=fields.NO_ACCESS)
    webhook_secret = fields.Char(copy=False, prefetch=False, groups=fields.NO_ACCESS)
    access = fields.Char(copy=False, prefetch=False, groups=fields.NO_ACCESS)
    refresh = fields.Char(copy=False, prefetch=False, groups=fields.NO_ACCESS)
    scopes = fields.Char(copy=False)
    expires_at = fields.Datetime(copy=False)
    refresh_expires_at = fields.Datetime(copy=False)
    hard_expires_at = fields.Datetime(copy=False)
    ended = fields.Char(copy=False, help="Why only a new consent helps; empty while it works.")

    _unique_connection = models.UniqueIndex("(connection_id)")

    # === SEALING === #

    @api.model
    def _sealer(self):
        """The installation's sealer: its key is in the configuration file, else derived."""
        secret = config.get("collections_secret_key")
        if not secret:
            secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        return Sealer(secret)

    def _seal(self, name, text):
        return self._sealer().seal(text, self._place(name)) if text else False

    def _secret(self, name):
        """Open one secret, "" where there is none.

        :raises SealBroken: when it was sealed elsewhere
        """
        self.ensure_one()
        if name not in SECRETS:
            raise KeyError(name)
        sealed = self.sudo()[name]
        return self._sealer().unseal(sealed, self._place(name)) if sealed else ""

    def _place(self, name):
        return f"{self.connection_id.id}/{name}"

    # === ROW OF ITS OWN === #

    @api.model
    def _of(self, connection):
        """The row of a connection, as superuser."""
        return self.sudo().search([("connection_id", "=", connection.id)], limit=1)

    @api.model
    @contextmanager
    def _locked(self, connection):
        """The row of a connection in a transaction of its own, which is committed at the end.

        Another worker may be talking to the service: its end is waited for, and what it
        saved is seen.

        :raises Transient: when the other one takes too long
        """
        with self.env.registry.cursor() as cr:
            yield self._take(cr, connection)
        self._of(connection).invalidate_recordset()

    @api.model
    def _take(self, cr, connection):
        """Lock the row; begin anew when it was changed while we waited."""
        for attempt in range(ATTEMPTS):
            cr.execute("SET LOCAL lock_timeout = %s", [WAIT])
            try:
                cr.execute(
                    "SELECT id FROM collections_connection_token"
                    " WHERE connection_id = %s FOR UPDATE",
                    [connection.id],
                    log_exceptions=False,
                )
            except errors.SerializationFailure:
                cr.rollback()
                if attempt < ATTEMPTS - 1:
                    continue
                raise Transient("The connection is being refreshed by others.") from None
            except errors.LockNotAvailable:
                cr.rollback()
                raise Transient("Another worker is refreshing this connection.") from None
            row = cr.fetchone()
            return api.Environment(cr, SUPERUSER_ID, {})[self._name].browse(row and row[0])

    # === TOKENS === #

    def _tokens(self):
        """What is stored, None where the connection was never made.

        :rtype: oauth.Tokens | None
        """
        self.ensure_one()
        if not self.expires_at:
            return None
        return oauth.Tokens(
            access=self._secret("access"),
            refresh=self._secret("refresh"),
            expires_at=_aware(self.expires_at),
            refresh_expires_at=_aware(self.refresh_expires_at),
            hard_expires_at=_aware(self.hard_expires_at),
            scopes=tuple((self.scopes or "").split()),
        )

    def _save(self, tokens):
        """Keep new tokens; whatever ended before has begun again."""
        self.ensure_one()
        self.write(
            {
                "access": self._seal("access", tokens.access),
                "refresh": self._seal("refresh", tokens.refresh),
                "scopes": " ".join(tokens.scopes),
                "expires_at": _naive(tokens.expires_at),
                "refresh_expires_at": _naive(tokens.refresh_expires_at),
                "hard_expires_at": _naive(tokens.hard_expires_at),
                "ended": False,
            }
        )

    def _forget(self):
        """Drop the tokens; the credentials of the application stay."""
        dropped = ("access", "refresh", "scopes", "expires_at", "refresh_expires_at")
        self.write(dict.fromkeys((*dropped, "hard_expires_at", "ended"), False))

    def _usable(self, now):
        """The tokens where a call may be made with them, else None.

        :param datetime now: naive, in UTC
        :raises AuthExpired: with `reconnect`, when only a person can help
        """
        if self.ended:
            raise AuthExpired(self.ended, reconnect=True)
        tokens = self._tokens()
        if tokens is None:
            raise AuthExpired("The connection was not made yet.", reconnect=True)
        return None if tokens.is_stale(_aware(now)) else tokens

    def _warn_date(self):
        """When a person has to connect again at the latest, False where never."""
        ends = [end for end in (self.refresh_expires_at, self.hard_expires_at) if end]
        return min(ends) if ends else False

    def _expire(self, now):
        """Do not use the access token again: the service refused it."""
        self.expires_at = now - timedelta(seconds=1)


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc) if moment else None


def _naive(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else False
