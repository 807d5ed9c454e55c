from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningLevel(models.Model):
    """What a level charges when its message has been sent."""

    _inherit = "dunning.level"

    charge_mode = fields.Selection(
        [
            ("none", "Charge nothing"),
            ("mention", "Mention in the message"),
            ("book", "Mention, and book a debit note"),
        ],
        string="Charges",
        required=True,
        default="none",
    )
    charge_audience = fields.Selection(
        [("all", "Every customer"), ("business", "Businesses only")],
        string="Charged To",
        required=True,
        default="all",
    )
    fee_ids = fields.One2many("dunning.level.fee", "level_id", string="Fees", copy=True)
    fee_percent = fields.Float(
        string="Fee in Percent", digits=(8, 4), help="Of what is overdue, beside the fixed fee."
    )
    fee_scope = fields.Selection(
        [("contact", "Once per message"), ("item", "For each item")],
        string="Fixed Fee",
        required=True,
        default="contact",
    )
    interest = fields.Selection(
        [
            ("none", "No interest"),
            ("statutory", "By law"),
            ("contract", "As agreed"),
        ],
        string="Late Interest",
        required=True,
        default="none",
    )
    interest_percent = fields.Float(string="Percent a Year", digits=(8, 4))
    charge_compensation = fields.Boolean(
        string="Compensation by Law",
        help="The lump sum of the law for the cost of collection, once per item.",
    )
    charge_warning = fields.Char(compute="_compute_charge_warning")

    _percents = models.Constraint(
        "CHECK(fee_percent >= 0 AND interest_percent >= 0)", "A percentage cannot be negative."
    )

    @api.constrains("interest", "interest_percent")
    def _check_interest(self):
        for level in self:
            if level.interest == "contract" and level.interest_percent <= 0:
                raise ValidationError(
                    self.env._("Level “%s” charges interest as agreed: say how much.", level.name)
                )

    @api.depends("charge_mode", "interest", "charge_compensation", "company_id")
    @api.depends_context("company")
    def _compute_charge_warning(self):
        for level in self:
            by_law = level.interest == "statutory" or level.charge_compensation
            level.charge_warning = (
                level._law_warning() if by_law and level.charge_mode != "none" else False
            )

    def _law_warning(self):
        company = self.company_id or self.env.company
        law = company._collections_law("business")
        if not law:
            return self.env._(
                "No law of late payment is known for %s: nothing is charged by law. Choose one "
                "in the settings.",
                company.name,
            )
        if law.is_outdated:
            return self.env._(
                "The value of “%(reference)s” is known only until %(date)s; later days bear no "
                "interest until the next one is entered.",
                reference=law.reference_id.name,
                date=fields.Date.to_string(law.reference_id.known_until) or "–",
            )
        if law.needs_check or law.reference_id.to_verify:
            return self.env._(
                "“%s” is marked “verify before use”: compare it with its source before you "
                "charge by it.",
                law.name,
            )
        return False

    def _charges(self):
        """Those of these levels that charge something.

        :rtype: `dunning.level`
        """
        return self.filtered(lambda level: level.charge_mode != "none" and level.days >= 0)


class DunningLevelFee(models.Model):
    """The fixed fee of a level in a currency."""

    _name = "dunning.level.fee"
    _description = "Fee of a Level"
    _order = "level_id, currency_id"

    level_id = fields.Many2one("dunning.level", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(required=True)

    _once = models.UniqueIndex(
        "(level_id, currency_id)", "This level has a fee in this currency already."
    )
    _positive = models.Constraint("CHECK(amount > 0)", "A fee needs an amount.")
