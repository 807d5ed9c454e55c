import base64
import io
from typing import NamedTuple

from lxml.etree import Element
from lxml.html import document_fromstring, tostring
from markupsafe import Markup
from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

from odoo import api, models
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, get_lang
from odoo.tools.image import image_data_uri, image_process
from odoo.tools.pdf import PdfReader, PdfWriter

from ..domain.text_runs import ISOLATES, has_rtl, split_runs

#: Top of the address, and folds, in millimeters from the top of the sheet. A4: DIN 5008
#: form B, envelopes with a window on the left. Letter: US #10 window envelope.
ADDRESS_TOP = {"A4": 62.7, "Letter": 54.0}
FOLDS = {"A4": (105.0, 210.0), "Letter": (93.1, 186.3)}
PAGE_MARGIN_TOP = 15.0
#: The build of wkhtmltopdf without patched Qt prints 125 CSS pixels to the inch.
UNPATCHED_ZOOM = 125 / 96


class Document(NamedTuple):
    """Something to print.

    :param template: XML id of the QWeb template of its content
    :param values: what the template needs
    :param company: `res.company`, whose letterhead it carries
    :param lang: code of the reader's language
    :param folded: whether it is sent in a window envelope: fold marks are printed
    """

    template: str
    values: dict
    company: object
    lang: str
    folded: bool = False


class CollectionsDocument(models.AbstractModel):
    """Prints documents that are complete with every build of wkhtmltopdf.

    A document carries letterhead, logo and style in itself: it needs neither the
    running header and footer that a build without patched Qt drops, nor a web
    server to fetch style sheets from. Page numbers and fold marks are drawn on the
    finished pages, where their place is exact.
    """

    _name = "collections.document"
    _description = "Printed Document"

    @api.model
    def _pdf(self, document):
        """Print one document.

        :param Document document: what to print
        :return: the PDF file
        :rtype: bytes
        :raises UserError: when wkhtmltopdf is missing or fails
        """
        self._check_printer()
        report = (
            self.env["ir.actions.report"]
            .with_context(collections_self_contained=True)
            .sudo()
            .new({"paperformat_id": self._paper(document.company).id})
        )
        pdf = report._run_wkhtmltopdf([self._printable(self._html(document))])
        return self._stamp(pdf, document)

    @api.model
    def _html(self, document):
        """The document as a web page, as given to the printer.

        :rtype: Markup
        """
        lang = get_lang(self.env, document.lang)
        company = document.company.sudo().with_context(lang=lang.code)
        paper = self._paper_size(company)
        qweb = self.env["ir.qweb"].with_context(lang=lang.code)
        values = {
            **document.values,
            "document": document,
            "company": company,
            "logo": self._logo(company),
            "direction": lang.direction,
            "lang_code": lang.code,
            "address_top": ADDRESS_TOP[paper] - PAGE_MARGIN_TOP,
            "zoom": 1 if _wkhtml().is_patched_qt else UNPATCHED_ZOOM,
            "money": lambda amount, currency: format_amount(
                self.env, amount, currency, lang_code=lang.code
            ),
            "flow": lambda text: "rtl" if has_rtl(text) else "ltr",
            "day": lambda date: format_date(self.env, date, lang_code=lang.code),
        }
        return Markup("<!DOCTYPE html>") + qweb._render(document.template, values)

    @api.model
    def _printable(self, html):
        """The page as every build of wkhtmltopdf lays it out right.

        :rtype: str
        """
        html = str(html)
        if not has_rtl(html):
            return html
        root = document_fromstring(html)
        for element in list(root.iter()):
            if element.tag not in ("style", "script", "title"):
                self._separate_runs(element)
        return tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")

    def _separate_runs(self, element):
        """Put each run of text before and after the children in an element of its own."""
        if has_rtl(element.tail):
            parent, place = element.getparent(), element.getparent().index(element) + 1
            parent[place:place] = self._runs(element.tail)
            element.tail = None
        if isinstance(element.tag, str) and has_rtl(element.text):
            element[0:0] = self._runs(element.text)
            element.text = None

    def _runs(self, text):
        runs = []
        for piece in split_runs(text):
            run = Element("span")
            run.text = piece.strip(ISOLATES)
            if piece[0] in ISOLATES:
                run.set("class", "ltr")
            runs.append(run)
        return runs

    # === PAPER === #

    @api.model
    def _check_printer(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("install", "broken"):
            raise UserError(
                self.env._(
                    "No document can be printed: the program wkhtmltopdf is missing on the "
                    "server. Ask your administrator to install it (package “wkhtmltopdf”)."
                )
            )

    @api.model
    def _paper_size(self, company):
        """`Letter` where the company prints on US paper, else `A4`."""
        us_papers = ("Letter", "Legal", "Tabloid", "Ledger")
        return "Letter" if company.paperformat_id.format in us_papers else "A4"

    @api.model
    def _paper(self, company):
        name = "paperformat_us" if self._paper_size(company) == "Letter" else "paperformat_a4"
        return self.env.ref(f"collections_addon.{name}").sudo()

    @api.model
    def _logo(self, company):
        """The logo as a data address; empty for Odoo's stand-in."""
        if not company.logo or company.uses_default_logo:
            return ""
        image = image_process(base64.b64decode(company.logo), size=(900, 0))
        return image_data_uri(base64.b64encode(image))

    # === STAMPS === #

    @api.model
    def _stamp(self, pdf, document):
        """Draw page numbers and fold marks on finished pages.

        Works with the PyPDF2 of every version Odoo accepts: 1.x has the older names.
        """
        pages = list(PdfReader(io.BytesIO(pdf), strict=False).pages)
        if len(pages) > 1 and self._is_blank(pages[-1]):
            pages.pop()
        marks = PdfReader(self._marks(pages, document), strict=False).pages
        for page, mark in zip(pages, marks, strict=True):
            merge = getattr(page, "merge_page", None) or page.mergePage
            merge(mark)
        return self._join(pages)

    @api.model
    def _merge(self, pdfs):
        """Several PDF files as one.

        :param list[bytes] pdfs: the files in order
        :rtype: bytes
        """
        readers = [PdfReader(io.BytesIO(pdf), strict=False) for pdf in pdfs]
        return self._join([page for reader in readers for page in reader.pages])

    def _join(self, pages):
        writer = PdfWriter()
        add = getattr(writer, "add_page", None) or writer.addPage
        for page in pages:
            add(page)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def _is_blank(self, page):
        """Whether nothing is written or painted on a page: a margin has overflowed."""
        content = (getattr(page, "get_contents", None) or page.getContents)()
        if content is None:
            return True
        data = (getattr(content, "get_data", None) or content.getData)()
        return not any(operator in data.split() for operator in (b"Tj", b"TJ", b"Do"))

    def _marks(self, pages, document):
        packet = io.BytesIO()
        pen = canvas.Canvas(packet)
        for number, page in enumerate(pages, start=1):
            width, height = (float(size) for size in page["/MediaBox"][2:])
            pen.setPageSize((width, height))
            pen.setFillGray(0.35)
            pen.setFont("Helvetica", 8)
            pen.drawRightString(width - 20 * mm, 10 * mm, f"{number} / {len(pages)}")
            if document.folded and number == 1:
                pen.setStrokeGray(0.6)
                pen.setLineWidth(0.3)
                for fold in FOLDS[self._paper_size(document.company)]:
                    pen.line(4 * mm, height - fold * mm, 8 * mm, height - fold * mm)
            pen.showPage()
        pen.save()
        packet.seek(0)
        return packet
