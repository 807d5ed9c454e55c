"""Where rules can be taken over from: the tables of other programs in this database.

They are read by SQL, because the other module's Python may be gone while its tables
are still there. Rows are read as JSON, so that a column more or less does not matter.
"""

from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from ..domain.policy_import import plan_followups, plan_oca

PREFIX = "dunning.import.source."


@dataclass
class Choices:
    """Who uses which rule, by the identifiers of the other program.

    :param defaults: company id -> policy key
    :param partners: (partner id, company id) -> policy key
    :param moves: move id -> policy key
    :param tolerances: (policy key, currency id) -> amount
    :param pauses: (partner id, company id) -> (last day or None, why)
    :param collectors: (partner id, company id) -> user id
    :param reached: (open item id, level key, day of the last reminder)
    """

    defaults: dict = field(default_factory=dict)
    partners: dict = field(default_factory=dict)
    moves: dict = field(default_factory=dict)
    tolerances: dict = field(default_factory=dict)
    pauses: dict = field(default_factory=dict)
    collectors: dict = field(default_factory=dict)
    reached: list = field(default_factory=list)


class DunningImportSource(models.AbstractModel):
    """The contract of a source: an abstract model `dunning.import.source.<code>`."""

    _name = "dunning.import.source"
    _description = "Source of Dunning Rules"

    _table_name = None

    # === REGISTRY === #

    @api.model
    def _available(self):
        """(code, name) of the sources this database has tables of."""
        names = sorted(name for name in self.env.registry if name.startswith(PREFIX))
        sources = [self.env[name] for name in names]
        return [
            (source._name.removeprefix(PREFIX), source._label())
            for source in sources
            if source._is_there()
        ]

    @api.model
    def _by_code(self, code):
        return self.env[PREFIX + code]

    @api.model
    def _is_there(self):
        """Whether the tables of the other program are in this database."""
        return table_exists(self.env.cr, self._table_name)

    # === CONTRACT === #

    @api.model
    def _label(self):
        """Name of the other program."""
        raise NotImplementedError

    @api.model
    def _plans(self, companies):
        """The policies that can be made for these companies.

        :rtype: list[PolicyPlan]
        """
        raise NotImplementedError

    @api.model
    def _choices(self, companies, today):
        """Who uses which rule.

        :param datetime.date today: date of the import
        :rtype: Choices
        """
        raise NotImplementedError

    # === READING === #

    @api.model
    def _rows(self, table):
        """Rows of a table as dictionaries; none when there is no such table."""
        if not table_exists(self.env.cr, table):
            return []
        query = SQL("SELECT to_jsonb(t) FROM %s t ORDER BY id", SQL.identifier(table))
        return [row for [row] in self.env.execute_query(query)]

    @api.model
    def _has_column(self, table, column):
        query = SQL(
            "SELECT 1 FROM information_schema.columns"
            " WHERE table_schema = current_schema AND table_name = %s AND column_name = %s",
            table,
            column,
        )
        return bool(self.env.execute_query(query))

    @api.model
    def _values(self, table, column, companies):
        """Values of a column that may or may not be one per company.

        :return: (row id, company id) -> value, of these companies
        :rtype: dict[tuple[int, int], object]
        """
        if not self._has_column(table, column):
            return {}
        query = SQL(
            "SELECT id, to_jsonb(%(column)s) FROM %(table)s WHERE %(column)s IS NOT NULL",
            column=SQL.identifier(column),
            table=SQL.identifier(table),
        )
        values = {}
        for row_id, value in self.env.execute_query(query):
            for company in companies:
                own = value.get(str(company.id)) if isinstance(value, dict) else value
                if own:
                    values[row_id, company.id] = own
        return values


