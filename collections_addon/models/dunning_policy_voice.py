from odoo import fields, models

from ..domain.call_retry import RetryRules


class DunningPolicy(models.Model):
    """How automatic calls behave."""

    _inherit = "dunning.policy"

    voice_tries = fields.Integer(
        string="Calls at Most", default=3, help="Then the next channel of the level follows."
    )
    voice_machine = fields.Selection(
        [("hang_up", "Hang up and call again"), ("message", "Ask to be called back")],
        string="Answering Machine",
        required=True,
        default="hang_up",
        help="A machine is never told an amount, nor that anything is owed: others may hear it.",
    )
    voice_record = fields.Selection(
        [("never", "Never"), ("ask", "When the customer agrees")],
        string="Record Calls",
        required=True,
        default="never",
    )
    voice_record_days = fields.Integer(
        string="Keep Recordings (days)", default=30, help="Then they are deleted."
    )

    _voice_limits = models.Constraint(
        "CHECK(voice_tries BETWEEN 1 AND 10 AND voice_record_days BETWEEN 1 AND 3650)",
        "Calls are made once to ten times; recordings are kept for 1 to 3650 days.",
    )

    def _retry_rules(self):
        """How often and when an unanswered call is repeated."""
        return RetryRules(tries=self.voice_tries)
