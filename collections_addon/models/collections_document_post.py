import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

from odoo import api, models
from odoo.tools.pdf import PdfReader

#: Where core's postal service reads the address on a cover page, and what it wants blank.
ADDRESS_LEFT, ADDRESS_TOP, LINE = 118 * mm, 60 * mm, 4.2 * mm
MARGIN, CORNER = 5 * mm, 15 * mm


class CollectionsDocument(models.AbstractModel):
    """A printed document as core's postal service takes it.

    Core's own helpers do the same for its reports, but not with every PyPDF2 that Odoo
    accepts.
    """

    _inherit = "collections.document"

    @api.model
    def _behind_cover(self, pdf, address, duplex=False):
        """A document with blank margins behind a page that carries the address.

        :param bytes pdf: A4
        :param list[str] address: lines, the name first
        :param bool duplex: printed on both sides: nothing stands behind the address
        :rtype: bytes
        """
        pages = list(PdfReader(io.BytesIO(pdf), strict=False).pages)
        blank = PdfReader(self._blank_margins(), strict=False).pages[0]
        for page in pages:
            merge = getattr(page, "merge_page", None) or page.mergePage
            merge(blank)
        cover = PdfReader(self._cover(address, duplex), strict=False)
        return self._join([*cover.pages, *pages])

    def _blank_margins(self):
        width, height = A4
        out = io.BytesIO()
        paper = canvas.Canvas(out, pagesize=A4)
        paper.setFillColorRGB(1, 1, 1)
        for box in (
            (0, 0, width, MARGIN),
            (0, height - MARGIN, width, MARGIN),
            (0, 0, MARGIN, height),
            (width - MARGIN, 0, MARGIN, height),
            (0, 0, CORNER, CORNER),
        ):
            paper.rect(*box, stroke=0, fill=1)
        paper.save()
        out.seek(0)
        return out

    def _cover(self, address, duplex):
        out = io.BytesIO()
        paper = canvas.Canvas(out, pagesize=A4)
        paper.setFont("Helvetica", 10)
        for number, line in enumerate(address, start=1):
            paper.drawString(ADDRESS_LEFT, A4[1] - ADDRESS_TOP - number * LINE, line)
        paper.showPage()
        if duplex:
            paper.showPage()
        paper.save()
        out.seek(0)
        return out
