import base64
from collections import Counter

from odoo import api, fields, models


class DunningLetterPrint(models.TransientModel):
    """One file of letters, ready for the printer, and what was left out of it."""

    _name = "dunning.letter.print"
    _description = "Print Letters"

    action_ids = fields.Many2many("dunning.action", string="Letters", readonly=True)
    letter_count = fields.Integer(string="Letters in the File", readonly=True)
    left_out = fields.Text(readonly=True)
    document = fields.Binary(string="File", attachment=False, readonly=True)
    document_name = fields.Char(readonly=True)

    @api.model
    def _open_for(self, actions):
        """Print letters and show the file.

        :param actions: `dunning.action`; those that are no letters to post are left out
        """
        now = fields.Datetime.now()
        letters, others = actions._print_batch(now)
        printer = self.env["collections.document"]
        files = [action.attachment_id.sudo().raw for action in letters]
        wizard = self.create(
            {
                "action_ids": letters.ids,
                "letter_count": len(letters),
                "left_out": self._left_out_text(others),
                "document": base64.b64encode(printer._merge(files)) if files else False,
                "document_name": self.env._("Letters %s.pdf", fields.Date.to_string(now)),
            }
        )
        return wizard._show()

    def _left_out_text(self, others):
        """One line per contact that is not in the file, saying why."""
        lines = []
        for action in others:
            if action.channel_code != "letter":
                why = self.env._("It is not a letter.")
            elif action.reason_code:
                why = action.reason_text
            else:
                state = dict(action._fields["state"]._description_selection(self.env))
                why = self.env._("It is not waiting to be posted (%s).", state[action.state])
            lines.append(f"{action.display_name}: {why}")
        return "\n".join(f"{line} (×{n})" if n > 1 else line for line, n in Counter(lines).items())

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Letters"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_post(self):
        """Everything in the file was posted: ask for the date."""
        return self.env["dunning.letter.post"]._open_for(self.action_ids)


class DunningLetterPost(models.TransientModel):
    """Asks when letters were put into the post."""

    _name = "dunning.letter.post"
    _description = "Mark Letters as Posted"

    action_ids = fields.Many2many("dunning.action", string="Contacts", required=True)
    letter_count = fields.Integer(compute="_compute_counts", string="Letters")
    other_count = fields.Integer(compute="_compute_counts", string="Left Alone")
    date = fields.Date(string="Posted On", required=True, default=fields.Date.context_today)

    @api.depends("action_ids")
    def _compute_counts(self):
        for wizard in self:
            wizard.letter_count = len(wizard.action_ids._letters_to_post())
            wizard.other_count = len(wizard.action_ids) - wizard.letter_count

    @api.model
    def _open_for(self, actions):
        wizard = self.create({"action_ids": actions.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mark as Posted"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Mark the letters as posted on the date; other contacts are left alone."""
        self.action_ids._post_letters(self.date)
        return {"type": "ir.actions.act_window_close"}
