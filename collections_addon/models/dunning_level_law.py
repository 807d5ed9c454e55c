from odoo import fields, models


class DunningLevel(models.Model):
    """Notices that the law demands go out whatever is being tried."""

    _inherit = "dunning.level"

    is_statutory = fields.Boolean(
        string="Required by Law",
        help="A notice without which a right is lost, such as the formal notice before "
        "proceedings. No experiment ever withholds it.",
    )
