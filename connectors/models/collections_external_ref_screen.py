from odoo import api, fields, models


class CollectionsExternalRef(models.Model):
    """The queue of records that were set aside: a person tries again, or lets go."""

    _inherit = "collections.external.ref"

    stream_name = fields.Char(string="Kind", compute="_compute_stream_name")

    @api.depends("stream")
    def _compute_stream_name(self):
        names = self._stream_names()
        for ref in self:
            ref.stream_name = names.get(ref.stream, ref.stream)

    @api.model
    def _stream_names(self):
        """Stream -> what a finance person calls its records."""
        return {
            "customers": self.env._("Customers"),
            "invoices": self.env._("Invoices"),
            "credit_notes": self.env._("Credit notes"),
            "prepayments": self.env._("Prepayments"),
            "overpayments": self.env._("Overpayments"),
            "payments": self.env._("Payments"),
        }

    def action_retry(self):
        """Take the records up again with the next reading, which is asked for now."""
        self.check_access("write")
        self.filtered(lambda ref: ref.state in ("failed", "ignored")).write(
            {"state": "pending", "problem": False}
        )
        now = fields.Datetime.now()
        for connection in self.connection_id.filtered(lambda c: c.state == "connected"):
            connection._request_sync(now)
        return True

    def action_ignore(self):
        """Leave the records out for good; a change in the ledger brings them back."""
        self.check_access("write")
        self.filtered(lambda ref: ref.state in ("failed", "pending")).write({"state": "ignored"})
        return True
