"""A mail server for tests: real SMTP on this machine, nothing is delivered."""

import email
import email.policy
import logging
import threading
from collections import Counter

from aiosmtpd.controller import Controller

logging.getLogger("mail.log").setLevel(logging.WARNING)  # every word of the dialog


class AnyPort(Controller):
    """Lets the system choose the port, and knows it before it connects to itself."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class SmtpCatcher:
    """Keeps what it accepts, and fails on demand.

    ``answers`` maps an address, or ``*`` for all, to what becomes of a message
    to it: an SMTP answer such as ``"550 unknown"`` at RCPT, the same with
    ``data:`` in front at the end of DATA, or ``"drop"`` to close the connection
    once the message has arrived.

    Use as a context manager; the port is chosen by the system.
    """

    def __init__(self):
        self.messages = []
        self.recipients = []
        self.answers = {}
        self._lock = threading.Lock()
        self._controller = AnyPort(self, hostname="127.0.0.1", port=0)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_exc):
        self._controller.stop(no_assert=True)

    @property
    def port(self):
        return self._controller.port

    def forget(self):
        """Start again with nothing kept and every address accepted."""
        with self._lock:
            self.messages.clear()
            self.recipients.clear()
            self.answers.clear()

    def counts(self):
        """Address -> number of messages accepted for it.

        :rtype: collections.Counter
        """
        with self._lock:
            return Counter(self.recipients)

    def to(self, address):
        """The messages accepted for an address, parsed.

        :rtype: list[email.message.EmailMessage]
        """
        with self._lock:
            kept = zip(self.recipients, self.messages, strict=True)
            return [message for recipient, message in kept if recipient == address]

    def _answer(self, address):
        return self.answers.get(address) or self.answers.get("*") or ""

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self._answer(address)
        if answer and answer != "drop" and not answer.startswith("data:"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        [address] = envelope.rcpt_tos
        answer = self._answer(address)
        if answer.startswith("data:"):
            return answer.removeprefix("data:")
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self.messages.append(message)
            self.recipients.append(address)
        if answer == "drop":
            server.transport.abort()
        return "250 OK"
