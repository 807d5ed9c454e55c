"""One session to one outside service, for one connection.

No call waits for ever, none is repeated by itself, no worker sleeps. What a failure means
is said by the class of the error; no secret is in its text, nor in the log.
"""

import ipaddress
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .base import Absent, AuthExpired, Misconfigured, Rejected, Transient
from .limits import RateLimiter

_logger = logging.getLogger(__name__)
SAFE_METHODS = {"GET", "HEAD"}
#: Seconds to connect, between two pieces of an answer, and for a whole answer.
CONNECT, READ, WHOLE = 5.0, 30.0, 120.0
LARGEST_ANSWER = 128 * 1024 * 1024
HIDDEN = "[hidden]"
#: Fields in which services explain a refusal.
EXPLAINING = {"message", "detail", "title", "error", "error_description"}
SECRET_NAMES = "access_token|refresh_token|id_token|client_secret|code_verifier|client_assertion"
SECRET_PATTERNS = (
    re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"),
    re.compile(rf"(?i)([\"']?\b(?:{SECRET_NAMES})\b[\"']?\s*[=:]\s*)[\"']?[^\s\"'&,;}}]+[\"']?"),
    re.compile(r"(?i)(\b(?:code|token|state)=)[^\s\"'&,;}]+"),
)


class Redactor:
    """Takes secrets out of texts: the known ones, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()):
        self._secrets = {secret for secret in secrets if secret and len(secret) > 3}

    def add(self, *secrets: str | None):
        """Hide these too."""
        self._secrets |= {secret for secret in secrets if secret and len(secret) > 3}

    def clean(self, text: Any) -> str:
        """Return the text without its secrets."""
        text = str(text)
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        text = SECRET_PATTERNS[0].sub(rf"\1 {HIDDEN}", text)
        for pattern in SECRET_PATTERNS[1:]:
            text = pattern.sub(rf"\1{HIDDEN}", text)
        return text


@dataclass
class Usage:
    """What a session has used."""

    calls: int = 0
    sent: int = 0  #: bytes of bodies
    received: int = 0  #: bytes of bodies, as they came over the line
    by_status: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An answer of a service; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, whatever its bytes are."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Read the body with every number exact.

        :raises Transient: when it was cut short or is none
        """
        return parse_json(self.body)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at the service, in UTC: the only clock its changes go by."""
        try:
            moment = parsedate_to_datetime(self.headers.get("date", ""))
        except (TypeError, ValueError):
            return None
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return zoned.astimezone(timezone.utc)


#: From an answer that refuses to the error it means, None where that is not special.
Explain = Callable[[Answer], Exception | None]


def parse_json(body: bytes) -> Any:
    """Read JSON with every number exact: fractions as `Decimal`.

    :raises Transient: for anything else
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        text = "The service's answer could not be read: it was cut short or is no JSON."
        raise Transient(text) from None


def _refuse(word):
    raise ValueError(word)


