from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .dunning_policy import LADDER_IN_CHANGE

#: Days overdue from which a level gets the firm text unless another is chosen.
FIRM_FROM = 15
TEXTS = ("pre_due", "friendly", "firm", "final")


class DunningLevel(models.Model):
    """One rung of a policy: so many days from the due date, these channels."""

    _name = "dunning.level"
    _description = "Dunning Level"
    _order = "policy_id, days, sequence, id"

    policy_id = fields.Many2one("dunning.policy", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="policy_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    days = fields.Integer(
        string="Days from Due Date",
        help="Negative: a reminder before the due date. An invoice due today is not overdue.",
    )
    step_ids = fields.One2many(
        "dunning.level.step",
        "level_id",
        string="Channels",
        copy=True,
        default=lambda self: [fields.Command.create({"channel_code": "email"})],
    )
    requires_approval = fields.Boolean(
        help="A person approves each contact of this level, also in automatic mode."
    )
    is_final = fields.Boolean(
        string="Final Level",
        help="After this level the case waits for a decision: hand over, write off or hold.",
    )

    _one_per_day = models.UniqueIndex(
        "(policy_id, days) WHERE active",
        "Two levels of a policy cannot stand on the same day; change the days of one.",
    )

    @api.constrains("step_ids", "active")
    def _check_steps(self):
        for level in self.filtered("active"):
            if not level._first_steps():
                raise ValidationError(
                    self.env._(
                        "Level “%(level)s” has no channel to contact customers by. "
                        "Add one that is not only a fallback.",
                        level=level.name,
                    )
                )

    @api.model
    @tools.ormcache(cache="default")
    def _days_by_id(self):
        """Level id -> days from the due date, archived levels included."""
        levels = self.with_context(active_test=False).sudo().search([])
        return {level.id: level.days for level in levels}

    @api.model_create_multi
    def create(self, vals_list):
        """Override: a level archived or moved just before leaves its day free."""
        self.flush_model(["active", "days"])
        self.env.registry.clear_cache()
        levels = super(DunningLevel, self.with_context(**LADDER_IN_CHANGE)).create(vals_list)
        levels = levels.with_env(self.env)
        levels._check_policies(levels.policy_id)
        return levels

    def write(self, vals):
        if "days" in vals:
            self.env.registry.clear_cache()
        policies = self.policy_id
        written = super(DunningLevel, self.with_context(**LADDER_IN_CHANGE)).write(vals)
        if vals.keys() & {"active", "days", "is_final", "policy_id"}:
            self._check_policies(policies | self.policy_id)
        return written

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = [("level_id", "in", self.ids)]
        items = self.env["dunning.action.item"].sudo().search(used, limit=1)
        actions = self.env["dunning.action"].sudo().search(used, limit=1)
        for level in items.level_id | actions.level_id:
            if level in self:
                raise UserError(
                    self.env._(
                        "Level “%(level)s” has been used in contacts and cannot be deleted. "
                        "Archive it instead.",
                        level=level.name,
                    )
                )

    def unlink(self):
        self.env.registry.clear_cache()
        policies = self.policy_id
        unlinked = super(DunningLevel, self.with_context(**LADDER_IN_CHANGE)).unlink()
        self._check_policies(policies)
        return unlinked

    def _check_policies(self, policies):
        """Judge the ladders these levels belong to, unless the policy does so itself."""
        if not self.env.context.get("dunning_ladder_in_change"):
            policies._check_ladder()

    def _first_steps(self):
        """The steps that go out with the level; the others wait for a failure."""
        self.ensure_one()
        return self.step_ids.filtered(lambda step: not step.fallback_only)

    def _fallback_after(self, channel_codes):
        """The next step of this level on a channel not tried yet.

        :param channel_codes: codes of the channels that failed or were used
        :rtype: `dunning.level.step`, empty when nothing is left
        """
        self.ensure_one()
        untried = self.step_ids.filtered(lambda s: s.channel_code not in channel_codes)
        return untried.filtered("fallback_only")[:1]


class DunningLevelStep(models.Model):
    """One channel of a level, with its text."""

    _name = "dunning.level.step"
    _description = "Dunning Level Channel"
    _order = "level_id, sequence, id"

    level_id = fields.Many2one("dunning.level", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    channel_code = fields.Selection(
        selection="_selection_channel_code", string="Channel", required=True, default="email"
    )
    template = fields.Many2one(
        "mail.template",
        string="Text",
        domain=[("model", "=", "dunning.action")],
        compute="_compute_template",
        store=True,
        readonly=False,
        ondelete="restrict",
        help="Subject and text of the message. The list of open items, the amounts and "
        "the link to pay are added by the channel.",
    )
    fallback_only = fields.Boolean(
        help="Used only when the channels before it could not reach the customer."
    )

    _one_per_channel = models.UniqueIndex(
        "(level_id, channel_code)",
        "A level uses a channel once; change the text of the one that is there.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _selection_channel_code(self):
        return self.env["collections.channel"]._selection()

    @api.depends("channel_code", "fallback_only")
    def _compute_display_name(self):
        labels = dict(self._selection_channel_code())
        for step in self:
            label = labels.get(step.channel_code, "")
            if step.fallback_only:
                label = self.env._("%s (fallback)", label)
            step.display_name = label

    @api.depends("channel_code", "level_id.days", "level_id.is_final")
    def _compute_template(self):
        """The text that goes with the level, until somebody chooses another."""
        defaults = self._default_texts(TEXTS)
        for step in self:
            if not step.template or step.template in defaults:
                step.template = step._default_template(step.level_id)

    def _default_template(self, level):
        name = "friendly"
        if level.days < 0:
            name = "pre_due"
        elif level.is_final:
            name = "final"
        elif level.days >= FIRM_FROM:
            name = "firm"
        return self._default_text(name)

    def _default_text(self, name):
        """The text of this name, of the family that the channel uses."""
        if not self.channel_code:
            return self._text_of("reminder", name)
        channel = self.env["collections.channel"]._by_code(self.channel_code)
        return self._text_of(channel._texts, name)

    @api.model
    def _text_of(self, family, name):
        return self.env.ref(
            f"collections_addon.mail_template_{family}_{name}", raise_if_not_found=False
        )

    @api.model
    def _default_texts(self, names):
        """These texts of all families."""
        channels = self.env["collections.channel"]
        families = {channels._by_code(code)._texts for code in channels._codes()} | {"reminder"}
        return {self._text_of(family, name) for family in families for name in names}

    # === CONSTRAINT METHODS === #

    @api.constrains("template")
    def _check_template(self):
        for step in self:
            if not step.template:
                raise ValidationError(
                    self.env._(
                        "%(channel)s of level “%(level)s” has no text. Choose one in the "
                        "list of channels of the level.",
                        channel=step.display_name,
                        level=step.level_id.name,
                    )
                )
            step.template._check_dunning_text()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._check_template()
        steps._check_levels(steps.level_id)
        return steps

    def write(self, vals):
        levels = self.level_id
        written = super().write(vals)
        if vals.keys() & {"fallback_only", "level_id"}:
            self._check_levels(levels | self.level_id)
        return written

    def unlink(self):
        levels = self.level_id
        unlinked = super().unlink()
        self._check_levels(levels)
        return unlinked

    def _check_levels(self, levels):
        """Judge the levels these channels belong to, unless the level does so itself."""
        if not self.env.context.get("dunning_ladder_in_change"):
            levels._check_steps()
