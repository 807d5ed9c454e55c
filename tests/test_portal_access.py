"""Pages that everybody can use: with a keyboard, a reader of screens, no scripts."""

from odoo.tests import tagged

from .portal_common import PortalCommon

PAGES = (
    "",
    "/history",
    "/preferences",
    "/dispute",
    "/promise",
    "/why",
    "/why/paid",
    "/why/missing",
    "/why/time",
    "/why/other",
    "/rate",
    "/complaint",
    "/pay",
    "/announce",
)


@tagged("post_install", "-at_install")
class TestPortalForEverybody(PortalCommon):
    def _pages(self):
        for path in PAGES:
            with self.subTest(path):
                yield self._get(path)

    def test_every_field_has_its_label(self):
        for page in self._pages():
            fields = page.xpath(
                "//*[@id='wrap']//*[self::input[@type!='hidden'] or self::select or self::textarea]"
            )
            for field in fields:
                labels = page.xpath("//label[@for=$name]", name=field.get("id"))
                self.assertTrue(
                    labels or field.get("aria-label"), f"{field.tag} {field.get('name')}"
                )

    def test_ids_are_unique_and_there_is_one_heading(self):
        for page in self._pages():
            ids = page.xpath("//*[@id='wrap']//@id")
            self.assertEqual(len(ids), len(set(ids)))
            self.assertEqual(len(page.xpath("//*[@id='wrap']//h1")), 1)
            self.assertEqual(len(page.xpath("//main")), 1)

    def test_every_form_works_without_scripts_and_is_protected(self):
        for page in self._pages():
            for form in page.xpath("//*[@id='wrap']//form[@method='post']"):
                self.assertTrue(form.xpath(".//input[@name='csrf_token']/@value"))
                self.assertTrue(form.xpath(".//button[@type='submit']"))
                self.assertIn("/collections/", form.get("action"))

    def test_language_and_direction_are_the_customers(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.customer.lang = "ar_001"
        for page in self._pages():
            root = page.getroottree().getroot()
            self.assertEqual((root.get("lang"), root.get("dir")), ("ar-001", "rtl"))
            self.assertEqual(page.xpath("//*[@id='wrap']/@dir"), ["rtl"])

    def test_the_title_names_page_and_company(self):
        title = self._get("/promise").xpath("//title")[0].text_content()
        self.assertEqual(title, f"I will pay on a date · {self.company.name}")
