from odoo import fields, models


class DunningOutcome(models.Model):
    """What came of a contact. Records, so that a company may add its own."""

    _name = "dunning.outcome"
    _description = "Contact Outcome"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_reached = fields.Boolean(
        string="Customer Reached", help="The contact counts as made: the level is reached."
    )
    asks_callback = fields.Boolean(help="A date to call back is asked for.")

    _unique_code = models.UniqueIndex("(code)", "This outcome code exists already.")

    def _by_code(self, code):
        """The outcome with this code; empty when it was removed."""
        return self.with_context(active_test=False).search([("code", "=", code)], limit=1)
