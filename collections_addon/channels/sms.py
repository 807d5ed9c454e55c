from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models

from .journaled import Result
from .short_text import compose

#: Failures of core's SMS services -> seconds after which another attempt makes sense.
PASSING = {"sms_credit": 3600, "sms_acc": 3600}


class CollectionsChannelSms(models.AbstractModel):
    """Text messages, through core's `sms.sms` and whatever service it is set up with; a
    messaging provider of ours that has a number for it goes first."""

    _name = "collections.channel.sms"
    _inherit = "collections.journaled.channel"
    _description = "SMS Channel"
    _sequence = 5
    _texts = "short"

    @api.model
    def _label(self):
        return self.env._("SMS")

    @api.model
    def _unavailable_reason(self, action):
        """Override: no number, one that does not work, or that wants no messages."""
        return action._number_obstacle()

    @api.model
    def _render(self, action):
        """Override: the text, and how many segments it takes."""
        action = action.with_env(self.env(user=SUPERUSER_ID, su=True))
        today = action.company_id._collections_today(fields.Datetime.now())
        short = compose(action, today)[action.id]
        return {
            "subject": short.subject,
            "body": short.html + self._size_note(short),
            "attachments": [],
        }

    def _size_note(self, short):
        alphabet = self.env._("Unicode") if short.is_unicode else self.env._("GSM alphabet")
        note = (
            self.env._("1 segment, %s", alphabet)
            if short.segments == 1
            else self.env._(
                "%(count)s segments, %(alphabet)s", count=short.segments, alphabet=alphabet
            )
        )
        return Markup('<p class="text-muted small">{}</p>').format(note)

    # === SENDING === #

    @api.model
    def _prepare(self, actions, now):
        """Override: messages in the chatter and rows in core's outbox, all in one go."""
        company = actions.company_id
        shorts = compose(actions, company._collections_today(now))
        actions._forget_unsent_sms()
        bodies = {action.id: shorts[action.id].html for action in actions}
        messages = self._post_on_case(actions, bodies, now, "sms")
        sms = self.env["sms.sms"].with_user(SUPERUSER_ID).sudo()
        rows = sms.create(
            [
                {
                    "dunning_action_id": action.id,
                    "dunning_attempt": action.attempt_count,
                    "number": action._number_to_use(),
                    "body": shorts[action.id].text,
                    "partner_id": action.recipient_id.id,
                    "mail_message_id": message.id,
                }
                for action, message in zip(actions, messages, strict=True)
            ]
        )
        self._track(rows)
        for action, message in zip(actions, messages, strict=True):
            action._note_short(shorts[action.id], message)
        return {}

    def _track(self, rows):
        """Show in the chatter whether each has left, and let core's services tell it."""
        notifications = self.env["mail.notification"].create(
            [
                {
                    "author_id": row.mail_message_id.author_id.id,
                    "mail_message_id": row.mail_message_id.id,
                    "res_partner_id": row.partner_id.id,
                    "sms_number": row.number,
                    "notification_type": "sms",
                    "sms_id_int": row.id,
                    "notification_status": "ready",
                    "is_read": True,
                }
                for row in rows
            ]
        )
        self.env["sms.tracker"].create(
            [
                {
                    "sms_uuid": row.uuid,
                    "mail_notification_id": notification.id,
                    "dunning_action_id": row.dunning_action_id.id,
                    "dunning_attempt": row.dunning_attempt,
                }
                for row, notification in zip(rows, notifications, strict=True)
            ]
        )

    @api.model
    def _transmit(self, action, now, ways):
        """Override: by core, through our provider's or core's own service."""
        row = action._waiting_sms()
        if not row:
            return Result("failed", failure_type="content", failure=self.env._("It is gone."))
        service = self._service(action.company_id, ways)
        row.with_context(collections_journaled=True)._send_with_api(service, unlink_sent=True)
        told = getattr(service, "results", {}).get(row.uuid)
        return told or self._result_of_core(row)

    @api.model
    def _account_of(self, action, ways):
        """Override: core's own services cannot be asked."""
        way = getattr(self._service(action.company_id, ways), "_way", None)
        return way and way.provider._account_key()

    def _service(self, company, ways):
        """What core sends by; one for a batch."""
        key = ("sms", company.id)
        if key not in ways:
            own = self.env["collections.provider"]._sms_service(company)
            ways[key] = own or company._get_sms_api_class()(self.env)
            ways[key]._set_company(company)
        return ways[key]

    def _result_of_core(self, row):
        """What core's services say of a message; of an error of theirs nobody knows whether
        it left."""
        if row.state in ("pending", "process", "sent"):
            return Result("accepted", external_id=row.uuid)
        labels = dict(row._fields["failure_type"]._description_selection(self.env))
        text = labels.get(row.failure_type) or self.env._("The SMS service failed.")
        if row.failure_type in PASSING:
            return Result("retry", None, row.failure_type, text, PASSING[row.failure_type], True)
        if row.failure_type in (False, "unknown", "sms_server"):
            return Result("unknown", failure_type="unknown", failure=text)
        return Result("failed", failure_type=row.failure_type, failure=text)

    def _apply(self, action, result, now):
        """Override: the message in the chatter shows it, too."""
        super()._apply(action, result, now)
        action._show_on_message(result.outcome, result.failure)
