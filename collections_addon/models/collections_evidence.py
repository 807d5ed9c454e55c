import csv
import io
import zipfile
from html import escape

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

#: Characters that a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CollectionsEvidence(models.AbstractModel):
    """Gathers what a lawyer or an agency needs into one ZIP file.

    Invoices, statement of account, every contact with its text, letters, disputes with
    their attachments, promises and charges, and an index that says what is missing.
    """

    _name = "collections.evidence"
    _description = "Evidence Pack"

    @api.model
    def _pack(self, handover, day):
        """The file of a hand-over.

        :param handover: `collections.handover`, one record
        :param datetime.date day: date of the statement of account
        :rtype: bytes
        """
        files, missing = {}, []
        handover = handover.sudo()
        self._add_invoices(handover, files, missing)
        self._add_statement(handover, day, files, missing)
        self._add_contacts(handover, files)
        self._add_disputes(handover, files)
        files["promises.csv"] = self._csv(*self._promises(handover))
        files["charges.csv"] = self._csv(*self._charges(handover))
        files["invoices.csv"] = self._csv(*self._invoices(handover))
        files["index.html"] = self._index(handover, day, files, missing)
        return self._zip(files)

    def _zip(self, files):
        packet = io.BytesIO()
        with zipfile.ZipFile(packet, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                archive.writestr(name, files[name])
        return packet.getvalue()

    def _csv(self, header, rows):
        """A table that no spreadsheet takes for formulas."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(header)
        for row in rows:
            writer.writerow([self._cell(value) for value in row])
        return out.getvalue().encode("utf-8-sig")

    def _cell(self, value):
        text = "" if value in (None, False) else str(value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return f"'{text}" if not is_number and text.startswith(FORMULA) else text

    def _file_name(self, text):
        """A name that is safe inside an archive."""
        kept = "".join(c if c.isalnum() or c in " .-_()" else "-" for c in text or "")
        return kept.strip(" .")[:80] or "file"

    # === INVOICES === #

    def _add_invoices(self, handover, files, missing):
        for move in handover.line_ids.move_id:
            attachment = move.invoice_pdf_report_id
            content = attachment.raw if attachment else self._print_invoice(move)
            if content:
                files[f"invoices/{self._file_name(move.name)}.pdf"] = content
            else:
                missing.append(self.env._("Invoice %s could not be printed.", move.name))

    def _print_invoice(self, move):
        """The invoice as PDF; None when this server cannot print."""
        try:
            self.env["collections.document"]._check_printer()
        except UserError:
            return None
        reports = self.env["ir.actions.report"].sudo()
        content, kind = reports._render_qweb_pdf("account.account_invoices", move.ids)
        return content if kind == "pdf" else None

    def _invoices(self, handover):
        header = ("number", "date", "due", "currency", "total", "handed over", "open now")
        rows = [
            (
                line.move_id.name,
                line.move_id.invoice_date,
                line.due_date,
                line.currency_id.name,
                line.move_id.amount_total,
                line.amount,
                line.amount_open,
            )
            for line in handover.line_ids
        ]
        return header, rows

    def _add_statement(self, handover, day, files, missing):
        try:
            files["statement.pdf"] = handover.case_id._statement_pdf(day)
        except UserError as error:
            missing.append(str(error))

    # === CONTACTS === #

    def _add_contacts(self, handover, files):
        actions = handover.case_id.action_ids.filtered("contact_date").sorted("contact_date")
        header = ("date", "channel", "to", "level", "state", "subject", "asked", "outcome")
        rows = []
        for action in actions:
            rows.append(
                (
                    action.contact_date,
                    action.channel_code,
                    action.recipient_id.email or action.recipient_id.display_name,
                    action.level_id.name,
                    action.state,
                    action.subject,
                    action.amount_total,
                    action.outcome_id.name,
                )
            )
            stem = f"contacts/{action.contact_date} {action.channel_code} {action.id}"
            if action.body:
                files[f"{stem}.txt"] = html2plaintext(action.body).encode()
            if action.attachment_id:
                name = self._file_name(action.attachment_id.name)
                files[f"{stem} {name}"] = action.attachment_id.raw
        files["contacts.csv"] = self._csv(header, rows)

    # === DISPUTES, PROMISES, CHARGES === #

    def _add_disputes(self, handover, files):
        header = ("number", "opened", "reason", "amount", "currency", "state", "resolution")
        rows = []
        for dispute in handover.case_id.dispute_ids:
            rows.append(
                (
                    dispute.name,
                    dispute.opened_on,
                    dispute.reason_id.name,
                    dispute.amount_disputed,
                    dispute.currency_id.name,
                    dispute.state,
                    dispute.resolution,
                )
            )
            attachments = self.env["ir.attachment"].sudo().search(
                [("res_model", "=", dispute._name), ("res_id", "=", dispute.id)]
            )  # fmt: skip
            for attachment in attachments.filtered("raw"):
                stem = f"{self._file_name(dispute.name)} {attachment.id}"
                files[f"disputes/{stem} {self._file_name(attachment.name)}"] = attachment.raw
        files["disputes.csv"] = self._csv(header, rows)

    def _promises(self, handover):
        header = ("made on", "pays by", "amount", "currency", "state", "paid in time")
        rows = [
            (p.made_on, p.date, p.amount, p.currency_id.name, p.state, p.amount_paid)
            for p in handover.case_id.promise_ids
        ]
        return header, rows

    def _charges(self, handover):
        header = ("date", "kind", "for", "amount", "currency", "state", "calculation")
        rows = [
            (c.date, c.kind, c.move_id.name, c.amount, c.currency_id.name, c.state, c.basis)
            for c in handover.case_id.charge_ids
        ]
        return header, rows

    # === INDEX === #

    def _index(self, handover, day, files, missing):
        """What is in the file, for whoever opens it first."""
        title = f"{handover.name} · {handover.company_id.name} / {handover.partner_id.name}"
        lines = [escape(title), escape(str(day)), escape(handover.note or "")]
        links = [f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in sorted(files)]
        gaps = [f"<li>{escape(text)}</li>" for text in missing]
        heading = escape(self.env._("Not in this file"))
        absent = f"<h2>{heading}</h2><ul>{''.join(gaps)}</ul>" if gaps else ""
        return (
            f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{lines[0]}</title></head>"
            f"<body><h1>{lines[0]}</h1><p>{lines[1]}</p><p>{lines[2]}</p>"
            f"<ul>{''.join(links)}</ul>{absent}</body></html>"
        ).encode()
