import logging
import math
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..domain.trials import Lottery, Trial

_logger = logging.getLogger(__name__)

STATES = [("draft", "Draft"), ("running", "Running"), ("ended", "Ended")]
#: Target state -> states it may be reached from.
TRANSITIONS = {"running": {"draft"}, "ended": {"running"}}
#: What the draw and the comparison rest on: fixed once customers are drawn.
FIXED = {
    "company_id",
    "kind",
    "policy_id",
    "level_ids",
    "challenger_id",
    "share",
    "days",
    "seed",
    "min_size",
    "detect",
    "release_after",
    "most_owed",
    "outside_partner_ids",
}


class CollectionsExperiment(models.Model):
    """A part of the customers, chosen at random and kept, is treated otherwise.

    Either the control group is not contacted, at some levels or at all, or a part gets
    another policy. Whether contacts, or the other policy, bring money in is then read off
    the difference. What the law demands and what people do by hand is never withheld.
    """

    _name = "collections.experiment"
    _description = "Experiment"
    _inherit = ["collections.stateful", "mail.thread"]
    _order = "state desc, date_start desc, id desc"
    _check_company_auto = True
    _transitions = TRANSITIONS

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(STATES, required=True, default="draft", tracking=True, copy=False)
    kind = fields.Selection(
        [
            ("no_contact", "Contacts or none"),
            ("challenger", "Another policy"),
        ],
        string="What Is Compared",
        required=True,
        default="no_contact",
    )
    policy_id = fields.Many2one(
        "dunning.policy",
        required=True,
        check_company=True,
        domain=[("is_for_plans", "=", False)],
        default=lambda self: self.env["dunning.policy"]._default_of(self.env.company),
        help="Customers under this policy take part.",
    )
    level_ids = fields.Many2many(
        "dunning.level",
        string="Levels",
        domain="[('policy_id', '=', policy_id), ('is_statutory', '=', False)]",
        help="The control group is not contacted at these levels; the next level comes on its "
        "day. Empty: at no level but those the law demands.",
    )
    challenger_id = fields.Many2one(
        "dunning.policy",
        string="Challenger",
        check_company=True,
        domain="[('is_for_plans', '=', False), ('id', '!=', policy_id)]",
        help="The policy that is tried. A policy that somebody chose for a customer or an "
        "invoice is left as it is.",
    )
    share = fields.Float(
        string="Share of Customers (%)",
        required=True,
        default=10.0,
        help="So many are left alone, or get the challenger. At most half.",
    )
    days = fields.Integer(
        string="Paid Within (days)",
        required=True,
        default=30,
        help="Counted from the day on which a contact was due, for both groups alike.",
    )
    release_after = fields.Boolean(
        string="Then Contact Them Again",
        default=True,
        help="Who has been left alone for so many days is reminded like everybody, from the "
        "level reached. Off: left alone until the experiment ends.",
    )
    most_owed = fields.Monetary(
        string="Leave Out Above",
        currency_field="company_currency_id",
        help="Customers who owe more when a contact is first due stay outside: reminded by the "
        "policy, and not counted. Zero: no limit.",
    )
    outside_partner_ids = fields.Many2many(
        "res.partner",
        string="Customers Left Out",
        check_company=True,
        domain=[("parent_id", "=", False)],
        help="They stay outside whatever they owe.",
    )
    date_start = fields.Date(string="Began On", readonly=True, copy=False)
    date_end = fields.Date(string="Last Day", copy=False, help="Empty: until somebody ends it.")
    min_size = fields.Integer(
        string="Least Customers per Group",
        required=True,
        default=100,
        help="Nothing is said of the effect before the smaller group has so many observed "
        "customers. Agree on it beforehand.",
    )
    detect = fields.Float(
        string="Difference Worth Knowing (points)",
        required=True,
        default=5.0,
        help="In percentage points of customers who pay. The smaller it is, the more customers "
        "are needed.",
    )
    seed = fields.Char(readonly=True, copy=False, default=lambda self: secrets.token_hex(8))
    note = fields.Text(string="Why, and What Is Expected")
    member_ids = fields.One2many("collections.experiment.member", "experiment_id")

    _share_possible = models.Constraint(
        "CHECK(share > 0 AND share <= 50)",
        "The share of an experiment lies above 0 % and at most at 50 %.",
    )
    _days_possible = models.Constraint(
        "CHECK(days BETWEEN 1 AND 365)", "A payment is waited for between 1 and 365 days."
    )
    _group_possible = models.Constraint(
        "CHECK(min_size >= 30)", "Of fewer than 30 customers per group nothing can be said."
    )
    _difference_possible = models.Constraint(
        "CHECK(detect > 0 AND detect <= 50)",
        "The difference worth knowing lies above 0 and at most at 50 points.",
    )
    _limit_possible = models.Constraint(
        "CHECK(most_owed >= 0)", "The amount above which customers are left out is not negative."
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_end >= date_start)",
        "The last day of an experiment cannot lie before its first.",
    )
    _challenger_named = models.Constraint(
        "CHECK((kind = 'challenger') = (challenger_id IS NOT NULL) AND"
        " challenger_id IS DISTINCT FROM policy_id)",
        "Where policies are compared the challenger is another policy; where contacts are, "
        "there is none.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("level_ids", "policy_id", "kind")
    def _check_levels(self):
        for experiment in self:
            wrong = experiment.level_ids.filtered(
                lambda level, policy=experiment.policy_id: (
                    level.policy_id != policy or level.is_statutory
                )
            )
            if wrong:
                raise ValidationError(
                    self.env._(
                        "Level “%(level)s” cannot be withheld: it is of another policy, or the "
                        "law demands it.",
                        level=wrong[0].name,
                    )
                )

    @api.constrains("state", "policy_id", "challenger_id", "level_ids")
    def _check_apart(self):
        """Two experiments must not treat the same customers at the same levels."""
        for experiment in self.filtered(lambda one: one.state == "running"):
            others = self.search(
                [
                    ("state", "=", "running"),
                    ("company_id", "=", experiment.company_id.id),
                    ("id", "!=", experiment.id),
                ]
            )
            for other in others.filtered(experiment._collides_with):
                raise ValidationError(
                    self.env._(
                        "“%(other)s” is running with the same policy. Each would blur what the "
                        "other shows: end it first, or choose other levels.",
                        other=other.name,
                    )
                )

    def _collides_with(self, other):
        mine, theirs = self.policy_id | self.challenger_id, other.policy_id | other.challenger_id
        if not mine & theirs:
            return False
        whole = not (self.level_ids and other.level_ids)
        return whole or bool(self.level_ids & other.level_ids)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("state", "draft") != "draft" for vals in vals_list):
            raise AccessError(self.env._("An experiment begins as a draft and is then started."))
        return super().create(vals_list)

    def write(self, vals):
        """Override: what the comparison rests on stays once it runs."""
        if "state" in vals and not self.env.su:
            raise AccessError(self.env._("Start or end the experiment by its buttons."))
        if vals.keys() & FIXED and any(experiment.state != "draft" for experiment in self):
            raise UserError(
                self.env._(
                    "Customers have been drawn: only name, note and last day can be changed. End "
                    "this experiment and duplicate it."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_run(self):
        if any(experiment.state != "draft" for experiment in self):
            raise UserError(self.env._("An experiment that ran is evidence and cannot be deleted."))

    @api.onchange("kind", "policy_id")
    def _onchange_kind(self):
        if self.kind == "no_contact":
            self.challenger_id = False
        if self.kind == "challenger" or self.level_ids.policy_id != self.policy_id:
            self.level_ids = False

    # === ACTION METHODS === #

    def action_start(self):
        """Draw customers from the next evaluation on."""
        self.ensure_one()
        self.check_access("write")
        self._start(self.company_id._collections_today(fields.Datetime.now()))
        return True

    def action_end(self):
        """Contact everybody by the policy again; what is still observed is read later."""
        self.ensure_one()
        self.check_access("write")
        self._end(self.company_id._collections_today(fields.Datetime.now()))
        return True

    # === BUSINESS METHODS === #

    def _transition(self, target):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        self._check_transition(target)
        for experiment in self:
            _logger.info("Experiment %s -> %s", experiment.id, target)
        self.sudo().write({"state": target})

    def _start(self, today):
        """Begin.

        :param datetime.date today: business date of the company
        :raises UserError: when it cannot run, or its last day has passed
        """
        self.ensure_one()
        for policy in (self.policy_id | self.challenger_id).filtered(lambda one: not one.active):
            raise UserError(
                self.env._("Policy “%s” is archived: nobody is reminded by it.", policy.name)
            )
        if self.date_end and self.date_end < today:
            raise UserError(self.env._("The last day lies in the past."))
        if self.kind == "no_contact" and not self._withheld():
            raise UserError(
                self.env._("The law demands every level of this policy: nothing can be withheld.")
            )
        self.policy_id.sudo().lock_for_update()
        self.date_start = today
        self._transition("running")

    def _end(self, today):
        for experiment in self:
            experiment.date_end = min(experiment.date_end or today, today)
        self._transition("ended")

    @api.model
    def _end_past(self, company, today):
        """End the experiments of a company whose last day has passed."""
        past = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "running"),
                ("date_end", "<", today),
            ]
        )
        past._transition("ended")

    @api.model
    def _running(self, company):
        """The experiments of a company that are under way, the oldest first."""
        return self.sudo().search(
            [("company_id", "=", company.id), ("state", "=", "running")], order="id"
        )

    def _withheld(self):
        """Levels at which the control group is not contacted."""
        self.ensure_one()
        levels = self.level_ids or self.policy_id.level_ids
        return levels.filtered(lambda level: level.active and not level.is_statutory)

    def _trial(self):
        """The experiment as a value of the domain.

        :rtype: Trial
        """
        self.ensure_one()
        is_rivalry = self.kind == "challenger"
        return Trial(
            self.id,
            self.seed,
            self.share / 100,
            self.policy_id.id,
            frozenset() if is_rivalry else frozenset(self._withheld().ids),
            self.challenger_id.id or None,
            self.date_end or None,
            self.days if self.release_after else None,
            self.most_owed or math.inf,
            frozenset(self.outside_partner_ids.commercial_partner_id.ids),
        )

    @api.model
    def _usable(self, company, rules):
        """The running experiments that can draw: a challenger may have been archived."""
        return self._running(company).filtered(
            lambda one: one.kind == "no_contact" or one.challenger_id.id in rules.policies
        )

    @api.model
    def _lottery(self, company, facts):
        """What draws the customers of a day; None while no experiment runs.

        :param FactBook facts: of the evaluation
        :rtype: Lottery|None
        """
        usable = self._usable(company, facts.rules)
        if not usable:
            return None
        drawn = self.env["collections.experiment.member"]._drawn(usable)
        chosen = self.env["dunning.facts"]._partner_policies(company)
        return Lottery([one._trial() for one in usable], drawn, frozenset(chosen))
