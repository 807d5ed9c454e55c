"""The chat on the customer's page: Live Chat carries it, the dialog answers."""

from datetime import timedelta

from odoo.addons.mail.tools.discuss import Store
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestLiveChat(PortalCommon):
    """Speaks the protocol of Live Chat's widget, as a browser without a login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collections_chat = True
        cls.team = cls.company.sudo().collections_livechat_id.sudo()

    # === THE WIDGET === #

    def _start(self, case=None, opened=True):
        """Open the page and the chat on it; the chat."""
        if opened:
            self._get("/chat", case=case)
        rule = self.team.rule_ids
        answer = self.make_jsonrpc_request(
            "/im_livechat/get_session",
            {
                "channel_id": self.team.id,
                "chatbot_script_id": rule.chatbot_script_id.id,
                "persisted": True,
            },
        )
        self.store = answer["store_data"]
        return self.env["discuss.channel"].sudo().browse(answer["channel_id"])

    def _say(self, chat, text):
        """What comes back when a customer writes or taps."""
        before = chat.message_ids
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "discuss.channel",
                "thread_id": chat.id,
                "post_data": {
                    "body": text,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
            },
        )
        self.make_jsonrpc_request(
            "/chatbot/step/trigger",
            {"channel_id": chat.id, "chatbot_script_id": self.team.rule_ids.chatbot_script_id.id},
        )
        chat.invalidate_recordset()
        bot = self.team.rule_ids.chatbot_script_id.operator_partner_id
        new = (chat.message_ids - before).filtered(lambda m: m.author_id == bot)
        return "\n".join(html2plaintext(message.body) for message in new)

    def _greeting(self, chat):
        return html2plaintext(chat.message_ids.sorted("id")[0].body)

    def _labels(self, chat):
        return [label for _key, label in chat.collections_choices]

    # === TESTS === #

    def test_page_leads_to_the_chat_and_the_chat_knows_who_it_is(self):
        page = self._get()
        self.assertTrue(page.xpath("//a[@id='collections_chat']"))
        chat = self._start()
        self.assertEqual(chat.collections_case_id, self.case)
        self.assertIn("100", self._greeting(chat))
        self.assertTrue(self._labels(chat))
        names = {answer["name"] for answer in self.store["chatbot.script.answer"]}
        self.assertLessEqual(set(self._labels(chat)), names)
        self.assertEqual(
            chat.channel_member_ids.guest_id.name, self.customer.name, "the team sees who it is"
        )

    def test_promise_by_taps_and_words(self):
        chat = self._start()
        label = next(label for label in self._labels(chat) if "romise" in label or "later" in label)
        self._say(chat, label)
        self._say(chat, self._day_in_words(5))
        for _turn in range(3):
            if self.case.promise_ids:
                break
            self._say(chat, "yes")
        self.assertEqual(self.case.promise_ids.date, self._date_in(5))
        said = self.case.interaction_ids
        self.assertEqual(set(said.mapped("channel_code")), {"chat"})
        self.assertEqual(set(said.mapped("direction")), {"in", "out"})
        self.assertEqual(said.conversation_id, chat.collections_conversation_id)

    def _date_in(self, days):
        return self.today + timedelta(days=days)

    def _day_in_words(self, days):
        return self._date_in(days).strftime("%-d %B")

    def test_without_the_page_nothing_is_told(self):
        chat = self._start(opened=False)
        self.assertFalse(chat.collections_case_id)
        text = " ".join(html2plaintext(message.body) for message in chat.message_ids)
        self.assertNotIn("100", text)
        self.assertNotIn(self.customer.name, text)

    def test_team_of_another_company_learns_nothing(self):
        other = self.env["res.company"].create({"name": "Other", "collections_chat": False})
        other.collections_chat = True
        self._get("/chat")
        self.team = other.sudo().collections_livechat_id
        chat = self._start(opened=False)
        self.assertFalse(chat.collections_case_id)

    def test_a_person_takes_over_while_somebody_is_there(self):
        collector = self.users["collector"]
        self.assertIn(collector, self.team.user_ids)
        self.env["mail.presence"]._update_presence(collector)
        chat = self._start()
        self._say(chat, "human")
        self.assertEqual(chat.livechat_operator_id, collector.partner_id)
        self._say(chat, "Are you there?")
        chat.with_user(collector).message_post(
            body="I am.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        said = self.case.interaction_ids.filtered(lambda i: i.text in ("Are you there?", "I am."))
        self.assertEqual(
            {(i.text, i.direction) for i in said}, {("Are you there?", "in"), ("I am.", "out")}
        )

    def test_the_team_gets_the_way_to_the_file_and_the_customer_does_not(self):
        chat = self._start(case=self.case)
        address = f"/odoo/collections-customers/{self.case.id}"
        told = Store().add(chat.with_user(self.users["collector"]).sudo()).get_result()
        self.assertIn(address, str(told))
        self.assertNotIn(address, str(self.store))

    def test_nobody_is_there_and_the_customer_is_not_forgotten(self):
        chat = self._start()
        self.case.collector_id = self.users["collector"]
        self._say(chat, "human")
        for _turn in range(4):
            if chat.collections_conversation_id.state != "open":
                break
            self._say(chat, "tomorrow")
        talk = chat.collections_conversation_id
        self.assertEqual(talk.state, "human")
        self.assertTrue(self.case.activity_ids or talk.activity_ids)
        self.assertEqual(chat.chatbot_current_step_id.step_type, "text")

    def test_after_the_end_it_begins_anew(self):
        chat = self._start()
        first = chat.collections_conversation_id
        for _turn in range(12):
            if first.state != "open":
                break
            self._say(chat, "qwertz")
        self.assertNotEqual(first.state, "open")
        self.make_jsonrpc_request(
            "/chatbot/restart",
            {
                "channel_id": chat.id,
                "chatbot_script_id": self.team.rule_ids.chatbot_script_id.id,
            },
        )
        self.make_jsonrpc_request(
            "/chatbot/step/trigger",
            {"channel_id": chat.id, "chatbot_script_id": self.team.rule_ids.chatbot_script_id.id},
        )
        chat.invalidate_recordset()
        self.assertNotEqual(chat.collections_conversation_id, first)
        self.assertEqual(chat.collections_conversation_id.state, "open")

    def test_a_chat_that_is_closed_or_falls_silent_is_over(self):
        closed, silent = self._start(), self._start()
        self.make_jsonrpc_request("/im_livechat/visitor_leave_session", {"channel_id": closed.id})
        talk = silent.collections_conversation_id
        self.assertNotEqual(closed.collections_conversation_id, talk)
        self.assertEqual(closed.collections_conversation_id.state, "done")
        talk._gc_silent_chats()
        self.assertEqual(talk.state, "open")
        talk.last_at -= timedelta(days=2)
        talk._gc_silent_chats()
        self.assertEqual(talk.state, "done")

    def test_switched_off_there_is_no_chat(self):
        self.company.collections_chat = False
        self.assertFalse(self._get().xpath("//a[@id='collections_chat']"))
        self._refuses("/chat")

    def test_switching_on_again_keeps_the_team(self):
        self.company.collections_chat = False
        self.company.collections_chat = True
        self.assertEqual(self.company.collections_livechat_id, self.team)

    def test_other_bots_of_live_chat_are_left_alone(self):
        script = (
            self.env["chatbot.script"]
            .sudo()
            .create(
                {
                    "title": "Other",
                    "script_step_ids": [
                        (
                            0,
                            0,
                            {"step_type": "free_input_single", "message": "Hello", "sequence": 1},
                        ),
                        (0, 0, {"step_type": "text", "message": "Bye", "sequence": 2}),
                    ],
                }
            )
        )
        self.team = (
            self.env["im_livechat.channel"]
            .sudo()
            .create({"name": "Shop", "rule_ids": [(0, 0, {"chatbot_script_id": script.id})]})
        )
        self._get("/chat")
        chat = self._start(opened=False)
        self.assertFalse(chat.collections_case_id)
        self.assertIn("Bye", self._say(chat, "Hi"))
        self.assertFalse(chat.collections_conversation_id)
