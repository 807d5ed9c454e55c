from datetime import timedelta

from odoo import models

#: How old what was read may be when something is sent, where the policy sets no limit.
READ_BEFORE_SENDING = timedelta(hours=24)


class CollectionsConnection(models.Model):
    """Whether what is mirrored may be relied on to remind somebody without a person's look."""

    _inherit = "collections.connection"

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
        return "ledger_drift" if self.drift_open_count else None

    def _unfit_reason(self, policy, now):
        """Why nobody is reminded automatically at this moment, or None.

        :param policy: `dunning.policy`
        :param datetime.datetime now: naive UTC
        :rtype: str|None
        """
        reason = self._standing_reason()
        if reason or not policy.freshness_hours:
            return reason
        known = max(self.last_sync, self.company_id.collections_confirmed_at or self.last_sync)
        return "stale_ledger" if known < now - timedelta(hours=policy.freshness_hours) else None

    def _is_older_than(self, policy, now):
        """Whether it has to be read before anything is sent by this policy."""
        limit = timedelta(hours=policy.freshness_hours) or READ_BEFORE_SENDING
        return not self.last_sync or self.last_sync < now - limit
