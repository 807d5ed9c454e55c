from odoo import fields, models


class ResCompany(models.Model):
    """How the company learns by which channel customers answer."""

    _inherit = "res.company"

    collections_learn_channel = fields.Boolean(
        string="Learn Which Channel Is Answered",
        help="Where a level has several channels that send by themselves, the one that comes "
        "first is chosen by what came of earlier contacts. Fallbacks stay.",
    )
    collections_answer_days = fields.Integer(
        string="Days to Answer",
        default=10,
        help="A contact counts as answered when a payment or a reply follows within so many days.",
    )
    collections_lot_percent = fields.Float(
        string="Contacts by Lot (%)",
        default=10.0,
        help="So many of hundred contacts go by a channel drawn by lot, so that none is forgotten.",
    )
    collections_least_contacts = fields.Integer(
        string="Least Contacts",
        default=200,
        help="Before so many contacts were made by the channels of a level, its first one is used.",
    )
    collections_answer_worth = fields.Monetary(
        string="Worth of an Answer",
        help="What an answer is worth. With it the cost of a contact counts: a channel that "
        "costs more must be answered more. Empty: costs do not count.",
    )

    _answer_days_positive = models.Constraint(
        "CHECK(collections_answer_days BETWEEN 1 AND 90)",
        "Customers must have between 1 and 90 days to answer.",
    )
    _lot_percent_range = models.Constraint(
        "CHECK(collections_lot_percent BETWEEN 0 AND 100)",
        "The contacts by lot must be between 0 and 100 percent.",
    )
    _least_contacts_positive = models.Constraint(
        "CHECK(collections_least_contacts >= 0 AND collections_answer_worth >= 0)",
        "The least contacts and the worth of an answer cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    collections_learn_channel = fields.Boolean(
        related="company_id.collections_learn_channel", readonly=False
    )
    collections_answer_days = fields.Integer(
        related="company_id.collections_answer_days", readonly=False
    )
    collections_lot_percent = fields.Float(
        related="company_id.collections_lot_percent", readonly=False
    )
    collections_least_contacts = fields.Integer(
        related="company_id.collections_least_contacts", readonly=False
    )
    collections_answer_worth = fields.Monetary(
        related="company_id.collections_answer_worth",
        currency_field="collections_currency_id",
        readonly=False,
    )