class DunningImportOca(models.AbstractModel):
    _name = "dunning.import.source.oca"
    _inherit = "dunning.import.source"
    _description = "OCA Credit Control"

    _table_name = "credit_control_policy"

    @api.model
    def _label(self):
        return self.env._("OCA credit control (account_credit_control)")

    @api.model
    def _plans(self, companies):
        policies = [
            row
            for row in self._rows("credit_control_policy")
            if row.get("company_id") in (*companies.ids, None)
        ]
        accounts = self._policies_with_accounts()
        channels = self.env["collections.channel"]._codes()
        return plan_oca(policies, self._rows("credit_control_policy_level"), channels, accounts)

    def _policies_with_accounts(self):
        table = "account_account_credit_control_policy_rel"
        if not table_exists(self.env.cr, table):
            return set()
        query = SQL("SELECT credit_control_policy_id FROM %s", SQL.identifier(table))
        return {policy_id for [policy_id] in self.env.execute_query(query)}

    @api.model
    def _choices(self, companies, today):
        rows = {row["id"]: row for row in self._rows("credit_control_policy")}
        idle = {key for key, row in rows.items() if row.get("do_nothing")}
        partners = {
            (partner_id, company_id): key
            for (partner_id, company_id), key in self._values(
                "res_partner", "credit_policy_id", companies
            ).items()
            if rows.get(key, {}).get("company_id") in (company_id, None)
        }
        defaults = self._values("res_company", "credit_policy_id", companies)
        moves = self._values("account_move", "credit_policy_id", companies[:1])
        return Choices(
            defaults={c: key for (c, _c), key in defaults.items() if c in companies.ids},
            partners={who: key for who, key in partners.items() if key not in idle},
            moves={move_id: key for (move_id, _c), key in moves.items() if key not in idle},
            tolerances=self._tolerances(companies, defaults),
            pauses={
                who: (None, self.env._("“%s” in OCA credit control", rows[key]["name"]))
                for who, key in partners.items()
                if key in idle
            },
            collectors=self._values("res_partner", "payment_responsible_id", companies),
            reached=self._reached(companies),
        )

    def _tolerances(self, companies, defaults):
        """OCA keeps one tolerance per company, in its currency, for the policy it uses."""
        amounts = self._values("res_company", "credit_control_tolerance", companies)
        return {
            (defaults[company.id, company.id], company.currency_id.id): amount
            for company in companies
            if (amount := amounts.get((company.id, company.id)))
            and (company.id, company.id) in defaults
        }

    def _reached(self, companies):
        if not table_exists(self.env.cr, "credit_control_line"):
            return []
        query = SQL(
            """
            SELECT DISTINCT ON (line.id) line.id, sent.policy_level_id, sent.date
              FROM credit_control_line sent
              JOIN account_move_line line ON line.id = sent.move_line_id
             WHERE sent.state = 'sent' AND line.company_id IN %s
               AND line.reconciled IS NOT TRUE AND line.dunning_level_id IS NULL
          ORDER BY line.id, sent.level DESC, sent.id DESC
            """,
            tuple(companies.ids),
        )
        return self.env.execute_query(query)


class DunningImportFollowup(models.AbstractModel):
    _name = "dunning.import.source.followup"
    _inherit = "dunning.import.source"
    _description = "Odoo Enterprise Follow-up"

    _table_name = "account_followup_followup_line"

    @api.model
    def _label(self):
        return self.env._("Follow-up levels of Odoo Enterprise")

    def _level_rows(self, companies):
        rows = self._rows(self._table_name)
        return [row for row in rows if row.get("company_id") in (*companies.ids, None)]

    @api.model
    def _plans(self, companies):
        channels = self.env["collections.channel"]._codes()
        names = {company.id: company.name for company in companies}
        return [
            plan._replace(
                name=self.env._("Follow-up of %s", names[plan.company_id])
                if plan.company_id
                else self.env._("Follow-up")
            )
            for plan in plan_followups(self._level_rows(companies), channels)
        ]

    @api.model
    def _choices(self, companies, today):
        keys = {row.get("company_id") for row in self._level_rows(companies)}
        return Choices(
            defaults={company.id: company.id for company in companies if company.id in keys},
            pauses=self._pauses(companies.filtered(lambda company: company.id in keys), today),
            collectors=self._values("res_partner", "followup_responsible_id", companies),
            reached=self._reached(companies),
        )

    def _pauses(self, companies, today):
        """Customers reminded by hand only, and those to be left alone until a date."""
        pauses = {}
        dates = self._values("res_partner", "followup_next_action_date", companies)
        coming = {who: d for who, d in dates.items() if fields.Date.to_date(d) > today}
        for who, date in coming.items():
            pauses[who] = (date, self.env._("Next reminder date in Odoo Enterprise"))
        kinds = self._values("res_partner", "followup_reminder_type", companies)
        for who, kind in kinds.items():
            if kind == "manual":
                pauses[who] = (None, self.env._("Manual reminders in Odoo Enterprise"))
        return pauses

    def _reached(self, companies):
        if not self._has_column("account_move_line", "followup_line_id"):
            return []
        day = SQL("line.date_maturity + COALESCE(level.delay, 0)")
        if self._has_column("account_move_line", "last_followup_date"):
            day = SQL("COALESCE(line.last_followup_date, %s)", day)
        query = SQL(
            """
            SELECT line.id, line.followup_line_id, %s
              FROM account_move_line line
              JOIN account_followup_followup_line level ON level.id = line.followup_line_id
             WHERE line.company_id IN %s
               AND line.reconciled IS NOT TRUE AND line.dunning_level_id IS NULL
            """,
            day,
            tuple(companies.ids),
        )
        return self.env.execute_query(query)
