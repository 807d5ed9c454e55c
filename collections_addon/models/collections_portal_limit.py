import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

#: What a visitor may do, how often, within how long.
LIMITS = {
    # addresses that try links which do not open anything
    "refused": (30, timedelta(minutes=10)),
    # what one account may be asked for: pages, forms sent, documents printed
    "view": (300, timedelta(minutes=10)),
    "act": (40, timedelta(hours=1)),
    "print": (20, timedelta(hours=1)),
}
KEPT = timedelta(days=1)


class CollectionsPortalLimit(models.Model):
    """What visitors of the portal did lately, to stop who does it too often.

    Rows are only added, never changed: two requests of the same visitor do not wait
    for each other. Addresses are kept as a keyed digest, for a day.
    """

    _name = "collections.portal.limit"
    _description = "Portal Visit"
    _log_access = False

    kind = fields.Char(required=True)
    key = fields.Char(required=True)
    at = fields.Datetime(required=True)

    _recent_idx = models.Index("(key, kind, at)")

    @api.model
    def _key(self, *parts):
        """A key of who does something; for an IPv6 address its network counts.

        :param parts: an address, an id of a case, …
        """
        return hmac(self.env(su=True), "collections_portal_limit", tuple(map(_network, parts)))

    @api.model
    def _is_exceeded(self, kind, key, now):
        """Whether somebody did something so often that it must wait.

        :param str kind: one of `LIMITS`
        :param datetime.datetime now: naive UTC
        """
        most, period = LIMITS[kind]
        self.flush_model()
        query = SQL(
            "SELECT count(*) FROM (SELECT 1 FROM collections_portal_limit"
            " WHERE key = %s AND kind = %s AND at > %s LIMIT %s) recent",
            key,
            kind,
            now - period,
            most,
        )
        return self.env.execute_query(query)[0][0] >= most

    @api.model
    def _count(self, kind, key, now):
        """Note that somebody did something."""
        self.sudo().create({"kind": kind, "key": key, "at": now})

    @api.autovacuum
    def _gc_old(self):
        self.search([("at", "<", fields.Datetime.now() - KEPT)]).unlink()


def _network(part):
    try:
        address = ipaddress.ip_address(str(part))
    except ValueError:
        return str(part)
    if address.version == 6 and not address.ipv4_mapped:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address.ipv4_mapped or address) if address.version == 6 else str(address)
