"""P7: a debtor reads one language, its own; nothing is left in English."""

import re
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import polib
from lxml import html

from odoo.tests import TransactionCase, tagged

from ..collections_addon.channels.short_text import compose
from .autopay_common import AutopayCommon
from .portal_common import PortalCommon

I18N = Path(__file__).resolve().parent.parent / "i18n"
#: File -> language of Odoo.
LANGUAGES = {"lt": "lt_LT", "pt": "pt_PT", "ro": "ro_RO", "tr": "tr_TR"}
#: What must be the same in a translation: placeholders, elements with all they carry but
#: the words of a hint.
KEPT = re.compile(r"%\(\w+\)[a-z]|%[sd]|%%|\{\{.*?\}\}|\{\w+\}|\$\{\w+\}|<[^>]+>")
HINT = re.compile(r'(?<=\btitle=)"[^"]*"|(?<=\baria-label=)"[^"]*"')
#: A word of at least three small letters: no code, no number.
WORD = re.compile(r"[a-zß-ž]{3,}")
#: No words of ours: code, and what the payment provider shows.
OTHERS = "//script | //style | //*[@class='o_collections_provider']"
READ = ("title", "aria-label", "placeholder", "alt")
#: Pages of an account that are there without asking for anything first.
PAGES = (
    "", "/pay", "/pay/checkout?way=items&item=%(line)s&currency=%(currency)s", "/announce",
    "/autopay", "/dispute", "/dispute/%(dispute)s", "/history", "/preferences", "/promise", "/plan",
    "/plan/preview?move_ids=%(move)s&offer_id=%(offer)s&count=3", "/plan/%(proposed)s",
    "/plan/%(running)s", "/rate", "/complaint", "/why", "/why/paid", "/why/missing",
    "/why/time", "/why/other",
)  # fmt: skip
#: Forms sent without what they need: each is answered by a sentence.
EMPTY_FORMS = ("/promise/make", "/dispute/open", "/announce/send", "/why/paid/confirm")
REMINDERS = ("pre_due", "friendly", "firm", "final")


@cache
def translations(code):
    """msgid -> msgstr of a language."""
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(I18N / f"{code}.po"))}


def kept(term):
    """What of a term has to stand in its translation too.

    :rtype: collections.Counter
    """
    return Counter(KEPT.findall(HINT.sub('""', term)))


def plain(term):
    """A term as text, without its elements."""
    return " ".join(html.fragment_fromstring(term, create_parent="div").text_content().split())


@tagged("post_install", "-at_install")
class TestTranslationFiles(TransactionCase):
    def test_every_file_has_the_terms_of_the_template(self):
        template = {e.msgid for e in polib.pofile(str(I18N / "collections_addon.pot"))}
        self.assertGreater(len(template), 2000)
        self.assertEqual({path.stem for path in I18N.glob("*.po")}, set(LANGUAGES))
        for code in LANGUAGES:
            self.assertEqual(set(translations(code)), template, code)

    def test_placeholders_and_elements_are_kept(self):
        """A list of what is not: a subtest for each of 18,000 terms takes longer than they do."""
        for code in LANGUAGES:
            said_of = translations(code).items()
            broken = [
                (term, said)
                for term, said in said_of
                if said and (kept(said) != kept(term) or said[:1].isspace() != term[:1].isspace())
            ]
            self.assertEqual(broken, [], code)

    def test_romanian_has_its_comma_below(self):
        for said in translations("ro").values():
            self.assertNotRegex(said, "[şţŞŢ]")


