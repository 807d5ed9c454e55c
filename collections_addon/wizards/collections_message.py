from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..models.dunning_action_message import OVERRIDABLE

MANAGER = "collections_addon.group_collections_manager"


class CollectionsMessage(models.TransientModel):
    """A message to a customer, written by hand, through the gate of every contact.

    The gate is asked at once. Where it says no, nothing is sent, and the window says why:
    what passes with time can wait until then, what else may be put aside by a manager.
    """

    _name = "collections.message"
    _description = "Message to a Customer"

    case_id = fields.Many2one("collections.case", required=True, readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    recipient_id = fields.Many2one(related="case_id.recipient_id")
    lang = fields.Selection(related="case_id.lang")
    currency_id = fields.Many2one("res.currency", required=True)
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(),
        string="Channel",
        required=True,
    )
    subject = fields.Char()
    text = fields.Text(string="Message")
    reason_code = fields.Char(readonly=True)
    reason_text = fields.Char(string="Not Now", readonly=True)
    scheduled_at = fields.Datetime(readonly=True)
    is_manager = fields.Boolean(compute="_compute_is_manager")
    can_override = fields.Boolean(compute="_compute_can_override")
    override_reason = fields.Char(string="Send All the Same, Because")

    @api.depends_context("uid")
    def _compute_is_manager(self):
        self.is_manager = self.env.user.has_group(MANAGER)

    @api.depends("reason_code")
    def _compute_can_override(self):
        for wizard in self:
            wizard.can_override = (
                wizard.is_manager
                and wizard.reason_code in OVERRIDABLE
                and not wizard.case_id.collections_stopped
            )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        case = self.env["collections.case"].browse(self.env.context.get("active_id"))
        if self.env.context.get("active_model") == "collections.case" and case:
            values.update(
                case_id=case.id,
                currency_id=(case.move_line_ids.currency_id[:1] or case.currency_id).id,
                channel_code=case.preferred_channel or "email",
            )
        return values

    # === ACTION METHODS === #

    def action_send(self):
        """Send, if the gate lets it through; else say why not."""
        self.ensure_one()
        return self._send(fields.Datetime.now())

    def action_send_later(self):
        """Leave the message queued until the first moment that is allowed."""
        self.ensure_one()
        self._queue()
        return self._close(self.env._("It goes out as soon as it may: %s.", self.reason_text or ""))

    def action_send_anyway(self):
        """Send in spite of the rules, for a reason that is kept."""
        self.ensure_one()
        if not (self.override_reason or "").strip():
            raise UserError(self.env._("Say why it is to be sent all the same."))
        return self._send(fields.Datetime.now(), self.override_reason.strip())

    # === BUSINESS METHODS === #

    def _send(self, now, override=""):
        refusal = self._ask_gate(now, override)
        if refusal:
            self.write(refusal)
            return self._reopen()
        action = self._queue(override)
        if override:
            self._tell_override(action)
        return self._close(self.env._("The message is on its way."))

    def _queue(self, override=""):
        return self.case_id._write_message(
            self.channel_code, self.currency_id, self.text, self.subject or "", override
        )

    def _ask_gate(self, now, override):
        """What the gate would say now; nothing of the attempt stays.

        :return: values of this wizard, empty when the message may go
        :rtype: dict
        """
        with self.env.cr.savepoint() as attempt:
            action = self._queue(override).sudo()
            passed = action._gate(action.company_id, now)
            refusal = {} if passed else self._refusal(action)
            attempt.rollback()
        return refusal

    def _refusal(self, action):
        when = action.scheduled_at if action.state == "queued" else False
        text = action.reason_text or ""
        if when:
            text = self.env._(
                "%(reason)s Possible from %(when)s on.",
                reason=text,
                when=format_datetime(self.env, when, dt_format="short"),
            )
        return {"reason_code": action.reason_code, "reason_text": text, "scheduled_at": when}

    def _tell_override(self, action):
        labels = dict(action._fields["reason_code"]._description_selection(self.env))
        self.case_id.message_post(
            body=self.env._(
                "Message sent in spite of the rules (%(obstacle)s). Reason: %(reason)s",
                obstacle=labels.get(self.reason_code, self.reason_code or "-"),
                reason=action.override_reason,
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Message to the Customer"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _close(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
