from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .bulk_rows import loaded
from .collections_case_reach import YEAR
from .collections_prediction_ledger import TABLE

#: Columns of the case that the scorer gives.
SCORED = (
    "chance_7", "chance_30", "chance_60", "score", "expected_date", "expected_30",
    "prediction_reasons", "prediction_model_id",
)  # fmt: skip


class CollectionsCase(models.Model):
    """What is known of how the customer pays: written every day and after events, in one
    statement for all customers, from the ledger and what was said."""

    _inherit = "collections.case"

    profile_date = fields.Date(string="Profile As Of", readonly=True)

    # What is expected
    chance_7 = fields.Float(string="Paid Within 7 Days", readonly=True, aggregator="avg")
    chance_30 = fields.Float(
        string="Paid Within 30 Days",
        readonly=True,
        aggregator="avg",
        help="Share of what is open that is likely to be paid within 30 days.",
    )
    chance_60 = fields.Float(string="Paid Within 60 Days", readonly=True, aggregator="avg")
    score = fields.Float(help="From 0 to 100: what is open and likely to be paid within 30 days.")
    expected_date = fields.Date(
        string="Expected On", readonly=True, help="By then half of what is open is likely paid."
    )
    expected_30 = fields.Monetary(string="Expected in 30 Days", readonly=True)
    prediction_reasons = fields.Json(readonly=True)
    prediction_text = fields.Text(string="Why", compute="_compute_prediction_text")
    prediction_model_id = fields.Many2one("collections.prediction.model", readonly=True)
    prediction_source = fields.Char(string="Source", compute="_compute_prediction_source")
    is_not_predictable = fields.Boolean(compute="_compute_prediction_source")
    prediction_ids = fields.One2many("collections.prediction", "case_id", string="Predictions")

    # How invoices were paid
    paid_count = fields.Integer(string="Invoices Settled", readonly=True)
    mean_lateness = fields.Float(
        string="Days Late, by Amount",
        digits=(6, 1),
        readonly=True,
        aggregator="avg",
        help="Mean days after the due date, weighted by amount; negative when paid before.",
    )
    lateness_trend = fields.Float(
        string="Trend in Days",
        digits=(6, 1),
        readonly=True,
        aggregator="avg",
        help="Mean lateness of the last 180 days less that of the time before; above zero is "
        "slower.",
    )
    has_lateness_trend = fields.Boolean(readonly=True)
    on_time_share = fields.Float(string="Paid on Time", readonly=True, aggregator="avg")
    partial_share = fields.Float(
        string="Paid in Parts", readonly=True, aggregator="avg", help="Share of settled invoices."
    )
    last_paid_date = fields.Date(string="Last Settled", readonly=True)
    paid_in_month_share = fields.Float(readonly=True, aggregator="avg")

    # What was said, and how it can be reached
    promise_kept_count = fields.Integer(string="Promises Kept", readonly=True)
    promise_broken_count = fields.Integer(string="Promises Broken", readonly=True)
    dispute_accepted_count = fields.Integer(
        string="Disputes It Won", readonly=True, help="Contested rightly: a credit was given."
    )
    dispute_rejected_count = fields.Integer(
        string="Disputes It Lost", readonly=True, help="Rejected, or withdrawn."
    )
    channel_response = fields.Json(readonly=True)
    channel_response_text = fields.Char(
        string="Answers per Channel",
        compute="_compute_channel_response_text",
        help="Contacts of a year that were answered, or followed by a payment within 14 days.",
    )
    exposure_share = fields.Float(
        string="Share of the Book",
        readonly=True,
        aggregator="sum",
        help="Part of all that customers owe this company.",
    )
    sales_trend = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Invoiced in the last 90 days, compared with the 90 days before.",
    )
    has_sales_trend = fields.Boolean(readonly=True)
    credit_limit = fields.Float(compute="_compute_credit_limit", string="Credit Limit")
    contact_quality = fields.Integer(
        string="Contact Data",
        readonly=True,
        aggregator="avg",
        help="Out of 100, of who is written to: e-mail that does not bounce 40, phone 30, "
        "address 20, language 10.",
    )

    # === COMPUTE METHODS === #

    @api.depends("prediction_reasons")
    @api.depends_context("lang")
    def _compute_prediction_text(self):
        words = self.env["collections.prediction.words"]
        for case in self:
            case.prediction_text = words._tell(case.prediction_reasons)

    @api.depends("prediction_model_id")
    @api.depends_context("lang")
    def _compute_prediction_source(self):
        models = self.env["collections.prediction.model"].sudo()
        for company, cases in self.grouped("company_id").items():
            latest = models._latest(company)
            for case in cases:
                speaking = case.prediction_model_id
                case.is_not_predictable = latest.verdict == "not_predictable"
                case.prediction_source = (
                    speaking.display_name if speaking else self.env._("Scorecard")
                )

    @api.depends_context("company")
    def _compute_credit_limit(self):
        for case in self:
            case.credit_limit = case.partner_id.with_company(case.company_id).sudo().credit_limit

    @api.depends("channel_response")
    @api.depends_context("lang")
    def _compute_channel_response_text(self):
        names = dict(self.env["collections.channel"]._selection())
        for case in self:
            case.channel_response_text = ", ".join(
                self.env._(
                    "%(channel)s %(answered)s of %(made)s",
                    channel=names.get(code, code),
                    answered=answered,
                    made=made,
                )
                for code, made, answered in case.channel_response or []
            )

    # === BUSINESS METHODS === #

    @api.model
    def _write_profiles(self, company, today, partner_ids, scored):
        """Write the profiles of a company's customers, from the gathered items.

        :param partner_ids: only these commercial partners; None for all
        :param dict scored: customer -> values of SCORED
        """
        self.flush_model()
        for name in ("collections.promise", "collections.dispute", "dunning.action"):
            self.env[name].flush_model()
        if partner_ids is None:
            # In the first night the planner may still take the table for empty.
            self.env.cr.execute(SQL("ANALYZE collections_case"))
        self.env["res.partner"].flush_model()
        columns = ("partner_id", *SCORED)
        rows = [
            (customer, *(values[name] for name in SCORED)) for customer, values in scored.items()
        ]
        with loaded(self.env, "collections_case", columns, rows) as table:
            self.env.cr.execute(self._profile_sql(company, today, partner_ids, table))
        self.invalidate_model(flush=False)

    @api.model
    def _only(self, partner_ids, table):
        """The condition that a table speaks of some customers; none where it is about all."""
        if partner_ids is None:
            return SQL()
        return SQL("AND %s = ANY(%s)", SQL.identifier(table, "partner_id"), list(partner_ids))

    @api.model
    def _only_actions(self, partner_ids):
        """The same for `action`, a contact, by the index that contacts have."""
        if partner_ids is None:
            return SQL()
        return SQL(
            "AND action.case_id IN (SELECT id FROM collections_case WHERE partner_id = ANY(%s))",
            list(partner_ids),
        )

    def _profile_sql(self, company, today, partner_ids, scores):
        return SQL(
            """
            WITH paid AS (%(paid)s), sold AS (%(sold)s), promised AS (%(promised)s),
                 disputed AS (%(disputed)s), answered AS (%(answered)s),
                 billed AS (%(billed)s), book AS (
                 SELECT NULLIF(sum(exposure) FILTER (WHERE exposure > 0), 0)::float8 AS total
                   FROM collections_case WHERE company_id = %(company)s)
            UPDATE collections_case SET
                   profile_date = %(today)s,
                   chance_7 = score.chance_7, chance_30 = score.chance_30,
                   chance_60 = score.chance_60, score = COALESCE(score.score, 0),
                   expected_date = score.expected_date,
                   expected_30 = COALESCE(score.expected_30, 0),
                   prediction_reasons = score.prediction_reasons,
                   prediction_model_id = score.prediction_model_id,
                   paid_count = COALESCE(paid.count, 0), mean_lateness = paid.mean,
                   lateness_trend = paid.recent - paid.older,
                   has_lateness_trend = (paid.recent - paid.older) IS NOT NULL,
                   on_time_share = paid.on_time,
                   partial_share = paid.partial, last_paid_date = paid.last,
                   paid_in_month_share = paid.in_month,
                   promise_kept_count = COALESCE(promised.kept, 0),
                   promise_broken_count = COALESCE(promised.broken, 0),
                   dispute_accepted_count = COALESCE(disputed.accepted, 0),
                   dispute_rejected_count = COALESCE(disputed.rejected, 0),
                   channel_response = answered.response,
                   exposure_share = GREATEST(c.exposure, 0)::float8 / book.total,
                   sales_trend = sold.recent / NULLIF(sold.before, 0) - 1,
                   has_sales_trend = COALESCE(sold.before, 0) > 0,
                   contact_quality = %(quality)s
              FROM collections_case c
              JOIN res_partner customer ON customer.id = c.partner_id
         LEFT JOIN billed ON billed.customer = c.partner_id
              JOIN res_partner partner ON partner.id = COALESCE(billed.id, c.partner_id)
         LEFT JOIN %(scores)s score ON score.partner_id = c.partner_id
         LEFT JOIN paid ON paid.customer = c.partner_id
         LEFT JOIN sold ON sold.customer = c.partner_id
         LEFT JOIN promised ON promised.partner_id = c.partner_id
         LEFT JOIN disputed ON disputed.partner_id = c.partner_id
         LEFT JOIN answered ON answered.partner_id = c.partner_id
        CROSS JOIN book
             WHERE c.id = collections_case.id AND c.company_id = %(company)s %(these)s
            """,
            paid=self._paid_sql(today),
            sold=self._sold_sql(today),
            promised=self._promised_sql(company, today, partner_ids),
            disputed=self._disputed_sql(company, partner_ids),
            answered=self._answered_sql(company, today, partner_ids),
            billed=self._billed_sql(partner_ids),
            quality=self._quality_sql(),
            company=company.id,
            today=today,
            scores=scores,
            these=self._only(partner_ids, "c"),
        )

    def _paid_sql(self, today):
        return SQL(
            """
            SELECT customer, count(*) AS count, sum(late * amount) / sum(amount) AS mean,
                   avg(late) FILTER (WHERE settled > %(since)s) AS recent,
                   avg(late) FILTER (WHERE settled <= %(since)s) AS older,
                   avg((late <= 0)::int)::float8 AS on_time,
                   avg((late <= 30)::int)::float8 AS in_month,
                   avg((first_paid IS NOT NULL AND first_paid < settled)::int)::float8 AS partial,
                   max(settled) AS last
              FROM (SELECT *, LEAST(settled - due, 400) AS late
                      FROM %(items)s WHERE settled <= %(today)s) item
          GROUP BY customer
            """,
            since=today - timedelta(days=180),
            today=today,
            items=TABLE,
        )

    def _sold_sql(self, today):
        return SQL(
            """
            SELECT customer, COALESCE(sum(amount) FILTER (WHERE issued > %(recent)s), 0) AS recent,
                   sum(amount) FILTER (WHERE issued <= %(recent)s AND issued > %(before)s) AS before
              FROM %(items)s GROUP BY customer
            """,
            recent=today - timedelta(days=90),
            before=today - timedelta(days=180),
            items=TABLE,
        )

    def _promised_sql(self, company, today, partner_ids):
        return SQL(
            """
            SELECT partner_id, count(*) FILTER (WHERE state = 'kept') AS kept,
                   count(*) FILTER (WHERE state = 'broken') AS broken
              FROM collections_promise WHERE company_id = %s AND date > %s %s GROUP BY 1
            """,
            company.id,
            today - YEAR,
            self._only(partner_ids, "collections_promise"),
        )

    def _disputed_sql(self, company, partner_ids):
        return SQL(
            """
            SELECT partner_id, count(*) FILTER (WHERE state = 'accepted') AS accepted,
                   count(*) FILTER (WHERE state IN ('rejected', 'withdrawn')) AS rejected
              FROM collections_dispute WHERE company_id = %s %s GROUP BY 1
            """,
            company.id,
            self._only(partner_ids, "collections_dispute"),
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_profile(self):
        """Predictions, profiles and groups of every company, anew each day."""
        progress = self.env["ir.cron"]
        companies = self.env["res.company"].search([])
        progress._commit_progress(remaining=len(companies))
        now = fields.Datetime.now()
        for company in companies:
            self._profile_company(company, now)
            if not progress._commit_progress(1):
                break

    @api.model
    def _profile_all(self):
        """What the daily job does, in one transaction: for data made up at once."""
        now = fields.Datetime.now()
        for company in self.env["res.company"].search([]):
            self._profile_company(company, now)

    def _profile_company(self, company, now):
        scorer = self.env["collections.prediction.scorer"]
        scorer._refresh(company, company._collections_today(now))


class CollectionsRefresh(models.Model):
    """After an event the customer's profile and predictions are made anew as well."""

    _inherit = "collections.refresh"

    @api.model
    def _after_refresh(self, company, partner_ids, now):
        super()._after_refresh(company, partner_ids, now)
        if not company.sudo().collections_prediction_base:
            # Nobody has been looked at yet: without everybody one customer tells little.
            self.env.ref("collections_addon.cron_prediction_profile").sudo()._trigger()
            return
        today = company._collections_today(now)
        self.env["collections.prediction.scorer"]._refresh(company, today, partner_ids)
