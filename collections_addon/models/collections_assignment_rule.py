from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain import distribution, worklist


class CollectionsAssignmentRule(models.Model):
    """Which customers are looked after by whom. The first rule that fits a customer speaks.

    Among the people of a rule work is spread fairly; who has a customer keeps it.
    """

    _name = "collections.assignment.rule"
    _description = "Rule of Distribution"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_nightly = fields.Boolean(
        string="Each Night",
        default=True,
        help="Overdue customers who have no collector get one each night.",
    )

    # Who
    team_id = fields.Many2one("collections.team", check_company=True)
    user_ids = fields.Many2many(
        "res.users",
        "collections_assignment_rule_user_rel",
        string="Collectors",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Beside those of the team.",
    )

    # Which customers; what is empty asks nothing
    segment_ids = fields.Many2many("collections.segment", string="Groups")
    country_ids = fields.Many2many("res.country", string="Countries")
    letter_from = fields.Char(
        string="From Letter", size=1, help="First letter of the name of the customer."
    )
    letter_to = fields.Char(string="To Letter", size=1)
    amount_from = fields.Monetary(string="Overdue From", help="0: from any amount.")
    amount_to = fields.Monetary(string="Overdue Below", help="0: no upper end.")

    _amounts = models.Constraint(
        "CHECK (amount_from >= 0 AND (amount_to = 0 OR amount_to > amount_from))",
        "The upper amount must lie above the lower one.",
    )

    @api.constrains("name", "company_id", "team_id", "user_ids")
    def _check_somebody(self):
        for rule in self:
            if not rule._people():
                raise ValidationError(
                    self.env._("Choose a team with members, or collectors, for “%s”.", rule.name)
                )

    @api.constrains("letter_from", "letter_to")
    def _check_letters(self):
        for rule in self:
            if not rule.letter_from and not rule.letter_to:
                continue
            first = distribution.first_letter(rule.letter_from or "")
            last = distribution.first_letter(rule.letter_to or "")
            if not first or not last or first > last:
                raise ValidationError(self.env._("Give two letters, the first one first."))

    def _people(self):
        """Collectors of the rule who can work in its company.

        :rtype: `res.users`
        """
        self.ensure_one()
        everybody = (self.team_id.member_ids | self.user_ids).sudo()
        return everybody.filtered(lambda user: user._is_collector(self.company_id))

    def _for_domain(self):
        """The rules as the domain asks for them, in order.

        :rtype: list[`domain.distribution.Rule`]
        """
        return [
            distribution.Rule(
                rule.id,
                tuple(rule._people().ids),
                frozenset(rule.segment_ids.ids),
                frozenset(rule.country_ids.ids),
                (rule.letter_from, rule.letter_to) if rule.letter_from else None,
                rule.amount_from or None,
                rule.amount_to or None,
            )
            for rule in self
        ]

    # === CUSTOMERS === #

    @api.model
    def _distribute(self, company, today, keep=True, only_new=False):
        """Who would look after whom, of the overdue customers of a company.

        People who are away on the day get nobody new.

        :param bool keep: who has a customer keeps it where a rule allows
        :param bool only_new: only customers without a collector, by the nightly rules
        :rtype: list[`domain.distribution.Given`]
        """
        rules = self.sudo().search([("company_id", "=", company.id)])
        customers = self._customers(company, today)
        if only_new:
            rules = rules.filtered("is_nightly")
            customers = [one for one in customers if not one.collector]
        shares = self._day_shares(company, today)
        return distribution.distribute(customers, rules._for_domain(), shares, keep)

    def _day_shares(self, company, today):
        """Collector id -> part of a full day; who is away has none.

        :rtype: dict[int, float]
        """
        absences = self.env["collections.absence"]._running(company, today)
        shares = self.env["collections.workload"]._shares(company)
        return shares | dict.fromkeys((one.person for one in absences), 0.0)

    def _customers(self, company, today):
        self.env["collections.case"].flush_model()
        rows = self.env["collections.worklist"]._case_rows(company, today, None)
        return [
            distribution.Customer(
                row["id"],
                row["name"] or "",
                row["overdue"],
                worklist.minutes(
                    worklist.Facts(
                        row["overdue"], items=row["items"] or 1, has_phone=row["has_phone"]
                    )
                ),
                row["segment_id"],
                row["country_id"],
                row["collector_id"],
            )
            for row in rows
            if row["overdue"] > 0
        ]

    # === EACH NIGHT === #

    @api.model
    def _assign_new(self, company, today):
        """Give overdue customers without a collector to somebody, by the nightly rules.

        :return: how many customers
        :rtype: int
        """
        found = self._distribute(company, today, only_new=True)
        return self._give(found)

    @api.model
    def _give(self, found):
        """Write who looks after whom, where it changes.

        :param found: of `domain.distribution.Given`
        :return: how many customers changed hands
        :rtype: int
        """
        return self.env["collections.case"]._change_hands(
            [
                (one.customer.key, one.customer.collector, one.person)
                for one in found
                if one.person != one.customer.collector
            ]
        )
