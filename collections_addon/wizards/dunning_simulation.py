from collections import Counter
from datetime import timedelta
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..domain.contact_window import is_open_on
from ..domain.simulation import PlayedLine, simulate

CHUNK = 500


class Play:
    """The ladder played by one set of rules.

    :param FactBook facts: the customers
    :param Rules rules: played by
    :param days_of: level id -> days
    :param period: first and last day
    :param is_open: see `domain.simulation.simulate`
    :param course_of: customer -> what experiments make of him
    """

    def __init__(self, facts, rules, days_of, period, is_open, course_of):
        self.facts = facts
        self.course_of = course_of
        self.how = (rules, days_of, period, is_open)
        self.contacts = []

    def add(self, partner_id, lines):
        self.contacts += simulate(
            lines, self.facts.customer(partner_id), *self.how, self.course_of(partner_id)
        )


class DunningSimulation(models.TransientModel):
    """What would be sent: in the coming days, or under other rules in the past.

    Reads the ledger and writes nothing but its own result.
    """

    _name = "dunning.simulation"
    _description = "Dunning Simulation"
    _check_company_auto = True

    mode = fields.Selection(
        [("forward", "Coming days"), ("replay", "Past, under other rules")],
        required=True,
        default="forward",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From", compute="_compute_period", store=True, readonly=False, required=True
    )
    date_to = fields.Date(
        string="To", compute="_compute_period", store=True, readonly=False, required=True
    )
    policy_id = fields.Many2one(
        "dunning.policy",
        string="Replace Policy",
        domain="[('company_id', 'in', (company_id, False)), ('is_for_plans', '=', False)]",
        help="The policy whose customers are played under the other rules.",
    )
    other_policy_id = fields.Many2one(
        "dunning.policy",
        string="By the Rules of",
        domain="[('company_id', 'in', (company_id, False)), ('is_for_plans', '=', False)]",
        context={"active_test": False},
        help="A changed copy of the policy; it may be archived.",
    )
    line_ids = fields.One2many("dunning.simulation.line", "simulation_id", string="Contacts")
    summary_ids = fields.One2many(
        "dunning.simulation.summary", "simulation_id", string="By Level and Channel"
    )
    customer_count = fields.Integer(string="Customers", readonly=True)
    contact_count = fields.Integer(string="Contacts by These Rules", readonly=True)
    usual_count = fields.Integer(string="Contacts by the Present Rules", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(string="Cost by These Rules", readonly=True)
    usual_cost = fields.Monetary(
        string="Cost by the Present Rules",
        readonly=True,
        help="Contacts times what a contact by the channel costs.",
    )

    _period_in_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The last day cannot be before the first."
    )

    @api.depends("mode")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = wizard._title()

    def _title(self):
        if self.mode == "replay":
            return self.env._("What If")
        return self.env._("Coming Contacts")

    @api.depends("mode")
    def _compute_period(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            forward = wizard.mode == "forward"
            wizard.date_from = today if forward else today - timedelta(days=365)
            wizard.date_to = today + timedelta(days=30) if forward else today

    # === ACTION METHODS === #

    def action_simulate(self):
        """Play the period and show the contacts."""
        self.ensure_one()
        self._simulate()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
            "name": self._title(),
        }

    def action_view_lines(self):
        """Every simulated contact, to group and filter."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.simulation.line",
            "view_mode": "list,pivot,graph",
            "domain": [("simulation_id", "=", self.id)],
            "name": self.env._("Simulated Contacts"),
        }

    # === BUSINESS METHODS === #

    def _simulate(self):
        """Play every customer; replaces what an earlier press of the button gave."""
        self.ensure_one()
        company = self.company_id
        if not self.env["dunning.policy"]._default_of(company):
            raise UserError(
                self.env._("%s has no dunning policy to simulate. Create one first.", company.name)
            )
        plays = self._plays(self._facts())
        for partner_ids in split_every(CHUNK, self._partner_ids()):
            for partner_id, lines in self._played_lines(partner_ids).items():
                for play in plays:
                    play.add(partner_id, lines)
        self._write_result(*(play.contacts for play in plays))

    def _plays(self, facts):
        """What is played: the rules asked for and, where they are others, the present ones.

        :rtype: list[Play]
        """
        period = (self.date_from, self.date_to)
        days_of = self.env["dunning.level"]._days_by_id()
        course_of = self._courses(facts)
        plays = [Play(facts, facts.rules, days_of, period, self._open_days(), course_of)]
        if self.policy_id and self.other_policy_id:
            other = self.other_policy_id._rules()[self.other_policy_id.id]
            policies = {**facts.rules.policies, self.policy_id.id: other}
            rules = facts.rules._replace(policies=policies)
            is_open = self._open_days({self.policy_id.id: self.other_policy_id})
            plays.insert(0, Play(facts, rules, days_of, period, is_open, course_of))
        return plays

    def _courses(self, facts):
        """Hook: customer -> what experiments make of him in the coming days, a new one each time.

        :rtype: collections.abc.Callable
        """
        return lambda _partner_id: None

    def _facts(self):
        """Today's facts, without experiments: those are played.

        The past knows nothing of today's contacts and pauses.
        """
        source = self.env["dunning.facts"].sudo()
        source = source.with_context(collections_without_experiments=True)
        facts = source._load(self.company_id, self.date_from)
        if self.mode == "replay":
            for departures in facts.departures.values():
                departures.pop("pause", None)
                departures.pop("last_contact", None)
                departures.pop("contact_dates", None)
            facts.rules.move_pause.clear()
            facts.rules.move_disputed.clear()
        return facts

    def _open_days(self, changed=None):
        """Whether customers may be contacted on a day, by the calendar of the policy.

        :param dict changed: policy id -> `dunning.policy` by whose calendar it goes
        """
        policies = self.env["dunning.policy"].with_context(active_test=False)
        changed = changed or {}

        @cache
        def window(policy_id):
            return (changed.get(policy_id) or policies.browse(policy_id))._contact_window()

        return lambda policy_id, day: is_open_on(day, window(policy_id))

    def _write_result(self, contacts, present=None):
        """Keep the contacts and what they add up to.

        :param contacts: by the rules asked for
        :param present: by the present rules, where those are others
        """
        self.line_ids.unlink()
        self.summary_ids.unlink()
        values = [
            {**self._contact_values(contact), "channel_code": code}
            for contact, code in self._by_channel(contacts)
        ]
        self.env["dunning.simulation.line"].create(values)
        simulated = Counter((v["level_id"], v["channel_code"]) for v in values)
        usual = simulated
        if present is not None:
            usual = Counter((c.level_id, code) for c, code in self._by_channel(present))
        self.customer_count = len({contact.partner_id for contact in contacts})
        self._write_summary(simulated, usual)
        self._write_cost(simulated, usual)

    def _by_channel(self, contacts):
        """Every contact with each channel that its level begins with."""
        levels = self.env["dunning.level"].with_context(active_test=False)
        codes = {
            level: levels.browse(level)._first_steps().mapped("channel_code")
            for level in {contact.level_id for contact in contacts}
        }
        for contact in contacts:
            for code in codes[contact.level_id]:
                yield contact, code

    def _contact_values(self, contact):
        """Hook: values of the line of a simulated contact, all but its channel."""
        return {
            "simulation_id": self.id,
            "date": contact.day,
            "partner_id": contact.partner_id,
            "level_id": contact.level_id,
            "currency_id": contact.currency_id,
            "amount_total": contact.total,
            "amount_overdue": contact.overdue,
            "item_count": contact.items,
        }

    def _write_summary(self, simulated, usual):
        sent = self._sent_counts()
        self.env["dunning.simulation.summary"].create(
            [
                {
                    "simulation_id": self.id,
                    "level_id": level_id,
                    "channel_code": code,
                    "simulated_count": simulated[level_id, code],
                    "usual_count": usual[level_id, code],
                    "sent_count": sent[level_id, code],
                }
                for level_id, code in sorted({*simulated, *usual, *sent})
            ]
        )

    def _write_cost(self, simulated, usual):
        """What the contacts cost at the prices of the last day."""
        prices = self.env["collections.contact.cost"]._on(self.company_id, self.date_to)
        self.cost, self.usual_cost = (
            sum(count * prices.get(code, 0) for (_level, code), count in counts.items())
            for counts in (simulated, usual)
        )
        self.contact_count, self.usual_count = simulated.total(), usual.total()

    def _sent_counts(self):
        """What was really sent in the period, per level and channel."""
        rows = self.env["dunning.action"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("contact_date", ">=", self.date_from),
                ("contact_date", "<=", self.date_to),
                ("state", "in", ("sent", "delivered", "opened")),
            ],
            ["level_id", "channel_code"],
            ["__count"],
        )
        return Counter({(level.id, code): count for level, code, count in rows})

    # === LEDGER === #

    def _item_clause(self):
        """The receivable items that live in the period."""
        still_open = SQL("line.reconciled IS NOT TRUE")
        if self.mode == "replay":
            closed = SQL(
                "EXISTS (SELECT 1 FROM account_partial_reconcile p WHERE p.max_date >= %s"
                " AND line.id IN (p.debit_move_id, p.credit_move_id))",
                self.date_from,
            )
            still_open = SQL("(%s OR %s)", still_open, closed)
        return SQL(
            "line.account_id IN %s AND line.parent_state = 'posted' AND line.company_id = %s"
            " AND line.date <= %s AND %s",
            self.env["dunning.facts"]._receivable_accounts(self.company_id),
            self.company_id.id,
            self.date_to,
            still_open,
        )

    def _partner_ids(self):
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        query = SQL(
            "SELECT DISTINCT partner.commercial_partner_id FROM account_move_line line"
            " JOIN res_partner partner ON partner.id = line.partner_id WHERE %s ORDER BY 1",
            self._item_clause(),
        )
        return [row[0] for row in self.env.execute_query(query)]

    def _played_lines(self, partner_ids):
        """Items of some customers with their life in the ledger.

        :rtype: dict[int, list[PlayedLine]]
        """
        query = SQL(
            """
            SELECT partner.commercial_partner_id, line.currency_id, line.id, line.move_id,
                   line.date, COALESCE(line.date_maturity, line.date),
                   line.amount_currency::float8, line.amount_residual_currency::float8,
                   line.dunning_level_id, COALESCE(line.no_followup, FALSE)
              FROM account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE partner.commercial_partner_id IN %s AND %s
          ORDER BY 1, 2, 3
            """,
            tuple(partner_ids),
            self._item_clause(),
        )
        rows = self.env.execute_query(query)
        events = self._events([row[2] for row in rows]) if self.mode == "replay" else {}
        played = {}
        for row in rows:
            played.setdefault(row[0], []).append(self._played_line(row, events))
        return played

    def _played_line(self, row, events):
        if self.mode == "forward":
            opened, amount, level_id = self.date_from, row[7], row[8]
        else:
            opened, amount, level_id = row[4], row[6], None
        return PlayedLine(
            *row[:4], opened, row[5], amount, tuple(events.get(row[2], ())), level_id, row[9]
        )

    def _events(self, line_ids):
        """Line id -> its reconciliations as (day, signed change of the open amount)."""
        query = SQL(
            """
            SELECT debit_move_id, max_date, -debit_amount_currency::float8
              FROM account_partial_reconcile WHERE debit_move_id IN %(ids)s
             UNION ALL
            SELECT credit_move_id, max_date, credit_amount_currency::float8
              FROM account_partial_reconcile WHERE credit_move_id IN %(ids)s
          ORDER BY 2
            """,
            ids=tuple(line_ids) or (0,),
        )
        events = {}
        for line_id, day, change in self.env.execute_query(query):
            events.setdefault(line_id, []).append((day, change))
        return events
