from collections import defaultdict
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

from odoo import api, models
from odoo.tools import SQL

from ..domain.eligibility import UNREACHABLE, Rules
from ..domain.facts import CustomerFacts, OpenLine
from .dunning_test_mode import is_real_contact

FETCH_SIZE = 20_000
#: Customers beyond whom items are read through a database cursor.
MANY = 1_000
#: Columns of a line are in the order of `OpenLine`.
BY_PARTNER = itemgetter(0)
BY_CURRENCY = itemgetter(1)
#: As `OpenLine._make`, without a call of Python code for each of a million rows.
AS_LINE = partial(tuple.__new__, OpenLine)


class FactBook:
    """What a run needs to know beside the lines themselves, loaded once.

    :param rules: `domain.eligibility.Rules`
    :param customers: partner id -> dict of what departs from the defaults
    :param default_policy_id: policy of a customer of whom nothing is said
    :param cases: partner id -> stored case row, to write only what changes
    """

    def __init__(self, rules, default_policy_id, departures, cases):
        self.rules = rules
        self.default_policy_id = default_policy_id
        self.departures = departures
        self.cases = cases
        self.plain = CustomerFacts(policy_id=default_policy_id)
        #: Draws customers into experiments, on the day's own run; see `domain.trials`.
        self.lottery = None

    def customer(self, partner_id):
        """The facts of one customer.

        :rtype: CustomerFacts
        """
        departures = self.departures.get(partner_id)
        if not departures:
            return self.plain
        return CustomerFacts(**{"policy_id": self.default_policy_id, **departures})


