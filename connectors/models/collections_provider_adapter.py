from typing import Any, NamedTuple

from odoo import api, models

from ...collections_addon.domain.sighting import UNCLEAR

PREFIX = "collections.provider.adapter."


class Delivery(NamedTuple):
    """A webhook as it arrived.

    :param kind: what its address is for
    :param url: the public address it was sent to, with its query
    :param headers: `signature`
    :param ref: what our own address said it is about
    """

    kind: str
    url: str
    headers: dict
    raw: bytes = b""
    form: Any = None
    ref: str = ""


class CollectionsProviderAdapter(models.AbstractModel):
    """What this module asks of a messaging provider. One abstract model
    `collections.provider.adapter.<code>` for each; nothing else has to know of it."""

    _name = "collections.provider.adapter"
    _description = "Messaging Provider Adapter"

    #: What can be done through it: `sms`, `whatsapp`, `voice`.
    _services = ()

    # === REGISTRY === #

    @api.model
    def _codes(self):
        return sorted(
            name.removeprefix(PREFIX) for name in self.env.registry if name.startswith(PREFIX)
        )

    @api.model
    def _by_code(self, code):
        """The adapter with this code.

        :raises KeyError: when there is none
        """
        return self.env[PREFIX + code]

    @api.model
    def _selection(self):
        return [(code, self._by_code(code)._label()) for code in self._codes()]

    # === CONTRACT === #

    @api.model
    def _label(self):
        """Name of the provider, translated."""
        raise NotImplementedError

    @api.model
    def _client(self, provider):
        """The way to it.

        :raises Misconfigured: when something was not entered
        """
        raise NotImplementedError

    @api.model
    def _check(self, provider):
        """Ask it for the account; a text that names it.

        :raises ConnectorError: when that does not work
        """
        raise NotImplementedError

    @api.model
    def _is_signed(self, provider, delivery):
        """Whether a webhook is signed with the provider's key; False without a key.

        :param Delivery delivery: as it arrived
        """
        return False

    @api.model
    def _read(self, provider, delivery):
        """What a signed webhook tells.

        :rtype: list[Heard]
        :raises Rejected: when it cannot be read
        """
        raise NotImplementedError

    @api.model
    def _send_text(self, provider, connection, service, number, text, ref):
        """Hand over a text.

        :param connection: what :meth:`_client` gave
        :param str service: `sms` or `whatsapp`
        :param str number: as +…
        :param str ref: given back with what is told of it
        :return: the provider's key
        :raises ConnectorError: its classes say what went wrong
        """
        raise NotImplementedError

    @api.model
    def _send_template(self, provider, connection, number, template, values, ref):
        """Hand over an approved WhatsApp text (`collections.whatsapp.template`)."""
        raise NotImplementedError

    @api.model
    def _start_call(self, provider, connection, order):
        """Order a call.

        :param dict order: as `collections.call._order_form` makes it
        :return: the provider's key
        :raises ConnectorError: its classes say what went wrong
        """
        raise NotImplementedError

    @api.model
    def _account(self, provider):
        """What names the account at the provider: of another one nothing can be said."""
        return provider.account_id or ""

    @api.model
    def _find(self, provider, connection, trace, others):
        """Look for a contact whose handing over was not answered.

        :param Trace trace: what is known of it
        :param others: which of these keys are those of other contacts, `others(keys) -> set`
        :rtype: Sighting
        :raises ConnectorError: when it cannot be asked now
        """
        return UNCLEAR

    @api.model
    def _message_state(self, raw):
        """What became of a message: state (None: nothing new), code and text of a failure.

        :rtype: tuple[str | None, str | None, str | None]
        """
        raise NotImplementedError

    @api.model
    def _message(self, raw):
        """A customer's message: service, its number as +…, text, our number.

        :rtype: tuple[str, str, str, str]
        """
        raise NotImplementedError
