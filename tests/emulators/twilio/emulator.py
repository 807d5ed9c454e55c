"""The API of accounts and messages, and the webhooks it sends."""

import base64
import hashlib
import hmac
import re
from urllib.parse import urlencode, urlsplit

from ..messaging import MessagingEmulator, Note
from ..web import Answer, Refused
from .messages import Messages
from .voice import Desk

VERSION = "2010-04-01"
ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "fedcba9876543210" * 2
PLACE = re.compile(rf"/{VERSION}/Accounts/(\w+)(?:/(\w+))?(?:/(\w+))?\.(?:json|mp3)$")


def signature(token, url, form):
    """Return what Twilio puts into X-Twilio-Signature.

    :param dict form: names and values as they are posted
    :rtype: str
    """
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class TwilioEmulator(MessagingEmulator):
    """One account.

    :ivar numbers: our numbers, and SIDs of messaging services
    :ivar incoming_url: where messages of customers are posted
    :ivar templates: SID of approved content -> number of its placeholders
    """

    name = "twilio"

    def __init__(self, clock=None, seed=1, port=0, account=ACCOUNT, token=TOKEN):
        super().__init__(clock, seed, port)
        self.account, self.token = account, token
        self.numbers = {"+15550100200", "whatsapp:+15550100200", "MG" + "0" * 32}
        self.templates = {}
        self.incoming_url = None
        self.opted_out = set()
        self.heard_at = {}
        phones = [number for number in self.numbers if number.startswith("+")]
        self.desk = Desk(account, token, phones, clock=self.clock)
        self.resources = {
            "Messages": Messages(self),
            "Calls": self.desk,
            "Recordings": self.desk,
        }

    # === REQUESTS === #

    def _serve(self, request):
        found = PLACE.match(request.path)
        if not found:
            raise Refused(404, self.error(404, 20404, "The requested resource was not found"))
        self._authenticate(request, found[1])
        if not found[2]:
            return Answer(200, {"sid": self.account, "friendly_name": "Test", "status": "active"})
        resource = self.resources.get(found[2])
        if resource is None:
            raise Refused(404, self.error(404, 20404, f"{found[2]} is not emulated"))
        return resource.serve(request, found[3])

    def _authenticate(self, request, account):
        pair = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}" or account != self.account:
            raise Refused(401, self.error(401, 20003, "Authenticate"))

    def error(self, status, code, message):
        """Return the body of an error."""
        return {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }

    def refusal(self, kind, **details):
        """Return Twilio's own answer for an error of some kind."""
        if kind == "busy":
            wait = {"Retry-After": str(details.get("wait", 1))}
            return Answer(429, self.error(429, 20429, "Too Many Requests"), wait)
        if kind == "unavailable":
            return Answer(503, self.error(503, 20503, "Service is unavailable"))
        if kind == "broken":
            return Answer(500, self.error(500, 20500, "Internal server error"))
        return Answer(details.get("status", 400))

    def new_sid(self, prefix):
        """Return the next SID of a kind.

        :rtype: str
        """
        return prefix + self.new_id().replace("-", "")

    # === WEBHOOKS === #

    def tell(self, url, form):
        """Put a webhook on its way."""
        if url and urlsplit(url).scheme in ("http", "https"):
            form = {name: str(value) for name, value in form.items()}
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature(self.token, url, form),
            }
            self.notes.append(Note(url, urlencode(form).encode(), headers, form))

    def write_in(self, sender, body, to="+15550100200", **more):
        """A customer writes to us; the SID of what it wrote."""
        with self.lock:
            sid = self.new_sid("SM")
            self.heard_at[sender] = self.clock.now()
            form = {
                "MessageSid": sid,
                "SmsSid": sid,
                "SmsMessageSid": sid,
                "AccountSid": self.account,
                "From": sender,
                "To": to,
                "Body": body,
                "NumMedia": "0",
                "NumSegments": "1",
                "SmsStatus": "received",
                "ApiVersion": VERSION,
                **more,
            }
            self.tell(self.incoming_url, form)
            return sid