class DunningFacts(models.AbstractModel):
    """Gathers the facts of a company's open receivables in few, set-based queries."""

    _name = "dunning.facts"
    _description = "Dunning Facts"

    # === LINES === #

    @api.model
    def _stream(self, company, date, partner_ids=None, sending_run_id=None):
        """Open receivable items, customer by customer.

        Reads through a database cursor, so that memory does not grow with the ledger.

        :param partner_ids: only these customers; None for all
        :return: yields (commercial partner id, one list of `OpenLine` per currency)
        """
        whole = partner_ids is None or len(partner_ids) > MANY
        these = SQL() if partner_ids is None else self._among_sql(partner_ids)
        rows = self._rows(self._lines_sql(company, date, these, sending_run_id), whole)
        for partner_id, lines in groupby(map(AS_LINE, rows), BY_PARTNER):
            lines = list(lines)
            if lines[0][1] == lines[-1][1]:  # sorted by currency: there is one
                yield partner_id, [lines]
            else:
                yield partner_id, [list(group) for _, group in groupby(lines, BY_CURRENCY)]

    def _rows(self, query, whole):
        if not whole:
            yield from self.env.execute_query(query)
            return
        cr = self.env.cr
        self.env.flush_query(query)
        # All rows are read and sorted: plan for all of them, not for the first.
        cr.execute("SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '128MB'")
        cr.execute(SQL("DECLARE dunning_lines NO SCROLL CURSOR FOR %s", query))
        try:
            while True:
                cr.execute(SQL("FETCH FORWARD %s FROM dunning_lines", FETCH_SIZE))
                rows = cr.fetchall()
                yield from rows
                if len(rows) < FETCH_SIZE:
                    break
        finally:
            cr.execute("CLOSE dunning_lines")

    def _level_sql(self, sending_run_id):
        """The level of a line; at the moment of sending, as if the run had sent nothing yet."""
        if sending_run_id is None:
            return SQL("line.dunning_level_id")
        return SQL(
            """
            CASE WHEN line.dunning_level_id IS NOT NULL THEN (
                SELECT item.level_id
                  FROM dunning_action_item item
                  JOIN dunning_action action ON action.id = item.action_id
                  JOIN dunning_level level ON level.id = item.level_id
                 WHERE item.move_line_id = line.id AND item.ended_on IS NULL
                   AND action.run_id IS DISTINCT FROM %s
                   AND action.state IN ('sent', 'delivered', 'opened')
                   AND %s
              ORDER BY level.days DESC, item.id DESC
                 LIMIT 1) END
            """,
            sending_run_id,
            is_real_contact(),
        )

    def _receivable_accounts(self, company):
        """Subselect of the receivable accounts of a company."""
        accounts = (
            self.env["account.account"]
            .with_company(company)
            .sudo()
            ._search(
                [
                    ("account_type", "=", "asset_receivable"),
                    ("company_ids", "parent_of", company.ids),
                ]
            )
        )
        return accounts.subselect()

    def _among_sql(self, partner_ids):
        if len(partner_ids) > MANY:
            among = "AND partner.commercial_partner_id IN (SELECT unnest(%s))"
            return SQL(among, list(partner_ids))
        return SQL("AND partner.commercial_partner_id IN %s", tuple(partner_ids) or (0,))

    def _lines_sql(self, company, date, these=SQL(), sending_run_id=None):  # noqa: B008
        """The query of the open items, its columns those of `OpenLine`.

        :param SQL these: a further condition on `partner`, the customer or a contact
        """
        columns = SQL(
            """
            partner.commercial_partner_id, line.currency_id, line.id, line.move_id,
            %s::date - COALESCE(line.date_maturity, line.date),
            line.amount_residual_currency::float8, line.amount_residual::float8,
            %s, COALESCE(line.no_followup, FALSE)
            """,
            date,
            self._level_sql(sending_run_id),
        )
        return self._open_items_sql(company, columns, these)

    def _open_items_sql(self, company, columns, these=SQL()):  # noqa: B008
        self.env["account.move.line"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL(
            """
            SELECT %(columns)s
              FROM account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.account_id IN %(accounts)s
               AND line.reconciled IS NOT TRUE
               AND line.parent_state = 'posted'
               AND line.company_id = %(company)s
               AND line.amount_residual_currency <> 0
               %(these)s
          ORDER BY partner.commercial_partner_id, line.currency_id, line.id
            """,
            columns=columns,
            accounts=self._receivable_accounts(company),
            company=company.id,
            these=these,
        )

    # === EVERYTHING ELSE === #

    @api.model
    def _load(self, company, date, partner_ids=None, sending_run_id=None):
        """Rules and customers' facts on a date.

        :param partner_ids: only these customers; None for all
        :param sending_run_id: at the moment of sending, the run being sent: its own
            contacts are neither under way nor a recent contact
        :rtype: FactBook
        """
        default = self.env["dunning.policy"]._default_of(company)
        rules = self._load_rules(company, date, default)
        cases = self._load_cases(company, partner_ids)
        departures = defaultdict(dict)
        self._add_policies(departures, company, cases, rules, partner_ids)
        self._add_experiments(departures, company, date, rules, default.id, partner_ids)
        self._add_contacts(departures, company, date, rules, partner_ids, sending_run_id)
        if sending_run_id is None:
            self._add_pending(departures, company, date, partner_ids)
        self._add_pauses(departures, company, date, cases)
        return FactBook(rules, default.id, departures, cases)

    def _load_rules(self, company, date, default):
        policies = (self.env["dunning.policy"]._for_company(company) | default)._rules()
        return Rules(
            policies=policies,
            move_policy=self._move_policies(company, policies),
            move_pause=self._move_pauses(company, date),
            move_disputed=self._move_disputed(company, date),
            rounding=self._roundings(),
        )

    def _roundings(self):
        self.env["res.currency"].flush_model(["rounding"])
        rows = self.env.execute_query(SQL("SELECT id, rounding::float8 FROM res_currency"))
        return dict(rows)

    @api.model
    def _move_pauses(self, company, date):
        """Invoices that must not be chased on a date. Extended by what pauses invoices.

        :return: move id -> reason code
        :rtype: dict[int, str]
        """
        self.env["account.move"].flush_model(["payment_state"])
        blocked = self.env.execute_query(
            SQL(
                "SELECT id FROM account_move WHERE payment_state = 'blocked' AND company_id = %s",
                company.id,
            )
        )
        pauses = {move_id: "blocked" for [move_id] in blocked}
        _partners, moves = self.env["collections.hold"]._pauses(company, date)
        pauses.update(dict.fromkeys(moves, "manual_hold"))
        return pauses

    @api.model
    def _move_disputed(self, company, date):
        """Contested amounts of invoices of which the rest is still asked.

        :return: move id -> amount in the currency of the invoice
        :rtype: dict[int, float]
        """
        return {}

    @api.model
    def _partner_pauses(self, company, date):
        """Customers that must not be chased at all on a date.

        :return: commercial partner id -> reason code
        :rtype: dict[int, str]
        """
        partners, _moves = self.env["collections.hold"]._pauses(company, date)
        return dict.fromkeys(partners, "manual_hold")

    def _load_cases(self, company, partner_ids):
        self.env["collections.case"].flush_model()
        query = SQL(
            """
            SELECT partner_id, id, stage, segment_id, exposure::float8, overdue::float8,
                   credit_amount::float8, oldest_due_date, level_id, next_level_id, next_step_date
              FROM collections_case
             WHERE company_id = %s %s
            """,
            company.id,
            self._partner_clause(partner_ids),
        )
        return {row[0]: row for row in self.env.execute_query(query)}

    def _partner_clause(self, partner_ids):
        if partner_ids is None:
            return SQL()
        return SQL("AND partner_id IN %s", tuple(partner_ids) or (0,))

    def _add_experiments(self, departures, company, date, rules, default_id, partner_ids):
        """Hook: what departs from the rules for those who take part in an experiment.

        :param departures: partner id -> dict of facts, changed in place
        :param int default_id: the policy of a customer of whom nothing is said
        """

    def _add_contacts(self, departures, company, date, rules, partner_ids, sending_run_id):
        horizon = max(
            (max(p.min_gap_days, p.contact_cap_days) for p in rules.policies.values()), default=0
        )
        query = SQL(
            """
            SELECT partner_id, array_agg(contact_date), max(contact_date)
                       FILTER (WHERE run_id IS DISTINCT FROM %s)
              FROM dunning_action action
             WHERE company_id = %s AND contact_date >= %s
               AND state IN ('sent', 'delivered', 'opened') AND %s %s
          GROUP BY partner_id
            """,
            sending_run_id,
            company.id,
            date - timedelta(days=horizon),
            is_real_contact(),
            self._partner_clause(partner_ids),
        )
        self.env["dunning.action"].flush_model()
        for partner_id, dates, last in self.env.execute_query(query):
            departures[partner_id].update(contact_dates=tuple(dates), last_contact=last)

    def _add_pending(self, departures, company, date, partner_ids):
        """Contacts under way, and those of the run of this date however they ended.

        A call or letter that waits for a person holds the ladder while nothing else of
        its run has reached the customer; it would only be prepared a second time. Where
        no channel had an address, it is tried again when the contact has been changed,
        or after a week.
        """
        query = SQL(
            """
            SELECT action.partner_id, action.currency_id, bool_or(action.state = 'draft'),
                   CASE WHEN bool_and(action.state IN ('skipped', 'failed'))
                        THEN max(action.reason_code) END
              FROM dunning_action action
         LEFT JOIN dunning_run run ON run.id = action.run_id
             WHERE action.company_id = %s
               AND (action.state IN ('draft', 'queued') OR run.date = %s
                    OR (action.state = 'failed' AND action.failure_type = 'unknown')
                    OR (action.state = 'sending' AND action.is_manual IS NOT TRUE)
                    OR (action.state = 'sending' AND %s)
                    OR (action.state = 'skipped' AND %s AND %s))
               %s
          GROUP BY action.partner_id, action.currency_id
            """,
            company.id,
            date,
            self._is_only_contact_sql(),
            self._is_unreachable_sql(date),
            self._is_only_contact_sql(),
            self._partner_clause(partner_ids),
        )
        for partner_id, currency_id, waits, refusal in self.env.execute_query(query):
            pending = departures[partner_id].setdefault("pending", {})
            reason = refusal if refusal in UNREACHABLE else "already_contacted"
            pending[currency_id] = "awaiting_approval" if waits else reason

    def _is_only_contact_sql(self):
        return SQL(
            """
            action.run_id IS NOT NULL AND NOT EXISTS (
                SELECT 1
                  FROM dunning_action other
                 WHERE other.run_id = action.run_id
                   AND other.partner_id = action.partner_id
                   AND other.currency_id = action.currency_id
                   AND other.state IN ('sent', 'delivered', 'opened'))
            """
        )

    def _is_unreachable_sql(self, date):
        self.env["res.partner"].flush_model(["write_date"])
        return SQL(
            """
            action.reason_code IN %s AND run.date BETWEEN %s AND %s
            AND NOT EXISTS (
                SELECT 1
                  FROM res_partner changed
                 WHERE changed.id IN (action.partner_id, action.recipient_id)
                   AND changed.write_date > action.write_date)
            """,
            tuple(UNREACHABLE),
            date - timedelta(days=6),
            date,
        )

    def _add_pauses(self, departures, company, date, cases):
        for partner_id, reason in self._partner_pauses(company, date).items():
            departures[partner_id]["pause"] = reason
        for partner_id, row in cases.items():
            if row[2] in ("legal", "written_off"):
                departures[partner_id]["pause"] = "legal"
