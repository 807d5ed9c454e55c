"""Links that open one invoice without a login. Nothing is stored for them."""

from hashlib import sha256
from hmac import digest

from odoo.tools import consteq, hmac

SCOPE = "collections_invoice_link"
LENGTH = 40


class InvoiceLinks:
    """Writes and checks the addresses of invoices that messages carry.

    Odoo's own link needs a token written on the invoice: a message about many
    invoices would write them all, while people book payments on them. Here the
    token is written when a link is opened. A link opens this invoice only, for as
    long as Odoo's own link would.

    :param odoo.api.Environment env: any environment
    """

    def __init__(self, env):
        self._env, self._outside = env, {}
        self._key = hmac(env(su=True), SCOPE, "key").encode()
        self._paths = {}

    def path(self, move_id):
        """The address of an invoice, without the host.

        :rtype: str
        """
        if move_id not in self._paths:
            self._paths[move_id] = f"/collections/invoice/{move_id}/{self._signature(move_id)}"
        return self._paths[move_id]

    def look_up(self, move_ids):
        """Look for pages of others on which invoices are to be paid.

        :param move_ids: ids of `account.move`, double ones too
        """
        self._outside = self._env["account.move"].browse(set(move_ids))._pay_links()

    def url(self, move_id, base_url):
        """Where an invoice is seen and paid: the page of others that was found, else our own.

        :rtype: str
        """
        return self._outside.get(move_id) or base_url + self.path(move_id)

    def is_genuine(self, move_id, signature):
        """Whether a signature is the one given out for this invoice."""
        return consteq(self._signature(move_id), signature)

    def _signature(self, move_id):
        return digest(self._key, str(move_id).encode(), sha256).hex()[:LENGTH]
