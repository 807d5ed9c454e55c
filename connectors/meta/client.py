"""The WhatsApp Cloud API of Meta, as much of it as is needed: messages."""

import json
from typing import Any

from ..base import AuthExpired, RateLimited, Rejected, Transient
from ..http import Answer, parse_json
from ..messaging import ProviderSession

API = "https://graph.facebook.com"
VERSION = "v23.0"
#: Codes that ask to come back later, with the seconds after which it makes sense.
BUSY = {4: 300, 80007: 300, 130429: 60, 131048: 3600, 131056: 60, 133016: 3600}
#: Codes of an access that does not work (any more).
ACCESS = {0, 10, 190, 200}
#: Codes of a failure of theirs.
BROKEN = {1, 2, 131000, 131016}


class MetaClient:
    """One business number.

    :param number_id: Meta's key of the number
    :param token: access token of a system user
    """

    def __init__(self, session: ProviderSession, number_id: str, token: str, url: str = API):
        self._session = session
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._base = f"{url.rstrip('/')}/{VERSION}/{number_id}"

    def number(self) -> dict:
        """Read what Meta knows of the number."""
        return self._request("GET", self._base)

    def send_text(self, to: str, text: str, ref: str = "") -> str:
        """Hand over a free text, which Meta takes within 24 hours of the customer's last one.

        :param to: number as +…
        :param ref: given back with everything told of the message
        :return: Meta's key of the message
        """
        return self._send(to, ref, {"type": "text", "text": {"preview_url": False, "body": text}})

    def send_template(
        self, to: str, name: str, language: str, values: list[str], ref: str = ""
    ) -> str:
        """Hand over an approved text.

        :param language: the code it is approved under, such as `pt_PT`
        :param values: of its placeholders, in their order
        """
        template: dict[str, Any] = {"name": name, "language": {"code": language}}
        if values:
            parameters = [{"type": "text", "text": value} for value in values]
            template["components"] = [{"type": "body", "parameters": parameters}]
        return self._send(to, ref, {"type": "template", "template": template})

    def _send(self, to, ref, content):
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to.removeprefix("+"),
            **content,
        }
        if ref:
            message["biz_opaque_callback_data"] = ref
        answer = self._request("POST", f"{self._base}/messages", data=json.dumps(message))
        try:
            return str(answer["messages"][0]["id"])
        except (KeyError, IndexError, TypeError):
            raise Transient("Meta's answer names no message.", maybe_done=True) from None

    def _request(self, method, url, **options):
        answer = self._session.request(
            method, url, headers=self._headers, explain=explain, **options
        )
        try:
            return parse_json(answer.body)
        except Transient:
            raise Transient("Meta's answer was cut short.", maybe_done=method != "GET") from None


def explain(answer: Answer) -> Exception | None:
    """What Meta means by a refusal: its code is in the body."""
    try:
        error = parse_json(answer.body)["error"]
        code = int(error.get("code") or -1)
    except (Transient, KeyError, TypeError, ValueError, AttributeError):
        return None
    details = error.get("error_data")
    details = details.get("details") if isinstance(details, dict) else None
    text = str(details or error.get("message") or "no reason given")[:300]
    if code in BUSY:
        return RateLimited(BUSY[code], "minute", f"Meta asks to wait: {text}")
    if answer.status == 401 or code in ACCESS:
        return AuthExpired(f"Meta does not accept the access token: {text}")
    if code in BROKEN:
        return Transient(f"Meta failed: {text}", maybe_done=True)
    return Rejected(text, code=str(code), messages=(text,))
