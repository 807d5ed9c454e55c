from odoo import fields, models


class DunningPolicy(models.Model):
    """Whether customers are asked why before they are asked harder."""

    _inherit = "dunning.policy"

    ask_why = fields.Boolean(
        string="Ask Why",
        default=True,
        help="The first message after the due date asks for the reason, with answers of one tap.",
    )


class DunningLevel(models.Model):
    """The level at which the customer is asked why."""

    _inherit = "dunning.level"

    def _asks_why(self):
        """Whether a message of this level offers the answers: the first one past due does."""
        self.ensure_one()
        past_due = self.policy_id.level_ids.filtered(lambda level: level.days > 0)
        return self.policy_id.ask_why and self == past_due.sorted("days")[:1]
