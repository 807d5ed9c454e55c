from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..collections_addon.models.invoice_links import InvoiceLinks
from .email_common import DAY, EmailCommon

OURS = ("collections_addon", "fr_FR")
WORDS = {
    "Due date": "Échéance",
    "%s days overdue": "%s jours de retard",
    "Overdue": "En retard",
    "Statement of account": "Relevé de compte",
    "Attached: %s.": "Pièces jointes : %s.",
}


@tagged("post_install", "-at_install")
class TestEmailMessage(EmailCommon):
    """What the debtor gets, as it arrives over SMTP."""

    def test_message_says_what_is_owed_and_how_to_pay(self):
        invoice = self._invoice(self.customer, 1250, due="2026-03-10")
        action = self._remind()
        self.assertEqual(action.state, "sent")
        message = self._only_message()
        html = self._html(message)
        self.assertIn("1,250.00", message["Subject"])
        self.assertIn(invoice.name, html)
        self.assertIn("10 days overdue", html)
        self.assertIn("Mar 10, 2026", html)
        self.assertIn(InvoiceLinks(self.env).path(invoice.id), html)
        self.assertIn("+1 555 0100", html)
        self.assertIn(invoice.name, self._plain(message))
        self.assertNotIn("t-out", html)

    def test_headers_keep_programs_from_answering(self):
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        message = self._only_message()
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertEqual(message["X-Auto-Response-Suppress"], "OOF, AutoReply")
        self.assertEqual(message["Message-Id"], action.mail_message_id.message_id)
        self.assertEqual(action.external_id, message["Message-Id"])
        self.assertIn(self.company.email, message["From"])

    def test_reply_to_is_the_catchall_of_the_company(self):
        domain = self.env["mail.alias.domain"].create(
            {"name": "lighthouse.example", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )
        self.company.alias_domain_id = domain
        self._invoice(self.customer, 100, due="2026-03-10")
        self._remind()
        self.assertIn("catchall@lighthouse.example", self._only_message()["Reply-To"])

    def test_message_appears_on_the_case(self):
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        message = self._case().message_ids.filtered(lambda m: m == action.mail_message_id)
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.notification_ids.notification_status, "sent")
        self.assertEqual(message.attachment_ids, action.attachment_id)
        self.assertFalse(self.env["mail.mail"].search([("dunning_action_id", "=", action.id)]))

    def test_p4_part_payment_shows_original_and_open_amount(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-10")
        self._pay(invoice, 40, day="2026-03-11")
        self._remind()
        html = self._html(self._only_message())
        self.assertRegex(html, r"Invoice amount: \$\W*100\.00")
        self.assertIn("60.00", html)

    def test_p6_credit_is_deducted_and_shown(self):
        self._invoice(self.customer, 100, due="2026-03-10")
        self._credit(self.customer, 30, "2026-03-12")
        action = self._remind()
        html = self._html(self._only_message())
        self.assertEqual(action.amount_total, 70)
        self.assertRegex(html, r"Credit deducted: \$\W*30\.00")
        self.assertIn("70.00", html)

    def test_p10_one_message_per_currency(self):
        euro = self.setup_other_currency("EUR")
        self._invoice(self.customer, 100, due="2026-03-10")
        self._invoice(self.customer, 200, due="2026-03-10", currency=euro)
        self._remind()
        bodies = [self._html(message) for message in self.catcher.to(self.customer.email)]
        self.assertEqual(len(bodies), 2)
        self.assertEqual(sum("€" in body and "$" not in body for body in bodies), 1)
        self.assertEqual(sum("$" in body and "€" not in body for body in bodies), 1)

    def test_line_break_in_subject_does_not_break_the_mail(self):
        self.customer.name = "Debtor\nBcc: x@y.example"
        template = self.policy.level_ids[0].step_ids.template
        template.subject = "Hello\n{{ object.customer_name }}"
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        self.assertEqual(action.state, "sent")
        message = self._only_message()
        self.assertEqual(message["Subject"], "Hello Debtor Bcc: x@y.example")
        self.assertIsNone(message["Bcc"])

    def test_markup_in_a_name_is_text(self):
        self.customer.name = "A & B <script>alert(1)</script>"
        self._invoice(self.customer, 100, due="2026-03-10")
        self._remind()
        html = self._html(self._only_message())
        self.assertNotIn("<script>", html)
        self.assertIn("A &amp; B", html)

    def test_texts_read_well_when_rendered(self):
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        for name in ("pre_due", "friendly", "firm", "final"):
            template = self.env.ref(f"collections_addon.mail_template_reminder_{name}")
            with self.subTest(name):
                action.step_id.template = template
                message = self.env["collections.channel.email"]._render(action)
                self.assertIn("Lighthouse", message["subject"])
                self.assertNotIn("object.", message["body"])
                self.assertNotIn("{{", message["subject"] + message["body"])

    def test_preview_writes_nothing(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-10")
        self.policy.mode = "review"
        with self.day(DAY):
            action = self._run(DAY).action_ids
        rows = self.env["mail.message"].search_count([])
        message = self.env["collections.channel.email"]._render(action)
        self.assertIn(invoice.name, message["body"])
        self.assertEqual(self.env["mail.message"].search_count([]), rows)
        self.assertFalse(invoice.access_token)


@tagged("post_install", "-at_install")
class TestEmailAttachments(EmailCommon):
    def _with_pdf(self, invoice, size):
        self.env["ir.attachment"].create(
            {
                "name": f"{invoice.name}.pdf".replace("/", "_"),
                "raw": b"%PDF" + b"x" * size,
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )

    def test_statement_is_attached_and_lists_everything(self):
        invoices = [self._invoice(self.customer, n, due="2026-03-10") for n in (10, 20)]
        self._remind()
        [statement] = self._files(self._only_message()).values()
        self.assertEqual(statement.get_content_type(), "text/html")
        text = statement.get_payload(decode=True).decode()
        for invoice in invoices:
            self.assertIn(invoice.name, text)

    def test_invoices_are_attached_when_they_exist(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-10")
        self._with_pdf(invoice, 1000)
        self._remind()
        message = self._only_message()
        self.assertEqual(len(self._files(message)), 2)
        self.assertRegex(self._html(message), f"Attached: .*{invoice.name}")

    def test_invoices_beyond_the_limit_stay_behind_links(self):
        self.company.collections_attachment_limit = 10
        first, second = (self._invoice(self.customer, 9, due="2026-03-10") for _n in range(2))
        self._with_pdf(first, 8000)
        self._with_pdf(second, 8000)
        self._remind()
        message = self._only_message()
        self.assertEqual(len(self._files(message)), 2)
        self.assertIn("not attached are behind the links", self._html(message))


@tagged("post_install", "-at_install")
class TestEmailLanguage(EmailCommon):
    """P7 and P8: the debtor's language, the right address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("fr_FR", "ar_001"):
            cls.env["res.lang"]._activate_lang(code)
        template = cls.policy.level_ids[0].step_ids.template
        french = template.with_context(lang="fr_FR")
        french.subject = "Rappel de {{ object.company_name }} : {{ object.overdue_text }}"
        french.body_html = '<p>Bonjour <t t-out="object.recipient_name"/>,</p>'
        cls.classPatch(
            code_translations,
            "get_python_translations",
            lambda module, lang: WORDS if (module, lang) == OURS else {},
        )

    def test_p7_everything_is_in_the_debtors_language(self):
        self.customer.lang = "fr_FR"
        self._invoice(self.customer, 1250, due="2026-03-10")
        self._remind()
        message = self._only_message()
        html = self._html(message)
        self.assertIn("Rappel de Lighthouse", message["Subject"])
        self.assertIn("Bonjour", html)
        for word in ("Échéance", "10 jours de retard", "En retard", "Pièces jointes"):
            self.assertIn(word, html)
        [statement] = self._files(message).values()
        self.assertIn("Relevé de compte", statement.get_payload(decode=True).decode())
        self.assertIn("10 mars 2026", html)
        self.assertNotIn("Mar 10", html)
        self.assertRegex(html, "1\\s250,00")
        self.assertIn('lang="fr-FR"', html)

    def test_p7_language_of_whoever_sends_does_not_matter(self):
        self.env.user.lang = "fr_FR"
        self._invoice(self.customer, 100, due="2026-03-10")
        with self.day(DAY) as now:
            self._run(DAY)
            self.env["dunning.action"].with_context(lang="fr_FR")._dispatch(now=now)
        html = self._html(self._only_message())
        self.assertIn("Mar 10, 2026", html)
        self.assertNotIn("Échéance", html)

    def test_right_to_left(self):
        self.customer.lang = "ar_001"
        self._invoice(self.customer, 100, due="2026-03-10")
        self._remind()
        html = self._html(self._only_message())
        self.assertIn('dir="rtl"', html)
        self.assertNotIn("text-align:left;color", html)

    def test_p8_invoice_contact_gets_it_in_the_language_of_the_customer(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Payables",
                "type": "invoice",
                "parent_id": self.customer.id,
                "email": "payables@example.com",
            }
        )
        contact.lang = False
        self.customer.lang = "fr_FR"
        self._invoice(self.customer, 100, due="2026-03-10")
        action = self._remind()
        self.assertEqual(action.lang, "fr_FR")
        self.assertIn("Bonjour", self._html(self._only_message("payables@example.com")))
        self.assertFalse(self.catcher.to(self.customer.email))

    def test_language_that_is_not_installed_falls_back(self):
        self.customer.lang = "fr_FR"
        self._invoice(self.customer, 100, due="2026-03-10")
        with patch.object(
            self.env.registry["res.lang"], "get_installed", lambda self: [("en_US", "English")]
        ):
            action = self._remind()
        self.assertEqual(action.lang, "en_US")


@tagged("post_install", "-at_install")
class TestEmailPaymentLink(EmailCommon):
    def test_installments_of_one_invoice_share_its_link(self):
        terms = self._terms(0, 30)
        invoice = self._invoice(
            self.customer, 100, issued="2026-02-01", due="2026-02-01", terms=terms
        )
        self._remind()
        html = self._html(self._only_message())
        self.assertEqual(html.count(InvoiceLinks(self.env).path(invoice.id)), 3)

    def test_entry_without_a_page_has_no_link(self):
        receivable = self.company_data["default_account_receivable"]
        revenue = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-02-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "date_maturity": "2026-03-01",
                            "debit": 80,
                        }
                    ),
                    Command.create({"account_id": revenue.id, "credit": 80}),
                ],
            }
        )
        entry.action_post()
        entry.line_ids.no_followup = False
        self._remind()
        html = self._html(self._only_message())
        self.assertIn(entry.name, html)
        self.assertNotIn("/collections/invoice/", html)
