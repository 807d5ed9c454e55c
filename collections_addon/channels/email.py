import logging

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_normalize

from .base import ConfigurationError, Receipt
from .email_composer import EmailComposer
from .email_outbox import EmailOutbox

_logger = logging.getLogger(__name__)


class CollectionsChannelEmail(models.AbstractModel):
    """Reminders by e-mail. `_send` writes them to core's outbox, `_deliver`
    transmits them; see `mail.mail` for what keeps them from leaving twice."""

    _name = "collections.channel.email"
    _inherit = "collections.channel"
    _description = "E-mail Channel"
    _sequence = 1

    @api.model
    def _label(self):
        return self.env._("E-mail")

    @api.model
    def _unavailable_reason(self, action):
        """Override: no sender, no usable address, an address that bounces or does not want it."""
        company, recipient = action.company_id, action.recipient_id.sudo()
        if not company._collections_sender():
            return "channel_not_configured"
        if action.policy_id.test_mode and not email_normalize(company.collections_test_email):
            return "channel_not_configured"
        address = recipient.email_normalized
        if not address:
            return "no_address"
        if address == email_normalize(recipient.collections_bounced_email):
            return "bounced"
        if recipient.is_blacklisted:
            return "opted_out"
        return False

    @api.model
    def _render(self, action):
        """Override: what would be sent, without writing anything."""
        [email] = self._compose(action, fields.Datetime.now())
        files = self.env["ir.attachment"].sudo().browse(email.files)
        statement = (email.statement_name, email.statement, "text/html")
        return {
            "subject": email.subject,
            "body": email.body,
            "attachments": [statement, *((f.name, f.raw, f.mimetype) for f in files)],
        }

    @api.model
    def _compose(self, actions, now):
        """The messages of these contacts, each in its recipient's language.

        :rtype: list[Email]
        """
        env = self.env(user=SUPERUSER_ID, su=True)
        actions = actions.with_env(env)
        emails = []
        for (company, lang), group in actions.grouped(
            lambda action: (action.company_id, action.recipient_lang)
        ).items():
            emails += EmailComposer(env, company, lang, now).compose(group)
        return emails

    # === SENDING === #

    @api.model
    def _send(self, actions):
        """Override: write the messages to core's outbox, all at once; one that
        cannot be written does not keep the others back."""
        now = self.env.context.get("dunning_now") or fields.Datetime.now()
        try:
            with self.env.cr.savepoint():
                return self._enqueue(actions, now)
        except (ConfigurationError, psycopg2.OperationalError):
            raise
        except Exception as error:
            if len(actions) == 1:
                _logger.warning("Contact %s cannot be written", actions.id, exc_info=True)
                return {actions.id: Receipt("failed", None, "content", str(error))}
        receipts = {}
        for action in actions:
            receipts.update(self._send(action))
        return receipts

    def _enqueue(self, actions, now):
        """Write messages, mails and statements of these contacts.

        :raises ConfigurationError: without an address to send from
        """
        for company in actions.company_id:
            if not company._collections_sender():
                raise ConfigurationError(
                    self.env._("%s has no e-mail address to send from.", company.name)
                )
        receipts = {}
        env = self.env(user=SUPERUSER_ID, su=True)
        for company, emails in self._by_company(self._compose(actions, now)).items():
            message_ids = EmailOutbox(env, company, now).add(emails)
            receipts |= {id_: Receipt("sending", text) for id_, text in message_ids.items()}
        return receipts

    def _by_company(self, emails):
        groups = {}
        for email in emails:
            groups.setdefault(email.action.company_id, []).append(email)
        return groups

    @api.model
    def _deliver(self, actions, now, commit=False):
        """Override: hand the mails to the mail server.

        A lost connection leaves the rest of the batch in the outbox; it goes
        on over a new one as long as that gets any of them away.
        """
        outbox = self.env["mail.mail"].sudo().with_context(dunning_now=now)
        domain = [("dunning_action_id", "in", actions.ids), ("state", "=", "outgoing")]
        waiting = outbox.search(domain, order="id")
        while waiting:
            waiting.send(auto_commit=commit)
            before, waiting = len(waiting), outbox.search(domain, order="id")
            if len(waiting) >= before:
                break

    @api.model
    def _recover(self, now, commit=False):
        """Override: settle what a crash left between outbox and mail server."""
        under_way = self.env["dunning.action"].sudo()._lock_emails_under_way()
        if under_way:
            self._deliver(under_way._settle_email_attempts(now), now, commit=commit)
