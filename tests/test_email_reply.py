"""Answers by e-mail: what was written is kept, answers of one tap are done."""

from odoo.tests import tagged

from .email_common import EmailCommon

QUOTE = "\n\nOn Fri, 20 Mar 2026 at 12:00, Lighthouse <a@firm.example> wrote:\n> Please pay\n"


@tagged("post_install", "-at_install")
class TestEmailReply(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {"name": "lighthouse.example", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 100, due="2026-03-10")
        self.action = self._remind()
        self.case = self._case()
        self.case.collector_id = self.users["collector"]
        self.catcher.forget()

    def _receive(self, text, sender=None, number=1, headers="", mimetype="text/plain"):
        mail = (
            f"From: {sender or self.customer.email}\nTo: catchall@lighthouse.example\n"
            f"Subject: Re: reminder\nMessage-Id: <answer{number}@example.com>\n"
            f"In-Reply-To: {self.action.mail_message_id.message_id}\n{headers}"
            f"Content-Type: {mimetype}; charset=utf-8\n\n{text}\n"
        )
        with self.day("2026-03-21"):
            self.env["mail.thread"].with_context(mail_channel_nosubscribe=True).message_process(
                None, mail.encode()
            )

    def test_what_was_written_is_kept_without_the_quotation(self):
        self._receive(f"I will pay on Friday.{QUOTE}")
        said = self.case.interaction_ids
        self.assertEqual((said.text, said.direction), ("I will pay on Friday.", "in"))
        self.assertEqual((said.channel_code, said.action_id), ("email", self.action))
        self.assertFalse(said.intent)
        self.assertEqual(self.action.outcome_id.code, "reply")

    def test_html_of_a_mail_program(self):
        self._receive(
            "<div>Call me.<br/>Ada</div><div class='gmail_quote'>On Fri Firm wrote:"
            "<blockquote>Please pay</blockquote></div>",
            mimetype="text/html",
        )
        self.assertEqual(self.case.interaction_ids.text, "Call me.\nAda")

    def test_paid_already(self):
        self._receive(f"I have paid it already.{QUOTE}")
        claim = self.case.announcement_ids
        self.assertEqual((claim.state, claim.amount), ("announced", 100))
        self.assertEqual(self.action.outcome_id.code, "paid")
        self.assertEqual(self.case.interaction_ids.intent, "paid")
        self.assertIn("look for your payment", self.case.message_ids[0].body)
        self.assertIn(self.customer, self.case.message_ids[0].partner_ids)

    def test_never_received_in_another_language_installed(self):
        french = self.case.with_context(lang="fr_FR")._answer_labels()["missing"]
        self._receive(french)
        self.assertEqual(
            self.case.dispute_ids.reason_id,
            self.env.ref("collections_addon.dispute_reason_invoice_not_received"),
        )

    def test_stop_words_end_e_mails_and_a_person_hears_of_it(self):
        self._receive(f"STOP{QUOTE}")
        self.assertEqual(self.case.opt_out_ids.mapped("channel_code"), ["email"])
        self.assertEqual(self.case.opt_out_ids.source, "email")
        self.assertEqual(self.case.interaction_ids.intent, "stop")
        self.assertEqual(self.case.activity_ids.user_id, self.users["collector"])

    def test_what_needs_a_person_goes_to_one(self):
        self._receive("I need more time")
        self.assertEqual(self.case.activity_ids.user_id, self.users["collector"])
        self.assertFalse(self.case.announcement_ids)

    def test_what_is_not_possible_goes_to_a_person(self):
        self._receive("I have paid it already")
        self._receive("I have paid it already", number=2)
        self.assertEqual(len(self.case.announcement_ids), 1)
        self.assertEqual(self.case.activity_ids.user_id, self.users["collector"])
        self.assertEqual(len(self.case.interaction_ids), 2)

    def test_a_stranger_changes_nothing(self):
        self._receive("I have paid it already", sender="mallory@example.net")
        self.assertFalse(self.case.announcement_ids)
        self.assertEqual(len(self.case.interaction_ids), 1)

    def test_programs_are_not_listened_to(self):
        self._receive("I have paid it already", headers="Auto-Submitted: auto-replied\n")
        self.assertFalse(self.case.announcement_ids or self.case.dispute_ids)
        self.assertFalse(self.case.interaction_ids)
        self.assertFalse(self.action.outcome_id)

    def test_our_own_people_are_no_customers(self):
        self.users["collector"].email = "collector@lighthouse.example"
        self._receive("I have paid it already", sender="collector@lighthouse.example")
        self.assertFalse(self.case.interaction_ids)
