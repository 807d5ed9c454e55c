"""A tiny server that answers by a script and remembers what it was asked."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DROP, HANG = "drop", "hang"


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Reply:
    """What to answer; `cut` promises more bytes than come, `fate` is DROP or HANG."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: dict = field(default_factory=dict)
    cut: bool = False
    fate: str = ""

    @property
    def content(self):
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Probe:
    """The script and the memory of a server."""

    def __init__(self, url):
        self.url = url
        self.asked = []
        self.replies = []
        self.released = threading.Event()

    def say(self, *replies):
        """Answer with these next, the last one again and again."""
        self.replies = [r if isinstance(r, Reply) else Reply(r) for r in replies]

    def next(self):
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self):
        probe = self.server.probe
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        probe.asked.append(Asked(self.command, parts.path, query, headers, body))
        reply = probe.next()
        if reply.fate:
            if reply.fate == HANG:
                probe.released.wait(10)
            self.close_connection = True
            return
        self.send_response(reply.status)
        known = {"Content-Type": "application/json", **reply.headers}
        for name, value in known.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.content) + 100 * reply.cut))
        self.end_headers()
        self.wfile.write(reply.content)
        self.close_connection = reply.cut

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_arguments):
        """Say nothing."""


@contextmanager
def probe():
    """Serve on this machine until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.probe = Probe(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.probe
    finally:
        server.probe.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
