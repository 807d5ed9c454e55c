from odoo import fields, models
from odoo.tools import SQL

from ..models.channel_answers import answered, cost_of_contact, flush_contacts
from ..models.dunning_action import CONTACTED


class CollectionsContactReport(models.Model):
    """One row per contact made: by which channel, what it cost, whether it was answered."""

    _name = "collections.contact.report"
    _description = "Channels Compared"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "action_id"

    action_id = fields.Many2one("dunning.action", string="Contact", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    segment_id = fields.Many2one("collections.segment", string="Group", readonly=True)
    level_id = fields.Many2one("dunning.level", string="Level", readonly=True)
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(),
        string="Channel",
        readonly=True,
    )
    date = fields.Date(readonly=True)
    cost = fields.Monetary(readonly=True, help="By the price of the day of the contact.")
    contacts = fields.Integer(readonly=True)
    answered = fields.Integer(
        readonly=True,
        help="1 when a payment or a reply followed within the days of the company's setting.",
    )
    answered_percent = fields.Float(
        string="Answered (%)",
        readonly=True,
        aggregator="avg",
        help="Contacts followed by a payment or reply, of hundred.",
    )

    @property
    def _table_query(self):
        flush_contacts(self.env)
        self.env["collections.case"].flush_model(["segment_id"])
        self.env["res.company"].flush_model(["collections_answer_days", "currency_id"])
        return SQL(
            """
            SELECT contact.*, 1 AS contacts, contact.answered * 100.0 AS answered_percent
              FROM (SELECT action.id, action.id AS action_id, action.company_id,
                           company.currency_id, action.partner_id, file.segment_id,
                           action.level_id, action.channel_code, action.contact_date AS date,
                           %(cost)s AS cost, %(answered)s::int AS answered
                      FROM dunning_action action
                      JOIN res_company company ON company.id = action.company_id
                      JOIN collections_case file ON file.id = action.case_id
                     WHERE action.contact_date IS NOT NULL AND action.state IN %(contacted)s
                       AND action.test_mode IS NOT TRUE) contact
            """,
            cost=cost_of_contact(),
            answered=answered(SQL("company.collections_answer_days")),
            contacted=CONTACTED,
        )
