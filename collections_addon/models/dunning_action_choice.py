from odoo import api, fields, models


class DunningAction(models.Model):
    """Why a contact goes by its channel, where that was learnt."""

    _inherit = "dunning.action"

    choice = fields.Json(readonly=True, copy=False, string="Choice of the Channel")
    choice_text = fields.Text(compute="_compute_choice_text", string="Why This Channel")

    @api.depends("choice")
    @api.depends_context("lang")
    def _compute_choice_text(self):
        labels = dict(self.env["collections.channel"]._selection())
        for action in self:
            action.choice_text = action._choice_sentence(labels) if action.choice else False

    def _choice_sentence(self, labels):
        reasons = {
            "usual": self.env._("Too little is known yet: the first channel of the level."),
            "lot": self.env._("Drawn by lot, so that no channel is forgotten."),
            "learnt": self.env._("Chosen by what came of earlier contacts."),
        }
        known = [
            self.env._(
                "%(channel)s: %(answers)s of %(contacts)s answered",
                channel=labels.get(code, code),
                answers=answers,
                contacts=contacts,
            )
            for code, contacts, answers in self.choice["arms"]
        ]
        return f"{reasons[self.choice['kind']]} {' · '.join(known)}"


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    channel_choice_text = fields.Text(
        compute="_compute_channel_choice_text",
        string="Why This Channel",
        help="How the channel of the latest contact was chosen.",
    )

    @api.depends_context("lang")
    def _compute_channel_choice_text(self):
        for case in self:
            latest = self.env["dunning.action"].search(
                [("case_id", "=", case.id)], order="id desc", limit=1
            )
            case.channel_choice_text = latest.choice_text
