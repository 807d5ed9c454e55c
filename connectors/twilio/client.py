"""Twilio's REST API 2010-04-01, as much of it as is needed: messages and calls."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from ..base import Absent, AuthExpired, Misconfigured, Rejected, Transient
from ..http import Answer, parse_json
from ..messaging import ProviderSession

API = "https://api.twilio.com"
VERSION = "2010-04-01"


class TwilioClient:
    """One account.

    :param account: its SID
    :param token: its secret
    """

    def __init__(self, session: ProviderSession, account: str, token: str, url: str = API):
        self._session = session
        self._account = account
        pair = base64.b64encode(f"{account}:{token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}", "Accept": "application/json"}
        self._base = f"{url.rstrip('/')}/{VERSION}/Accounts/{account}"

    def make(self, resource: str, fields: Mapping[str, Any]) -> dict:
        """Make something: a message (`Messages`), a call (`Calls`).

        Fields without a value are left out; a list is sent as a repeated field.

        :raises ConnectorError: its classes say what went wrong; `Rejected.code` is Twilio's
        """
        filled = {name: value for name, value in fields.items() if value not in (None, "", [])}
        return self._request("POST", f"{self._base}/{resource}.json", data=filled)

    def update(self, resource: str, key: str, fields: Mapping[str, Any]) -> dict:
        """Change something that exists, such as a call under way."""
        return self._request("POST", f"{self._base}/{resource}/{key}.json", data=dict(fields))

    def delete(self, resource: str, key: str):
        """Delete something, such as a recording; one that is gone already is fine."""
        try:
            self._session.request(
                "DELETE",
                f"{self._base}/{resource}/{key}.json",
                headers=self._headers,
                explain=_explain_gone,
            )
        except Absent:
            return

    def fetch(self, resource: str, key: str, kind: str) -> bytes:
        """Read a file, such as the sound of a recording.

        :param kind: its ending: `mp3`
        """
        url = f"{self._base}/{resource}/{key}.{kind}"
        return self._session.request("GET", url, headers=self._headers, explain=_explain_gone).body

    def get(self, resource: str = "", key: str = "", **params: Any) -> dict:
        """Read a record, a list of records, or without a resource the account itself."""
        path = "/".join(part for part in (self._base, resource, key) if part)
        return self._request("GET", f"{path}.json", params=params or None)

    def send(
        self,
        to: str,
        sender: str,
        *,
        text: str = "",
        template: str = "",
        values: list[str] | None = None,
        callback: str = "",
    ) -> str:
        """Hand over a message.

        :param to: number as +…, with `whatsapp:` before it for WhatsApp
        :param sender: number, name, or the SID of a messaging service
        :param template: SID of approved content, instead of a text
        :param values: of its placeholders, in their order
        :param callback: where Twilio tells what became of it
        :return: the SID of the message
        """
        service = sender.startswith("MG")
        numbered = {str(number): value for number, value in enumerate(values or (), 1)}
        answer = self.make(
            "Messages",
            {
                "To": to,
                "MessagingServiceSid": sender if service else None,
                "From": None if service else sender,
                "Body": None if template else text,
                "ContentSid": template,
                "ContentVariables": json.dumps(numbered) if template and numbered else None,
                "StatusCallback": callback,
            },
        )
        return answer["sid"]

    def _request(self, method, url, **options):
        answer = self._session.request(
            method, url, headers=self._headers, explain=explain, **options
        )
        try:
            return parse_json(answer.body)
        except Transient:
            # It was a good answer: what was asked has been done, we do not know its key.
            raise Transient("Twilio's answer was cut short.", maybe_done=method != "GET") from None


def _explain_gone(answer: Answer) -> Exception | None:
    """As below, but what does not exist is no error of the request."""
    return Absent("It does not exist.") if answer.status == 404 else explain(answer)


def explain(answer: Answer) -> Exception | None:
    """What Twilio means by a refusal: its code is in the body."""
    try:
        body = parse_json(answer.body)
    except Transient:
        return None
    if not isinstance(body, dict):
        return None
    text = str(body.get("message") or "no reason given")[:300]
    if answer.status == 401:
        return AuthExpired(f"Twilio does not accept the account's credentials: {text}")
    if answer.status == 403 and body.get("code") in (20003, 20005):
        return Misconfigured(f"Twilio has closed the account: {text}")
    if body.get("code"):
        return Rejected(text, code=str(body["code"]), messages=(text,))
    return None
