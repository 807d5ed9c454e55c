import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain.trials import CONTROL, OUTSIDE, TREATED
from .bulk_rows import loaded
from .collections_settlement_sql import is_payment
from .dunning_action import CONTACTED

COLUMNS = ("experiment_id", "company_id", "partner_id", "arm", "date", "level_id", "owed", "items")
#: So long after its last day a payment booked late still changes what is known of a customer.
LATE_BOOKING = timedelta(days=60)


class CollectionsExperimentMember(models.Model):
    """A customer drawn into an experiment: group, day, and what came of it.

    Written once by the daily run. What was open on that day is kept item by item, for
    what is paid of it within the days of the experiment is the outcome. Everybody drawn
    counts, whatever happened afterwards.
    """

    _name = "collections.experiment.member"
    _description = "Customer in an Experiment"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    experiment_id = fields.Many2one(
        "collections.experiment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="restrict"
    )
    arm = fields.Selection(
        [(CONTROL, "Control group"), (TREATED, "Treated"), (OUTSIDE, "Left out")],
        string="Group",
        required=True,
        readonly=True,
        help="Control: left alone, or under the present policy. Treated: contacted, or under "
        "the challenger. Left out: owes too much, or is named; not counted.",
    )
    date = fields.Date(string="Drawn On", required=True, readonly=True)
    level_id = fields.Many2one("dunning.level", string="Level Due", required=True, readonly=True)
    items = fields.Json(readonly=True, help="Item id -> open amount in company currency.")
    owed = fields.Monetary(
        string="Open Then",
        currency_field="company_currency_id",
        readonly=True,
        help="Of the items overdue or about to be asked for on that day.",
    )
    received = fields.Monetary(
        string="Paid in Time",
        currency_field="company_currency_id",
        readonly=True,
        help="By payments dated within the days of the experiment; credit notes and write-offs "
        "are not payments.",
    )
    is_paid = fields.Boolean(string="All Paid in Time", readonly=True)
    measured_on = fields.Date(
        string="Observed Until", readonly=True, help="Empty: the days have not passed yet."
    )

    _one_per_customer = models.UniqueIndex(
        "(experiment_id, partner_id)", "This customer has been drawn already."
    )
    _partner_idx = models.Index("(partner_id)")

    # === DRAWN === #

    @api.model
    def _drawn(self, experiments):
        """(experiment, customer) of everybody drawn so far.

        :rtype: set[tuple[int, int]]
        """
        query = SQL(
            "SELECT experiment_id, partner_id FROM collections_experiment_member"
            " WHERE experiment_id = ANY(%s)",
            experiments.ids,
        )
        return set(self.env.execute_query(query))

    @api.model
    def _standing(self, experiments):
        """Who stands where: customer -> {experiment: (group, day drawn)}.

        :rtype: dict[int, dict]
        """
        query = SQL(
            "SELECT partner_id, experiment_id, arm, date FROM collections_experiment_member"
            " WHERE experiment_id = ANY(%s)",
            experiments.ids,
        )
        found = {}
        for partner_id, experiment_id, *drawn in self.env.execute_query(query):
            found.setdefault(partner_id, {})[experiment_id] = tuple(drawn)
        return found

    @api.model
    def _keep(self, company, date, entries):
        """Write down who was drawn; who was drawn before keeps group and day.

        :param entries: list of `domain.trials.Entry`
        """
        if not entries:
            return
        rows = [
            (
                entry.trial_id,
                company.id,
                entry.customer_id,
                entry.arm,
                date,
                entry.level_id,
                round(sum(entry.owed.values()), 2),
                json.dumps(entry.owed),
            )
            for entry in entries
        ]
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        with loaded(self.env, "collections_experiment_member", COLUMNS, rows) as table:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO collections_experiment_member (%s) SELECT %s FROM %s"
                    " ON CONFLICT (experiment_id, partner_id) DO NOTHING",
                    names,
                    names,
                    table,
                )
            )
        self.invalidate_model(flush=False)

    # === MEASURED === #

    @api.model
    def _measure(self, experiment, today):
        """Read off the ledger what customers have paid whose days have passed.

        :param datetime.date today: business date of the company
        """
        for name in ("account.move", "account.move.line", "account.partial.reconcile"):
            self.env[name].flush_model()
        self.env["collections.write.off"].flush_model(["entry_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE collections_experiment_member member
                   SET received = found.received, is_paid = found.is_paid,
                       measured_on = member.date + %(days)s
                  FROM (%(outcomes)s) found
                 WHERE found.id = member.id
                """,
                days=experiment.days,
                outcomes=self._outcomes_sql(experiment, today),
            )
        )
        self.invalidate_model(flush=False)

    def _outcomes_sql(self, experiment, today):
        """Customer by customer what was paid in time: id, received, is_paid.

        Of each item: what was open when drawn, less what is open at the end of the days,
        less what credit notes and write-offs have taken away in between.
        """
        return SQL(
            """
            SELECT id, round(sum(received)::numeric, 2) AS received,
                   sum(received) > 0 AND bool_and(rest < %(half)s) AS is_paid
              FROM (
                SELECT member.id, COALESCE(line.balance - cleared.total, 0) AS rest,
                       LEAST(item.owed, GREATEST(0,
                           item.owed - COALESCE(line.balance - cleared.total, item.owed)
                           - cleared.unpaid)) AS received
                  FROM collections_experiment_member member
            CROSS JOIN LATERAL (
                    SELECT key::int AS id, value::float8 AS owed
                      FROM jsonb_each_text(member.items)) item
             LEFT JOIN account_move_line line
                    ON line.id = item.id AND line.parent_state = 'posted'
            CROSS JOIN LATERAL (%(cleared)s) cleared
                 WHERE member.experiment_id = %(experiment)s AND member.arm <> %(outside)s
                   AND member.date + %(days)s < %(today)s
                   AND (member.measured_on IS NULL OR member.measured_on >= %(late)s)
              ) outcome
          GROUP BY id
            """,
            half=experiment.company_currency_id.rounding / 2,
            cleared=self._cleared_sql(experiment.days),
            experiment=experiment.id,
            outside=OUTSIDE,
            days=experiment.days,
            today=today,
            late=today - LATE_BOOKING,
        )

    def _cleared_sql(self, days):
        """Of one item until the last day: all that cleared it, and what of it was no payment."""
        return SQL(
            """
            SELECT COALESCE(sum(part.amount), 0)::float8 AS total,
                   COALESCE(sum(part.amount) FILTER (
                       WHERE part.max_date > member.date AND NOT %s), 0)::float8 AS unpaid
              FROM account_partial_reconcile part
              JOIN account_move_line credit ON credit.id = part.credit_move_id
              JOIN account_move entry ON entry.id = credit.move_id
         LEFT JOIN LATERAL (SELECT max(cause.max_date) AS day
                              FROM account_partial_reconcile cause
                             WHERE cause.exchange_move_id = entry.id) exchange ON TRUE
             WHERE part.debit_move_id = line.id
               AND COALESCE(exchange.day, part.max_date) <= member.date + %s
            """,
            is_payment("entry"),
            days,
        )

    # === SUMMED === #

    @api.model
    def _outcomes(self, experiment):
        """Customers whose days have passed: level due, group, whether paid, owed, received.

        :rtype: list[tuple[int, str, bool, float, float]]
        """
        query = SQL(
            "SELECT level_id, arm, is_paid, owed::float8, received::float8"
            " FROM collections_experiment_member"
            " WHERE experiment_id = %s AND measured_on IS NOT NULL",
            experiment.id,
        )
        return self.env.execute_query(query)

    @api.model
    def _count_contacted(self, experiment):
        """Customers of the control group whom a person contacted all the same in their days."""
        self.env["dunning.action"].flush_model()
        query = SQL(
            """
            SELECT count(*) FROM collections_experiment_member member
             WHERE experiment_id = %s AND arm = %s AND EXISTS (
                   SELECT 1 FROM dunning_action action
                    WHERE action.partner_id = member.partner_id
                      AND action.company_id = member.company_id AND action.state IN %s
                      AND action.run_id IS NULL AND action.plan_line_id IS NULL
                      AND action.contact_date BETWEEN member.date AND member.date + %s)
            """,
            experiment.id,
            CONTROL,
            CONTACTED,
            experiment.days,
        )
        return self.env.execute_query(query)[0][0]
