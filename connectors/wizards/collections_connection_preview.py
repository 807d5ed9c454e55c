from collections import Counter

from odoo import Command, fields, models

from ..base import Invoice

#: Reasons shown of each kind, the most frequent first.
MOST_REASONS = 5


class CollectionsConnectionPreview(models.TransientModel):
    """What the first import would bring: the ledger is asked, nothing is kept."""

    _name = "collections.connection.preview"
    _description = "Preview of a First Import"

    connection_id = fields.Many2one("collections.connection", required=True, ondelete="cascade")
    line_ids = fields.One2many("collections.connection.preview.line", "preview_id")
    is_partial = fields.Boolean(help="There is more than one page of something.")
    refused = fields.Integer(string="Cannot Be Taken")

    def _look(self, now):
        """Read the first page of each stream.

        :param datetime now: naive, in UTC
        :raises ConnectorError: when the ledger cannot be asked
        """
        self.ensure_one()
        connection = self.connection_id
        lines = connection._calling(now, lambda client: self._lines(client, now))
        self.write(
            {
                "line_ids": [Command.clear(), *map(Command.create, lines)],
                "is_partial": any(line["looked_at"] < line["total"] for line in lines),
                "refused": sum(line["refused"] for line in lines),
            }
        )

    def _lines(self, client, now):
        connection = self.connection_id
        adapter = connection._adapter()
        lines = []
        for stream in adapter._streams():
            pulled = adapter._pull(client, stream, {}, now)
            page = adapter._read(connection, stream, pulled.items)
            lines.append(self._line(stream, pulled, page))
        return lines

    def _line(self, stream, pulled, page):
        reasons = Counter(problem.text for problem in page.problems)
        reasons += self._missing_currencies(page.records)
        known = len(pulled.items)
        total = pulled.total if pulled.total is not None else known
        return {
            "stream": stream,
            "total": max(total, known),
            "looked_at": known,
            "ignored": page.ignored,
            "refused": sum(reasons.values()),
            "reasons": "\n".join(
                f"{count} × {text}" for text, count in reasons.most_common(MOST_REASONS)
            ),
            "amounts": self._open_amounts(page.records),
        }

    def _missing_currencies(self, records):
        codes = Counter(getattr(record, "currency", None) for record in records)
        codes.pop(None, None)
        active = set(self.env["res.currency"].search([]).mapped("name"))
        return Counter(
            {
                self.env._("The currency %s is not active here.", code): count
                for code, count in codes.items()
                if code and code not in active
            }
        )

    def _open_amounts(self, records):
        """What is open of invoices, by currency."""
        sums = Counter()
        for record in records:
            if isinstance(record, Invoice) and record.state.counts:
                sums[record.currency] += record.balance
        return ", ".join(f"{code} {amount:,.2f}" for code, amount in sorted(sums.items()) if amount)

    def action_start(self):
        """Start the first import."""
        self.connection_id.action_sync()
        return {"type": "ir.actions.act_window_close"}


class CollectionsConnectionPreviewLine(models.TransientModel):
    """One kind of records in the preview."""

    _name = "collections.connection.preview.line"
    _description = "Kind of Records in a Preview"

    preview_id = fields.Many2one(
        "collections.connection.preview", required=True, ondelete="cascade"
    )
    stream = fields.Char(required=True)
    stream_name = fields.Char(string="Kind", compute="_compute_stream_name")
    total = fields.Integer(string="In the Ledger")
    looked_at = fields.Integer(string="Looked At")
    ignored = fields.Integer(string="Not Needed", help="Bills of suppliers, drafts and the like.")
    refused = fields.Integer(string="Cannot Be Taken")
    reasons = fields.Text(string="Why")
    amounts = fields.Char(string="Open")

    def _compute_stream_name(self):
        names = self.env["collections.external.ref"]._stream_names()
        for line in self:
            line.stream_name = names.get(line.stream, line.stream)
