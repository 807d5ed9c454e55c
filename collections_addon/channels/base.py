import logging
from typing import NamedTuple

from odoo import api, models

_logger = logging.getLogger(__name__)
PREFIX = "collections.channel."


class RetryableError(Exception):
    """A failure that passes by itself, for all contacts of the call.

    :param float delay: seconds to wait before the next attempt
    """

    def __init__(self, message, delay=300):
        super().__init__(message)
        self.delay = delay


class ConfigurationError(Exception):
    """The channel cannot work as it is set up, for all contacts of the call."""


class Receipt(NamedTuple):
    """What became of one contact handed to a channel.

    :param state: `sent`, `delivered`, `failed`, or `sending` when the outcome comes later
    :param external_id: the provider's identifier
    :param failure_type: short code of a failure
    :param failure_text: the failure in words a user understands
    :param retry: the failure may pass: try again after so many seconds
    """

    state: str
    external_id: str | None = None
    failure_type: str | None = None
    failure_text: str | None = None
    retry: float | None = None


class CollectionsChannel(models.AbstractModel):
    """The contract of a channel. A channel is an abstract model
    `collections.channel.<code>` that inherits this one; nothing else has to
    know of it."""

    _name = "collections.channel"
    _description = "Contact Channel"

    #: A person makes the contact; the system only prepares it.
    _is_manual = False
    #: The contact is made when somebody answers, some time after it was handed over.
    _is_answered_later = False
    #: Whether customers may refuse it.
    _can_refuse = True
    _sequence = 10
    #: The family of its default texts: `reminder` (a letter), `short` (a few lines).
    _texts = "reminder"

    # === REGISTRY === #

    @api.model
    def _codes(self):
        """Codes of the installed channels, in the order they are offered."""
        names = [name for name in self.env.registry if name.startswith(PREFIX)]
        names.sort(key=lambda name: (self.env[name]._sequence, name))
        return [name.removeprefix(PREFIX) for name in names]

    @api.model
    def _by_code(self, code):
        """The channel with this code.

        :raises KeyError: when no such channel is installed
        """
        return self.env[PREFIX + code]

    @api.model
    def _selection(self):
        """(code, translated name) of every channel, for selection fields."""
        return [(code, self._by_code(code)._label()) for code in self._codes()]

    @api.model
    def _selection_to_refuse(self):
        """(code, translated name) of the channels that customers may refuse."""
        return [(code, name) for code, name in self._selection() if self._by_code(code)._can_refuse]

    @api.model
    def _manual_codes(self):
        return {code for code in self._codes() if self._by_code(code)._is_manual}

    @property
    def _code(self):
        return self._name.removeprefix(PREFIX)

    # === CONTRACT === #

    @api.model
    def _label(self):
        """Name of the channel, translated. Every channel must override this."""
        raise NotImplementedError

    @api.model
    def _unavailable_reason(self, action):
        """Why this channel cannot reach the recipient.

        :param action: `dunning.action`, one record
        :return: a reason code, or False when it can. No input or output.
        """
        return False

    @api.model
    def _render(self, action):
        """What the recipient would read or hear, in the recipient's language.

        Has no side effect, so that it serves as the preview.

        :return: `subject` (str), `body` (Markup), `attachments`
            (list of (name, bytes, mimetype))
        :rtype: dict
        """
        raise NotImplementedError

    @api.model
    def _send(self, actions):
        """Make these contacts. Never raises for one recipient only.

        :param actions: `dunning.action`, all of this channel and one company
        :return: action id -> :class:`Receipt`
        :rtype: dict[int, Receipt]
        :raises RetryableError: nothing was sent, all can be tried again later
        :raises ConfigurationError: nothing was sent, the channel must be set up
        """
        raise NotImplementedError

    @api.model
    def _parse_event(self, payload):
        """Provider events in a payload, as (external id, state, failure) tuples."""
        return []

    # === HOOKS WITH A DEFAULT === #

    @api.model
    def _deliver(self, actions, now, commit=False):
        """Transmit what `_send` has put in an outbox of the channel's own.

        :param bool commit: whether the caller allows to commit after each message
        """

    @api.model
    def _recover(self, now, commit=False):
        """Bring contacts that a crash left under way to a known end.

        :param bool commit: whether the caller allows to commit after each message
        """

    @api.model
    def _ask_before_retry(self, actions, now):
        """Ask whoever can tell whether these contacts, of which nobody knows, have left.

        :param actions: `dunning.action` that somebody wants to send again
        """

    # === HAND OVER === #

    @api.model
    def _hand_over(self, actions, now):
        """Send, and write down what came of it."""
        try:
            receipts = self.with_context(dunning_now=now)._send(actions)
        except RetryableError as error:
            actions._retry_later(now, error.delay, "temporary", str(error))
            return
        except ConfigurationError as error:
            _logger.warning("Channel %s is not set up: %s", self._code, error)
            actions._mark_failed("configuration", str(error), "channel_not_configured")
            return
        for action in actions:
            action._apply_receipt(receipts[action.id], now)
