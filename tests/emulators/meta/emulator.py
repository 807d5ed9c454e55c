"""The messages of one business number, and the webhooks about them."""

import hashlib
import hmac
import json
import re
from datetime import timedelta

from ..messaging import MessagingEmulator, Note
from ..web import Answer, Refused

NUMBER_ID, ACCOUNT_ID = "106540352242922", "102290129340398"
TOKEN, SECRET = "an-access-token-of-a-system-user", "secret-of-the-application"
PLACE = re.compile(r"/v\d+\.\d+/(\d+)(/messages)?$")
FIELDS = {
    "messaging_product",
    "recipient_type",
    "to",
    "type",
    "text",
    "template",
    "biz_opaque_callback_data",
    "context",
}
SESSION = timedelta(hours=24)


def signature(secret, body):
    """Return what Meta puts into X-Hub-Signature-256.

    :param bytes body: as it is posted
    """
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class MetaEmulator(MessagingEmulator):
    """One number.

    :ivar webhook_url: where everything is told
    :ivar templates: (name, language) of approved texts -> number of their placeholders
    """

    name = "meta_whatsapp"

    def __init__(self, clock=None, seed=1, port=0):
        super().__init__(clock, seed, port)
        self.number_id, self.token, self.secret = NUMBER_ID, TOKEN, SECRET
        self.templates = {}
        self.webhook_url = None
        self.heard_at = {}

    # === REQUESTS === #

    def _serve(self, request):
        found = PLACE.match(request.path)
        if not found or found[1] != self.number_id:
            raise self._refuse(100, "Unsupported request", 400)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise self._refuse(190, "Invalid OAuth access token", 401)
        if not found[2]:
            return Answer(200, {"id": self.number_id, "display_phone_number": "+1 555 010 0300"})
        if request.headers.get("content-type") != "application/json":
            raise self._refuse(100, "The content type must be application/json")
        return Answer(200, self._create(request.json()))

    def _refuse(self, code, text, status=400):
        return Refused(status, self.error(code, text))

    def error(self, code, text):
        """Return the body of an error."""
        return {
            "error": {
                "message": f"(#{code}) {text}",
                "type": "OAuthException",
                "code": code,
                "error_data": {"messaging_product": "whatsapp", "details": text},
                "fbtrace_id": self.new_id(),
            }
        }

    def refusal(self, kind, **details):
        """Return Meta's own answer for an error of some kind."""
        if kind == "busy":
            return Answer(429, self.error(130429, "Rate limit hit"))
        if kind == "unavailable":
            return Answer(503, self.error(131016, "Service unavailable"))
        if kind == "broken":
            return Answer(500, self.error(131000, "Something went wrong"))
        return Answer(details.get("status", 400))

    # === A NEW MESSAGE === #

    def _create(self, asked):
        if unknown := set(asked) - FIELDS:
            raise self._refuse(100, f"Unexpected keys: {sorted(unknown)}")
        if asked.get("messaging_product") != "whatsapp":
            raise self._refuse(100, "messaging_product must be whatsapp")
        to = str(asked.get("to", ""))
        if not re.fullmatch(r"[1-9]\d{6,14}", to):
            raise self._refuse(131009, "The recipient is not valid")
        free = self._check_content(asked)
        message = {
            "id": "wamid." + self.new_id().replace("-", "").upper(),
            "to": f"+{to}",
            "status": "accepted",
            "free": free,
            "content": asked[asked["type"]],
            "ref": asked.get("biz_opaque_callback_data"),
        }
        self.messages[message["id"]] = message
        self._become(message)
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to}],
            "messages": [{"id": message["id"], "message_status": "accepted"}],
        }

    def _check_content(self, asked):
        """Refuse what Meta refuses at once; whether it is a free text."""
        kind = asked.get("type")
        if kind == "text":
            body = asked.get("text", {}).get("body")
            if not body or len(body) > 4096:
                raise self._refuse(100, "text.body must have 1 to 4096 characters")
            return True
        if kind != "template":
            raise self._refuse(100, f"type {kind} is not emulated")
        template = asked.get("template", {})
        key = (template.get("name"), template.get("language", {}).get("code"))
        if key not in self.templates:
            raise self._refuse(132001, "Template name does not exist in the translation", 404)
        values = [
            parameter.get("text")
            for component in template.get("components", ())
            for parameter in component["parameters"]
            if component["type"] == "body" and parameter["type"] == "text"
        ]
        if len(values) != self.templates[key] or not all(values):
            raise self._refuse(132000, "Number of parameters does not match", 400)
        if any("\n" in value or "    " in value for value in values):
            raise self._refuse(132018, "A parameter has a line break or more than four spaces")
        return False

    # === WEBHOOKS === #

    def _become(self, message):
        """Tell the states it goes through."""
        heard = self.heard_at.get(message["to"])
        closed = heard is None or self.clock.now() - heard > SESSION
        if message["free"] and closed:
            return self.tell_status(message, "failed", (131047, "Re-engagement message"))
        if message["to"] in self.unreachable:
            return self.tell_status(message, "failed", (131026, "Message undeliverable"))
        for state in ("sent", "delivered", "read"):
            self.tell_status(message, state)
        return None

    def tell_status(self, message, state, error=None):
        """Put the news of a message on its way."""
        message["status"] = state
        status = {
            "id": message["id"],
            "status": state,
            "timestamp": str(int(self.clock.now().timestamp())),
            "recipient_id": message["to"].removeprefix("+"),
        }
        if message["ref"]:
            status["biz_opaque_callback_data"] = message["ref"]
        if error:
            code, title = error
            status["errors"] = [{"code": code, "title": title, "error_data": {"details": title}}]
        self.tell({"statuses": [status]})

    def write_in(self, sender, body, **_more):
        """A customer writes to us; the key of what it wrote."""
        with self.lock:
            key = "wamid." + self.new_id().replace("-", "").upper()
            self.heard_at[sender] = self.clock.now()
            message = {
                "from": sender.removeprefix("+"),
                "id": key,
                "timestamp": str(int(self.clock.now().timestamp())),
                "type": "text",
                "text": {"body": body},
            }
            self.tell({"messages": [message]})
            return key

    def tell(self, value):
        """Put a delivery with one change on its way."""
        metadata = {"display_phone_number": "15550100300", "phone_number_id": self.number_id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        change = {"field": "messages", "value": value}
        body = {
            "object": "whatsapp_business_account",
            "entry": [{"id": ACCOUNT_ID, "changes": [change]}],
        }
        raw = json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": signature(self.secret, raw),
        }
        if self.webhook_url:
            self.notes.append(Note(self.webhook_url, raw, headers))
