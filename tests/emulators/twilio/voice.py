"""Telephone calls: a desk that makes them, and debtors who answer, or do not.

A call is played from beginning to end by `Desk.play`, or key by key by `Call`, which is
also what a person at a terminal does. Nothing here knows the product: it asks the
addresses it was given, as the service does, signed with the account's token.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from ..web import Answer, Clock, Refused
from .voice_markup import PHONE, read

EVENTS = ("initiated", "ringing", "answered", "completed")
DETECTION = ("Enable", "DetectMessageEnd")
KNOWN = {
    "To", "From", "Url", "Method", "StatusCallback", "StatusCallbackEvent",
    "StatusCallbackMethod", "Timeout", "MachineDetection", "MachineDetectionTimeout",
}  # fmt: skip
UNANSWERED = ("busy", "no-answer", "failed", "canceled")
#: More questions than anybody would answer: the menu goes in circles.
MOST_TURNS = 80


class Endless(AssertionError):
    """A call that does not come to an end."""


@dataclass(frozen=True)
class Press:
    """The debtor presses keys."""

    keys: str


@dataclass(frozen=True)
class Speak:
    """The debtor says something."""

    text: str
    confidence: float = 0.9


@dataclass(frozen=True)
class Wait:
    """The debtor is silent."""


@dataclass(frozen=True)
class HangUp:
    """The debtor hangs up."""


@dataclass
class Debtor:
    """Who is called.

    :param does: in turn, one per question; silent after that
    :param answered_by: what machine detection says: `human`, `machine_start`,
        `machine_end_beep`, `fax`, `unknown` …
    :param status: how the call ends without being answered, such as `busy`
    :param colleague: how a transfer to a person ends
    """

    does: list = field(default_factory=list)
    answered_by: str = "human"
    status: str = ""
    colleague: str = "completed"


class Call:
    """One call.

    :param desk: who makes it
    :param form: what it was ordered with; names as documented
    """

    def __init__(self, desk, sid, form, direction="outbound-api"):
        self.desk, self.sid, self.form, self.direction = desk, sid, form, direction
        self.ordered_at = desk.clock.now()
        self.begin_again()

    def begin_again(self):
        """Forget everything that happened in this call."""
        form, direction = self.form, self.direction
        self.status = "queued" if direction == "outbound-api" else "ringing"
        self.answered_by = None
        self.verbs = []
        self.url = form.get("Url", "")
        self.turns = 0
        self.told = []
        self.recording = None
        self._sequence = 0

    # === THE SERVICE ASKS === #

    def fields(self, **more):
        """Return what every request about this call tells."""
        told = {
            "AccountSid": self.desk.account,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Direction": self.direction,
            "From": self.form["From"],
            "To": self.form["To"],
        }
        return told | {name: str(value) for name, value in more.items()}

    def answer(self, answered_by="human"):
        """The other side picks up: ask what to do."""
        self.status = "in-progress"
        self.report("answered")
        self.answered_by = answered_by
        detected = {"AnsweredBy": answered_by} if self.form.get("MachineDetection") else {}
        self.ask(self.url, **detected)

    def ask(self, url, **more):
        """Ask an address of the product, and read what it says."""
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise Endless(f"{self.turns} questions in one call")
        self.url = urljoin(self.url, url)
        body = self.desk.post(self.url, self.fields(**more))
        self.verbs = read(body)
        self._carry_out()

    def _carry_out(self):
        """Do what needs no answer; stop where one is waited for, or at the end."""
        for verb in self.verbs:
            if verb.name == "Say":
                self.told.append(("said", verb.text))
            elif verb.name == "Start":
                self._record(verb.find("Recording"))
            elif verb.name == "Gather":
                self.told += [("said", say.text) for say in verb.inside if say.name == "Say"]
                return
            elif verb.name == "Dial":
                self.told.append(("dialled", verb.find("Number").text))
                return
            elif verb.name == "Redirect":
                self.ask(verb.text)
                return
        self.finish()

    def _record(self, verb):
        self.recording = "RE" + self.desk.new_key()
        self.desk.recordings[self.recording] = verb.attributes

    @property
    def gather(self):
        """The question that waits for an answer, or None."""
        return next((verb for verb in self.verbs if verb.name == "Gather"), None)

    @property
    def dial(self):
        """The transfer under way, or None."""
        return next((verb for verb in self.verbs if verb.name == "Dial"), None)

    @property
    def is_over(self):
        """Whether nothing more can happen."""
        return self.status == "completed" or self.status in UNANSWERED

    # === THE DEBTOR ANSWERS === #

    def press(self, keys):
        """Keys are pressed, as many as the question takes."""
        question = self.gather.attributes
        if "numDigits" in question:
            keys = keys[: int(question["numDigits"])]
        keys = keys.partition(question.get("finishOnKey", "#") or "\0")[0]
        self.told.append(("pressed", keys))
        self._answer_question(Digits=keys)

    def speak(self, text, confidence=0.9):
        """Something is said; unheard where speech is not listened to."""
        self.told.append(("heard", text))
        if "speech" in self.gather.attributes.get("input", "dtmf"):
            self._answer_question(SpeechResult=text, Confidence=confidence)
        else:
            self._answer_question()

    def wait(self):
        """Nothing is said or pressed."""
        self.told.append(("silence", ""))
        self._answer_question()

    def _answer_question(self, **heard):
        question = self.gather.attributes
        if heard or question.get("actionOnEmptyResult") == "true":
            self.ask(question.get("action", self.url), **heard)
        else:
            self.verbs = self.verbs[self.verbs.index(self.gather) + 1 :]
            self._carry_out()

    def end_transfer(self, status="completed"):
        """The person dialled has hung up, or never answered."""
        number = self.dial.find("Number").text
        self.told.append(("transfer", f"{number} {status}"))
        self.ask(
            self.dial.attributes["action"],
            DialCallSid="CA" + self.desk.new_key(),
            DialCallStatus=status,
            DialCallDuration=30 if status == "completed" else 0,
        )

    def hang_up(self):
        """The debtor puts down the receiver."""
        self.told.append(("hung up", ""))
        self.finish()

    # === REPORTS === #

    def finish(self, status="completed"):
        """The call is over."""
        self.verbs, self.status = [], status
        answered = status == "completed"
        more = {"CallDuration": 20 if answered else 0}
        if self.answered_by and self.form.get("MachineDetection"):
            more["AnsweredBy"] = self.answered_by
        self.report("completed", **more)
        if self.recording:
            self._report_recording()

    def report(self, event, **more):
        """Tell how the call goes, where that was asked for."""
        wanted = self.form.get("StatusCallbackEvent") or ["completed"]
        if self.form.get("StatusCallback") and event in wanted:
            told = self.fields(
                CallbackSource="call-progress-events", SequenceNumber=self._sequence, **more
            )
            self.desk.tell(self.form["StatusCallback"], told)
        self._sequence += 1

    def _report_recording(self):
        asked = self.desk.recordings[self.recording]
        told = {
            "AccountSid": self.desk.account,
            "CallSid": self.sid,
            "RecordingSid": self.recording,
            "RecordingUrl": f"{self.desk.api}/Accounts/{self.desk.account}"
            f"/Recordings/{self.recording}",
            "RecordingStatus": "completed",
            "RecordingDuration": "20",
            "RecordingChannels": "2" if asked.get("channels") == "dual" else "1",
        }
        self.desk.tell(asked["recordingStatusCallback"], told)


class Desk:
    """The telephone side of an account.

    :param account: its SID
    :param token: signs what it tells
    :param numbers: that it may call from
    :param post: (url, form, headers) -> body; over HTTP when not given
    :param clock: its time
    """

    api = "https://api.twilio.com/2010-04-01"

    def __init__(self, account, token, numbers, post=None, clock=None):
        self.clock = clock or Clock()
        self.account, self.token, self.numbers = account, token, list(numbers)
        self.calls, self.recordings, self.deleted = [], {}, []
        self.deliveries = []
        self._post = post or _post_over_http
        self._serial = 0

    def new_key(self):
        """Return the next identifier, without its two letters."""
        self._serial += 1
        return hashlib.md5(f"{self.account}/{self._serial}".encode()).hexdigest()

    # === ORDERS === #

    def serve(self, request, sid):
        """Answer a request for calls or recordings.

        :param sid: of the one that is asked for
        """
        if sid and sid.startswith("RE"):
            return self._serve_recording(request.method, sid)
        if sid:
            known = [call for call in self.calls if call.sid == sid]
            if not known:
                raise Refused(404, {"code": 20404, "message": "not found", "status": 404})
            return Answer(200, self._described(known[0]))
        if request.method == "GET":
            return Answer(200, {"calls": self._listed(request.query), "next_page_uri": None})
        call = self.order(parse_qs(request.body.decode(), keep_blank_values=True))
        return Answer(201, self._described(call))

    def order(self, lists):
        """Check an order for a call, and take it.

        :param dict[str, list[str]] lists: of the form
        :raise Refused: as the service does
        """
        form = {name: values[0] for name, values in lists.items()}
        form["StatusCallbackEvent"] = lists.get("StatusCallbackEvent", [])
        unknown = set(lists) - KNOWN
        self._must(not unknown, 20001, f"unknown: {sorted(unknown)}")
        self._must(PHONE.fullmatch(form.get("To", "")), 21211, "The 'To' number is not valid")
        self._must(form.get("From") in self.numbers, 21210, "'From' is not verified")
        for name in ("Url", "StatusCallback"):
            address = urlsplit(form.get(name, ""))
            self._must(address.scheme in ("http", "https") and address.netloc, 21205, name)
        self._must(set(form["StatusCallbackEvent"]) <= set(EVENTS), 21626, "events")
        detection = form.get("MachineDetection", "Enable")
        self._must(detection in DETECTION, 20001, "MachineDetection")
        self._must(form.get("Timeout", "60").isdigit(), 13223, "Timeout")
        call = Call(self, "CA" + self.new_key(), form)
        self.calls.append(call)
        return call

    def _listed(self, query):
        """One page, the newest first."""
        self._must(set(query) <= {"To", "From", "Status", "PageSize"}, 20001, "unknown")
        found = [
            self._described(call)
            for call in reversed(self.calls)
            if query.get("To") in (None, call.form["To"])
            and query.get("From") in (None, call.form["From"])
        ]
        return found[: int(query.get("PageSize", 50))]

    def _must(self, fits, code, message):
        if not fits:
            told = {"code": code, "message": message, "status": 400, "more_info": ""}
            raise Refused(400, told)

    def _described(self, call):
        return {
            "sid": call.sid,
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "direction": call.direction,
            "status": call.status,
            "to": call.form["To"],
            "from": call.form["From"],
            "date_created": call.ordered_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "duration": "20" if call.status == "completed" else None,
            "uri": f"/2010-04-01/Accounts/{self.account}/Calls/{call.sid}.json",
        }

    def _serve_recording(self, method, sid):
        if sid not in self.recordings:
            raise Refused(404, {"code": 20404, "message": "not found", "status": 404})
        if method == "GET":
            return Answer(200, b"ID3 sound of " + sid.encode(), {"Content-Type": "audio/mpeg"})
        self.deleted.append(sid)
        del self.recordings[sid]
        return Answer(204)

    # === CALLS === #

    def play(self, call, debtor):
        """Let a debtor live through a call.

        :rtype: list[tuple[str, str]]
        :return: what was said and done, in order
        """
        for event, status in (("initiated", "initiated"), ("ringing", "ringing")):
            call.status = status
            call.report(event)
        if debtor.status:
            call.finish(debtor.status)
            return call.told
        call.answer(debtor.answered_by)
        return self.go_on(call, debtor)

    def receive(self, url, number, debtor, status_url=""):
        """A debtor calls in.

        :param url: the voice address of the number
        :param number: whose caller's it is
        """
        form = {"From": number, "To": self.numbers[0], "Url": url, "StatusCallback": status_url}
        call = Call(self, "CA" + self.new_key(), form, "inbound")
        self.calls.append(call)
        call.ask(url)
        return self.go_on(call, debtor)

    def go_on(self, call, debtor):
        """Play what a debtor does until the call is over."""
        does = iter(debtor.does)
        while not call.is_over:
            if call.dial:
                call.end_transfer(debtor.colleague)
                continue
            act = next(does, Wait())
            if isinstance(act, Press):
                call.press(act.keys)
            elif isinstance(act, Speak):
                call.speak(act.text, act.confidence)
            elif isinstance(act, HangUp):
                call.hang_up()
            else:
                call.wait()
        return call.told

    # === TELLING THE PRODUCT === #

    def post(self, url, form):
        """Ask an address, and return what it answered."""
        return self._post(url, form, {"X-Twilio-Signature": self.signature(url, form)})

    def tell(self, url, form):
        """Tell an address; kept, so that it can be told again, or in another order."""
        self.deliveries.append((url, form))
        self.post(url, form)

    def signature(self, url, form):
        """Sign a request: the address, and the fields in the order of their names."""
        text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        digest = hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()


def _post_over_http(url, form, headers):
    answer = requests.post(url, data=form, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.text
