from odoo import api, fields, models

from ..twilio import twiml

STATES = [
    ("new", "To Be Made"),
    ("under_way", "Under Way"),
    ("done", "Talked"),
    ("machine", "Machine Answered"),
    ("busy", "Busy"),
    ("no_answer", "Not Answered"),
    ("failed", "Failed"),
]
#: What a call may still become; a provider tells twice, late and in any order.
OPEN = ("new", "under_way")
#: The provider's words for how a call ended -> state; `completed` was answered.
ENDS = {
    "completed": "done",
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "failed": "failed",
}
CONSENT = [("asked", "Asked"), ("yes", "Agreed"), ("no", "Did Not Agree")]


class CollectionsCall(models.Model):
    """A telephone call by a machine, or to it.

    What is said is decided by the conversation (`collections.conversation`); here is how
    the call goes: who picked up, which question is being asked, how it ended. What the
    provider asks again gets the same answer again, and nothing happens twice.
    """

    _name = "collections.call"
    _description = "Automatic Call"
    _order = "id desc"
    _rec_name = "number"
    _check_company_auto = True

    provider_id = fields.Many2one(
        "collections.provider", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    direction = fields.Selection(
        [("out", "We Called"), ("in", "The Customer Called")], required=True, readonly=True
    )
    case_id = fields.Many2one(
        "collections.case", index="btree_not_null", ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Customer")
    action_id = fields.Many2one(
        "dunning.action",
        string="Contact",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    attempt = fields.Integer(readonly=True)
    number = fields.Char(required=True, readonly=True, help="The customer's, as +…")
    lang = fields.Char(string="Language", readonly=True)
    sid = fields.Char(string="Provider's Key", readonly=True)
    state = fields.Selection(STATES, required=True, default="new", readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    duration = fields.Integer(string="Seconds", readonly=True)
    failure = fields.Char(readonly=True)
    conversation_id = fields.Many2one(
        "collections.conversation", readonly=True, index="btree_not_null", ondelete="set null"
    )
    interaction_ids = fields.One2many(
        related="conversation_id.interaction_ids", string="What Was Said"
    )
    turn = fields.Integer(readonly=True, default=-1, help="The last request that was answered.")
    last_answer = fields.Text(readonly=True, groups="base.group_system")
    is_transferred = fields.Boolean(string="Transferred", readonly=True)

    # Recording
    consent = fields.Selection(CONSENT, string="Recording", readonly=True)
    recording_sid = fields.Char(readonly=True, help="At the provider, until we have it.")
    recording_until = fields.Date(readonly=True)
    audio_id = fields.Many2one("ir.attachment", string="Sound", readonly=True)

    _sid = models.UniqueIndex("(provider_id, sid) WHERE sid IS NOT NULL", "A call is kept once.")
    _attempt = models.UniqueIndex(
        "(action_id, attempt) WHERE action_id IS NOT NULL", "This call was made already."
    )
    _open_idx = models.Index("(id) WHERE state IN ('new', 'under_way')")
    _recorded_idx = models.Index("(recording_until) WHERE recording_until IS NOT NULL")

    @api.model
    def _is_available(self):
        """Whether what calls need is installed: the provider's library."""
        return twiml.is_available()

    # === REQUESTS OF THE PROVIDER === #

    @api.model
    def _answer(self, provider, ref, form, now):
        """What a call under way is to do next.

        :param provider: `collections.provider` that has signed the request
        :param str ref: of our own address, empty for a call that comes in
        :param form: what the provider tells
        :param datetime.datetime now: naive UTC
        :return: TwiML
        :rtype: str
        """
        call, turn = self._find(provider, ref, form, now)
        if not call:
            return twiml.hang_up()
        call.lock_for_update()
        call.invalidate_recordset()
        if turn <= call.turn:
            return call.sudo().last_answer or twiml.hang_up()
        if call.state not in OPEN:
            return twiml.hang_up()
        call.write({"turn": turn, "state": "under_way", "sid": form.get("CallSid") or call.sid})
        answer = call._take_turn(turn, form, now)
        call.sudo().last_answer = answer
        return answer

    def _find(self, provider, ref, form, now):
        """The call of a request and the number of its turn; empty for a stranger's."""
        sid = form.get("CallSid", "")
        if not ref and form.get("Direction") == "inbound" and sid:
            return self._incoming(provider, sid, form, now), 0
        number, _dot, turn = ref.partition(".")
        if not all(part.isdecimal() and len(part) < 10 for part in (number, turn)):
            return self.browse(), 0
        calls = self.sudo().search([("id", "=", int(number)), ("provider_id", "=", provider.id)])
        return calls.filtered(lambda call: not call.sid or call.sid == sid), int(turn)

    @api.model
    def _incoming(self, provider, sid, form, now):
        """A call that comes in: found again, or begun."""
        calls = self.sudo()
        known = calls.search([("provider_id", "=", provider.id), ("sid", "=", sid)])
        if known:
            return known
        number = form.get("From", "")[:40]
        case = self.env["collections.case"].sudo()._by_phone(number, provider.company_id)
        return calls.create(
            {
                "provider_id": provider.id,
                "company_id": provider.company_id.id,
                "direction": "in",
                "case_id": case.id,
                "number": number or "?",
                "lang": case.partner_id._dunning_recipient().lang if case else False,
                "sid": sid,
                "state": "under_way",
                "date": now,
            }
        )

    def _turn_ref(self):
        """What the next question is called; see :meth:`_find`."""
        return f"{self.id}.{self.turn + 1}"

    def _url(self, kind):
        return self.provider_id._webhook_url(kind, self._turn_ref())

    # === HOW IT ENDS === #

    def _note_end(self, told, now):
        """The provider tells that the call is over.

        :param dict told: `CallStatus`, `CallDuration`, `AnsweredBy`, …
        :return: whether that was news
        :rtype: bool
        """
        self.ensure_one()
        state = ENDS.get(told.get("CallStatus"))
        if not state or self.state not in OPEN:
            return False
        seconds = told.get("CallDuration", "")
        duration = int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 0
        if state == "done" and self.turn < 0:
            state = "no_answer"  # it ended before we were asked what to say
        self.write({"state": state, "duration": duration})
        self._hang_up_conversation(now)
        if self.action_id:
            self.action_id._after_automatic_call(self, now)
        return True

    def _note_machine(self):
        """A machine took the call: what is said to it is the end of it."""
        self.state = "machine"


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    def _by_phone(self, number, company):
        """The one case of a company whose customer has this number; empty when none or many.

        :param str number: as +…
        """
        if not number.startswith("+"):
            return self.browse()
        partners = self.env["res.partner"].search([("phone_sanitized", "=", number)])
        cases = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.commercial_partner_id.ids),
            ]
        )
        return cases if len(cases) == 1 else self.browse()
