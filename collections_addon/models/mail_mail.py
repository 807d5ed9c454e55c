import logging
import smtplib
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import fields, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

#: A prepared message older than this is written again, from the ledger of then.
STALE_AFTER = timedelta(hours=1)
#: The mail server says "not now"; seconds until the next attempt.
RETRY_DELAY = 900
#: Messages transmitted before what became of them is committed. The journal knows each
#: at once; this only spares the work around it.
GROUP_SIZE = 20


class Result(NamedTuple):
    """How an attempt to transmit ended.

    :param outcome: `accepted`, `failed`, `retry`, or `unknown` when the line
        broke while the message was under way
    :param reusable: whether the connection can carry the next message
    """

    outcome: str
    failure_type: str | None = None
    failure: str | None = None
    reusable: bool = True


@contextmanager
def watch(session):
    """Note whether a message has begun to leave over an SMTP session.

    Before that point a broken connection means it was surely not sent.

    :param smtplib.SMTP|None session: left alone when it is none
    :return: a list, not empty once the message itself has been offered
    """
    began = []
    if not isinstance(session, smtplib.SMTP):
        yield began
        return
    original = session.data

    def data(message):
        began.append(True)
        return original(message)

    session.data = data
    try:
        yield began
    finally:
        del session.data


class MailMail(models.Model):
    """Reminders leave at most once: each attempt is claimed in the journal
    (`dunning.attempt`) before the mail server hears of it, whoever sends it,
    the dispatch or core's own mail queue."""

    _inherit = "mail.mail"

    dunning_action_id = fields.Many2one(
        "dunning.action", string="Collection Contact", index="btree_not_null", ondelete="set null"
    )
    dunning_attempt = fields.Integer(string="Attempt")

    # === CRUD METHODS === #

    def mark_outgoing(self):
        """Override of `mail`: a reminder is tried again as a new attempt of its
        contact, checked against the ledger again."""
        reminders = self.filtered("dunning_action_id")
        reminders.sudo().dunning_action_id.action_retry()
        return super(MailMail, self - reminders).mark_outgoing()

    def cancel(self):
        """Override of `mail`: a reminder taken out of the outbox is a contact cancelled."""
        actions = self.sudo().dunning_action_id
        actions.filtered(lambda action: action.state == "sending")._transition("cancelled")
        return super().cancel()

    # === SENDING === #

    def _send(self, auto_commit=False, post_send_callback=None, **kwargs):
        """Override of `mail`: claim each reminder, transmit it, settle some at a time."""
        reminders = self.filtered("dunning_action_id")
        others = self - reminders
        if others:
            super(MailMail, others)._send(
                auto_commit=auto_commit, post_send_callback=post_send_callback, **kwargs
            )
        if reminders and self.env["ir.mail_server"]._disable_send():
            reminders._settle_without_sending()
            return True
        for ids in split_every(GROUP_SIZE, reminders.ids):
            try:
                reusable = self.browse(ids)._send_reminders(kwargs)
            except psycopg2.OperationalError:
                if not auto_commit:
                    raise
                self.env.cr.rollback()  # the journal knows what has left
                continue
            if auto_commit:
                if post_send_callback:
                    post_send_callback(ids)
                self.env["ir.cron"]._commit_progress()
            if not reusable:
                break
        return True

    def _send_reminders(self, kwargs):
        """Transmit reminders one by one, then write down what became of them.

        :return: whether the connection can be used for the next ones
        :rtype: bool
        """
        now, results = self._dunning_now(), {}
        for mail in self._lock_reminders():
            result = mail._send_once(kwargs, now)
            if result:
                results[mail] = result
            if result and not result.reusable:
                break
        self.env["dunning.action"].sudo()._apply_email_results(results, now)
        return all(result.reusable for result in results.values())

    def _send_once(self, kwargs, now):
        """Transmit one reminder, locked, unless that was done.

        :return: how it went, or None when nothing was transmitted
        :rtype: Result|None
        """
        action = self.sudo().dunning_action_id
        if self._go_back_when_stale(action):
            return None
        claim = (action.id, self.dunning_attempt)
        if not self.env["dunning.attempt"].sudo()._start(*claim, now):
            action._settle_email_attempts(now)
            return None
        return self._transmit(claim, kwargs)

    def _lock_reminders(self):
        """Lock those of these mails that still wait for transmission, and their contacts.

        :return: the mails that no other worker is on
        """
        self.flush_model(["state"])
        self.env["dunning.action"].flush_model(["state", "attempt_count"])
        query = SQL(
            """
            SELECT mail.id
              FROM mail_mail mail
              JOIN dunning_action action ON action.id = mail.dunning_action_id
             WHERE mail.id IN %s AND mail.state = 'outgoing' AND action.state = 'sending'
               AND action.attempt_count = mail.dunning_attempt
          ORDER BY mail.id
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            tuple(self.ids),
        )
        self.env.cr.execute(query, log_exceptions=False)
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _go_back_when_stale(self, action):
        """Queue a contact again whose message has lain in the outbox for too long."""
        if self._dunning_now() - self.date < STALE_AFTER:
            return False
        action._transition("queued")
        self.write({"state": "cancel", "failure_reason": self.env._("Written again.")})
        return True

    def _transmit(self, claim, kwargs):
        """Let core send this mail and write the outcome to the journal at once.

        :rtype: Result
        """
        session = kwargs.get("smtp_session")
        with watch(session) as began:
            try:
                super()._send(auto_commit=False, **{**kwargs, "raise_exception": True})
                result = self._result_of_state()
            except psycopg2.Error:
                if not began:
                    self._journal(claim, Result("retry", "database"))
                raise
            except Exception as error:  # core has logged it
                result = self._result_of_error(error, began)
        self._journal(claim, result)
        return result

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Override of `mail`: a line break in a name would begin a header of its own."""
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        if self.dunning_action_id:
            for email in emails:
                email["email_to"] = [" ".join(to.split()) for to in email["email_to"]]
        return emails

    def _journal(self, claim, result):
        if result.outcome != "unknown":
            self.env["dunning.attempt"].sudo()._finish(
                *claim, result.outcome, result.failure_type, result.failure, self.message_id
            )

    def _settle_without_sending(self):
        """Where sending is disabled (tests), handing over counts as sent."""
        waiting = self.filtered(lambda mail: mail.state == "outgoing")
        waiting.write({"state": "sent"})
        actions = waiting.sudo().dunning_action_id.filtered(lambda a: a.state == "sending")
        actions._mark_sent(self._dunning_now())

    def _dunning_now(self):
        return self.env.context.get("dunning_now") or fields.Datetime.now()

    # === RESULTS === #

    def _result_of_state(self):
        """Core raises nothing for a recipient it finds no address in."""
        if self.state == "sent":
            return Result("accepted")
        return Result("failed", "invalid_address", self.failure_reason)

    def _result_of_error(self, error, began):
        cause = error.__context__ if isinstance(error, MailDeliveryException) else error
        if isinstance(cause, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _text in cause.recipients.values()]
            return self._result_of_refusal("refused", codes, cause)
        if isinstance(cause, smtplib.SMTPSenderRefused):
            return self._result_of_refusal("configuration", [cause.smtp_code], cause)
        if isinstance(cause, smtplib.SMTPResponseException):
            return self._result_of_refusal("refused", [cause.smtp_code], cause)
        if isinstance(cause, (smtplib.SMTPServerDisconnected, OSError)):
            return self._result_of_broken_line(cause, began)
        return Result("failed", "content", str(error.args[-1] if error.args else error))

    def _result_of_refusal(self, kind, codes, cause):
        """A definite answer: 4xx may pass by itself, 5xx will not."""
        temporary = all(400 <= code < 500 for code in codes)
        return Result("retry" if temporary else "failed", kind, str(cause), 421 not in codes)

    def _result_of_broken_line(self, error, began):
        if began:
            text = self.env._(
                "The connection to the mail server broke while the message was under way. "
                "It is not known whether the message left."
            )
            return Result("unknown", "unknown", text, reusable=False)
        return Result("retry", "connection", str(error), reusable=False)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Override of `mail`: without a connection nothing was attempted; the
        contacts of the batch wait, however long the mail server is away."""
        if failure_type == "mail_smtp":
            waiting = self.sudo().dunning_action_id.filtered(lambda a: a.state == "sending")
            waiting._retry_later(
                self._dunning_now(),
                RETRY_DELAY,
                "connection",
                self[:1].failure_reason,
                endless=True,
            )
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
