from base64 import b64encode

from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningPreview(models.TransientModel):
    """What recipients would read, contact by contact, before anything is approved."""

    _name = "dunning.preview"
    _description = "Preview of Contacts"

    action_ids = fields.Many2many("dunning.action", string="Contacts", readonly=True)
    action_id = fields.Many2one("dunning.action", string="Contact", readonly=True)
    is_last = fields.Boolean(compute="_compute_position")
    is_first = fields.Boolean(compute="_compute_position")
    state = fields.Selection(related="action_id.state")
    partner_id = fields.Many2one(related="action_id.partner_id")
    recipient_id = fields.Many2one(related="action_id.recipient_id")
    email = fields.Char(related="action_id.recipient_id.email", string="Address")
    level_id = fields.Many2one(related="action_id.level_id")
    channel_code = fields.Selection(related="action_id.channel_code")
    amount_total = fields.Monetary(related="action_id.amount_total", string="Asked")
    currency_id = fields.Many2one(related="action_id.currency_id")
    reason_text = fields.Char(related="action_id.reason_text")
    subject = fields.Char(compute="_compute_message")
    body = fields.Html(compute="_compute_message", sanitize=False)
    attachment_names = fields.Char(compute="_compute_message", string="Attached")
    document = fields.Binary(
        compute="_compute_message", help="What goes into the envelope, when it is not a message."
    )
    document_name = fields.Char(compute="_compute_message")
    obstacle = fields.Char(compute="_compute_message")

    @api.model
    def _open_for(self, actions):
        """A preview of these contacts, the first one shown.

        :rtype: `dunning.preview`
        :raises UserError: when there is none
        """
        if not actions:
            raise UserError(self.env._("There is no contact to preview."))
        return self.create(
            {"action_ids": [fields.Command.set(actions.ids)], "action_id": actions[0].id}
        )

    @api.depends("action_id", "action_ids")
    def _compute_position(self):
        for preview in self:
            ids = preview.action_ids.ids
            index = ids.index(preview.action_id.id) if preview.action_id.id in ids else 0
            preview.is_first = index == 0
            preview.is_last = index >= len(ids) - 1

    @api.depends("action_id")
    def _compute_message(self):
        for preview in self:
            action = preview.action_id
            channel = self.env["collections.channel"]._by_code(action.channel_code)
            message = channel._render(action)
            files = message.get("attachments") or []
            preview.subject = message["subject"]
            preview.body = message["body"]
            preview.attachment_names = ", ".join(name for name, _content, _type in files)
            preview._set_document(files if channel._is_manual else [])
            reason = channel._unavailable_reason(action)
            preview.obstacle = self.env["dunning.reason"]._sentence(reason or None)

    def _set_document(self, files):
        """A letter is its PDF; its text alone would not be what the customer gets."""
        printed = [(name, data) for name, data, kind in files if kind == "application/pdf"]
        name, content = printed[0] if printed else (False, None)
        self.document_name = name
        self.document = b64encode(content) if content else False

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve the shown contact and go on to the next one that waits."""
        self.action_id.action_approve()
        return self._go_on()

    def action_cancel_contact(self):
        """Cancel the shown contact and go on to the next one that waits."""
        self.action_id.action_cancel()
        return self._go_on()

    def action_next(self):
        """Show the next contact."""
        return self._show(1)

    def action_previous(self):
        """Show the one before."""
        return self._show(-1)

    # === BUSINESS METHODS === #

    def _go_on(self):
        """The next contact that waits for approval; closes when none is left."""
        self.ensure_one()
        ids = self.action_ids.ids
        index = ids.index(self.action_id.id)
        others = self.action_ids.browse(ids[index + 1 :] + ids[:index])
        waiting = others.filtered(lambda action: action.state == "draft")
        if not waiting:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        self.action_id = waiting[0]
        return self._reopen()

    def _show(self, step):
        self.ensure_one()
        ids = self.action_ids.ids
        index = min(max(ids.index(self.action_id.id) + step, 0), len(ids) - 1)
        self.action_id = ids[index]
        return self._reopen()

    def _title(self):
        total = len(self.action_ids)
        if total == 1:
            return self.env._("Preview")
        number = self.action_ids.ids.index(self.action_id.id) + 1
        return self.env._("Preview %(number)s of %(total)s", number=number, total=total)

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._title(),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
