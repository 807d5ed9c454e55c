from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """Mirrored invoices wait while their ledger cannot be relied on."""

    _inherit = "dunning.facts"

    @api.model
    def _move_pauses(self, company, date):
        """Override: invoices of which less is open there, those of customers whose figures
        differ, and all that are mirrored from a ledger that fails, differs as a whole, or was
        never read whole. Where a person approves every contact, of the latter it is the person
        who decides."""
        pauses = super()._move_pauses(company, date)
        for move_id in self._asked_too_much(company):
            pauses.setdefault(move_id, "ledger_drift")
        connections = self.env["collections.connection"].sudo()._of_company(company)
        reasons = {c.id: reason for c in connections if (reason := c._standing_reason())}
        partners = connections._drifting_partners()
        if not (reasons or partners) or not self._has_automatic_policy(company):
            return pauses
        self.env["account.move"].flush_model(
            ["collections_connection_id", "payment_state", "commercial_partner_id"]
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id, collections_connection_id FROM account_move"
                " WHERE (collections_connection_id = ANY(%(doubtful)s)"
                "        OR collections_connection_id = ANY(%(connections)s)"
                "           AND commercial_partner_id = ANY(%(partners)s))"
                " AND state = 'posted' AND payment_state IN ('not_paid', 'partial')",
                doubtful=list(reasons),
                connections=connections.ids,
                partners=partners.ids,
            )
        )
        for move_id, connection_id in rows:
            pauses.setdefault(move_id, reasons.get(connection_id, "ledger_drift"))
        return pauses

    def _asked_too_much(self, company):
        """Invoices of which the ledger says that less is open than here, whatever explains it."""
        self.env["collections.drift"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT ref.move_id FROM collections_drift drift"
                " JOIN collections_external_ref ref ON ref.id = drift.ref_id"
                " WHERE drift.company_id = %s AND drift.difference < 0"
                " AND NOT drift.is_customer AND ref.move_id IS NOT NULL",
                company.id,
            )
        )
        return [move_id for [move_id] in rows]

    def _has_automatic_policy(self, company):
        domain = [("mode", "=", "automatic"), ("company_id", "in", (False, company.id))]
        return bool(self.env["dunning.policy"].sudo().search_count(domain, limit=1))