def write_json(value: Any) -> str:
    """Write JSON with every `Decimal` exactly as it is."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("not a number")
        return format(value, "f")
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(key))}: {write_json(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(write_json, value)) + "]"
    return json.dumps(value, allow_nan=False)


def check_address(url: str) -> str:
    """Return a base address without its last slash.

    :raises Misconfigured: unless it is https, or on this machine
    """
    try:
        parts = urlsplit(url or "")
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts = host = None
    if not host or parts.scheme not in ("http", "https") or parts.username or parts.password:
        raise Misconfigured("The address of a service has to look like https://host/path.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise Misconfigured("The address of a service has to begin with https://.")
    return url.rstrip("/")


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _OwnHeaders(requests.auth.AuthBase):
    """Leaves the headers alone: without it, a .netrc of the machine would replace them."""

    def __call__(self, request):
        return request


def _make_session():
    session = requests.Session()
    session.auth = _OwnHeaders()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "collections_addon"
    return session


class HttpSession:
    """The way to one service.

    :param limiter: the budget of the connection
    :param clock: gives seconds for the length of an answer, such as `time.monotonic`
    :param secrets: texts that may never be seen
    :param whole: seconds a whole answer may take
    """

    def __init__(
        self,
        limiter: RateLimiter,
        clock: Callable[[], float],
        *,
        secrets: Iterable[str] = (),
        connect: float = CONNECT,
        read: float = READ,
        whole: float = WHOLE,
        largest: int = LARGEST_ANSWER,
    ):
        self.limiter = limiter
        self.usage = Usage()
        self.redactor = Redactor(secrets)
        self._clock = clock
        self._timeouts = (connect, read)
        self._whole = whole
        self._largest = largest
        self._session = _make_session()

    def close(self):
        """Close its connections."""
        self._session.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
        data: Any = None,
        urgent: bool = False,
        write: bool | None = None,
        explain: Explain | None = None,
    ) -> Answer:
        """Make one request, once.

        :param data: a text, or the fields of a form
        :param urgent: a person waits for it
        :param write: whether it changes something there; by its method where not told
        :param explain: the service's own meaning of a refusal, where it has one
        :return: a good answer (2xx)
        :raises ConnectorError: its classes say what went wrong
        """
        check_address(url)
        self.limiter.take(urgent=urgent)
        write = method not in SAFE_METHODS if write is None else write
        options = {"headers": headers, "params": params, "data": _encoded(data)}
        answer = self._send(method, url, write, options)
        self.limiter.note(answer.headers)
        status = answer.status
        self.usage.by_status[status] = self.usage.by_status.get(status, 0) + 1
        path = self.redactor.clean(urlsplit(url).path)
        _logger.debug("%s %s: %s, %s bytes", method, path, status, len(answer.body))
        if 200 <= status < 300:
            return answer
        raise self._failure(answer, write, explain)

    def _send(self, method, url, write, options):
        self.usage.calls += 1
        self.usage.sent += len(options["data"] or b"") if _is_bytes(options["data"]) else 0
        begun = self._clock()
        try:
            response = self._session.request(
                method, url, timeout=self._timeouts, allow_redirects=False, stream=True, **options
            )
            with response:
                body = self._body(response, begun, write)
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise self._lost(error, maybe_done=False) from None
        except requests.exceptions.ConnectionError as error:
            raise self._lost(error, maybe_done=write and not _never_reached(error)) from None
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            raise self._lost(error, maybe_done=write) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body)

    def _body(self, response, begun, write):
        """Read the answer piece by piece: one that drips would hold a worker for ever."""
        pieces, size = [], 0
        for piece in _pieces(response):
            pieces.append(piece)
            size += len(piece)
            if self._clock() - begun > self._whole or size > self._largest:
                raise Transient(
                    "The service's answer took too long or was too large.", maybe_done=write
                )
        self.usage.received += size
        return b"".join(pieces)

    def _lost(self, error, maybe_done):
        kind = type(error).__name__
        return Transient(f"The service could not be reached ({kind}).", maybe_done=maybe_done)

    def _failure(self, answer, write, explain):
        """The error that a refusal means."""
        status, said = answer.status, tuple(map(self.redactor.clean, reasons(answer)))
        text = "; ".join(said)[:500] or "no reason given"
        if status == 429 or _is_throttle(answer):
            return self.limiter.refused(answer.headers)
        if status in (408, 425) or status >= 500:
            wait = _seconds(answer.headers.get("retry-after"))
            return Transient(f"The service failed ({status}).", maybe_done=write, retry_after=wait)
        known = explain(answer) if explain else None
        if known is not None:
            return known
        if status == 401 or (status == 403 and _is_disconnected(answer)):
            return AuthExpired(
                f"The service did not accept the token: {text}.", reconnect=status == 403
            )
        if status in (404, 410):
            return Absent(f"The service has no such record: {text}.")
        return Rejected(f"The service refused ({status}): {text}.", code=str(status), messages=said)


def _pieces(response):
    """Yield what has arrived, as it arrives, where urllib3 can; else in small pieces."""
    read = getattr(response.raw, "read1", None)
    if read is None:
        yield from response.iter_content(1024)
        return
    while piece := read(65536, decode_content=True):
        yield piece


def _encoded(data):
    return data.encode() if isinstance(data, str) else data


def _is_bytes(data):
    return isinstance(data, (bytes, type(None)))


def _never_reached(error):
    """Whether the request surely did not leave: there was no connection at all."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _is_throttle(answer):
    """QuickBooks says it in a fault, with 403 in older days."""
    return answer.status == 403 and b"3001" in answer.body and b"hrottle" in answer.body


def _is_disconnected(answer):
    return b"AuthenticationUnsuccessful" in answer.body or b"AuthorizationFault" in answer.body


def _seconds(text):
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None


def reasons(answer: Answer) -> tuple[str, ...]:
    """What a service says about its refusal, in its own words."""
    try:
        body = parse_json(answer.body)
    except Transient:
        return ()
    return tuple(text[:300] for text in dict.fromkeys(_messages(body)))[:20]


def _messages(body, depth=0):
    """Every text that is an explanation, wherever the service put it."""
    if depth > 6:
        return
    if isinstance(body, list):
        for item in body[:50]:
            yield from _messages(item, depth + 1)
    elif isinstance(body, Mapping):
        for name, value in body.items():
            if isinstance(value, str) and name.lower() in EXPLAINING and value.strip():
                yield value.strip().rstrip(".")
            elif not isinstance(value, str):
                yield from _messages(value, depth + 1)
