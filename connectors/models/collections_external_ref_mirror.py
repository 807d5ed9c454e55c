from odoo import fields, models

from ..http import parse_json


class CollectionsExternalRef(models.Model):
    """What a record is here, and what the ledger says of it in figures."""

    _inherit = "collections.external.ref"

    customer_key = fields.Char(help="The ledger's key of who owes.", index="btree_not_null")
    told_currency_id = fields.Many2one("res.currency", string="Currency There")
    told_rate = fields.Float(
        digits=0, help="Units of the document's currency for one of the ledger's own."
    )
    told_balance = fields.Monetary(
        string="Open There",
        currency_field="told_currency_id",
        help="What the ledger says is left; below zero where it is the customer's.",
    )
    told_overdue = fields.Monetary(string="Overdue There", currency_field="told_currency_id")
    tells_balance = fields.Boolean(help="The ledger gives a figure for what is open.")
    tells_overdue = fields.Boolean(help="The ledger gives a figure for what is overdue.")
    told_due = fields.Date(string="Due There")
    waits_for = fields.Json(help="What the record is applied to and is not mirrored.")
    is_disturbed = fields.Boolean(help="Its matches were undone: it is taken up again at once.")
    applied_values = fields.Json(help="What was last written on the customer.")
    is_own = fields.Boolean(help="The customer was made for this record.")
    is_met = fields.Boolean(help="The document is a payment taken here: it is the same money.")
    is_new = fields.Boolean(help="A person said that the customer is none of ours.")
    candidate_ids = fields.Many2many(
        "res.partner",
        "collections_external_ref_candidate_rel",
        string="Who It May Be",
        help="Several customers fit: a person chooses.",
    )

    _waiting = models.Index("(connection_id) WHERE waits_for IS NOT NULL")
    _disturbed = models.Index("(connection_id) WHERE is_disturbed")

    def action_choose_customer(self):
        """Ask which customer of ours it is."""
        self.ensure_one()
        wizard = self.env["collections.customer.choice"].create(
            {"ref_id": self.id, "partner_id": self.candidate_ids[:1].id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which Customer Is It?"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _source_url(self):
        """Address of the record in the ledger's own pages, False where there is none."""
        self.ensure_one()
        connection = self.connection_id
        return connection._adapter()._source_url(connection, self.stream, self.external_id)

    def _again(self):
        """Have records mirrored again: something they depend on has changed."""
        self.filtered(lambda ref: ref.state in ("done", "failed", "ignored")).write(
            {"state": "pending", "problem": False}
        )

    def _record(self):
        """The record as it was received, every number exact; {} when it is none.

        :rtype: dict
        """
        self.ensure_one()
        item = parse_json((self.sudo().raw or "{}").encode())
        return item if isinstance(item, dict) else {}
