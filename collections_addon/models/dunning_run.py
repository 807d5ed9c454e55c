import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..domain.eligibility import decide
from ..domain.standing import stand
from .dunning_reason import REASONS
from .dunning_writer import DunningWriter

_logger = logging.getLogger(__name__)


class DunningRun(models.Model):
    """One evaluation of a company's receivables on one date."""

    _name = "dunning.run"
    _description = "Dunning Run"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [("draft", "Evaluating"), ("done", "Done")], default="draft", required=True, readonly=True
    )
    action_ids = fields.One2many("dunning.action", "run_id", string="Contacts")
    reason_ids = fields.One2many("dunning.run.reason", "run_id", string="Not Contacted")
    line_count = fields.Integer(string="Open Items", readonly=True)
    customer_count = fields.Integer(string="Customers", readonly=True)
    action_count = fields.Integer(string="Contact Count", compute="_compute_counts")
    draft_count = fields.Integer(string="To Approve", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent Contacts", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed or Skipped", compute="_compute_counts")

    _one_per_day = models.UniqueIndex(
        "(company_id, date)", "There is a run of this company on this date already."
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id", "date")
    def _compute_name(self):
        for run in self:
            run.name = f"{run.company_id.name} · {run.date}"

    def _compute_counts(self):
        rows = self.env["dunning.action"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in rows}
        for run in self:
            of = {state: count for (run_id, state), count in counts.items() if run_id == run.id}
            run.action_count = sum(of.values())
            run.draft_count = of.get("draft", 0)
            run.sent_count = sum(of.get(s, 0) for s in ("sent", "delivered", "opened"))
            run.failed_count = of.get("failed", 0) + of.get("skipped", 0)

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_contacts(self):
        if self.env["dunning.action"].sudo().search_count([("run_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("A run that has planned contacts is evidence and cannot be deleted.")
            )

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve every contact of the run that waits for approval."""
        self._approve()
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _cron_run(self):
        """Evaluate every company on its own business date; wake the dispatch."""
        progress = self.env["ir.cron"]
        for company in self.env["res.company"].search([]):
            has_policy = self.env["dunning.policy"]._default_of(company)
            if has_policy and company._collections_has_receivable():
                self._execute_today(company)
                progress._commit_progress(1)
        self.env["dunning.action"]._wake_dispatch()

    @api.model
    def _execute_today(self, company):
        """Evaluate one company; its trouble is logged and does not stop the others."""
        today = company._collections_today(fields.Datetime.now())
        try:
            with self.env.cr.savepoint():
                return self.with_company(company)._execute(company, today)
        except UserError:
            _logger.exception("The daily evaluation of %s was refused", company.name)
            return self.browse()

    @api.model
    def _execute(self, company, date):
        """Collect, decide and materialize the contacts of one company on one date.

        Can be repeated: the same company and date give the same run, and no
        customer a second contact.

        :param company: `res.company`, one record
        :param datetime.date date: the controlling date
        :rtype: `dunning.run`
        :raises UserError: for a date before the last run, or without any policy
        """
        date = fields.Date.to_date(date)
        run = self._open(company, date)
        run._before_evaluation()
        facts = self.env["dunning.facts"]._load(company, date)
        writer = DunningWriter(self.env, company, date, facts, run)
        self._evaluate(company, date, facts, writer)
        writer.add_unnamed(self.env["dunning.facts"]._count_without_customer(company))
        run._finish(writer)
        return run

    def _before_evaluation(self):
        """Hook: what is settled, and said, before the open items are looked at."""

    @api.model
    def _evaluate(self, company, date, facts, writer):
        """Decide everybody; who is held back is not read item by item."""
        held = self.env["dunning.facts"]._held_customers(facts, date)
        others = self._evaluate_held(company, date, held, writer) if held else None
        if others is None or others:
            self._decide(company, date, facts, writer, others)
        writer.flush()

    def _evaluate_held(self, company, date, held, writer):
        """Give the writer those of whom nothing but sums is needed.

        :return: the ids of the other customers
        """
        others = []
        for items in self.env["dunning.facts"]._stream_standing(company, date):
            one = items.is_plain and held.get(items.partner_id)
            if one:
                reasons, figures = stand(items, one.ladder, one.free, date)
                writer.add_standing(items.partner_id, reasons, one.reason, figures)
            else:
                others.append(items.partner_id)
        return others

    @api.model
    def _decide(self, company, date, facts, writer, partner_ids=None):
        """Decide customer by customer and give each result to the writer."""
        source = self.env["dunning.facts"]
        for partner_id, by_currency in source._stream(company, date, partner_ids):
            customer, decisions = self._decide_customer(partner_id, by_currency, facts, date)
            writer.add(partner_id, customer, by_currency, decisions)

    @api.model
    def _decide_customer(self, partner_id, by_currency, facts, date):
        """Decide all open items of one customer.

        :return: the facts decided by, and one list of decisions per currency
        :rtype: tuple[CustomerFacts, list]
        """
        customer = facts.customer(partner_id)
        return customer, [decide(lines, customer, facts.rules, date) for lines in by_currency]

    @api.model
    def _refresh_cases(self, company, date, partner_ids):
        """Recompute the figures of some customers without planning any contact."""
        facts = self.env["dunning.facts"]._load(company, date, partner_ids)
        writer = DunningWriter(self.env, company, date, facts)
        self._decide(company, date, facts, writer, partner_ids)
        writer.finish_cases()

    @api.model
    def _open(self, company, date):
        if not self.env["dunning.policy"]._default_of(company):
            raise UserError(
                self.env._(
                    "%(company)s has no dunning policy. Choose one in Collections › "
                    "Configuration › Settings, or create one.",
                    company=company.name,
                )
            )
        if not company._collections_has_receivable():
            raise UserError(
                self.env._(
                    "%(company)s has no receivable account, so nobody can owe it anything. "
                    "Install a chart of accounts for it, or create an account of type "
                    "Receivable.",
                    company=company.name,
                )
            )
        last = self.search(
            [("company_id", "=", company.id), ("state", "=", "done")], order="date desc", limit=1
        )
        if last and date < last.date:
            raise UserError(
                self.env._(
                    "%(company)s has been evaluated up to %(last)s already; a run cannot go "
                    "back to %(date)s.",
                    company=company.name,
                    last=last.date,
                    date=date,
                )
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_run (company_id, date, state, create_uid, create_date,
                                         write_uid, write_date)
                     VALUES (%s, %s, 'draft', %s, now() AT TIME ZONE 'UTC', %s,
                             now() AT TIME ZONE 'UTC')
                ON CONFLICT (company_id, date) DO NOTHING
                """,
                company.id,
                date,
                self.env.uid,
                self.env.uid,
            )
        )
        run = self.search([("company_id", "=", company.id), ("date", "=", date)])
        run.lock_for_update()
        return run

    def _finish(self, writer):
        writer.finish_cases()
        self.reason_ids.unlink()
        self.env["dunning.run.reason"].create(writer.reason_values())
        self.write(
            {
                "state": "done",
                "line_count": writer.line_count,
                "customer_count": writer.customer_count,
            }
        )
        self.env["dunning.action"]._wake_dispatch()

    def _approve(self):
        """Approve every contact of these runs that waits for approval.

        :return: the approved contacts
        """
        return self.action_ids.filtered(lambda action: action.state == "draft")._approve()


class DunningRunReason(models.Model):
    """How many open items a run left alone, per reason."""

    _name = "dunning.run.reason"
    _description = "Dunning Run Reason"
    _order = "run_id, line_count desc, id"
    _log_access = False

    run_id = fields.Many2one("dunning.run", required=True, ondelete="cascade", index=True)
    reason_code = fields.Selection(REASONS, required=True, string="Reason")
    line_count = fields.Integer(string="Open Items")
    customer_count = fields.Integer(string="Customers")
    text = fields.Char(compute="_compute_text", string="Explanation")

    @api.depends("reason_code")
    @api.depends_context("lang")
    def _compute_text(self):
        sentences = self.env["dunning.reason"]._sentences()
        for row in self:
            row.text = sentences[row.reason_code]
