from odoo import api, fields, models

from ..domain.segments import KNOWN, Rule

FACTS = [
    ("settled", "Settled Invoices"),
    ("answers", "Clear Answers in a Year"),
    ("chance_30", "Chance to Pay Within 30 Days"),
    ("paid_in_month", "Share Paid at Most 30 Days Late"),
    ("promises_kept", "Promises Kept in a Year"),
    ("promises_broken", "Promises Broken in a Year"),
    ("disputes_accepted", "Disputes the Customer Won"),
    ("shortages", "Said It Cannot Pay, in 180 Days"),
    ("refusals", "Refused to Pay, in a Year"),
]
#: Of these facts the figure is a share, from 0 to 1.
SHARES = ("chance_30", "paid_in_month")
GIVES = [
    (KNOWN, "Known"),
    ("able_willing", "Able and Willing"),
    ("cannot_pay", "Cannot Pay"),
    ("will_not_pay", "Does Not Pay"),
]


class CollectionsSegmentRule(models.Model):
    """One rule by which customers get their group: a figure reaches a value.

    Rules are asked in order. The first about behavior that applies decides; one that
    needs a person proposes and lets the next ones decide.
    """

    _name = "collections.segment.rule"
    _description = "Rule of the Five Groups"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    fact = fields.Selection(FACTS, string="When", required=True)
    least = fields.Float(
        string="Is at Least", required=True, default=1.0, help="Shares from 0 to 1."
    )
    gives = fields.Selection(GIVES, string="The Customer Is", required=True)
    needs_person = fields.Boolean(
        string="A Person Confirms", help="The group is proposed on the case, not given."
    )

    _sensible = models.Constraint("CHECK (least > 0)", "The least value must be above zero.")
    _share_reachable = models.Constraint(
        "CHECK (least <= 1 OR fact NOT IN ('chance_30', 'paid_in_month'))",
        "This figure is a share, from 0 to 1: 0.8 stands for 80 %.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._group_anew()
        return rules

    def write(self, vals):
        """Override: customers are grouped by the new rules soon, not only tomorrow."""
        result = super().write(vals)
        self._group_anew()
        return result

    def unlink(self):
        result = super().unlink()
        self._group_anew()
        return result

    def _group_anew(self):
        xmlid = "collections_addon.cron_prediction_profile"
        if cron := self.env.ref(xmlid, raise_if_not_found=False):  # not yet, at installation
            cron.sudo()._trigger()

    # === BUSINESS METHODS === #

    def _for_domain(self, company):
        """The rules of a company, in order.

        :rtype: tuple[Rule]
        """
        rules = self.sudo().search(
            ["|", ("company_id", "=", False), ("company_id", "=", company.id)]
        )
        return tuple(
            Rule(rule.id, rule.fact, rule.least, rule.gives, rule.needs_person) for rule in rules
        )


class CollectionsSegmentChange(models.Model):
    """A customer came into another group: when, why, by whom. Written once."""

    _name = "collections.segment.change"
    _description = "Change of Group"
    _order = "date desc, id desc"
    _rec_name = "segment_id"
    _log_access = False

    case_id = fields.Many2one(
        "collections.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    date = fields.Date(required=True, readonly=True)
    old_segment_id = fields.Many2one("collections.segment", string="From", readonly=True)
    segment_id = fields.Many2one("collections.segment", string="To", readonly=True)
    evidence = fields.Json(readonly=True)
    evidence_text = fields.Char(string="Because", compute="_compute_evidence_text")
    user_id = fields.Many2one("res.users", string="By", readonly=True, help="Empty: by the rules.")
    note = fields.Char(string="Reason", readonly=True)
    until = fields.Date(readonly=True)

    def _compute_evidence_text(self):
        cases = self.env["collections.case"]
        for change in self:
            change.evidence_text = change.note or cases._tell_evidence(change.evidence)
