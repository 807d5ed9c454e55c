import json
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import worklist
from ..domain.worklist import Facts, Task
from .bulk_rows import loaded, upsert
from .collections_case import MANUAL_STAGES
from .dunning_action import CONTACTED

COLUMNS = (
    "case_id", "company_id", "partner_id", "user_id", "active", "date", "urgency", "value",
    "change", "is_measured", "at_risk", "chaseable", "overdue", "days_overdue", "chance_30",
    "segment_id", "reasons", "tasks", "callback_at",
)  # fmt: skip
#: A promise broken so long ago is no reason to call any more.
BROKEN_WITHIN = timedelta(days=30)
LONG_AGO = timedelta(days=60)


class CollectionsWorklist(models.AbstractModel):
    """Ranks the customers of a company: few queries for all, one statement to write.

    Made anew each night and for a customer after each event; never incremented.
    """

    _name = "collections.worklist"
    _description = "Worklist"

    @api.model
    def _rank(self, company, today, partner_ids=None):
        """Make the list of a company anew.

        :param datetime.date today: business date of the company
        :param partner_ids: only these customers; None for all
        :return: how many customers are on the list
        :rtype: int
        """
        for name in ("collections.case", "collections.worklist.item", "dunning.action"):
            self.env[name].flush_model()
        table = self.env["collections.uplift"]._for_domain(company)
        minute = self._minute_cost(company, today)
        tasks = self._tasks(company, today)
        paused = self._paused(company, today)
        rows = []
        for row in self._case_rows(company, today, partner_ids):
            case_id, partner_id = row["id"], row["partner_id"]
            own = tasks.get(case_id, [])
            if row["overdue"] <= 0 and not own:
                continue
            facts = self._facts_of(row, paused.get(partner_id))
            found = worklist.worth(facts, table, minute)
            if facts.chaseable > 0:
                own = [*own, Task(worklist.OVERDUE)]
            rest = company.collections_work_rest_days
            if not worklist.belongs(own, found.value, row["worked_on"], today, rest):
                continue
            user = row["collector_id"]
            if any(task.code == worklist.COMPLAINT for task in own):
                user = self._manager(case_id) or user
            rows.append(self._item_row(company, today, row, user, facts, found, own))
        self._store(company, rows, partner_ids)
        return len(rows)

    def _manager(self, case_id):
        return self.env["collections.case"].browse(case_id)._collections_manager().id

    def _minute_cost(self, company, today):
        """What a minute costs: that of a call, shared over its usual minutes."""
        cost = self.env["collections.contact.cost"]._on(company, today).get("call", 0.0)
        return cost / worklist.CALL

    def _facts_of(self, row, paused):
        rest_paused, items_paused, is_whole = paused or (0.0, 0, False)
        chaseable = 0.0 if is_whole else max(row["overdue"] - row["credit"] - rest_paused, 0.0)
        return Facts(
            chaseable,
            max(row["exposure"] - max(row["overdue"] - row["credit"], 0.0), 0.0),
            row["chance_30"],
            row["segment_code"],
            (row["today"] - row["oldest"]).days if row["oldest"] else 0,
            row["broken"] or 0,
            max((row["items"] or 1) - items_paused, 1),
            row["has_phone"],
        )

    def _item_row(self, company, today, row, user, facts, found, tasks):
        at = min((task.at for task in tasks if task.at), default=None)
        codes = dict.fromkeys(task.code for task in tasks)
        return (
            row["id"],
            company.id,
            row["partner_id"],
            user,
            True,
            today,
            worklist.urgency(tasks),
            round(found.value, 2),
            found.change,
            found.is_measured,
            round(found.at_risk, 2),
            round(facts.chaseable, 2),
            row["overdue"],
            max(facts.days_overdue, 0),
            facts.chance,
            row["segment_id"],
            json.dumps([[name, round(money, 2)] for name, money in found.parts]),
            " ".join(codes),
            at,
        )

    def _store(self, company, rows, partner_ids):
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND partner_id = ANY(%s)", list(partner_ids))
        with loaded(self.env, "collections_worklist_item", COLUMNS, rows) as table:
            self.env.cr.execute(
                SQL(
                    "UPDATE collections_worklist_item SET active = FALSE WHERE company_id = %s"
                    " AND active AND case_id NOT IN (SELECT case_id FROM %s) %s",
                    company.id,
                    table,
                    these,
                )
            )
            upsert(self.env, "collections_worklist_item", COLUMNS, "case_id", table)
        self.env["collections.worklist.item"].invalidate_model(flush=False)

    # === FACTS === #

    def _case_rows(self, company, today, partner_ids):
        """Cases that may be on the list, as dicts."""
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND c.partner_id = ANY(%s)", list(partner_ids))
        query = SQL(
            """
            WITH contacted AS (
                SELECT case_id, max(contact_date) AS day FROM dunning_action
                 WHERE company_id = %(company)s AND contact_date > %(long_ago)s
                   AND state IN %(contacted)s GROUP BY 1),
            later AS (
                SELECT DISTINCT case_id FROM dunning_action
                 WHERE company_id = %(company)s AND state = 'sending'
                   AND channel_code = 'call' AND call_on > %(today)s),
            owed AS (
                SELECT case_id, count(*) AS items FROM collections_prediction
                 WHERE company_id = %(company)s AND date_due < %(today)s GROUP BY 1)
            SELECT c.id, c.partner_id, c.collector_id, c.exposure::float8 AS exposure,
                   partner.name, partner.country_id,
                   COALESCE(c.overdue, 0)::float8 AS overdue,
                   COALESCE(c.credit_amount, 0)::float8 AS credit,
                   c.oldest_due_date AS oldest, c.chance_30, c.segment_id,
                   segment.code AS segment_code, c.promise_broken_count AS broken,
                   COALESCE(partner.phone, '') <> '' OR EXISTS (
                       SELECT 1 FROM res_partner contact
                        WHERE contact.commercial_partner_id = c.partner_id AND contact.active
                          AND contact.type = 'invoice' AND contact.phone <> '') AS has_phone,
                   owed.items,
                   CASE WHEN later.case_id IS NOT NULL THEN %(today)s
                        ELSE GREATEST(contacted.day, item.done_on) END AS worked_on,
                   %(today)s AS today
              FROM collections_case c
              JOIN res_partner partner ON partner.id = c.partner_id
         LEFT JOIN collections_segment segment ON segment.id = c.segment_id
         LEFT JOIN collections_worklist_item item ON item.case_id = c.id
         LEFT JOIN contacted ON contacted.case_id = c.id
         LEFT JOIN later ON later.case_id = c.id
         LEFT JOIN owed ON owed.case_id = c.id
             WHERE c.company_id = %(company)s AND c.active AND c.stage NOT IN %(by_hand)s %(these)s
            """,
            company=company.id,
            today=today,
            long_ago=today - LONG_AGO,
            contacted=CONTACTED,
            by_hand=MANUAL_STAGES,
            these=these,
        )
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    @api.model
    def _tasks(self, company, today):
        """What has to be seen to, per customer: each source adds its own.

        :return: case id -> list of `domain.worklist.Task`, the most urgent first
        """
        found = defaultdict(list)
        for source in (self._complaints, self._calls, self._disputes, self._promises):
            for case_id, task in source(company, today):
                found[case_id].append(task)
        return found

    def _complaints(self, company, _today):
        self.env["collections.complaint"].flush_model()
        query = "SELECT case_id FROM collections_complaint WHERE state='open' AND company_id=%s"
        for [case_id] in self.env.execute_query(SQL(query, company.id)):
            yield case_id, Task(worklist.COMPLAINT)

    def _calls(self, company, today):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT case_id, callback_at FROM dunning_action
                 WHERE company_id = %s AND state = 'sending' AND channel_code = 'call'
                   AND (call_on IS NULL OR call_on <= %s) ORDER BY callback_at, id
                """,
                company.id,
                today,
            )
        )
        for case_id, at in rows:
            yield case_id, Task(worklist.CALLBACK if at else worklist.CALL_LIST, at)

    def _disputes(self, company, today):
        self.env["collections.dispute"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT case_id FROM collections_dispute
                 WHERE company_id = %s
                   AND (state = 'open' OR state = 'under_review' AND deadline <= %s)
                """,
                company.id,
                today,
            )
        )
        for [case_id] in rows:
            yield case_id, Task(worklist.DISPUTE)

    def _promises(self, company, today):
        self.env["collections.promise"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT case_id, state FROM collections_promise
                 WHERE company_id = %(company)s AND (state = 'open' AND date = %(today)s
                       OR state = 'broken' AND deadline BETWEEN %(since)s AND %(today)s)
                ORDER BY case_id, state DESC
                """,
                company=company.id,
                today=today,
                since=today - BROKEN_WITHIN,
            )
        )
        for case_id, state in rows:
            code = worklist.PROMISE_DUE if state == "open" else worklist.BROKEN
            yield case_id, Task(code)

    def _paused(self, company, today):
        """Overdue money that is not to be asked for.

        :return: commercial partner id -> (amount, items, whether all of it)
        """
        facts = self.env["dunning.facts"]
        found = {}
        moves = facts._move_pauses(company, today)
        contested = facts._move_disputed(company, today)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, line.move_id,
                       sum(line.amount_residual)::float8,
                       sum(line.amount_residual_currency)::float8, count(*)
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.move_id = ANY(%s) AND line.company_id = %s AND line.amount_residual > 0
                   AND line.parent_state = 'posted' AND line.date_maturity < %s
              GROUP BY 1, 2
                """,
                [*moves.keys(), *contested.keys()],
                company.id,
                today,
            )
        )
        for partner_id, move_id, residual, foreign, count in rows:
            amount, items, _all = found.get(partner_id, (0.0, 0, False))
            if move_id in moves:
                amount, items = amount + residual, items + count
            elif foreign:
                amount += min(float(contested[move_id]) * residual / foreign, residual)
            found[partner_id] = (amount, items, False)
        for partner_id in (
            *facts._partner_pauses(company, today),
            *self._control_group(company, today),
        ):
            found[partner_id] = (0.0, 0, True)
        return found

    def _control_group(self, company, today):
        """Customers whom a running experiment leaves alone: calling them would spoil it."""
        withheld = {}
        experiments = self.env["collections.experiment"]._running(company)
        for experiment in experiments.filtered(lambda one: one.kind == "no_contact"):
            departures = defaultdict(dict)
            self.env["dunning.facts"]._withhold(departures, experiment, today, None)
            withheld.update(departures)
        return withheld

    # === SCHEDULED ACTIONS === #

    @api.model
    def _make_day(self, company, today):
        """Give new customers to collectors, and make the lists of a day."""
        self.env["collections.assignment.rule"]._assign_new(company, today)
        self.env["collections.case"].flush_model()
        self._rank(company, today)
        company.sudo().collections_work_date = today

    @api.model
    def _cron_rank(self):
        """Make the lists of companies where a new business day has begun."""
        progress = self.env["ir.cron"]
        now = fields.Datetime.now()
        due = [
            (company, company._collections_today(now))
            for company in self.env["res.company"].search([])
            if company.collections_work_date != company._collections_today(now)
        ]
        progress._commit_progress(remaining=len(due))
        for company, today in due:
            self._make_day(company, today)
            if not progress._commit_progress(1):
                break


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    def _profile_company(self, company, now):
        """Override: new chances give a new order."""
        super()._profile_company(company, now)
        self.env["collections.worklist"]._make_day(company, company._collections_today(now))


class CollectionsRefresh(models.Model):
    """After an event the customer's place on the list is found anew."""

    _inherit = "collections.refresh"

    @api.model
    def _after_refresh(self, company, partner_ids, now):
        super()._after_refresh(company, partner_ids, now)
        today = company._collections_today(now)
        self.env["collections.worklist"]._rank(company, today, partner_ids)


class ResCompany(models.Model):
    """How a company works through its customers."""

    _inherit = "res.company"

    collections_work_date = fields.Date(string="Worklist Made For", readonly=True, copy=False)
    collections_work_rest_days = fields.Integer(
        string="Days Between Contacts on the Worklist",
        default=3,
        help="A customer that was contacted comes back to the list after so many days, unless "
        "something is to be seen to.",
    )

    _collections_work_rest_days = models.Constraint(
        "CHECK (collections_work_rest_days >= 0)", "Days between contacts cannot be negative."
    )
