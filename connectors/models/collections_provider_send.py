import logging

from odoo import api, models
from odoo.addons.sms.tools.sms_api import SmsApiBase

from ...collections_addon.channels.journaled import Result
from ..base import AuthExpired, ConnectorError, Misconfigured, RateLimited, Rejected, Transient

_logger = logging.getLogger(__name__)


class CollectionsProvider(models.Model):
    """Handing messages over."""

    _inherit = "collections.provider"

    def _way(self):
        """What messages of a batch are handed over by.

        :rtype: Way
        """
        return Way(self.sudo())

    @api.model
    def _sms_service(self, company):
        """What core sends text messages by, where a provider of ours does it; else None."""
        provider = self._for(company, "sms")
        return SmsService(self.env, provider) if provider else None


class Way:
    """One provider, one batch: the connection stays, and a limit that was met is known.

    :param provider: `collections.provider`, as superuser
    """

    def __init__(self, provider):
        self.provider = provider
        self._adapter = provider._adapter()
        self._connection = None

    def send_text(self, service, number, text, ref):
        """Hand over a text.

        :param str service: `sms` or `whatsapp`
        :rtype: Result
        """
        return self._hand_over("_send_text", service, number, text, ref)

    def send_template(self, number, template, values, ref):
        """Hand over an approved text of WhatsApp.

        :rtype: Result
        """
        return self._hand_over("_send_template", number, template, values, ref)

    def start_call(self, order):
        """Order a call.

        :param dict order: as `collections.call._order_form` makes it
        :rtype: Result
        """
        return self._hand_over("_start_call", order)

    def _hand_over(self, method, *arguments):
        try:
            if self._connection is None:
                self._connection = self._adapter._client(self.provider)
            key = getattr(self._adapter, method)(self.provider, self._connection, *arguments)
        except ConnectorError as error:
            return result_of(error)
        return Result("accepted", external_id=key)


def result_of(error):
    """What an error of a provider means for a contact.

    :param ConnectorError error: as a client raised it
    :rtype: Result
    """
    text = str(error)
    if isinstance(error, RateLimited):
        return Result("retry", None, "rate_limit", text, error.retry_after, stops_all=True)
    if isinstance(error, (AuthExpired, Misconfigured)):
        _logger.warning("A messaging provider has to be set up: %s", text)
        return Result("failed", None, "configuration", text, stops_all=True)
    if isinstance(error, Transient) and not error.maybe_done:
        return Result("retry", None, "connection", text, error.retry_after, stops_all=True)
    if isinstance(error, Rejected):
        return Result("failed", None, error.code or "rejected", text)
    return Result("unknown", None, "unknown", text)


class SmsService(SmsApiBase):
    """A messaging provider as one of core's SMS services.

    :ivar results: uuid of a message -> Result
    """

    def __init__(self, env, provider):
        super().__init__(env)
        self._way = provider._way()
        self.results = {}

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        """Override: each one by itself; never raises."""
        told = []
        for message in messages:
            for number in message["numbers"]:
                row = self.env["sms.sms"].sudo().search([("uuid", "=", number["uuid"])])
                action = row.dunning_action_id
                ref = action._provider_ref() if action else ""
                result = self._way.send_text("sms", number["number"], message["content"], ref)
                self.results[number["uuid"]] = result
                told.append(self._as_core_knows(number["uuid"], result))
        return told

    def _as_core_knows(self, uuid, result):
        state = "success" if result.outcome == "accepted" else "server_error"
        return {"uuid": uuid, "state": state, "failure_reason": result.failure}
