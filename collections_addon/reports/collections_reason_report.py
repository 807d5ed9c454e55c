from odoo import fields, models
from odoo.tools import SQL

SOURCES = [("message", "A Message"), ("dispute", "A Dispute"), ("contact", "A Contact")]
#: Outcome of a contact -> code of the reason it gives.
REASON_OF = {"cannot_pay": "cash_shortage", "refused": "refuses", "paid": "already_paid"}
READ_FIRST = (
    ("collections.interaction", ["reason_id", "reading_state", "date", "move_ids"]),
    ("collections.dispute", ["reason_id", "opened_on", "state"]),
    ("collections.dispute.line", ["dispute_id", "move_id"]),
    ("collections.dispute.reason", ["code", "is_process_fault"]),
    ("dunning.action", ["outcome_id", "contact_date", "test_mode"]),
    ("dunning.action.item", ["action_id", "move_id"]),
    ("account.move", ["invoice_user_id", "company_id", "state"]),
    ("account.move.line", ["balance", "product_id", "display_type"]),
)


class CollectionsReasonReport(models.Model):
    """Why invoices are paid late: one row per invoice, reason and product.

    Reasons come from messages that were read for sure or confirmed by a person, from
    disputes, and from the outcomes of contacts. A reason told twice of an invoice counts
    once, from the first time; an invoice with two reasons counts under both.
    """

    _name = "collections.reason.report"
    _description = "Why Invoices Are Paid Late"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, aggregator="count_distinct"
    )
    reason_id = fields.Many2one("collections.dispute.reason", string="Reason", readonly=True)
    is_process_fault = fields.Boolean(string="Our Fault", readonly=True)
    source = fields.Selection(SOURCES, string="Told By", readonly=True)
    date = fields.Date(string="First Told On", readonly=True)
    company_id = fields.Many2one("res.company", string="Company or Branch", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    product_id = fields.Many2one("product.product", string="Product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Untaxed amount of this product on the invoice, in company currency."
    )

    @property
    def _table_query(self):
        for name, names in READ_FIRST:
            self.env[name].flush_model(names)
        return SQL(
            """
            WITH told AS (%(told)s),
            sold AS (
                SELECT line.move_id, line.product_id, template.categ_id,
                       SUM(-line.balance) AS amount
                  FROM account_move_line line
                  LEFT JOIN product_product product ON product.id = line.product_id
                  LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE line.display_type = 'product'
                   AND line.move_id IN (SELECT move_id FROM told)
                 GROUP BY line.move_id, line.product_id, template.categ_id
            )
            SELECT row_number() OVER (ORDER BY told.date, told.move_id, told.reason_id,
                                               sold.product_id) AS id,
                   told.move_id, told.reason_id, told.date, told.source,
                   reason.is_process_fault, move.company_id, company.currency_id,
                   move.commercial_partner_id AS partner_id, move.invoice_user_id AS user_id,
                   sold.product_id, sold.categ_id, sold.amount
              FROM told
              JOIN account_move move ON move.id = told.move_id AND move.state = 'posted'
              JOIN collections_dispute_reason reason ON reason.id = told.reason_id
              JOIN res_company company ON company.id = move.company_id
              JOIN sold ON sold.move_id = told.move_id
            """,
            told=self._told(),
        )

    def _told(self):
        """The first time that each reason was told of each invoice."""
        codes = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in REASON_OF.items())
        return SQL(
            """
            SELECT move_id, reason_id, MIN(date) AS date,
                   (array_agg(source ORDER BY date, source))[1] AS source
              FROM (
                SELECT about.account_move_id AS move_id, said.reason_id,
                       said.date::date AS date, 'message' AS source
                  FROM collections_interaction said
                  JOIN account_move_collections_interaction_rel about
                       ON about.collections_interaction_id = said.id
                 WHERE said.reason_id IS NOT NULL AND said.active
                   AND said.reading_state IN ('read', 'confirmed')
                UNION ALL
                SELECT line.move_id, dispute.reason_id, dispute.opened_on, 'dispute'
                  FROM collections_dispute_line line
                  JOIN collections_dispute dispute ON dispute.id = line.dispute_id
                UNION ALL
                SELECT item.move_id, reason.id, action.contact_date, 'contact'
                  FROM dunning_action action
                  JOIN dunning_outcome outcome ON outcome.id = action.outcome_id
                  JOIN (VALUES %(codes)s) means (outcome, reason) ON means.outcome = outcome.code
                  JOIN collections_dispute_reason reason ON reason.code = means.reason
                  JOIN dunning_action_item item ON item.action_id = action.id
                 WHERE action.contact_date IS NOT NULL AND action.test_mode IS NOT TRUE
              ) each_time
             WHERE move_id IS NOT NULL
             GROUP BY move_id, reason_id
            """,
            codes=codes,
        )
