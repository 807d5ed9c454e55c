"""Writes what a run has decided, in bulk: contacts, their items, the cases.

Rows are streamed into the database with COPY, some thousands at a time, so
that a run over a million open items needs neither a million ORM records nor
memory that grows with the ledger. All of it is one transaction with the run.
"""

import io
import json
from collections import Counter, defaultdict
from functools import cached_property
from operator import itemgetter

from odoo import fields
from odoo.tools import SQL

from ..domain.message import compose
from ..domain.summary import summarize
from .channel_chooser import ChannelChooser
from .dunning_level_book import LevelBook

FLUSH_ITEMS = 20_000
NULL = "\\N"
ACTION_COLUMNS = (
    "run_id, company_id, create_uid, write_uid, create_date, write_date, attempt_count,"
    " id, case_id, partner_id, recipient_id, currency_id, level_id, step_id, channel_code,"
    " is_manual, state, reason_code, amount_total, amount_overdue, amount_credit, choice"
)
ITEM_COLUMNS = (
    "action_id, move_line_id, move_id, level_id, is_step, days_overdue, amount_residual,"
    " amount_disputed, amount_credit"
)
#: The reason of a decision; None when the item takes a step.
REASON = itemgetter(2)
MANUAL_STAGES = ("legal", "written_off")


