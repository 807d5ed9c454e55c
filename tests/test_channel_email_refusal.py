from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..collections_addon.channels.email_composer import EmailComposer
from .email_common import EmailCommon


@tagged("post_install", "-at_install")
class TestEmailRefusals(EmailCommon):
    """Who is not written to, and why."""

    def _reason(self):
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        self.assertFalse(self.catcher.messages)
        self.assertEqual(action.state, "skipped")
        return action.reason_code

    def test_no_address(self):
        self.customer.email = False
        self.assertEqual(self._reason(), "no_address")

    def test_malformed_address(self):
        self.customer.email = "ask the secretary"
        self.assertEqual(self._reason(), "no_address")

    def test_address_that_bounced(self):
        self.customer.collections_bounced_email = self.customer.email
        self.assertEqual(self._reason(), "bounced")

    def test_new_address_after_a_bounce_is_used(self):
        self.customer.collections_bounced_email = "old@example.com"
        self._invoice(self.customer, 100, due="2026-03-10")
        self.assertEqual(self._remind().state, "sent")

    def test_opted_out(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        self.assertEqual(self._reason(), "opted_out")

    def test_company_without_address(self):
        self.company.email = False
        self.company.alias_domain_id = False
        self.assertEqual(self._reason(), "channel_not_configured")

    def test_test_mode_without_mailbox(self):
        self.policy.test_mode = True
        self.assertEqual(self._reason(), "channel_not_configured")

    def test_test_mode_writes_to_the_test_mailbox_only(self):
        self.policy.test_mode = True
        self.company.collections_test_email = "tester@lighthouse.example"
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        self.assertEqual((action.state, action.reason_code), ("sent", "test_mode"))
        message = self._only_message("tester@lighthouse.example")
        self.assertTrue(message["Subject"].startswith("[TEST]"))
        self.assertIn(self.customer.email, self._html(message))
        self.assertFalse(self.catcher.to(self.customer.email))

    def test_one_text_that_fails_does_not_keep_the_others_back(self):
        other = self._customer("Other Ltd")
        for partner in (self.customer, other):
            self._invoice(partner, 100, due="2026-03-10")
        composer = "odoo.addons.collections_addon.collections_addon.channels.email_composer"
        write = EmailComposer._email

        def fail_for_other(composer, action, *args):
            if action.partner_id == other:
                raise ValueError("no such field")
            return write(composer, action, *args)

        with (
            patch.object(EmailComposer, "_email", fail_for_other),
            mute_logger(composer, "odoo.addons.collections_addon.collections_addon.channels.email"),
        ):
            actions = self._remind()
        states = {action.partner_id: action.state for action in actions}
        self.assertEqual(states, {self.customer: "sent", other: "failed"})
        self._only_message()


@tagged("post_install", "-at_install")
class TestEmailText(EmailCommon):
    """Bad texts are refused with a sentence that says what to do."""

    def _template(self, **values):
        return self.env["mail.template"].create(
            {
                "name": "Mine",
                "model_id": self.env["ir.model"]._get_id("dunning.action"),
                "subject": "Hello",
                "body_html": "<p>Please pay</p>",
                **values,
            }
        )

    def _use(self, template):
        self.policy.level_ids[0].step_ids.template = template

    def test_good_text_is_taken(self):
        self._use(self._template(body_html='<p><t t-out="object.total_text"/></p>'))

    def test_longer_paths_and_conditions_are_taken(self):
        self._use(
            self._template(
                body_html='<p t-if="object.amount_credit"><t t-out="object.partner_id.ref"/></p>'
            )
        )

    def test_texts_are_filled_in_as_core_does(self):
        self.customer.name = 'A & B <"limited">'
        self._invoice(self.customer, 1234.5, due="2026-03-01")
        actions = self._remind()
        bodies = (
            '<p>Dear <t t-out="object.customer_name">customer</t>, <br/>&nbsp;pay &amp; live</p>',
            '<p><t t-out="object.credit_text"/></p><p><b t-out="object.partner_id.name"/></p>',
            '<p><t t-out="object.next_number">\n  none yet </t><t t-out="object.change_note"/></p>',
            '<p><t t-out="object.contact_name">customer</t></p>',
            '<a href="/my/invoices">here</a><p style="background:url(/web/x.png)">x</p>',
            '<p t-if="object.amount_total"><t t-out="object.total_text"/></p>',
            "no tags at all",
        )
        for body in bodies:
            template = self._template(body_html=body)
            core = template._render_field("body_html", actions.ids)
            with self.subTest(body):
                self.assertEqual(template._dunning_bodies(actions), core)

    def test_empty_subject(self):
        with self.assertRaisesRegex(ValidationError, "no subject"):
            self._use(self._template(subject=" "))

    def test_empty_body(self):
        with self.assertRaisesRegex(ValidationError, "is empty"):
            self._use(self._template(body_html="<p><br/></p>"))

    def test_unknown_placeholder_is_named_and_the_known_ones_listed(self):
        with self.assertRaisesRegex(ValidationError, r"object\.amont.*(?s:.*)object\.total_text"):
            self._use(self._template(body_html='<p><t t-out="object.amont"/></p>'))

    def test_unknown_placeholder_in_subject(self):
        with self.assertRaisesRegex(ValidationError, r"object\.nmae"):
            self._use(self._template(subject="{{ object.nmae }}"))

    def test_placeholder_without_object(self):
        with self.assertRaisesRegex(ValidationError, "total_text"):
            self._use(self._template(body_html='<p><t t-out="total_text"/></p>'))

    def test_curly_brackets_in_the_body(self):
        with self.assertRaisesRegex(ValidationError, "curly"):
            self._use(self._template(body_html="<p>{{ object.total_text }}</p>"))

    def test_text_for_another_model(self):
        model = self.env["ir.model"]._get_id("res.partner")
        with self.assertRaisesRegex(ValidationError, "not a text for contacts"):
            self._use(self._template(model_id=model))

    def test_text_in_use_cannot_be_spoilt(self):
        template = self._template()
        self._use(template)
        with self.assertRaises(ValidationError):
            template.body_html = '<p><t t-out="object.nope"/></p>'

    def test_translation_in_use_cannot_be_spoilt(self):
        self._install_lang("fr_FR")
        template = self._template()
        self._use(template)
        with self.assertRaises(ValidationError):
            template.with_context(lang="fr_FR").subject = "{{ object.nope }}"

    def test_text_not_in_use_is_left_alone(self):
        self._template(subject=False).body_html = '<p><t t-out="object.nope"/></p>'

    def test_editor_without_template_right_may_use_our_placeholders(self):
        user = self.users["admin"]
        template = self._template()
        self._use(template)
        self.assertFalse(user.has_group("mail.group_mail_template_editor"))
        template.with_user(user).sudo(False)
        self.assertFalse(
            template._has_unsafe_expression_template_qweb(
                '<p><t t-out="object.total_text"/></p>', "dunning.action"
            )
        )
