from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    dunning_action_id = fields.Many2one(
        "dunning.action", string="Collection Contact", index="btree_not_null", ondelete="set null"
    )

    def _send(self, auto_commit=False, **kwargs):
        """Override of `mail`: a reminder leaves at most once, whatever crashes around it."""
        reminders = self.filtered("dunning_action_id")
        if len(reminders) < len(self):
            super(MailMail, self - reminders)._send(auto_commit=auto_commit, **kwargs)
        for mail in reminders:
            mail._send_reminder_once(kwargs)
            if auto_commit:
                self.env["ir.cron"]._commit_progress()
        return True

    def _send_reminder_once(self, kwargs):
        self.ensure_one()
        action_sudo = self.sudo().dunning_action_id
        if self.state != "outgoing":
            return
        if self.env["ir.mail_server"]._disable_send():
            action_sudo._apply_receipt_of_disabled_gateway(self)
            return
        attempts = self.env["dunning.attempt"].sudo()
        claim = (action_sudo.id, action_sudo.attempt_count)
        if not attempts._start(*claim, fields.Datetime.now()):
            return
        super()._send(auto_commit=False, **kwargs)
        accepted = self.state == "sent"
        attempts._finish(
            *claim,
            "accepted" if accepted else "failed",
            external_id=self.message_id,
            failure=self.failure_reason,
        )
        action_sudo._apply_mail_result(self)
