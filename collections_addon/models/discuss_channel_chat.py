from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.tools import html2plaintext

#: A chat in which nothing was said for so long is over.
SILENT_AFTER = timedelta(days=1)
MOST_SETTLED = 1000


class DiscussChannel(models.Model):
    """A chat on a customer's page: Live Chat carries it, the dialog answers.

    What the dialog says is kept on the channel until the chatbot's step posts it; what
    can be chosen stays, for a customer who opens the page again.
    """

    _inherit = "discuss.channel"

    collections_case_id = fields.Many2one(
        "collections.case",
        string="Customer's File",
        index="btree_not_null",
        ondelete="set null",
        groups="collections_addon.group_collections_viewer",
    )
    collections_conversation_id = fields.Many2one(
        "collections.conversation",
        index="btree_not_null",
        ondelete="set null",
        groups="collections_addon.group_collections_viewer",
    )
    collections_says = fields.Json(
        groups="collections_addon.group_collections_viewer", help="What is to be said next."
    )
    collections_choices = fields.Json(
        groups="collections_addon.group_collections_viewer",
        help="What can be chosen now: key and label.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Override: a chat of another company's team tells nothing of the customer."""
        channels = super().create(vals_list)
        for channel in channels.sudo().filtered("collections_case_id"):
            company = channel.collections_case_id.company_id
            if channel.livechat_channel_id != company.collections_livechat_id:
                channel.collections_case_id = False
        return channels

    def _is_collections_chat(self):
        """Whether the dialog answers here."""
        return self.sudo().chatbot_current_step_id.chatbot_script_id.is_collections

    # === TALKING === #

    def _collections_begin(self):
        """Greet: a new conversation with who opened the page."""
        channel, now = self.sudo(), fields.Datetime.now()
        case = channel.collections_case_id
        company = case.company_id or channel._collections_company()
        talk = channel.env["collections.conversation"]._open(
            "chat",
            f"chat-{channel.id}-{channel.message_ids[:1].id}",
            company,
            case=case or None,
            lang=channel._collections_lang(),
            now=now,
            identified=bool(case),
        )
        channel.collections_conversation_id = talk
        return channel._collections_keep(talk._hear("start", "", now))

    def _collections_company(self):
        """The company whose team this chat belongs to."""
        return self.env["res.company"].search(
            [("collections_livechat_id", "=", self.livechat_channel_id.id)], limit=1
        )

    def _collections_lang(self):
        """The language the page was read in, else of the customer."""
        case = self.collections_case_id
        return self.livechat_lang_id.code or (case._customer_author().lang if case else None)

    def _collections_hear(self, body):
        """Answer what was written or tapped.

        :param str body: HTML
        :rtype: Reply
        """
        channel = self.sudo()
        text = html2plaintext(body or "").strip()
        talk = channel.collections_conversation_id
        return channel._collections_keep(talk._hear("text", text, fields.Datetime.now()))

    def _collections_keep(self, reply):
        says = list(reply.says)
        if reply.hand_over and not self._collections_operators():
            says.append(self._collections_nobody_here())
        self.write({"collections_says": says, "collections_choices": list(reply.choices)})
        return reply

    def _collections_nobody_here(self):
        lang = self.collections_conversation_id.lang or self.env.lang
        return self.with_context(lang=lang).env._(
            "None of us is here right now. We have your message and will get back to you."
        )

    def _collections_post(self, script):
        """Say what was kept.

        :return: the message
        :rtype: `mail.message`
        """
        channel = self.sudo()
        lines = [Markup("<p>{}</p>").format(_with_breaks(say)) for say in channel.collections_says]
        message = self._chatbot_post_message(script, Markup().join(lines))
        channel.collections_says = False
        self._collections_offer(Store(bus_channel=self)).bus_send()
        return message

    def _collections_offer(self, store):
        """Show what can be chosen as buttons below the latest message."""
        channel = self.sudo()
        choices = channel.collections_choices or []
        ids = [-(number + 1) for number in range(len(choices))]
        for id_, (_key, label) in zip(ids, choices, strict=True):
            values = {"id": id_, "name": label, "redirect_link": False}
            store.add_model_values("chatbot.script.answer", values)
        step = channel.chatbot_current_step_id
        return store.add_model_values("chatbot.script.step", {"id": step.id, "answer_ids": ids})

    def _to_store_defaults(self, target):
        """Override of `im_livechat`: our own people get the address of the customer's file."""
        found = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            found.append(
                Store.Attr(
                    "collections_case_url",
                    lambda channel: channel._collections_case_url(),
                    predicate=lambda channel: channel.channel_type == "livechat",
                )
            )
        return found

    def _collections_case_url(self):
        case = self.sudo().collections_case_id
        return f"/odoo/collections-customers/{case.id}" if case else False

    def _to_store(self, store, fields):
        """Override of `im_livechat`: what can be chosen, for who comes back to the page."""
        super()._to_store(store, fields)
        if "chatbot_current_step" in fields:
            for channel in self.filtered(lambda channel: channel._is_collections_chat()):
                channel._collections_offer(store)

    def _close_livechat_session(self, **kwargs):
        """Override of `im_livechat`: the customer has closed the chat."""
        super()._close_livechat_session(**kwargs)
        talk = self.sudo().collections_conversation_id
        if talk.state == "open":
            talk._hear("hangup", "", fields.Datetime.now())

    def _collections_step_type(self, reply):
        """By what step of the bot a reply goes on."""
        if reply.hand_over and self._collections_operators():
            return "forward_operator"
        return "text" if reply.ended or reply.hand_over else "question_selection"

    # === A PERSON === #

    def _collections_operators(self):
        """Who is here to take over: the collector of the customer, else anybody of the team.

        :rtype: `res.users`
        """
        present = self.sudo().livechat_channel_id.available_operator_ids - self.env.user
        return present & self.sudo().collections_case_id.collector_id or present

    def _message_post_after_hook(self, message, msg_vals):
        """Override of `mail`: what customer and person say to each other is kept, too."""
        result = super()._message_post_after_hook(message, msg_vals)
        channel = self.sudo()
        if channel.collections_conversation_id and message.message_type == "comment":
            channel._collections_log(message.sudo())
        return result

    def _collections_log(self, message):
        """Keep a message of the part of a chat in which the dialog is silent."""
        if not self.livechat_agent_history_ids:
            return
        talk = self.collections_conversation_id
        staff = message.author_id.user_ids.filtered(lambda user: not user.share)
        self.env["collections.interaction"]._log(
            "chat",
            "out" if staff else "in",
            html2plaintext(message.body or "").strip(),
            message.date,
            case=talk.case_id or None,
            external_id=f"chat-{message.id}",
            conversation_id=talk.id,
            company_id=talk.company_id.id,
            lang=talk.lang,
        )


class CollectionsConversation(models.Model):
    _inherit = "collections.conversation"

    def _is_live(self, now):
        """Override: in a chat somebody of the team may be online."""
        if self.channel_code != "chat":
            return super()._is_live(now)
        domain = [("collections_conversation_id", "=", self.id)]
        chat = self.env["discuss.channel"].sudo().search(domain, limit=1)
        return bool(chat and chat._collections_operators())

    @api.autovacuum
    def _gc_silent_chats(self):
        """Nobody says anything any more: what was said so far is settled."""
        now = fields.Datetime.now()
        silent = self.sudo().search(
            [
                ("channel_code", "=", "chat"),
                ("state", "=", "open"),
                ("last_at", "<", now - SILENT_AFTER),
            ],
            limit=MOST_SETTLED,
        )
        for talk in silent:
            talk._hear("timeout", "", now)


class ChatbotScript(models.Model):
    """The bot of a company's chat on its customers' pages."""

    _inherit = "chatbot.script"

    is_collections = fields.Boolean(
        string="Answers on Customers' Pages",
        readonly=True,
        copy=False,
        help="Its steps are those of the conversation with customers, see Collections.",
    )

    def _post_welcome_steps(self, discuss_channel):
        """Override of `im_livechat`: greet by what is known of the customer."""
        if not self.is_collections:
            return super()._post_welcome_steps(discuss_channel)
        discuss_channel.sudo().chatbot_current_step_id = self.script_step_ids[:1]
        discuss_channel._collections_begin()
        return discuss_channel._collections_post(self)


class ChatbotScriptStep(models.Model):
    """Steps of the bot: a question that is asked again and again, a person, an end."""

    _inherit = "chatbot.script.step"

    def _process_answer(self, discuss_channel, message_body):
        """Override of `im_livechat`: the dialog says how it goes on."""
        script = self.chatbot_script_id
        if not script.is_collections:
            return super()._process_answer(discuss_channel, message_body)
        if self.step_type != "question_selection":
            return self.browse()
        reply = discuss_channel._collections_hear(message_body)
        kind = discuss_channel._collections_step_type(reply)
        return script.script_step_ids.filtered(lambda step: step.step_type == kind)[:1]

    def _process_step(self, discuss_channel):
        """Override of `im_livechat`: say what the dialog wants to say."""
        script = self.chatbot_script_id
        if not script.is_collections:
            return super()._process_step(discuss_channel)
        if not discuss_channel.sudo().collections_says:
            discuss_channel._collections_begin()
        message = discuss_channel._collections_post(script)
        if self.step_type == "forward_operator":
            users = discuss_channel._collections_operators()
            discuss_channel._forward_human_operator(self, users=users)
        return message

    def _to_store_defaults(self, target):
        """Override of `im_livechat`: what can be chosen is told by the chat, not by the step."""
        defaults = super()._to_store_defaults(target)
        if not any(self.chatbot_script_id.mapped("is_collections")):
            return defaults
        return [field for field in defaults if getattr(field, "field_name", "") != "answer_ids"]


def _with_breaks(text):
    return Markup("<br/>").join(str(text).splitlines())
