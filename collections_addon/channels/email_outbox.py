"""The rows of a batch of e-mails: message in the chatter, mail, statement."""

from odoo.fields import Command
from odoo.tools import email_normalize, hmac

HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}


class EmailOutbox:
    """Puts messages of one company into the outbox, many in one go.

    :param odoo.api.Environment env: superuser
    :param company: `res.company`
    :param datetime.datetime now: naive UTC, the moment of the contact
    """

    def __init__(self, env, company, now):
        self._env = env(context={"tracking_disable": True, "mail_notrack": True})
        self._company = company.with_env(self._env)
        self._now = now
        self._sender = self._company._collections_sender()
        self._domain = email_normalize(self._sender).partition("@")[2]
        self._comment = self._env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")

    def add(self, emails):
        """Write the rows of these messages.

        :param list[Email] emails: of this company
        :return: action id -> Message-Id
        :rtype: dict[int, str]
        """
        actions = self._env["dunning.action"].union(*(email.action for email in emails))
        actions._forget_unsent_mails()
        replies = self._reply_addresses(actions.case_id)
        statements = self._create_statements(emails)
        mails = self._env["mail.mail"].create(
            [
                self._mail_values(email, statement.id, replies[email.action.case_id.id])
                for email, statement in zip(emails, statements, strict=True)
            ]
        )
        for email, mail, statement in zip(emails, mails, statements, strict=True):
            self._note_on_action(email, mail, statement)
        self._notify(mails)
        return {mail.dunning_action_id.id: mail.message_id for mail in mails}

    def _reply_addresses(self, cases):
        """Case id -> the address at which an answer lands on the case."""
        return cases._notify_get_reply_to_batch(
            defaults={case.id: case.collector_id.email_formatted or self._sender for case in cases},
            author_ids=dict.fromkeys(cases.ids, self._company.partner_id.id),
        )

    def _create_statements(self, emails):
        attachments = self._env["ir.attachment"].with_context(collections_unsearched=True)
        return attachments.create(
            [
                {
                    "name": email.statement_name,
                    "raw": email.statement,
                    "mimetype": "text/html",
                    "res_model": "collections.case",
                    "res_id": email.action.case_id.id,
                }
                for email in emails
            ]
        )

    def _mail_values(self, email, statement_id, reply_to):
        action = email.action
        return {
            "dunning_action_id": action.id,
            "dunning_attempt": action.attempt_count,
            "message_id": self._message_id(action),
            "model": "collections.case",
            "res_id": action.case_id.id,
            "message_type": "email_outgoing",
            "subtype_id": self._comment,
            "is_notification": True,
            "is_internal": False,
            "date": self._now,
            "subject": email.subject,
            "body": email.text,
            "body_html": email.body,
            "headers": repr(HEADERS),
            "author_id": self._company.partner_id.id,
            "email_from": self._sender,
            "reply_to": reply_to,
            "record_company_id": self._company.id,
            "record_alias_domain_id": self._company.alias_domain_id.id,
            "attachment_ids": [Command.set([statement_id, *email.files])],
            **self._recipient(action),
        }

    def _recipient(self, action):
        if action.test_mode:
            return {"email_to": self._company.collections_test_email}
        recipient = action.recipient_id.id
        return {
            "recipient_ids": [Command.set([recipient])],
            "partner_ids": [Command.set([recipient])],
        }

    def _message_id(self, action):
        """The same for every attempt of a contact: should one that was thought
        lost have arrived after all, mail servers drop the second."""
        seal = hmac(self._env, "collections_addon-message-id", action.id)[:24]
        return f"<{action.id}.{seal}-openerp-{action.case_id.id}-collections.case@{self._domain}>"

    def _note_on_action(self, email, mail, statement):
        email.action.with_env(self._env).write(
            {
                "subject": email.subject,
                "body": email.text,
                "external_id": mail.message_id,
                "lang": email.lang,
                "mail_message_id": mail.mail_message_id.id,
                "attachment_id": statement.id,
            }
        )

    def _notify(self, mails):
        """Show in the chatter whether each has left, and let core find whom it bounced for."""
        self._env["mail.notification"].create(
            [
                {
                    "author_id": mail.author_id.id,
                    "mail_mail_id": mail.id,
                    "mail_message_id": mail.mail_message_id.id,
                    "res_partner_id": mail.recipient_ids.id,
                    "mail_email_address": mail.recipient_ids.email_normalized,
                    "notification_type": "email",
                    "notification_status": "ready",
                    "is_read": True,
                }
                for mail in mails
                if mail.recipient_ids
            ]
        )