class DunningWriter:
    """Collects the decisions of customers and writes them when enough are gathered.

    :param env: environment
    :param company: `res.company`, one record
    :param datetime.date today: the evaluated date
    :param FactBook facts: what the decisions were made from
    :param run: `dunning.run`; None when only the figures of cases are refreshed
    """

    def __init__(self, env, company, today, facts, run=None):
        self.env = env
        self.cr = env.cr
        self.company = company
        self.today = today
        self.facts = facts
        self.run = run
        self.line_count = self.customer_count = 0
        self.reasons = Counter()
        self.reason_customers = Counter()
        self.held, self.held_customers = defaultdict(Counter), Counter()
        self.seen = set()
        self.figures = {}
        self.cleared = []
        self.groups = []
        self.item_count = 0
        if run:
            self._prepare()

    def _prepare(self):
        self.levels = LevelBook(self.env, self.company)
        self.now = fields.Datetime.now()
        self.chooser = None
        if self.company.collections_learn_channel:
            self.chooser = ChannelChooser(self.env, self.company, self.today, self.levels)
        self.env["dunning.action"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "type", "active"])
        self.under_way = set(
            self.env.execute_query(
                SQL(
                    "SELECT partner_id, currency_id, channel_code FROM dunning_action"
                    " WHERE company_id = %s AND state = 'sending'",
                    self.company.id,
                )
            )
        )
        self.invoice_contact = dict(
            self.env.execute_query(
                SQL(
                    "SELECT commercial_partner_id, min(id) FROM res_partner"
                    " WHERE type = 'invoice' AND active AND id <> commercial_partner_id"
                    " GROUP BY commercial_partner_id"
                )
            )
        )

        self.preferred = self.levels.preferences(self.env)

    # === COLLECTING === #

    def add(self, partner_id, customer, by_currency, decisions):
        """Take the decisions of one customer, one list per currency."""
        self.seen.add(partner_id)
        self.customer_count += 1
        reasons = set()
        for group in decisions:
            self.line_count += len(group)
            of_group = set(map(REASON, group))
            self.reasons.update(map(REASON, group))
            if None in of_group and self.run:
                self.groups.append((partner_id, group))
                self.item_count += len(group)
            reasons |= of_group
        self.reason_customers.update(reasons)
        self._add_figures(partner_id, customer, by_currency, decisions)
        if self.item_count >= FLUSH_ITEMS:
            self.flush()

    def add_standing(self, partner_id, reasons, held_by, figures):
        """Take a customer who is held back.

        :param list reasons: per item, why it takes no step; None where `held_by` says it
        :param str held_by: reason code
        :param CaseFigures figures: of the case
        """
        self.seen.add(partner_id)
        self.customer_count += 1
        self.line_count += len(reasons)
        self.held[held_by].update(reasons)
        self.held_customers[held_by, frozenset(reasons)] += 1
        self._keep_figures(partner_id, figures)

    def add_unnamed(self, count):
        """Open items that name no customer: nobody can be contacted about them."""
        self.line_count += count
        if count:
            self.reasons["no_address"] += count

    def _add_figures(self, partner_id, customer, by_currency, decisions):
        figures = summarize(customer, by_currency, decisions, self.facts.rules, self.today)
        self._keep_figures(partner_id, figures)

    @cached_property
    def plan_steps(self):
        """Customer id -> (day, level) of the next reminder of an installment."""
        known = None if self.run else list(self.facts.cases)
        return self.env["collections.plan"].sudo()._next_steps(self.company, self.today, known)

    def _keep_figures(self, partner_id, figures):
        """Remember the figures of a case that changed."""
        old = self.facts.cases.get(partner_id)
        step = self.plan_steps.get(partner_id)
        if step and not (figures.next_step_date and figures.next_step_date <= step[0]):
            figures = figures._replace(next_step_date=step[0], next_level_id=step[1])
        if old is not None:
            if old[2] in MANUAL_STAGES:
                figures = figures._replace(stage=old[2])
            if old[5] and not figures.overdue:
                self.cleared.append(old[1])
            if (old[2], *old[4:]) == figures:
                return
        self.figures[partner_id] = figures

    # === WRITING === #

    def flush(self):
        """Write the contacts gathered so far."""
        self._write_figures()
        if not self.groups:
            return
        listings = [
            (partner_id, compose(group, self.levels.days)) for partner_id, group in self.groups
        ]
        self.groups, self.item_count = [], 0
        # A connection keeps its plans of foreign key checks. One made while the tables were
        # all but empty reads them whole for every row of a large run.
        self.cr.execute("DISCARD PLANS")
        plans = list(self._plans(listings))
        ids = self._next_ids(len(plans))
        self._copy_actions(ids, plans)
        self._copy_items(ids, plans)

    def _plans(self, listings):
        """One contact per first step of the level: (partner, listing, step id, channel, choice)."""
        for partner_id, listing in listings:
            currency_id = listing.items[0].line.currency_id
            steps = self._steps(listing.level_id, partner_id, currency_id)
            for step_id, code, choice in steps:
                if (partner_id, currency_id, code) not in self.under_way:
                    yield partner_id, listing, step_id, code, choice

    def _steps(self, level_id, partner_id, currency_id):
        """The customer's own wish, else its group's channel, else what was learnt, else the
        level's channels."""
        wished = []
        for code in self.preferred.get(partner_id, ()):
            wished = wished or self.levels.wished(level_id, code)
        if self.chooser and not wished:
            return self.chooser.steps(level_id, partner_id, currency_id)
        return [(*step, None) for step in wished or self.levels.first_steps[level_id]]

    def _next_ids(self, count):
        query = SQL("SELECT nextval('dunning_action_id_seq') FROM generate_series(1, %s)", count)
        return [row[0] for row in self.env.execute_query(query)]

    def _copy_actions(self, ids, plans):
        head = f"{self.run.id}\t{self.company.id}\t{self.env.uid}\t{self.env.uid}"
        head = f"{head}\t{self.now}\t{self.now}\t0"
        rows = []
        for action_id, (partner_id, listing, step_id, code, choice) in zip(ids, plans, strict=True):
            state, reason = self._initial_state(listing)
            rows.append(
                f"{head}\t{action_id}\t{self.facts.cases[partner_id][1]}\t{partner_id}\t"
                f"{self.invoice_contact.get(partner_id, partner_id)}\t"
                f"{listing.items[0].line.currency_id}\t{listing.level_id}\t{step_id}\t{code}\t"
                f"{code in self.levels.manual_codes}\t{state}\t{reason}\t"
                f"{listing.total:.6f}\t{listing.overdue:.6f}\t{listing.credit:.6f}\t"
                f"{json.dumps(choice) if choice else NULL}\n"
            )
        self._copy("dunning_action", ACTION_COLUMNS, rows)

    def _copy_items(self, ids, plans):
        rows = []
        for action_id, plan in zip(ids, plans, strict=True):
            for line, level_id, is_step, disputed, credit in plan[1].items:
                less = f"{disputed:.6f}\t{credit:.6f}" if disputed or credit else "0\t0"
                rows.append(
                    f"{action_id}\t{line[2]}\t{line[3]}\t{level_id or NULL}\t{is_step}\t"
                    f"{line[4]}\t{line[5]:.6f}\t{less}\n"
                )
        self._copy("dunning_action_item", ITEM_COLUMNS, rows)

    def _copy(self, table, columns, rows):
        self.cr.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("".join(rows)))

    def _initial_state(self, listing):
        """State and reason of a new contact: who has to say yes to it."""
        state, reason, review_above = self.levels.opening(listing.level_id, self.now)
        if review_above and self._company_amount(listing) > review_above:
            return "draft", "large_exposure"
        return state, reason or NULL

    def _company_amount(self, listing):
        return sum(item.line.residual_company for item in listing.items)

    # === CASES === #

    def _write_figures(self):
        """Write the figures that changed; make the cases that are missing."""
        known, missing = [], []
        for partner_id, figures in self.figures.items():
            case = self.facts.cases.get(partner_id)
            if case:
                known.append((case[1], *figures))
            else:
                missing.append((partner_id, *figures))
        self.figures = {}
        if known:
            self._update_cases(known)
        if missing:
            self._create_cases(missing)

    def _update_cases(self, rows):
        self.cr.execute(
            SQL(
                """
                UPDATE collections_case c
                   SET stage = v.stage, exposure = v.exposure, overdue = v.overdue,
                       credit_amount = v.credit, oldest_due_date = v.oldest,
                       level_id = v.level, next_level_id = v.next_level,
                       next_step_date = v.next_date
                  FROM %s
                 WHERE c.id = v.key
                """,
                self._figures_sql(rows),
            )
        )

    def _create_cases(self, rows):
        self.cr.execute(
            SQL(
                """
                INSERT INTO collections_case (
                       partner_id, company_id, active, priority, create_uid, write_uid,
                       create_date, write_date, stage, exposure, overdue, credit_amount,
                       oldest_due_date, level_id, next_level_id, next_step_date)
                SELECT v.key, %(company)s, TRUE, '0', %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', v.stage, v.exposure,
                       v.overdue, v.credit, v.oldest, v.level, v.next_level, v.next_date
                  FROM %(figures)s
                    ON CONFLICT (partner_id, company_id) DO UPDATE
                       SET write_date = EXCLUDED.write_date
             RETURNING partner_id, id
                """,
                company=self.company.id,
                uid=self.env.uid,
                figures=self._figures_sql(rows),
            )
        )
        for partner_id, case_id in self.cr.fetchall():
            self.facts.cases[partner_id] = (partner_id, case_id)

    def _figures_sql(self, rows):
        """Rows of a key (case or customer) and `CaseFigures` as a table expression.

        One array per column: far quicker to write and to parse than a row of parameters each.
        """
        columns = [
            "{" + ",".join("NULL" if value is None else str(value) for value in column) + "}"
            for column in zip(*rows, strict=True)
        ]
        return SQL(
            "unnest(%s::int[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[],"
            " %s::date[], %s::int[], %s::int[], %s::date[])"
            " AS v(key, stage, exposure, overdue, credit, oldest, level, next_level, next_date)",
            *columns,
        )

    def finish_cases(self):
        """Write what is left; close the figures and ladders of customers who owe nothing."""
        self._write_figures()
        self._empty_settled_cases()
        self._end_ladders()
        self.env["collections.case"].invalidate_model(flush=False)
        self.env["dunning.action"].invalidate_model(flush=False)

    def _empty_settled_cases(self):
        settled = [
            row
            for partner_id, row in self.facts.cases.items()
            if partner_id not in self.seen and (any(row[4:7]) or row[8] or row[9])
        ]
        if not settled:
            return
        self.cleared += [row[1] for row in settled if row[5]]
        self.env.cr.execute(
            SQL(
                """
                UPDATE collections_case
                   SET exposure = 0, overdue = 0, credit_amount = 0, oldest_due_date = NULL,
                       level_id = NULL, next_level_id = NULL, next_step_date = NULL,
                       stage = CASE WHEN stage IN %s THEN stage ELSE 'current' END
                 WHERE id IN %s
                """,
                MANUAL_STAGES,
                tuple(row[1] for row in settled),
            )
        )

    def _end_ladders(self):
        """The overdue was cleared: what was paid begins anew, should it be open again."""
        if not self.cleared:
            return
        self.cr.execute(
            SQL(
                """
                UPDATE dunning_action_item item
                   SET ended_on = %s
                  FROM dunning_action action, account_move_line line
                 WHERE action.id = item.action_id AND line.id = item.move_line_id
                   AND line.reconciled AND item.ended_on IS NULL AND action.case_id IN %s
             RETURNING item.move_line_id
                """,
                self.today,
                tuple(self.cleared),
            )
        )
        lines = {row[0] for row in self.cr.fetchall()}
        self.env["account.move.line"].sudo()._dunning_recompute_levels(lines)

    # === RESULT === #

    def reason_values(self):
        """Rows of `dunning.run.reason`: how many items were left alone, and why."""
        self._add_held()
        return [
            {
                "run_id": self.run.id,
                "reason_code": code,
                "line_count": count,
                "customer_count": self.reason_customers[code],
            }
            for code, count in self.reasons.items()
            if code
        ]

    def _add_held(self):
        """Count those who are held back among the others."""
        for held_by, reasons in self.held.items():
            for reason, count in reasons.items():
                self.reasons[reason or held_by] += count
        for (held_by, reasons), count in self.held_customers.items():
            for reason in {reason or held_by for reason in reasons}:
                self.reason_customers[reason] += count
        self.held, self.held_customers = {}, {}
