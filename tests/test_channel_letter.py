"""Letters: written by the system, posted by a person, and true when they are printed."""

import base64
import io
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from .common import CollectionsCommon

PRINTER_STATE = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"


@tagged("post_install", "-at_install")
class TestLetter(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Letter",
                "model_id": cls.env.ref("collections_addon.model_dunning_action").id,
                "subject": "Please pay, {{ object.partner_id.name }}",
                "body_html": "<p>Dear <t t-out='object.recipient_id.name'/>, please pay.</p>",
            }
        )
        cls.policy.level_ids[0].step_ids = [
            Command.clear(),
            Command.create({"channel_code": "letter", "template": cls.template.id}),
            Command.create(
                {"channel_code": "email", "fallback_only": True, "template": cls.template.id}
            ),
        ]
        cls.company.partner_id.write(
            {"street": "1 Sender Road", "zip": "1000", "city": "Home", "vat": False}
        )
        cls.company.country_id = cls.env.ref("base.de")
        cls.customer.write(cls._address(cls.env.ref("base.de"), "20000", "Hamburg"))

    @classmethod
    def _address(cls, country, code, city):
        return {"street": "5 Long Street", "zip": code, "city": city, "country_id": country.id}

    def _letter(self, partner=None, amount=100.0, currency=None):
        """A letter under way, to somebody who is six days late."""
        invoice = self._invoice(partner or self.customer, amount, "2026-03-04", currency=currency)
        with self.day("2026-03-10") as now:
            self._run(now.date())
            self._dispatch(now)
        return self._actions([("item_ids.move_id", "=", invoice.id)])

    def _document(self, letter):
        return self.env["collections.document"]._html(letter._collections_document())

    def _pages(self, letter):
        return len(PdfReader(io.BytesIO(letter.attachment_id.raw)).pages)

    # === WRITING === #

    def test_letter_is_written_and_waits_to_be_posted(self):
        letter = self._letter()
        self.assertEqual(letter.state, "sending")
        self.assertTrue(letter.is_manual)
        self.assertEqual(letter.attachment_id.raw[:5], b"%PDF-")
        self.assertEqual(letter.subject, "Please pay, Debtor Ltd")
        self.assertIn("Dear Debtor Ltd", letter.body)
        self.assertFalse(letter.contact_date, "nobody has posted it yet")
        self.assertFalse(self._lines(letter.move_ids).dunning_level_id)

    def test_letter_carries_letterhead_address_items_and_account(self):
        self.env["res.partner.bank"].create(
            {"partner_id": self.company.partner_id.id, "acc_number": "DE89 3704 0044 0532 0130 00"}
        )
        page = self._document(self._letter())
        for text in (
            self.company.name,
            "1 Sender Road",
            "5 Long Street",
            "20000 Hamburg",
            "INV/2026/",
            "DE89 3704 0044 0532 0130 00",
            "IBAN",
        ):
            self.assertIn(text, page)

    def test_country_is_named_only_on_letters_that_go_abroad(self):
        self.assertNotIn("GERMANY", self._document(self._letter()))
        self.customer.country_id = self.env.ref("base.at")
        self.assertIn("AUSTRIA", self._document(self._actions()))

    def test_credits_are_shown_and_deducted(self):
        self._credit(self.customer, 30.0, "2026-03-01")
        letter = self._letter()
        self.assertEqual(letter.amount_total, 70.0)
        page = self._document(letter)
        self.assertIn("Your payments and credits not yet allocated", page)
        self.assertIn("70.00", page)

    def test_long_letter_takes_several_numbered_pages(self):
        for day in range(1, 29):
            self._invoice(self.customer, 10.0 + day, f"2026-02-{day:02}")
        letter = self._letter()
        self.assertGreater(self._pages(letter), 1)

    def test_no_address_falls_back_to_the_next_channel(self):
        self.customer.street = False
        self._letter()
        letter, mail = self._actions()
        self.assertEqual((letter.state, letter.reason_code), ("skipped", "no_address"))
        self.assertEqual(mail.channel_code, "email")

    def test_postal_code_is_not_asked_where_there_is_none(self):
        self.customer.write(self._address(self.env.ref("base.hk"), False, "Hong Kong"))
        needs_zip = self.customer.country_id.zip_required
        self.assertEqual(self.customer._has_postal_address(), not needs_zip)
        self.customer.country_id.zip_required = not needs_zip
        self.assertEqual(self.customer._has_postal_address(), needs_zip)

    def test_invoice_contact_without_address_uses_that_of_the_customer(self):
        child = self.env["res.partner"].create(
            {"parent_id": self.customer.id, "type": "invoice", "name": "Ms. Payer"}
        )
        letter = self._letter()
        self.assertEqual(letter.recipient_id, child)
        lines = letter._collections_document().values["address_lines"]
        self.assertEqual(lines[:3], ["Debtor Ltd", "Ms. Payer", "5 Long Street"])

    def test_missing_printer_fails_all_letters_and_says_what_to_install(self):
        with (
            patch(PRINTER_STATE, lambda self: "install"),
            self.assertLogs("odoo.addons.collections_addon", level="WARNING"),
        ):
            self._letter()
        letter = self._actions([("channel_code", "=", "letter")])
        self.assertEqual(letter.state, "failed")
        self.assertEqual(letter.failure_type, "configuration")
        self.assertEqual(letter.reason_code, "channel_not_configured")
        self.assertIn("wkhtmltopdf", letter.failure_text)

    def test_one_letter_that_cannot_be_printed_does_not_stop_the_others(self):
        other = self._customer("Other", **self._address(self.env.ref("base.de"), "30000", "Ulm"))
        self._invoice(other, 50.0, "2026-03-04")
        documents = type(self.env["collections.document"])
        original = documents._pdf

        def broken(this, document):
            if "Debtor Ltd" in document.values["address_lines"]:
                raise UserError(self.env._("out of ink"))
            return original(this, document)

        with (
            patch.object(documents, "_pdf", broken),
            self.assertLogs("odoo.addons.collections_addon", level="WARNING"),
        ):
            self._letter()
        failed = self._actions([("partner_id", "=", self.customer.id), ("state", "=", "failed")])
        self.assertEqual(failed.failure_text, "out of ink")
        self.assertEqual(self._actions([("partner_id", "=", other.id)]).state, "sending")

    def test_preview_has_no_side_effect(self):
        letter = self._letter()
        attachments = self.env["ir.attachment"].search_count([("res_model", "=", letter._name)])
        preview = self.env["collections.channel"]._by_code("letter")._render(letter)
        self.assertEqual(preview["subject"], letter.subject)
        self.assertEqual(preview["attachments"][0][1][:5], b"%PDF-")
        self.assertEqual(
            self.env["ir.attachment"].search_count([("res_model", "=", letter._name)]), attachments
        )

    # === LANGUAGE (P7) === #

    def test_letter_speaks_the_debtors_language_not_the_users(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.template.with_context(lang="de_DE").subject = "Bitte zahlen"
        self.customer.lang = "de_DE"
        letter = self._letter()
        self.assertEqual((letter.lang, letter.subject), ("de_DE", "Bitte zahlen"))
        page = self._document(letter.with_context(lang="en_US"))
        self.assertIn('lang="de-DE"', page)
        self.assertIn("04.03.2026", page)
        self.assertIn("100,00", page)

    def test_right_to_left_letter_is_marked_as_such_and_printed(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.customer.write({"lang": "ar_001", "name": "شركة النور 12"})
        letter = self._letter()
        self.assertEqual(letter.state, "sending")
        self.assertIn('dir="rtl"', self._document(letter))

    # === PRINTING === #

    def test_batch_is_one_file_in_the_order_of_the_post(self):
        de, at = self.env.ref("base.de"), self.env.ref("base.at")
        for name, country, code in (("Wien", at, "1010"), ("Berlin", de, "10115")):
            partner = self._customer(name, **self._address(country, code, name))
            self._invoice(partner, 50.0, "2026-03-04")
        self._letter()
        with self.day("2026-03-10") as now:
            letters, others = self._actions()._print_batch(now)
        names = letters.partner_id.mapped("name")
        self.assertEqual(names, ["Berlin", "Debtor Ltd", "Wien"])
        self.assertFalse(others)
        with self.day("2026-03-10"):
            wizard = self._open_wizard(letters.with_user(self.users["collector"]))
        self.assertEqual(wizard.letter_count, 3)
        self.assertFalse(wizard.left_out)
        merged = PdfReader(io.BytesIO(base64.b64decode(wizard.document)))
        self.assertEqual(len(merged.pages), sum(self._pages(letter) for letter in letters))

    def _open_wizard(self, letters):
        action = letters.action_print_letters()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_paid_letter_is_dropped_from_the_batch_and_said_so(self):
        """P1: what was paid between writing and printing is not posted."""
        letter = self._letter()
        self._pay(letter.move_ids, day="2026-03-11")
        with self.day("2026-03-11"):
            wizard = self._open_wizard(letter)
        self.assertEqual((letter.state, letter.reason_code), ("skipped", "paid"))
        self.assertEqual(wizard.letter_count, 0)
        self.assertIn("Debtor Ltd", wizard.left_out)
        self.assertIn("It has been paid.", wizard.left_out)

    def test_partly_paid_letter_is_printed_anew_with_the_rest(self):
        """P4: part payments are neither dropped nor ignored."""
        letter = self._letter()
        first = letter.attachment_id.checksum
        self._pay(letter.move_ids, amount=40.0, day="2026-03-10")
        with self.day("2026-03-10") as now:
            letters, _others = letter._print_batch(now)
        self.assertEqual(letters, letter)
        self.assertEqual(letter.amount_total, 60.0)
        self.assertNotEqual(letter.attachment_id.checksum, first)

    def test_unchanged_letter_is_not_printed_again_the_same_day(self):
        letter = self._letter()
        first = letter.attachment_id.checksum
        with self.day("2026-03-10") as now:
            letter._print_batch(now)
        self.assertEqual(letter.attachment_id.checksum, first)

    def test_other_contacts_in_the_selection_are_left_out_with_a_reason(self):
        letter = self._letter()
        with self.day("2026-03-10"):
            letter._post_letters(self._at("2026-03-10").date())
            wizard = self._open_wizard(letter)
        self.assertIn("not waiting to be posted", wizard.left_out)

    # === POSTING === #

    def test_posting_is_the_contact_and_raises_the_level(self):
        letter = self._letter()
        with self.day("2026-03-12"):
            wizard = self.env["dunning.letter.post"].browse(
                letter.with_user(self.users["collector"]).action_post_letters()["res_id"]
            )
            wizard.date = "2026-03-11"
            wizard.with_user(self.users["collector"]).action_confirm()
        self.assertEqual(letter.state, "sent")
        self.assertEqual(str(letter.contact_date), "2026-03-11")
        self.assertEqual(self._lines(letter.move_ids).dunning_level_id, self._level("Friendly"))

    def test_letter_is_posted_neither_in_the_future_nor_before_it_was_written(self):
        letter = self._letter()
        with self.day("2026-03-12"):
            for day in ("2026-03-13", "2026-03-09"):
                with self.assertRaises(UserError):
                    letter._post_letters(self._at(day).date())
        self.assertEqual(letter.state, "sending")

    def test_nothing_to_post_is_refused(self):
        letter = self._letter()
        with self.day("2026-03-12"):
            letter._post_letters(self._at("2026-03-12").date())
            with self.assertRaises(UserError):
                letter._post_letters(self._at("2026-03-12").date())

    def test_viewer_cannot_print_or_post(self):
        letter = self._letter().with_user(self.users["viewer"])
        with self.assertRaises(AccessError):
            letter.action_print_letters()
        with self.assertRaises(AccessError):
            letter.action_post_letters()

    def test_unposted_letter_does_not_become_a_second_one(self):
        letter = self._letter()
        diary = self._live("2026-03-11", "2026-03-14")
        self.assertEqual(diary, {})
        self.assertEqual(self._actions([("channel_code", "=", "letter")]), letter)

    # === PLACE OF THE ADDRESS === #

    def test_us_company_prints_on_letter_paper(self):
        documents = self.env["collections.document"]
        self.assertEqual(documents._paper_size(self.company), "A4")
        self.company.paperformat_id = self.env.ref("base.paperformat_us")
        self.assertEqual(documents._paper_size(self.company), "Letter")
        letter = self._letter()
        box = PdfReader(io.BytesIO(letter.attachment_id.raw)).pages[0]["/MediaBox"]
        self.assertEqual([round(float(size)) for size in box[2:]], [612, 792])
