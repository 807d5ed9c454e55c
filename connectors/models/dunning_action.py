from odoo import api, models
from odoo.fields import Domain

from ...collections_addon.models.dunning_action_gate import RECHECK

#: Contacts whose invoices' payment pages are asked for before a dispatch.
MOST_ACTIONS = 500


class DunningAction(models.Model):
    """Nobody is reminded automatically of what an outside ledger may know to be paid."""

    _inherit = "dunning.action"

    @api.model
    def _before_dispatch(self, now, commit=False):
        """Override: read the ledgers that are older than the policies allow."""
        super()._before_dispatch(now, commit)
        for connection in self._connections_to_read(now):
            connection._sync_guarded(now, "dispatch", commit=commit)
        self._fetch_payment_links(now, commit)

    @api.model
    def _fetch_payment_links(self, now, commit):
        """Ask for the ledgers' payment pages of what is about to be sent."""
        connections = self.env["collections.connection"].sudo()
        offering = connections.search(
            [("state", "=", "connected"), ("offer_payment_link", "=", True)]
        )
        for connection in offering.filtered(lambda c: c._adapter()._is_asked):
            mirrored = Domain("item_ids.move_id.collections_connection_id", "=", connection.id)
            actions = self.sudo().search(self._queued_domain(now) & mirrored, limit=MOST_ACTIONS)
            moves = actions.item_ids.move_id
            own = moves.filtered(lambda m, c=connection: m.collections_connection_id == c)
            connection._fetch_payment_links(own, now, commit)

    @api.model
    def _connections_to_read(self, now):
        """Connections whose invoices are about to be asked for by somebody's policy."""
        connections = (
            self.env["collections.connection"]
            .sudo()
            .search([("state", "=", "connected"), ("is_import_started", "=", True)])
        )
        found = connections.browse()
        for connection in connections.filtered(lambda c: c._adapter()._is_asked):
            mirrored = Domain("item_ids.move_id.collections_connection_id", "=", connection.id)
            groups = self.sudo()._read_group(self._queued_domain(now) & mirrored, ["level_id"])
            if any(connection._is_older_than(level.policy_id, now) for [level] in groups):
                found |= connection
        return found

    def _wait_for_ledger(self, company, now):
        """Override: also while the ledger of one of its items cannot be relied on."""
        if super()._wait_for_ledger(company, now):
            return True
        policy = self.policy_id
        if self.approved_by_id or policy.mode != "automatic":
            return False
        connections = self.item_ids.move_id.sudo().collections_connection_id
        reason = next(
            filter(None, (c._unfit_reason(policy, now, self.partner_id) for c in connections)), None
        )
        if reason:
            self._reschedule(now + RECHECK, reason)
        return bool(reason)
