from typing import NamedTuple

from odoo import api, fields, models

STATES = [("open", "Running"), ("human", "With a Person"), ("done", "Ended")]


class Reply(NamedTuple):
    """What a transport says to the customer, in the customer's language.

    :param says: sentences in order
    :param choices: (key, label) of what can be answered; a keypad key or button
    :param expects: `text`, `digits` or `none`
    :param ended: nothing more is heard
    :param hand_over: a person takes over from here
    """

    says: list
    choices: list
    expects: str
    ended: bool
    hand_over: bool


class CollectionsConversation(models.Model):
    """One conversation with a customer: an exchange of messages, a call, a chat."""

    _name = "collections.conversation"
    _description = "Conversation with a Customer"
    _order = "id desc"
    _check_company_auto = True

    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.interaction"]._channel_selection(),
        string="Channel",
        required=True,
        readonly=True,
    )
    external_key = fields.Char(
        required=True, readonly=True, help="Who or what it is with: number, call, chat."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    case_id = fields.Many2one(
        "collections.case", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Customer")
    lang = fields.Char(string="Language", readonly=True)
    state = fields.Selection(STATES, required=True, default="open", readonly=True)
    dialog_state = fields.Json(readonly=True)
    interaction_ids = fields.One2many("collections.interaction", "conversation_id", readonly=True)

    _one_running = models.UniqueIndex(
        "(company_id, channel_code, external_key) WHERE state = 'open'",
        "A conversation with this customer is running already.",
    )

    @api.depends("partner_id", "external_key")
    def _compute_display_name(self):
        for talk in self:
            talk.display_name = talk.partner_id.display_name or talk.external_key
