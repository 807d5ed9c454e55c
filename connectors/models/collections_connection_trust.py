from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

#: How old what was read may be when something is sent, where the policy sets no limit.
READ_BEFORE_SENDING = timedelta(hours=24)


class CollectionsConnection(models.Model):
    """Whether what is mirrored may be relied on to remind somebody without a person's look."""

    _inherit = "collections.connection"

    drift_customer_limit = fields.Integer(
        string="Customers That May Differ",
        default=10,
        help="As long as the figures of no more customers differ without an explanation, only"
        " their reminders wait; of more, the reminders of all customers of the ledger. 0: any"
        " difference stops all.",
    )
    drift_is_general = fields.Boolean(
        string="All Reminders Wait",
        readonly=True,
        copy=False,
        help="The figures of so many customers differ that none can be relied on.",
    )
    drift_customer_count = fields.Integer(
        string="Customers Whose Figures Differ", compute="_compute_drift_customer_count"
    )

    _positive_drift_limit = models.Constraint(
        "CHECK(drift_customer_limit >= 0)", "The number of customers cannot be negative."
    )

    def _compute_drift_customer_count(self):
        for connection in self:
            connection.drift_customer_count = len(connection._drifting_partners())

    def _unexplained_partner_ids(self):
        """Whose figures differ and nothing explains it, as of the last comparison.

        :return: ids of partners, None among them where a difference is nobody's
        :rtype: set[int|None]
        """
        self.env["collections.drift"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT partner_id FROM collections_drift WHERE difference <> 0"
                " AND NOT is_explained AND connection_id = ANY(%s)",
                self.ids,
            )
        )
        return {partner_id for [partner_id] in rows}

    def _drifting_partners(self):
        """Customers of whom some figure differs without an explanation.

        :rtype: `res.partner`, commercial ones
        """
        ids = self._unexplained_partner_ids() - {None}
        return self.env["res.partner"].browse(ids).commercial_partner_id

    def _judge_drift(self):
        """Say whether the differences found make the whole ledger doubtful, or customers only.

        One that belongs to no customer is of the whole.
        """
        for connection in self:
            customers = len(connection._drifting_partners())
            connection.drift_is_general = (
                None in connection._unexplained_partner_ids()
                or customers > connection.drift_customer_limit
            )

    def _standing_reason(self):
        """Why nobody is reminded automatically as long as nothing happens, or None.

        :return: a reason code
        :rtype: str|None
        """
        self.ensure_one()
        if self.state != "connected" or self.sync_failures:
            return "ledger_failing"
        if not self.last_sync:  # the first import is not through: payments may be missing
            return "stale_ledger"
        return "ledger_drift" if self.drift_is_general else None

    def _unfit_reason(self, policy, now, partner):
        """Why a customer is not reminded automatically at this moment, or None.

        :param policy: `dunning.policy`
        :param datetime.datetime now: naive UTC
        :param partner: `res.partner`, one record
        :rtype: str|None
        """
        reason = self._standing_reason()
        if not reason and partner.commercial_partner_id in self._drifting_partners():
            reason = "ledger_drift"
        if reason or not policy.freshness_hours:
            return reason
        known = max(self.last_sync, self.company_id.collections_confirmed_at or self.last_sync)
        return "stale_ledger" if known < now - timedelta(hours=policy.freshness_hours) else None

    def _is_older_than(self, policy, now):
        """Whether it has to be read before anything is sent by this policy."""
        limit = timedelta(hours=policy.freshness_hours) or READ_BEFORE_SENDING
        return not self.last_sync or self.last_sync < now - limit
