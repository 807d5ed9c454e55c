"""What both emulators share: a small HTTP server, a clock, JSON with decimal amounts."""

import json
import threading
import traceback
import uuid
from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from .faults import Faults

KEPT_REQUESTS = 20_000
OUTGOING = ("deliver", "intent_to_receive")


class Clock:
    """The emulated service's time, always aware and in UTC.

    :param start: stand still at this moment; without it, follow the machine
    """

    def __init__(self, start=None):
        self._start = start
        self._shift = timedelta()

    def now(self):
        """Return the present moment.

        :rtype: datetime
        """
        return (self._start or datetime.now(timezone.utc)) + self._shift

    def set(self, moment):
        """Stand still at this moment.

        :param datetime moment: aware, or naive in UTC
        """
        self._start, self._shift = moment.astimezone(timezone.utc), timedelta()
        if moment.tzinfo is None:
            self._start = moment.replace(tzinfo=timezone.utc)

    def advance(self, **span):
        """Move on by `timedelta(**span)`."""
        self._shift += timedelta(**span)


@dataclass
class Request:
    """What a client sent; header names are in lower case."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    target: str = ""
    at: datetime | None = None
    status: int | None = None

    def json(self):
        """Return the body read as JSON, numbers with a point as `Decimal`.

        :raise Refused: 400 when it is not JSON
        """
        try:
            return json.loads(self.body or b"{}", parse_float=Decimal)
        except ValueError as error:
            raise Refused(400, {"message": f"the body is not JSON: {error}"}) from error

    def form(self):
        """Return the body read as an HTML form.

        :rtype: dict[str, str]
        """
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def flag(self, name):
        """Tell whether a query parameter is true, in either spelling."""
        return self.query.get(name, "").lower() == "true"


@dataclass
class Answer:
    """What goes back; a body that is neither text nor bytes goes out as JSON."""

    status: int = 200
    body: object = None
    headers: dict = field(default_factory=dict)
    cut: bool = False

    def content(self):
        """Return the bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, default=_plain, ensure_ascii=False).encode()


class Refused(Exception):
    """The request is answered with an error."""

    def __init__(self, status, body=None, headers=None):
        super().__init__(f"{status} {body}")
        self.answer = Answer(status, body, headers or {})


def _plain(value):
    """Write amounts as JSON numbers: floats hold every amount of under 15 digits exactly."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"cannot write {type(value)} as JSON")


class Emulator:
    """A service on a port of the loopback interface.

    :param clock: its time
    :param seed: makes its identifiers and everything generated repeatable
    :param port: 0 takes a free one
    """

    name = "emulator"
    verbs = ("fault", "clear_faults", "advance", "summary", "fill")

    def __init__(self, clock=None, seed=1, port=0):
        self.clock = clock or Clock()
        self.seed = seed
        self.lock = threading.RLock()
        self.faults = Faults()
        self.requests = deque(maxlen=KEPT_REQUESTS)
        self.in_flight = 0
        self._port = port
        self._last = {}
        self._serial = 0
        self._server = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()

    def start(self):
        """Begin to listen.

        :return: the emulator
        """
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.emulator = self
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        """Stop listening; what was recorded stays readable."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def new_id(self):
        """Return the next identifier, the same ones for the same seed.

        :rtype: str
        """
        self._serial += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.name}/{self.seed}/{self._serial}"))

    def fault(self, kind, **details):
        """Plan something to go wrong; see `faults.Faults.plan`."""
        self.faults.plan(kind, **details)

    def clear_faults(self):
        """Let everything work again."""
        self.faults.clear()

    def advance(self, **span):
        """Move the emulator's clock on, as `timedelta(**span)`."""
        self.clock.advance(**span)

    def calls(self, method=None, containing=""):
        """Return the requests received so far, oldest first.

        :param containing: a part of the path or query
        """
        return [
            request
            for request in list(self.requests)
            if method in (None, request.method) and containing in request.target
        ]

    def handle(self, request):
        """Answer a request.

        :return: None when the connection is to be dropped
        :rtype: Answer | None
        """
        if request.path.startswith("/_control"):
            return self._control(request)
        request.at = self.clock.now()
        self.requests.append(request)
        with self.lock:
            self.in_flight += 1
        try:
            answer = self._answer(request)
        finally:
            with self.lock:
                self.in_flight -= 1
        request.status = answer and answer.status
        return answer

    def _answer(self, request):
        fault = self.faults.take(request)
        if fault is None:
            return self._remember(request, self._guarded(request))
        return fault.apply(self, request)

    def _remember(self, request, answer):
        if request.method == "GET" and answer.status == 200:
            self._last[request.target] = answer
        return answer

    def previous_answer(self, request):
        """Return what the same request got the last time, for a stale answer."""
        return self._last.get(request.target) or self._guarded(request)

    def _guarded(self, request):
        with self.lock:
            try:
                return self._serve(request)
            except Refused as refusal:
                return refusal.answer

    def _serve(self, request):
        raise NotImplementedError

    def shorten(self, answer):
        """Take the last record off a page, saying nothing of it."""
        raise NotImplementedError

    def refusal(self, kind, **details):
        """Return the service's own error answer of some kind.

        :rtype: Answer
        """
        raise NotImplementedError

    def summary(self):
        """Return what the ledger holds, as plain figures."""
        raise NotImplementedError

    def _control(self, request):
        """Let a person or another process do what a test does by methods."""
        verb = request.path.rstrip("/").rpartition("/")[2]
        if verb == "_control":
            return Answer(200, {"service": self.name, "verbs": sorted(self.verbs)})
        if verb not in self.verbs:
            return Answer(404, {"error": f"no verb {verb}; there are {sorted(self.verbs)}"})
        try:
            # A subscriber may ask back while it is told: the books must not be locked then.
            with nullcontext() if verb in OUTGOING else self.lock:
                result = getattr(self, verb)(**(request.query | request.json()))
        except (Refused, LookupError, TypeError, ValueError) as error:
            return Answer(400, {"error": f"{type(error).__name__}: {error}"})
        return Answer(200, {"result": result if _is_plain(result) else str(result)})


def _is_plain(value):
    return value is None or isinstance(value, (str, int, float, Decimal, list, dict, bool))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _respond(self):
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            target=self.path,
        )
        self._send(self._ask(request))

    def _ask(self, request):
        try:
            return self.server.emulator.handle(request)
        except Exception:  # an error of the emulator's own must be seen, not guessed
            return Answer(599, traceback.format_exc(), {"Content-Type": "text/plain"})

    def _send(self, answer):
        if answer is None:
            self.close_connection = True
            return
        content = answer.content()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json; charset=utf-8"} | answer.headers
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if answer.cut else content)
        self.close_connection = self.close_connection or answer.cut

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _respond

    def date_time_string(self, timestamp=None):
        """Tell the emulator's time in the `Date` of an answer."""
        return super().date_time_string(self.server.emulator.clock.now().timestamp())

    def log_message(self, *_arguments):
        """Stay quiet."""
