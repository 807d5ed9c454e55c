"""A local SMTP server that keeps every message as a file and delivers none.

``python mail_catcher.py --folder DIR`` prints the port it listens on and goes on until
it is terminated. Each message is stored as ``NNNNN.eml`` with the envelope's addresses
in ``X-Envelope-From`` and ``X-Envelope-To``.
"""

import argparse
import signal
import socket
import threading
from pathlib import Path

from aiosmtpd.controller import Controller


class Keeper:
    """Stores what arrives; asyncio calls it from one thread."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = len(list(self.folder.glob("*.eml")))

    async def handle_DATA(self, server, session, envelope):
        """Write one message to a file (called by aiosmtpd)."""
        self.count += 1
        head = (
            f"X-Envelope-From: {envelope.mail_from}\r\n"
            f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        )
        path = self.folder / f"{self.count:05d}.eml"
        path.write_bytes(head.encode() + envelope.original_content)
        return "250 OK"


def start(folder, port=0):
    """Start catching on this machine only.

    :param folder: where messages are kept
    :param int port: 0 lets the system choose
    :return: the controller (its ``stop()`` ends it) and the port
    :rtype: tuple[Controller, int]
    """
    port = port or free_port()  # aiosmtpd wants to know it beforehand
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    return controller, port


def free_port():
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    """Catch until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    controller, port = start(arguments.folder, arguments.port)
    print(port, flush=True)
    stopped.wait()
    controller.stop()


if __name__ == "__main__":
    main()
