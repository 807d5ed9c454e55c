import logging
from datetime import timedelta

from odoo import fields, models

from ..base import AuthExpired, ConnectorError

_logger = logging.getLogger(__name__)
#: Each costs a call: so many are asked for before a dispatch, the first to be sent first.
MOST_LINKS = 100
#: An invoice that cannot be paid there is asked for again after so long.
ASK_AGAIN = timedelta(days=7)


class CollectionsConnection(models.Model):
    """The ledger's own page on which an invoice can be paid, offered to customers."""

    _inherit = "collections.connection"

    offer_payment_link = fields.Boolean(
        string="Pay in the Ledger's Page",
        tracking=True,
        help="Messages and the customer's page lead to the ledger's own payment page of an"
        " invoice where there is one. Otherwise customers pay here.",
    )

    def _fetch_payment_links(self, moves, now, commit=False):
        """Ask for the payment pages of invoices that nobody asked for yet.

        Without an answer customers are offered our own page: nothing waits for this.

        :param moves: `account.move`, mirrored from this ledger
        :param datetime.datetime now: naive UTC
        :param bool commit: commit before the ledger is asked
        """
        refs = self._without_link(moves, now)
        if not refs:
            return
        adapter, keys = self._adapter(), refs.mapped("external_id")
        links = {}
        try:
            client = self._client(now)
            try:
                self._settle(commit)
                for key in keys:
                    links[key] = adapter._payment_link(client, key)
            finally:
                client.close()
        except ConnectorError as error:
            _logger.info("Connection %s: no payment pages: %s", self.id, error)
            self._settle(commit)
            if isinstance(error, AuthExpired):
                self._auth_failed(error, now)
        self._keep_links(refs, links, now)
        self._settle(commit)

    def _without_link(self, moves, now):
        refs = self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", self.id),
                ("stream", "=", "invoices"),
                ("move_id", "in", moves.ids),
                "|",
                ("link_asked_at", "=", False),
                ("link_asked_at", "<", now - ASK_AGAIN),
            ]
        )
        order = {move.id: number for number, move in enumerate(moves)}
        missing = refs.filtered(lambda ref: not ref.move_id.collections_payment_link)
        return missing.sorted(lambda ref: order[ref.move_id.id])[:MOST_LINKS]

    def _keep_links(self, refs, links, now):
        mirror = self.env["collections.mirror"]._at_work(self)
        for ref in refs.filtered(lambda ref: ref.external_id in links):
            ref.link_asked_at = now
            if link := links[ref.external_id]:
                ref.move_id.with_env(mirror.env).collections_payment_link = link


class CollectionsExternalRef(models.Model):
    _inherit = "collections.external.ref"

    link_asked_at = fields.Datetime(
        string="Payment Page Asked For On",
        readonly=True,
        help="Each costs a call: once, then rarely.",
    )
