from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dunning_test_mode import is_real_contact


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    dunning_level_id = fields.Many2one(
        "dunning.level",
        string="Dunning Level",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Highest level of which a contact was really sent.",
    )
    dunning_last_date = fields.Date(string="Last Reminder", readonly=True, copy=False)
    dunning_next_date = fields.Date(string="Next Reminder", compute="_compute_dunning_next")
    dunning_next_level_id = fields.Many2one(
        "dunning.level", string="Next Level", compute="_compute_dunning_next"
    )
    dunning_reason_code = fields.Selection(
        selection="_selection_dunning_reason",
        string="Reason of No Reminder",
        compute="_compute_dunning_next",
    )
    dunning_explanation = fields.Char(string="What Comes Next", compute="_compute_dunning_next")

    @api.model
    def _selection_dunning_reason(self):
        return self.env["dunning.action"]._selection_reason()

    def _compute_dunning_next(self):
        answers = self._dunning_explain(fields.Date.context_today(self))
        for line in self:
            answer = answers.get(line.id, {})
            line.dunning_next_date = answer.get("next_date")
            line.dunning_next_level_id = answer.get("next_level_id")
            line.dunning_reason_code = answer.get("reason_code")
            line.dunning_explanation = answer.get("text")

    def unlink(self):
        """Override of `account`: contacts keep their items without a link to the deleted."""
        self.env["dunning.action.item"].sudo()._forget("move_line_id", self)
        return super().unlink()

    @api.model
    def _dunning_open_domain(self, company_ids):
        """Open receivable items: the ones dunning looks at."""
        return (
            Domain("company_id", "in", company_ids)
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
        )

    def _dunning_explain(self, date):
        """Why each open item is (not) chased on a date, and what comes next.

        :param datetime.date date: the business date asked about
        :return: per line id: `level_id`, `next_level_id` (ids or False),
            `next_date`, `reason_code` (False when it would be contacted) and
            `text`, a sentence in the user's language
        :rtype: dict[int, dict]
        """
        return self.env["dunning.explainer"]._explain(self, date)

    @api.model
    def _dunning_recompute_levels(self, line_ids):
        """Derive level and last date of items, and of their invoices, from what was sent."""
        if not line_ids:
            return
        line_ids = tuple(line_ids)
        self.env["dunning.action"].flush_model(["state", "contact_date"])
        self.env["dunning.action.item"].flush_model()
        self.flush_model(["dunning_level_id", "dunning_last_date"])
        self.env.cr.execute(self._dunning_levels_sql(line_ids))
        move_ids = tuple({row[0] for row in self.env.cr.fetchall()})
        if move_ids:
            self.env.cr.execute(self._dunning_move_levels_sql(move_ids))
        names = ["dunning_level_id", "dunning_last_date"]
        self.browse(line_ids).invalidate_recordset(names, flush=False)
        self.env["account.move"].browse(move_ids).invalidate_recordset(
            ["dunning_level_id"], flush=False
        )

    @api.model
    def _dunning_levels_sql(self, line_ids):
        return SQL(
            """
            UPDATE account_move_line line
               SET dunning_level_id = sent.level_id, dunning_last_date = sent.last_date
              FROM account_move_line own
         LEFT JOIN LATERAL (
                    SELECT (array_agg(item.level_id ORDER BY level.days DESC, item.id DESC))[1]
                               AS level_id,
                           max(action.contact_date) AS last_date
                      FROM dunning_action_item item
                      JOIN dunning_action action ON action.id = item.action_id
                      JOIN dunning_level level ON level.id = item.level_id
                     WHERE item.move_line_id = own.id
                       AND item.ended_on IS NULL
                       AND action.state IN ('sent', 'delivered', 'opened')
                       AND %s
                   ) sent ON TRUE
             WHERE line.id = own.id
               AND own.id IN %s
               AND (line.dunning_level_id, line.dunning_last_date)
                   IS DISTINCT FROM (sent.level_id, sent.last_date)
         RETURNING line.move_id
            """,
            is_real_contact(),
            line_ids,
        )

    @api.model
    def _dunning_move_levels_sql(self, move_ids):
        return SQL(
            """
            UPDATE account_move move
               SET dunning_level_id = (
                    SELECT line.dunning_level_id
                      FROM account_move_line line
                      JOIN dunning_level level ON level.id = line.dunning_level_id
                     WHERE line.move_id = move.id
                  ORDER BY level.days DESC
                     LIMIT 1)
             WHERE move.id IN %s
            """,
            move_ids,
        )
