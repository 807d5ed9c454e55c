from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .collections_performance import DECIDED
from .collections_settlement_sql import is_payment
from .dunning_action import CONTACTED


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_collections_overdue = fields.Boolean("Overdue Receivables")
    kpi_collections_overdue_value = fields.Monetary(
        compute="_compute_kpi_collections_overdue_value"
    )
    kpi_collections_collected = fields.Boolean("Collected After a Reminder")
    kpi_collections_collected_value = fields.Monetary(
        compute="_compute_kpi_collections_collected_value"
    )
    kpi_collections_contacts = fields.Boolean("Customers Reminded")
    kpi_collections_contacts_value = fields.Integer(
        compute="_compute_kpi_collections_contacts_value"
    )
    kpi_collections_waiting = fields.Boolean("Reminders Waiting for Approval")
    kpi_collections_waiting_value = fields.Integer(compute="_compute_kpi_collections_waiting_value")

    kpi_collections_expected = fields.Boolean("Expected in 7 Days")
    kpi_collections_expected_value = fields.Monetary(
        compute="_compute_kpi_collections_expected_value"
    )
    kpi_collections_kept = fields.Boolean("Promises Kept, of 100")
    kpi_collections_kept_value = fields.Integer(compute="_compute_kpi_collections_kept_value")
    kpi_collections_targets = fields.Boolean("Collections Targets Met")
    kpi_collections_targets_value = fields.Integer(compute="_compute_kpi_collections_targets_value")

    # === COMPUTE METHODS === #

    def _compute_kpi_collections_expected_value(self):
        """The first week of the latest forecast at the end of the period."""
        self._check_collections_access()
        _start, end, companies = self._get_kpi_compute_parameters()
        domain = [
            ("company_id", "in", companies.ids),
            ("ahead", "=", 1),
            ("is_rebuilt", "=", False),
        ]
        if end:
            domain.append(("made_on", "<=", fields.Date.to_date(end)))
        weeks = self.env["collections.forecast.week"].sudo().search(domain, order="made_on")
        expected = {week.company_id: week.expected for week in weeks}
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_collections_expected_value = expected.get(company, 0)

    def _compute_kpi_collections_kept_value(self):
        """Of the promises whose time was up in the period, those kept."""
        self._check_collections_access()
        start, end, companies = self._get_kpi_compute_parameters()
        rows = (
            self.env["collections.promise"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "in", companies.ids),
                    ("state", "in", DECIDED),
                    ("deadline", ">=", fields.Date.to_date(start)),
                    ("deadline", "<", fields.Date.to_date(end)),
                ],
                ["company_id", "state"],
                ["__count"],
            )
        )
        for digest in self:
            company = digest.company_id or self.env.company
            counts = {state: count for owner, state, count in rows if owner == company}
            total = sum(counts.values())
            digest.kpi_collections_kept_value = total and round(100 * counts.get("kept", 0) / total)

    def _compute_kpi_collections_targets_value(self):
        """Targets that are met now."""
        self._check_collections_access()
        _start, _end, companies = self._get_kpi_compute_parameters()
        targets = self.env["collections.target"].sudo()
        targets = targets.search([("company_id", "in", companies.ids)])
        for digest in self:
            company = digest.company_id or self.env.company
            mine = targets.filtered(lambda target, company=company: target.company_id == company)
            digest.kpi_collections_targets_value = len(mine.filtered("is_met"))

    def _compute_kpi_collections_overdue_value(self):
        self._compute_from_daily_figures("kpi_collections_overdue_value", "overdue")

    def _compute_kpi_collections_waiting_value(self):
        """What waits now; for a period that has ended, what waited then."""
        self._compute_from_daily_figures("kpi_collections_waiting_value", "waiting_count")
        _start, end, _companies = self._get_kpi_compute_parameters()
        if end and fields.Date.to_date(end) < fields.Date.context_today(self):
            return
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_collections_waiting_value = self.env["dunning.action"].search_count(
                [("company_id", "=", company.id), ("state", "=", "draft")]
            )

    def _compute_kpi_collections_contacts_value(self):
        self._check_collections_access()
        self._calculate_company_based_kpi(
            "dunning.action",
            "kpi_collections_contacts_value",
            date_field="sent_at",
            additional_domain=[("state", "in", CONTACTED)],
        )

    def _compute_kpi_collections_collected_value(self):
        self._check_collections_access()
        start, end, companies = self._get_kpi_compute_parameters()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["dunning.action"].flush_model()
        self.env["dunning.action.item"].flush_model()
        self.env["collections.write.off"].flush_model(["entry_id"])
        amounts = dict(self.env.execute_query(self._collected_sql(start, end, companies)))
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_collections_collected_value = amounts.get(company.id, 0)

    def _compute_kpis_actions(self, company, user):
        """Override of `digest` to link the figures to their screens."""
        actions = super()._compute_kpis_actions(company, user)
        actions.update(
            kpi_collections_overdue="collections_addon.action_collections_aging",
            kpi_collections_collected="collections_addon.action_collections_overview",
            kpi_collections_contacts="collections_addon.action_collections_overview",
            kpi_collections_waiting="collections_addon.action_collections_overview",
            kpi_collections_expected="collections_addon.action_collections_forecast",
            kpi_collections_kept="collections_addon.action_collections_promise",
            kpi_collections_targets="collections_addon.action_collections_target",
        )
        return actions

    # === HELPERS === #

    def _check_collections_access(self):
        """Core leaves a figure out of the message of a user for whom this raises."""
        if not self.env.user.has_group("collections_addon.group_collections_viewer"):
            raise AccessError(self.env._("This figure is for users of Collections."))

    def _compute_from_daily_figures(self, digest_field, kpi_field):
        """The latest daily figure of each company at the end of the period."""
        self._check_collections_access()
        _start, end, companies = self._get_kpi_compute_parameters()
        domain = [("company_id", "in", companies.ids)]
        if end:
            domain.append(("date", "<=", fields.Date.to_date(end)))
        kpis = self.env["collections.kpi"].sudo()
        rows = kpis._read_group(domain, ["company_id"], ["date:max"])
        values = {
            company.id: kpis.search([("company_id", "=", company.id), ("date", "=", date)])
            for company, date in rows
        }
        for digest in self:
            company = digest.company_id or self.env.company
            digest[digest_field] = values[company.id][kpi_field] if company.id in values else 0

    def _collected_sql(self, start, end, companies):
        """What was paid in a period on items the customer had been reminded of before.

        Credit notes and write-offs are not money: they do not count.
        """
        return SQL(
            """
            SELECT owed.company_id, sum(part.amount)::float8
              FROM account_partial_reconcile part
              JOIN account_move_line owed ON owed.id = part.debit_move_id
              JOIN account_move_line paid ON paid.id = part.credit_move_id
              JOIN account_move source ON source.id = paid.move_id
             WHERE part.max_date > %(start)s::date AND part.max_date <= %(end)s::date
               AND owed.company_id IN %(companies)s
               AND source.move_type <> 'out_invoice' AND %(is_payment)s
               AND EXISTS (
                    SELECT FROM dunning_action_item item
                      JOIN dunning_action action ON action.id = item.action_id
                     WHERE item.move_line_id = owed.id
                       AND action.state IN %(contacted)s
                       AND action.contact_date <= part.max_date)
          GROUP BY owed.company_id
            """,
            start=start,
            end=end,
            companies=tuple(companies.ids),
            contacted=CONTACTED,
            is_payment=is_payment("source"),
        )