@tagged("post_install", "-at_install")
class TestDebtorLanguages(AutopayCommon, PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        languages = cls.env["res.lang"]
        for code in LANGUAGES.values():
            languages._activate_lang(code)
        modules = cls.env["ir.module.module"]
        modules._load_module_terms(["resource", "collections_addon"], list(LANGUAGES.values()))
        ladder = cls.env.ref("collections_addon.policy_plans", raise_if_not_found=False)
        cls.ladder = ladder or cls._policy("Installments", Missing=3)
        cls.ladder.is_for_plans = True
        cls.offer = cls.env.ref("collections_addon.plan_offer_standard").copy(
            {"company_id": cls.company.id, "policy_id": cls.ladder.id, "self_service": True}
        )
        cls.offer.amount_ids.unlink()
        cls.policy.plan_offer_ids = cls.offer
        cls.same = {code: cls._same(code) for code in LANGUAGES}

    @classmethod
    def _same(cls, code):
        """What a language says as English does, on purpose, and the words of this test."""
        same = {plain(term) for term, said in translations(code).items() if said == term}
        names = {name for _code, name in cls.env["res.lang"].get_installed()}
        return same | names

    def _story(self):
        """A customer of whom every page has something to say; ids for the addresses."""
        dispute, promised, proposed, running = (
            self._late(self.customer, 90, days=n) for n in (4, 3, 2, 1)
        )
        self._late(self.customer, 70, days=-9)
        self._pay_unallocated(self.customer, 15, self.today)
        reason = self.env.ref("collections_addon.dispute_reason_price")
        opened = self.case._customer_dispute({dispute: 30}, reason, "…")
        day = self.today + timedelta(days=2)
        self.case._customer_promise(self._lines(promised), None, day, self.today)
        plans = [self._plan(move) for move in (proposed, running)]
        plans[1]._accept("…", self._at(self.today))
        self._mandate()
        return {
            "line": self._lines(self.invoice).id,
            "currency": self.invoice.currency_id.id,
            "dispute": opened.id,
            "offer": self.offer.id,
            "move": self.invoice.id,
            "proposed": plans[0].id,
            "running": plans[1].id,
        }

    def _plan(self, move):
        choices = {"count": 3, "first_date": self.today + timedelta(days=5)}
        plans = self.env["collections.plan"]
        return plans._propose(self.case, move, self.offer, choices, "collector", self.today)

    # === READING === #

    def _read(self, page, part="//*[@id='wrap']"):
        """Everything a document says, in pieces."""
        said = Counter()
        for other in page.xpath(OTHERS):
            other.drop_tree()
        for root in page.xpath(part) if part else [page]:
            for node in root.xpath(".//text()"):
                said[" ".join(node.split())] += 1
            for name in READ:
                said.update(" ".join(value.split()) for value in root.xpath(f".//@{name}"))
        return said

    def _left(self, code, ours, english):
        """What is said in both languages alike and is neither a name nor meant so."""
        names = [self.customer.name, self.company.name, self.provider.name, "Dora Debtor"]
        names += [self.company.country_id.name]
        names += [*self.company.currency_id.mapped("name"), self.company.email, "USD", "EUR"]
        names += (
            self.env["account.move"].search([("company_id", "=", self.company.id)]).mapped("name")
        )
        left = []
        for text in ours.keys() & english.keys():
            if text in self.same[code]:
                continue
            for name in filter(None, names):
                text = text.replace(name, "")
            if WORD.search(text) and "@" not in text and "://" not in text:
                left.append(text)
        return left

    def _compare(self, where, documents, part):
        """The documents of all languages against the English one."""
        english = self._read(documents["en_US"], part)
        self.assertTrue(any(WORD.search(text) for text in english), where)
        for code, lang in LANGUAGES.items():
            with self.subTest(where, lang=lang):
                ours = self._read(documents[lang], part)
                self.assertFalse(self._left(code, ours, english))
                self.assertNotRegex(" ".join(ours), r"%\(|\{\w+\}|\{\{")

    def _in_each(self, make):
        """Language -> document, with the customer speaking it."""
        documents = {}
        for lang in ("en_US", *LANGUAGES.values()):
            self.customer.lang = lang
            documents[lang] = make()
        return documents

    def test_p7_every_page_is_in_the_debtors_language(self):
        ids = self._story()
        for path in (path % ids for path in PAGES):
            self._compare(path, self._in_each(lambda path=path: self._get(path)), "//*[@id='wrap']")

    def test_p7_the_page_of_the_chat_is_in_the_debtors_language(self):
        self.company.collections_chat = True
        documents = self._in_each(lambda: self._get("/chat"))
        self._compare("/chat", documents, "//body")

    def test_p7_refusals_are_in_the_debtors_language(self):
        for path in EMPTY_FORMS:
            documents = self._in_each(lambda path=path: self._post(path, status=422))
            self._compare(path, documents, "//*[@id='collections_error']")

    def test_p7_every_reminder_and_letter_is_in_the_debtors_language(self):
        template = "collections_addon.mail_template_reminder_%s"
        with self.day(self.today):
            run = self._run(self.today)
        [action] = run.action_ids.filtered(lambda one: one.channel_code == "email")
        for name in REMINDERS:
            action.level_id.step_ids.template = self.env.ref(template % name)
            for channel in ("email", "letter", "sms"):
                documents = self._in_each(lambda channel=channel: self._message(action, channel))
                self._compare(f"{name}, {channel}", documents, None)

    def _message(self, action, channel):
        action.invalidate_recordset()
        if channel == "sms":
            return html.fromstring(f"<div>{compose(action, self.today)[action.id].html}</div>")
        message = self.env[f"collections.channel.{channel}"]._render(action)
        return html.fromstring(f"<div><p>{message['subject']}</p>{message['body']}</div>")

    def test_p7_documents_are_in_the_debtors_language(self):
        ids = self._story()
        for record in (
            self.case,
            *self.env["collections.plan"].browse([ids["proposed"], ids["running"]]),
        ):
            documents = self._in_each(lambda record=record: self._document(record))
            self._compare(record._name, documents, None)

    def _document(self, record):
        record.invalidate_recordset()
        text = self.env["collections.document"]._html(record._collections_document())
        return html.fromstring(str(text)).find("body")

    def test_p7_every_other_message_is_translated(self):
        """Templates of mail: subject and text are others than the English ones."""
        templates = self.env["mail.template"].search([])
        ours = templates.filtered(
            lambda one: (one.get_external_id()[one.id] or "").startswith("collections_addon.")
        )
        self.assertGreater(len(ours), 10)
        for lang in LANGUAGES.values():
            for template in ours:
                said = template.with_context(lang=lang)
                with self.subTest(template.name, lang=lang):
                    self.assertNotEqual(said.subject, template.subject)
                    self.assertNotEqual(said.body_html, template.body_html)

    def test_a_language_written_from_the_right_keeps_its_direction(self):
        """Arabic has no words here yet: its page is English text on an Arabic page."""
        self.env["res.lang"]._activate_lang("ar_001")
        self.customer.lang = "ar_001"
        page = self._get()
        self.assertEqual(page.get("dir"), "rtl")
        [wrap] = page.xpath("//*[@id='wrap']")
        self.assertEqual(wrap.get("dir"), "rtl")
        self.assertIn("\N{LEFT-TO-RIGHT ISOLATE}", wrap.text_content())
