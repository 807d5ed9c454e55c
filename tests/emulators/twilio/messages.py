"""The Messages resource: what is asked is checked, what becomes of it is told."""

import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

from ..web import Answer, Refused

#: What the API documents for a new message.
FIELDS = {
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "ContentVariables",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "RiskCheck",
}
NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}$")
SESSION = timedelta(hours=24)


class Messages:
    """Messages of one account.

    :param TwilioEmulator service: whose they are
    """

    def __init__(self, service):
        self.service = service

    def serve(self, request, sid):
        """Answer a request for messages."""
        if sid:
            return Answer(200, self._described(self._message(sid)))
        if request.method == "POST":
            return Answer(201, self._create(self._form(request)))
        return Answer(200, {"messages": self._listed(request.query), "next_page_uri": None})

    def _form(self, request):
        kind = request.headers.get("content-type", "")
        if not kind.startswith("application/x-www-form-urlencoded"):
            raise self._refuse(20001, "A form is expected")
        form = request.form()
        if unknown := set(form) - FIELDS:
            raise self._refuse(20001, f"Unknown parameters: {sorted(unknown)}")
        return form

    def _refuse(self, code, text, status=400):
        return Refused(status, self.service.error(status, code, text))

    def _message(self, sid):
        try:
            return self.service.messages[sid]
        except KeyError:
            raise self._refuse(20404, "No such message", 404) from None

    def _listed(self, query):
        """One page, the newest first."""
        if unknown := set(query) - {"To", "From", "DateSent", "PageSize", "Page", "PageToken"}:
            raise self._refuse(20001, f"Unknown parameters: {sorted(unknown)}")
        found = [
            self._described(message)
            for message in reversed(self.service.messages.values())
            if query.get("To") in (None, message["to"])
            and query.get("From") in (None, message["from"])
        ]
        return found[: int(query.get("PageSize", 50))]

    def _described(self, message):
        """What Twilio shows of it: not the address at which it tells of it."""
        hidden = ("callback", "content_sid", "content_variables")
        return {name: value for name, value in message.items() if name not in hidden}

    # === A NEW ONE === #

    def _create(self, form):
        to, sender = self._addresses(form)
        self._check_content(form)
        if to in self.service.opted_out:
            raise self._refuse(21610, "Attempt to send to unsubscribed recipient")
        message = {
            "sid": self.service.new_sid("SM"),
            "account_sid": self.service.account,
            "to": to,
            "from": sender,
            "body": form.get("Body"),
            "status": "accepted" if sender.startswith("MG") else "queued",
            "error_code": None,
            "error_message": None,
            "direction": "outbound-api",
            "num_segments": "1",
            "callback": form.get("StatusCallback"),
            "content_sid": form.get("ContentSid"),
            "content_variables": form.get("ContentVariables"),
            "date_created": self.service.clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }
        self.service.messages[message["sid"]] = message
        self._become(message, form.get("StatusCallback"))
        return {**self._described(message), "status": "queued"}

    def _addresses(self, form):
        to = form.get("To", "")
        if not to:
            raise self._refuse(21604, "A 'To' phone number is required.")
        if not NUMBER.match(to):
            raise self._refuse(21211, f"Invalid 'To' Phone Number: {to}")
        sender = form.get("MessagingServiceSid") or form.get("From", "")
        if not sender:
            raise self._refuse(21603, "A 'From' phone number is required.")
        if sender == to:
            raise self._refuse(21266, "'To' and 'From' number cannot be the same")
        if sender not in self.service.numbers:
            raise self._refuse(21606, f"The 'From' number {sender} is not yours")
        if sender.startswith("whatsapp:") != to.startswith("whatsapp:"):
            raise self._refuse(63007, "Channel of 'From' and 'To' differ")
        callback = form.get("StatusCallback")
        if callback and urlsplit(callback).scheme not in ("http", "https"):
            raise self._refuse(21609, "Invalid 'StatusCallback' URL")
        return to, sender

    def _check_content(self, form):
        if "ContentSid" not in form:
            if "ContentVariables" in form:
                raise self._refuse(21654, "ContentSid required")
            if not form.get("Body") and not form.get("MediaUrl"):
                raise self._refuse(21602, "Message body is required.")
            if len(form.get("Body", "")) > 1600:
                raise self._refuse(21617, "The message body exceeds 1600 characters")
            return
        if form["ContentSid"] not in self.service.templates:
            raise self._refuse(21655, "The ContentSid is invalid")
        try:
            values = json.loads(form.get("ContentVariables", "{}"))
        except ValueError:
            values = None
        expected = {str(n) for n in range(1, self.service.templates[form["ContentSid"]] + 1)}
        if not isinstance(values, dict) or set(values) != expected or not all(values.values()):
            raise self._refuse(21656, "The Content Variables parameter is invalid")

    # === WHAT BECOMES OF IT === #

    def _become(self, message, callback):
        """Tell the states it goes through."""
        code = self._failure(message)
        states = ["sent", "undelivered" if code else "delivered"] if code != 63016 else ["failed"]
        if not code and message["to"].startswith("whatsapp:"):
            states.append("read")
        for state in states:
            message["status"] = state
            failed = code if state in ("failed", "undelivered") else None
            message["error_code"] = failed
            self.tell(message, callback, state, failed)

    def _failure(self, message):
        number = message["to"]
        if number in self.service.unreachable:
            return 63024 if number.startswith("whatsapp:") else 30003
        free = not message["content_sid"] and number.startswith("whatsapp:")
        heard = self.service.heard_at.get(number)
        if free and (heard is None or self.service.clock.now() - heard > SESSION):
            return 63016
        return None

    def tell(self, message, callback, state, code=None):
        """Put a status callback on its way."""
        form = {
            "MessageSid": message["sid"],
            "SmsSid": message["sid"],
            "AccountSid": self.service.account,
            "MessageStatus": state,
            "SmsStatus": state,
            "To": message["to"],
            "From": message["from"],
            "ApiVersion": "2010-04-01",
        }
        if code:
            form["ErrorCode"] = code
        self.service.tell(callback, form)
