"""Letters posted by core's Snailmail, where it is installed."""

import base64
import io
from unittest import skipUnless
from unittest.mock import patch

from odoo.modules.module import get_module_path
from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from .test_channel_letter import TestLetter as LetterCase

PATH = "odoo.addons.snailmail.models.snailmail_letter.iap_tools.iap_jsonrpc"


class PostCommon(LetterCase):
    """Only what it prepares is wanted, not its tests."""


for _name in [name for name in dir(LetterCase) if name.startswith("test_")]:
    setattr(PostCommon, _name, None)


@skipUnless(get_module_path("snailmail", display_warning=False), "Snailmail is not there")
@tagged("post_install", "-at_install")
class TestPostedLetter(PostCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "snailmail.letter" not in cls.env:
            cls.skipTest(cls, "Snailmail is not installed")
        cls.company.collections_snailmail = True
        cls.company.paperformat_id = cls.env.ref("base.paperformat_euro")

    def _queue(self, letter):
        return self.env["snailmail.letter"].search([("res_id", "=", letter.case_id.id)])

    def _post(self, **answer):
        """Core's queue meets the service, which answers so for every letter."""

        def service(url, params, timeout):
            documents = [{**doc, **answer} for doc in params["documents"]]
            self.posted += documents
            return {"request_code": 200, "request": {"documents": documents}}

        self.posted = []
        with patch(PATH, service), patch.object(self.env.cr, "commit", lambda: None):
            self.env["snailmail.letter"]._snailmail_cron(autocommit=False)

    def _later(self):
        with self.day("2026-03-11") as now:
            self._dispatch(now)

    def test_posted_is_sent(self):
        letter = self._letter()
        self.assertEqual((letter.state, letter.is_manual), ("sending", False))
        self.assertEqual(self._queue(letter).state, "pending")
        self.assertFalse(letter._letters_to_post())
        self._later()
        self.assertEqual(letter.state, "sending")
        self._post(sent=True, send_id="7")
        [document] = self.posted
        self.assertEqual(document["address"]["city"], "Hamburg")
        sheets = PdfReader(io.BytesIO(base64.b64decode(document["pdf_bin"]))).pages
        self.assertEqual(len(sheets), self._pages(letter) + 1 + self.company.snailmail_duplex)
        self.assertIn("Hamburg", sheets[0].extract_text())
        self.assertIn("Debtor Ltd", sheets[0].extract_text())
        self._later()
        self.assertEqual((letter.state, str(letter.contact_date)), ("sent", "2026-03-11"))

    def test_no_credits_is_for_a_person_and_never_posted_twice(self):
        letter = self._letter()
        self._post(sent=False, error="CREDIT_ERROR")
        self._later()
        self.assertEqual((letter.state, letter.is_manual), ("sending", True))
        self.assertIn("credits", letter.failure_text)
        self.assertEqual(letter._letters_to_post(), letter)
        self.assertEqual(self._queue(letter).state, "canceled")
        self._post(sent=True, send_id="8")
        self.assertEqual(self.posted, [])

    def test_withdrawn_there_is_for_a_person(self):
        letter = self._letter()
        self._queue(letter).cancel()
        self._later()
        self.assertTrue(letter.is_manual)

    def test_what_it_cannot_take_is_for_a_person(self):
        self.customer.country_id = False
        letter = self._letter()
        self.assertTrue(letter.is_manual)
        self.assertFalse(self._queue(letter))

    def test_test_mode_posts_nothing(self):
        self.policy.test_mode = True
        letter = self._letter()
        self.assertFalse(self._queue(letter))

    def test_off_unless_asked_for(self):
        self.company.collections_snailmail = False
        self.assertTrue(self._letter().is_manual)
