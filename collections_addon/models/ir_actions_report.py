import io

from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _is_collections_document(self):
        return (self.report_name or "").startswith("collections_addon.print_")

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Override of `base`: a document that fetches nothing has nothing to wait for."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("collections_self_contained"):
            command += ["--disable-javascript", "--javascript-delay", "1"]
        return command

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: our documents are printed one by one, each in its language."""
        report = self._get_report(report_ref)
        if not report._is_collections_document():
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        printer = self.env["collections.document"]
        records = self.env[report.model].browse(res_ids)
        records.check_access("read")
        return {
            record.id: {
                "stream": io.BytesIO(printer._pdf(record._collections_document())),
                "attachment": None,
            }
            for record in records
        }

    def _render_qweb_html(self, report_ref, docids, data=None):
        """Override of `base`: the same documents as web pages."""
        report = self._get_report(report_ref)
        if not report._is_collections_document():
            return super()._render_qweb_html(report_ref, docids, data=data)
        printer = self.env["collections.document"]
        records = self.env[report.model].browse(docids)
        records.check_access("read")
        pages = [printer._html(record._collections_document()) for record in records]
        return "".join(pages).encode(), "html"
