import logging
from datetime import timedelta

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .mail_mail import RETRY_DELAY, Result

_logger = logging.getLogger(__name__)

#: A worker that has not finished a transmission by then has died in it.
IN_DOUBT_AFTER = timedelta(minutes=15)


class DunningAction(models.Model):
    """What becomes of a contact whose message was put into core's outbox."""

    _inherit = "dunning.action"

    # === ACTION METHODS === #

    def action_confirm_sent(self):
        """Somebody found out that a message of which nobody knew had left."""
        doubtful = self.filtered(lambda a: a.state == "failed" and a.failure_type == "unknown")
        if doubtful != self:
            raise UserError(
                self.env._("Only of a contact of which it is not known can you say that it left.")
            )
        for action in doubtful:
            action._mark_sent(action.mail_message_id.sudo().date or fields.Datetime.now())
        doubtful.write({"failure_type": False, "failure_text": False})
        return True

    # === BEFORE SENDING === #

    def _forget_unsent_mails(self):
        """Remove what earlier attempts wrote and surely did not send.

        The row of a message that may have left is gone by now; it stays in the chatter.
        """
        repeated = self.filtered(lambda action: action.attempt_count > 1)
        if not repeated:
            return
        mails = self.env["mail.mail"].search([("dunning_action_id", "in", repeated.ids)])
        messages, statements = mails.mail_message_id, mails.dunning_action_id.attachment_id
        mails.unlink()
        messages.unlink()
        statements.unlink()

    # === AFTER SENDING === #

    def _apply_email_results(self, results, now):
        """Write down how the transmission of some mails ended.

        :param dict results: `mail.mail` of the attempt -> Result
        :param datetime.datetime now: naive UTC, the moment of the attempts
        """
        accepted = self.env["mail.mail"]
        for mail, result in results.items():
            if result.outcome == "accepted":
                accepted |= mail
            else:
                action = mail.sudo().dunning_action_id
                getattr(action, f"_email_{result.outcome}")(mail, result, now)
        if accepted:
            accepted.sudo().dunning_action_id._email_accepted(accepted, now)

    def _email_accepted(self, mails, now):
        self._mark_sent(now)
        tried_before = self.filtered("failure_type")
        tried_before.write({"failure_type": False, "failure_text": False})
        self._set_notification("sent")
        mails.unlink()

    def _email_retry(self, mail, result, now):
        mail.write({"state": "exception"})
        self._retry_later(now, RETRY_DELAY, result.failure_type, result.failure)

    def _email_failed(self, mail, result, _now):
        mail.write({"state": "exception"})
        self._set_notification("exception", result.failure)
        reason = "channel_not_configured" if result.failure_type == "configuration" else None
        self._mark_failed(result.failure_type, result.failure, reason)

    def _email_unknown(self, mail, result, _now):
        self._set_notification("exception", result.failure)
        mail.unlink()
        self._mark_failed("unknown", result.failure)

    def _set_notification(self, status, failure=False):
        """Show on the message in the chatter how it went."""
        self.mail_message_id.notification_ids.write(
            {
                "notification_status": status,
                "failure_type": "unknown" if failure else False,
                "failure_reason": failure,
            }
        )

    # === AFTER A CRASH === #

    def _lock_emails_under_way(self):
        """Lock the e-mails between outbox and mail server that no worker holds.

        :rtype: `dunning.action`
        """
        self.flush_model(["state", "channel_code"])
        query = SQL(
            "SELECT id FROM dunning_action WHERE state = 'sending' AND channel_code = 'email'"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return self.browse(row[0] for row in self.env.cr.fetchall())
        except psycopg2.errors.SerializationFailure:
            return self.browse()  # other workers are at it: nothing is left behind

    def _settle_email_attempts(self, now):
        """Bring e-mails under way to the end that the journal knows.

        :param datetime.datetime now: naive UTC
        :return: those that were not attempted yet and wait in the outbox
        """
        claims = {(action.id, action.attempt_count): action for action in self}
        known = self.env["dunning.attempt"]._read_outcomes(claims)
        mails = self.env["mail.mail"].search([("dunning_action_id", "in", self.ids)])
        mails = {(mail.dunning_action_id.id, mail.dunning_attempt): mail for mail in mails}
        waiting = self.browse()
        for claim, action in claims.items():
            mail = mails.get(claim, self.env["mail.mail"])
            if claim in known:
                action._settle_email_apart(mail, known[claim], now)
            elif mail.state == "outgoing":
                waiting |= action
            else:
                action._transition("queued")
        return waiting

    def _settle_email_apart(self, mail, attempt, now):
        """Settle one; should that not work, the others are settled nevertheless, and
        this one stays under way for somebody to look at."""
        try:
            with self.env.cr.savepoint():
                self._settle_email(mail, attempt, now)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("Contact %s cannot be settled", self.id)

    def _settle_email(self, mail, attempt, now):
        outcome, failure_type, failure, started_at = attempt
        if outcome == "accepted":
            self._email_accepted(mail, started_at)
        elif outcome:
            result = Result(outcome, failure_type, failure)
            getattr(self, f"_email_{outcome}")(mail, result, started_at)
        elif started_at <= now - IN_DOUBT_AFTER:
            text = self.env._(
                "The work was interrupted while the message was under way. It is not known "
                "whether the message left. Ask the customer, or look at the mail server, "
                "before you retry."
            )
            self._email_unknown(mail, Result("unknown", "unknown", text), now)
