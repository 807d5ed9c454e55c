from dataclasses import replace
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain.eligibility import WITHOUT_DATE, Rules, decide, next_step_date
from ..domain.facts import CustomerFacts, OpenLine
from ..domain.message import compose
from .dunning_action_fallback import UNDER_WAY
from .dunning_level_book import LevelBook
from .dunning_test_mode import is_real_contact


class ReminderGroup(NamedTuple):
    """The installments of a customer in a currency, ready for the decision.

    :param lines: `OpenLine` of installments (their ids) and of the customer's credits
    :param facts: `CustomerFacts`
    :param rules: `Rules` by installment
    """

    lines: list
    facts: object
    rules: object


class CollectionsPlan(models.Model):
    """Reminders of installments, decided as everything else is: by `domain.eligibility`."""

    _inherit = "collections.plan"

    @api.model
    def _remind(self, run):
        """Plan the contacts of a run about installments.

        :param run: `dunning.run`, being evaluated
        :return: the contacts, drafts or queued
        """
        company, today, now = run.company_id, run.date, fields.Datetime.now()
        plans = self.sudo()._keep(company, today)
        actions = self.env["dunning.action"].sudo()
        if not plans:
            return actions
        book = LevelBook(self.env, company)
        for (partner_id, _currency), group in plans._reminder_groups(company, today).items():
            listing = compose(decide(group.lines, group.facts, group.rules, today), book.days)
            if any(item.is_step for item in listing.items):
                opening = book.opening(listing.level_id, now)
                actions |= self._plan_contacts(run, partner_id, listing, opening, book)
        return actions

    def _plan_contacts(self, run, partner_id, listing, opening, book):
        """One contact per first channel of the level, as for invoices."""
        actions = self.env["dunning.action"].sudo()
        values = self._contact_values(run, partner_id, listing)
        state, reason, review_above = opening
        if review_above and sum(i.line.residual_company for i in listing.items) > review_above:
            state, reason = "draft", "large_exposure"
        for step_id, code in book.first_steps[listing.level_id]:
            if actions._is_under_way({**values, "channel_code": code}):
                continue
            action = actions.create(
                {
                    **values,
                    "step_id": step_id,
                    "channel_code": code,
                    "is_manual": code in book.manual_codes,
                    "state": state,
                    "reason_code": reason,
                }
            )
            rows = [action._item_values(item) for item in listing.items]
            self.env["dunning.action.item"].sudo().create(rows)
            actions |= action
        return actions

    def _contact_values(self, run, partner_id, listing):
        partner = self.env["res.partner"].sudo().browse(partner_id)
        foremost = max(
            (item for item in listing.items if item.is_step),
            key=lambda item: (item.line.days_overdue, -item.line.id),
        )
        return {
            "run_id": run.id,
            "case_id": self.env["collections.case"]._of(partner, run.company_id).id,
            "partner_id": partner_id,
            "recipient_id": partner._dunning_recipient().id,
            "company_id": run.company_id.id,
            "currency_id": foremost.line.currency_id,
            "level_id": listing.level_id,
            "plan_line_id": foremost.line.id,
            "amount_total": listing.total,
            "amount_overdue": listing.overdue,
            "amount_credit": listing.credit,
        }

    # === FACTS === #

    def _reminder_groups(self, company, today, sending_run_id=None):
        """What the decision about the installments of these active plans is made from.

        :param sending_run_id: at the moment of sending, the run being sent
        :return: (customer id, currency id) -> ReminderGroup
        :rtype: dict
        """
        if not self:
            return {}
        source = self.env["dunning.facts"].sudo().with_company(company)
        book = source._load(company, today, self.partner_id.ids, sending_run_id)
        policies = self.env["dunning.policy"].sudo()._plan_rules()
        lines = self._reminder_lines(company, today, sending_run_id)
        rules = Rules(
            policies=policies,
            move_policy={li.id: li.plan_id.policy_id.id for li in self.line_ids},
            move_pause=self._installment_pauses(),
            move_disputed={},
            rounding=book.rules.rounding,
        )
        groups = {}
        for (partner_id, currency_id), rows in lines.items():
            facts = book.customer(partner_id)
            policy = rules.move_policy[rows[0].move_id]
            groups[partner_id, currency_id] = ReminderGroup(
                rows, self._customer_facts(facts, policy), rules
            )
        return groups

    @api.model
    def _next_steps(self, company, today, partner_ids=None):
        """When the customers with a running plan are next reminded of an installment.

        :param partner_ids: only these customers
        :return: customer id -> (day, level id), where a day is known
        :rtype: dict[int, tuple[datetime.date, int]]
        """
        domain = [("company_id", "=", company.id), ("state", "=", "active")]
        if partner_ids is not None:
            domain.append(("partner_id", "in", partner_ids))
        steps = {}
        groups = self.search(domain)._reminder_groups(company, today)
        for (partner_id, _currency), group in groups.items():
            for decision in decide(group.lines, group.facts, group.rules, today):
                when = next_step_date(decision, group.facts, group.rules, today)
                if when and decision.reason not in WITHOUT_DATE:
                    step = (when, decision.upcoming.id)
                    steps[partner_id] = min(steps.get(partner_id, step), step)
        return steps

    def _installment_pauses(self):
        """Hook: installments that are not to be reminded of.

        :return: id of the installment -> reason code
        :rtype: dict[int, str]
        """
        return {}

    def _customer_facts(self, facts, policy_id):
        """The customer as known, under the rules of its plan."""
        return replace(facts, policy_id=policy_id) if facts else CustomerFacts(policy_id)

    def _reminder_lines(self, company, today, sending_run_id):
        """Installments overdue, the next one of each plan, and the customer's credits."""
        asked = self._asked(today, with_credits=False)
        levels = self._levels_reached(sending_run_id)
        groups = {}
        for plan in self.filtered("policy_id").sorted("id"):
            lines = plan._ordered_lines().filtered(lambda line, of=asked[plan.id]: of[line.id] > 0)
            late = lines.filtered(lambda line: line.date < today)
            for line in late | (lines - late)[:1]:
                row = plan._open_line(line, asked[plan.id][line.id], levels, today)
                groups.setdefault((plan.partner_id.id, plan.currency_id.id), []).append(row)
        for key, amount in self._free_credits().items():
            if key in groups:
                groups[key].append(self._credit_line(*key, float(amount)))
        return groups

    def _open_line(self, line, amount, levels, today):
        company, amount = self.company_id, float(amount)
        in_company = self.currency_id._convert(amount, company.currency_id, company, today)
        return OpenLine(
            self.partner_id.id,
            self.currency_id.id,
            line.id,
            line.id,
            (today - line.date).days,
            amount,
            in_company,
            levels.get(line.id),
            False,
        )

    def _credit_line(self, partner_id, currency_id, amount):
        return OpenLine(partner_id, currency_id, 0, 0, 0, -amount, -amount, None, False)

    def _levels_reached(self, sending_run_id=None):
        """Installment id -> highest level of which a reminder was really sent.

        :param sending_run_id: a run that is taken to have sent nothing yet
        """
        self.env["dunning.action"].flush_model()
        self.env["dunning.action.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.plan_line_id,
                       (array_agg(item.level_id ORDER BY level.days DESC, item.id DESC))[1]
                  FROM dunning_action_item item
                  JOIN dunning_action action ON action.id = item.action_id
                  JOIN dunning_level level ON level.id = item.level_id
                 WHERE item.plan_line_id IN %s
                   AND action.state IN ('sent', 'delivered', 'opened')
                   AND action.run_id IS DISTINCT FROM %s AND %s
              GROUP BY item.plan_line_id
                """,
                tuple(self.line_ids.ids) or (0,),
                sending_run_id,
                is_real_contact(),
            )
        )
        return dict(rows)


class DunningRun(models.Model):
    """The daily evaluation takes the installments first: their dates cannot wait, while a
    level of an invoice keeps."""

    _inherit = "dunning.run"

    def _before_evaluation(self):
        """Override: plans are brought up to date, their installments reminded."""
        super()._before_evaluation()
        self.env["collections.plan"]._remind(self)


class DunningAction(models.Model):
    _inherit = "dunning.action"

    @api.model
    def _is_under_way(self, values):
        """Whether a contact with this customer on this channel has not ended yet."""
        names = ("company_id", "partner_id", "currency_id", "channel_code")
        domain = [(name, "=", values[name]) for name in names]
        return bool(self.search_count([*domain, ("state", "in", UNDER_WAY)], limit=1))
