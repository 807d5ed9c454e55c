from odoo import api, fields, models
from odoo.exceptions import UserError

from .collections_dispute import SOURCES


class CollectionsOptOut(models.Model):
    """A channel on which a customer does not want to be contacted, since when, until when.

    The row stays when the customer changes its mind: it is the record of what was wished.
    """

    _name = "collections.opt.out"
    _description = "Channel Opt-Out"
    _order = "date desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one("collections.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection_to_refuse(),
        string="Channel",
        required=True,
    )
    date = fields.Date(string="Since", required=True, default=fields.Date.context_today)
    date_end = fields.Date(string="Until", help="The day on which the customer allowed it again.")
    source = fields.Selection(SOURCES, required=True, default="collector")

    _once = models.UniqueIndex(
        "(case_id, channel_code) WHERE date_end IS NULL",
        "The customer does not want to be contacted on this channel already.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date)", "It cannot end before it began."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("An opt-out is evidence of what the customer wished: end it instead.")
        )
