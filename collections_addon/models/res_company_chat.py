from odoo import Command, fields, models

#: Of the pages themselves: white on it reads well.
COLOR = "#0b5cad"


class ResCompany(models.Model):
    """The chat on the pages of a company's customers."""

    _inherit = "res.company"

    collections_chat = fields.Boolean(
        string="Chat on Customers' Pages",
        help="Customers ask, promise, dispute and arrange plans in a chat; who wants a person "
        "gets one of the team while somebody is online.",
    )
    collections_livechat_id = fields.Many2one(
        "im_livechat.channel", string="Team of the Chat", copy=False, ondelete="set null"
    )

    def write(self, vals):
        """Override: a chat that is switched on has its team and its bot."""
        result = super().write(vals)
        if vals.get("collections_chat"):
            for company in self.filtered(lambda company: not company.collections_livechat_id):
                company._make_collections_chat()
        return result

    def _make_collections_chat(self):
        """Make the Live Chat channel of this company, with the bot that answers in it.

        The company's collectors are its team, and get the right to use Live Chat.
        """
        self.ensure_one()
        script = self.env["chatbot.script"].sudo().create(self._chat_bot_values())
        collectors = self.env.ref("collections_addon.group_collections_collector").sudo()
        team = collectors.all_user_ids.filtered(
            lambda user: user.active and not user.share and self in user.company_ids
        )
        team.group_ids = [Command.link(self.env.ref("im_livechat.im_livechat_group_user").id)]
        self.sudo().collections_livechat_id = (
            self.env["im_livechat.channel"]
            .sudo()
            .create(
                {
                    "name": self.env._("Collections of %s", self.name),
                    "header_background_color": COLOR,
                    "button_background_color": COLOR,
                    "user_ids": [Command.set(team.ids)],
                    "rule_ids": [
                        Command.create({"regex_url": "/", "chatbot_script_id": script.id})
                    ],
                }
            )
        )

    def _chat_bot_values(self):
        """One question, asked again and again; a person; an end. What is asked, and what
        can be chosen, is the dialog's; Live Chat wants an answer with every question."""
        answer = [Command.create({"name": self.env._("Begin")})]
        steps = {"question_selection": answer, "forward_operator": [], "text": []}
        return {
            "title": self.name,
            "is_collections": True,
            "image_1920": not self.uses_default_logo and self.logo,
            "script_step_ids": [
                Command.create({"step_type": kind, "sequence": number, "answer_ids": answers})
                for number, (kind, answers) in enumerate(steps.items(), start=1)
            ],
        }


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_chat = fields.Boolean(related="company_id.collections_chat", readonly=False)
    collections_livechat_id = fields.Many2one(related="company_id.collections_livechat_id")
