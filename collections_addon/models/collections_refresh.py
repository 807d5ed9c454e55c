from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

BATCH_SIZE = 500


class CollectionsRefresh(models.Model):
    """Customers whose figures are to be looked at again, soon.

    An event (a payment, a new invoice, a hold) only adds a row here: it never
    waits for a run, nor does it do the run's work in somebody else's
    transaction. Rows may be double; the figures are recomputed, not changed.
    """

    _name = "collections.refresh"
    _description = "Customer to Refresh"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")

    @api.model
    def _add(self, partners, company):
        """Ask for a refresh of customers in a company, after this transaction.

        :param partners: `res.partner`; contacts stand for their commercial partner
        :param company: `res.company`, one record
        """
        customers = partners.sudo().commercial_partner_id
        if not customers:
            return
        self.sudo().create(
            [{"partner_id": partner.id, "company_id": company.id} for partner in customers]
        )
        cron = self.env.ref("collections_addon.cron_collections_refresh", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _cron_refresh(self):
        """Refresh the waiting customers, in committed batches."""
        progress = self.env["ir.cron"]
        while done := self._refresh_batch():
            if not progress._commit_progress(done, remaining=self.search_count([])):
                break

    @api.model
    def _before_refresh(self, company, partner_ids, today):
        """Hook: what must be settled before the figures of customers are computed."""

    @api.model
    def _after_refresh(self, company, partner_ids, now):
        """Hook: what follows from the new figures of customers; `now` is naive UTC."""

    @api.model
    def _refresh_batch(self):
        """Take some rows, as no other worker has, and refresh their customers.

        :return: number of rows taken
        :rtype: int
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "DELETE FROM collections_refresh WHERE id IN ("
                "SELECT id FROM collections_refresh ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
                " RETURNING company_id, partner_id",
                BATCH_SIZE,
            )
        )
        self.invalidate_model(flush=False)
        by_company = defaultdict(set)
        for company_id, partner_id in rows:
            by_company[company_id].add(partner_id)
        now = fields.Datetime.now()
        for company_id, partner_ids in by_company.items():
            company = self.env["res.company"].browse(company_id)
            if self.env["dunning.policy"]._default_of(company):
                today = company._collections_today(now)
                self._before_refresh(company, sorted(partner_ids), today)
                self.env["dunning.run"]._refresh_cases(company, today, sorted(partner_ids))
                self._after_refresh(company, sorted(partner_ids), now)
        return len(rows)
