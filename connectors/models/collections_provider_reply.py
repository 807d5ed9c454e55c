from datetime import timedelta

from odoo import api, fields, models

STATES = [
    ("queued", "Queued"),
    ("sending", "Under Way"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("opened", "Opened"),
    ("failed", "Failed"),
    ("unknown", "Not Known"),
]
RANKS = {"queued": 0, "sending": 0, "unknown": 0, "sent": 1, "delivered": 2, "opened": 3}
BATCH = 20
MAX_ATTEMPTS = 5
#: A worker that has not finished by then has died in it.
IN_DOUBT_AFTER = timedelta(minutes=15)
#: An answer that could not leave for so long is no answer any more.
TOO_LATE = timedelta(hours=12)


class CollectionsProviderReply(models.Model):
    """An answer in a conversation, on its way to a customer who has written.

    It is claimed by a commit before the provider hears of it, and leaves at most once.
    """

    _name = "collections.provider.reply"
    _description = "Answer by Message"
    _order = "id desc"
    _rec_name = "number"

    provider_id = fields.Many2one("collections.provider", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="provider_id.company_id", store=True)
    service = fields.Selection([("sms", "SMS"), ("whatsapp", "WhatsApp")], required=True)
    conversation_id = fields.Many2one(
        "collections.conversation", index="btree_not_null", ondelete="set null"
    )
    number = fields.Char(required=True)
    text = fields.Text(required=True)
    event_key = fields.Char(help="What it answers: no event is answered twice.")
    state = fields.Selection(STATES, required=True, default="queued")
    queued_at = fields.Datetime(required=True)
    next_try_at = fields.Datetime()
    attempts = fields.Integer()
    external_id = fields.Char(index="btree_not_null")
    failure = fields.Char()

    _once = models.UniqueIndex("(event_key) WHERE event_key IS NOT NULL", "It was answered.")
    _outbox = models.Index("(state, id) WHERE state IN ('queued', 'sending')")

    @api.model
    def _queue(self, provider, service, number, text, now, talk=None, key=None):
        """Have an answer sent.

        :param str service: `sms` or `whatsapp`
        :param str number: as +…
        :param talk: `collections.conversation`
        :param key: what it answers; the same is answered once
        """
        reply = self.sudo().create(
            {
                "provider_id": provider.id,
                "service": service,
                "conversation_id": talk.id if talk else False,
                "number": number,
                "text": text,
                "event_key": key and str(key),
                "queued_at": now,
            }
        )
        self.env["collections.provider.event"]._wake()
        return reply

    # === SENDING === #

    @api.model
    def _deliver(self, now, commit=False):
        """Send what is queued.

        :param bool commit: whether to commit before and after the provider hears of each
        """
        self._doubt(now)
        progress, ways = self.env["ir.cron"], {}
        while replies := self._claim(now):
            if commit:
                progress._commit_progress()
            for reply in replies:
                reply._hand_over(now, ways)
                if commit:
                    progress._commit_progress()

    def _claim(self, now):
        domain = [
            ("state", "=", "queued"),
            "|",
            ("next_try_at", "=", False),
            ("next_try_at", "<=", now),
        ]
        replies = self.search(domain, order="id", limit=BATCH).try_lock_for_update()
        replies.write({"state": "sending"})
        return replies

    def _doubt(self, now):
        """Of what a dead worker was sending nobody knows."""
        stuck = self.search(
            [("state", "=", "sending"), ("write_date", "<", now - IN_DOUBT_AFTER)]
        ).try_lock_for_update()
        stuck.write({"state": "unknown"})

    def _hand_over(self, now, ways):
        if self.provider_id not in ways:
            ways[self.provider_id] = self.provider_id._way()
        way = ways[self.provider_id]
        result = way.send_text(self.service, self.number, self.text, f"r{self.id}")
        values = {"external_id": result.external_id, "failure": result.failure}
        values["state"] = {"accepted": "sent", "unknown": "unknown"}.get(result.outcome, "failed")
        again = self.attempts < MAX_ATTEMPTS and now - self.queued_at < TOO_LATE
        if result.outcome == "retry" and again:
            values["state"], values["attempts"] = "queued", self.attempts + 1
            values["next_try_at"] = now + timedelta(seconds=result.delay or 60)
            self.env["collections.provider.event"]._wake(values["next_try_at"])
        self.write(values)

    # === WHAT IS TOLD === #

    @api.model
    def _of_event(self, event):
        """The answer that an event is about; empty when it is none."""
        number = (event.ref or "")[1:]
        if (event.ref or "").startswith("r") and number.isdecimal() and len(number) < 10:
            return self.search(
                [("id", "=", int(number)), ("provider_id", "=", event.provider_id.id)]
            )
        return self.search(
            [
                ("external_id", "=", event.subject),
                ("provider_id", "=", event.provider_id.id),
            ],
            limit=1,
        )

    def _note(self, state, key, code, text):
        """A provider tells what became of it; states never go back."""
        if not self.try_lock_for_update():
            return None
        if state == "failed":
            if RANKS.get(self.state, 9) > 1:
                return False
            self.write({"state": "failed", "failure": text or code, "external_id": key})
            return True
        if RANKS.get(self.state, 9) >= RANKS[state]:
            return False
        self.write({"state": state, "external_id": key, "failure": False})
        return True

    @api.autovacuum
    def _gc_replies(self):
        """What was said is in the interactions."""
        end = fields.Datetime.now() - timedelta(days=60)
        self.search([("queued_at", "<", end)], limit=10_000).unlink()
