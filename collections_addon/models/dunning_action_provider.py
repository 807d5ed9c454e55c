import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

#: How far a contact has come; what a provider tells never takes it back.
RANKS = {"queued": 0, "failed": 0, "sending": 0, "sent": 1, "delivered": 2, "opened": 3}

#: Older ones are a person's.
MOST_DOUBTS = 1000


class DunningAction(models.Model):
    """Contacts that a provider carries: what it is told, what it tells."""

    _inherit = "dunning.action"

    sent_to = fields.Char(
        string="Number",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The number to which it was sent.",
    )

    provider_values = fields.Json(
        readonly=True, copy=False, help="The approved text that was used, and what fills it."
    )

    _in_doubt_idx = models.Index(
        "(channel_code, id) WHERE state = 'failed' AND failure_type = 'unknown'"
    )

    # === KEYS === #

    def _provider_ref(self):
        """What this attempt is called where its outcome is told; see :meth:`_of_provider_ref`."""
        self.ensure_one()
        return f"{self.id}.{self.attempt_count}"

    @api.model
    def _of_provider_ref(self, ref):
        """The contact of a reference, while the attempt is its latest; empty otherwise."""
        number, _dot, attempt = (ref or "").partition(".")
        if not all(part.isdecimal() and len(part) < 10 for part in (number, attempt)):
            return self.browse()
        return self.search([("id", "=", int(number)), ("attempt_count", "=", int(attempt))])

    # === WHAT IS TOLD === #

    def _note_delivery(self, state, key, now, failure_type=None, failure_text=None):
        """A provider tells what became of this contact.

        It may tell twice and in any order. Of a message of which nobody knew whether it
        left, this is the answer.

        :param str state: `sent`, `delivered`, `opened` or `failed`
        :param str key: the provider's key of the message
        :return: whether that was news
        :rtype: bool
        """
        self.ensure_one()
        if self.state not in RANKS:
            return False
        if state == "failed":
            return self._note_refusal(failure_type or "provider", failure_text)
        if RANKS[self.state] >= RANKS[state] or self._is_known_failure():
            return False
        if self.external_id != key:
            self.external_id = key
        if self.state in ("queued", "failed", "sending"):
            self._mark_sent(now)
            self.write({"failure_type": False, "failure_text": False})
        if state != "sent":
            self._mark_sent(now, state)
        return True

    def _note_refusal(self, failure_type, failure_text):
        """It did not arrive: the next channel of the level is tried."""
        if self.state in ("delivered", "opened") or self._is_known_failure():
            return False
        if self.state == "failed":
            self.write({"failure_type": failure_type, "failure_text": failure_text})
            self._start_fallback()
        else:
            self._mark_failed(failure_type, failure_text)
        return True

    def _is_known_failure(self):
        return self.state == "failed" and self.failure_type != "unknown"

    def _is_in_doubt(self):
        """Whether nobody knows if it left."""
        return self.state == "failed" and self.failure_type == "unknown"

    @api.model
    def _search_in_doubt(self, code):
        """The newest contacts of a channel of which nobody knows if they left."""
        domain = [
            ("state", "=", "failed"),
            ("failure_type", "=", "unknown"),
            ("channel_code", "=", code),
        ]
        return self.search(domain, order="id desc", limit=MOST_DOUBTS)

    def action_retry(self):
        """Override: of what is in doubt the provider is asked first; what had left is not
        sent again."""
        self.check_access("write")
        doubtful = self.filtered(lambda action: action._is_in_doubt())
        for code, actions in doubtful.grouped("channel_code").items():
            channel = self.env["collections.channel"]._by_code(code)
            channel._ask_before_retry(actions, fields.Datetime.now())
        return super().action_retry()

    # === WHO IS AT IT === #

    def _lock_under_way(self, code, ids=None):
        """Lock contacts of a channel that are under way and that no worker holds.

        :param str code: of the channel
        :param ids: only these; all when not given
        """
        self.flush_model(["state", "channel_code", "attempt_count"])
        among = SQL("id = ANY(%s)", list(ids)) if ids is not None else SQL("TRUE")
        query = SQL(
            "SELECT id FROM dunning_action WHERE state = 'sending' AND channel_code = %s"
            " AND %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            code,
            among,
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return self.browse(row[0] for row in self.env.cr.fetchall())
        except psycopg2.errors.SerializationFailure:
            return self.browse()  # other workers are at it: nothing is left behind
