from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_policy_id = fields.Many2one(
        "dunning.policy",
        string="Dunning Policy",
        domain=[("is_for_plans", "=", False)],
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Empty: the policy of the customer, of its group or of the company.",
    )
    dunning_level_id = fields.Many2one(
        "dunning.level",
        string="Dunning Level",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Highest level of which a contact was really sent.",
    )
    dunning_next_date = fields.Date(string="Next Reminder", compute="_compute_dunning_next")
    dunning_next_level_id = fields.Many2one(
        "dunning.level", string="Next Level", compute="_compute_dunning_next"
    )
    dunning_reason_code = fields.Selection(
        selection=lambda self: self.env["dunning.action"]._selection_reason(),
        string="Reason of No Reminder",
        compute="_compute_dunning_next",
    )
    dunning_explanation = fields.Char(string="What Comes Next", compute="_compute_dunning_next")
    dunning_contact_count = fields.Integer(
        compute="_compute_dunning_contact_count",
        groups="collections_addon.group_collections_viewer",
    )
    collections_case_id = fields.Many2one(
        "collections.case",
        compute="_compute_collections_case_id",
        string="Collection Case",
        groups="collections_addon.group_collections_viewer",
    )

    _dunning_blocked_idx = models.Index("(company_id) WHERE payment_state = 'blocked'")

    def _post(self, soft=True):
        """Override of `account`: what was posted changes what its customer owes."""
        posted = super()._post(soft)
        sales = posted.filtered(lambda move: move.is_sale_document(include_receipts=True))
        for company, moves in sales.grouped("company_id").items():
            self.env["collections.refresh"]._add(moves.partner_id, company)
        return posted

    def unlink(self):
        """Override of `account`: contacts keep their items without a link to the deleted."""
        self.env["dunning.action.item"].sudo()._forget("move_id", self)
        return super().unlink()

    def _dunning_lines(self):
        """The receivable items of these documents that can be chased."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _compute_dunning_next(self):
        answers = self._dunning_lines()._dunning_explain(fields.Date.context_today(self))
        for move in self:
            answer = move._dunning_foremost([answers.get(i, {}) for i in move._dunning_lines().ids])
            move.dunning_next_date = answer.get("next_date")
            move.dunning_next_level_id = answer.get("next_level_id")
            move.dunning_reason_code = answer.get("reason_code")
            move.dunning_explanation = answer.get("text")

    @api.model
    def _dunning_foremost(self, answers):
        """Of the answers for several installments, the one that happens first."""
        opened = [answer for answer in answers if answer.get("reason_code") != "paid"]
        dated = [answer for answer in opened if answer.get("next_date")]
        if dated:
            return min(dated, key=lambda answer: answer["next_date"])
        return next(iter(opened or answers), {})

    def _compute_dunning_contact_count(self):
        rows = self.env["dunning.action.item"]._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["action_id:count_distinct"]
        )
        counts = {move.id: count for move, count in rows}
        for move in self:
            move.dunning_contact_count = counts.get(move.id, 0)

    def _compute_collections_case_id(self):
        cases = self.env["collections.case"].search(
            [("partner_id", "in", self.commercial_partner_id.ids)]
        )
        by_key = {(case.partner_id, case.company_id): case for case in cases}
        for move in self:
            move.collections_case_id = by_key.get(
                (move.commercial_partner_id, move.company_id), cases.browse()
            )
