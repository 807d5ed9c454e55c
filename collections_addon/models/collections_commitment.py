import logging
from datetime import date as Date
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount

from .collections_dispute import SOURCES

_logger = logging.getLogger(__name__)


class CollectionsCommitment(models.AbstractModel):
    """A customer's word that an amount comes by a date: promised, or on its way.

    Until the date and its grace have passed nothing is asked for its items. A model that
    inherits has `line_ids`, the items, and a `state` that ends as `cancelled`.
    """

    _name = "collections.commitment"
    _description = "Word of a Customer"
    _inherit = [
        "collections.customer.record",
        "collections.stateful",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    made_on = fields.Date(required=True, default=fields.Date.context_today, readonly=True)
    date = fields.Date(required=True, tracking=True)
    grace_days = fields.Integer()
    deadline = fields.Date(compute="_compute_deadline", store=True, index=True)
    source = fields.Selection(SOURCES, required=True, default="collector")
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users", string="Taken By", default=lambda self: self.env.user, readonly=True
    )

    cancelled_on = fields.Date(readonly=True, copy=False)
    former_words = fields.Json(
        readonly=True,
        copy=False,
        help="What it was before it was changed: [last day of it, date, amount] each.",
    )

    _grace_positive = models.Constraint(
        "CHECK(grace_days >= 0)", "The days of grace cannot be negative."
    )
    _date_likely = models.Constraint(
        "CHECK(date <= made_on + 1826)",
        "This date is more than five years ahead, and nothing would be asked for until then: "
        "look at the year.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "amount", "currency_id")
    def _compute_display_name(self):
        for word in self:
            amount = format_amount(self.env, word.amount, word.currency_id)
            word.display_name = f"{word.partner_id.display_name} · {amount}"

    @api.depends("partner_id", "currency_id", "company_id")
    def _compute_line_ids(self):
        today = fields.Date.context_today(self)
        for word in self.filtered(lambda word: word.partner_id and not word.line_ids):
            owed = word._owed()
            word.line_ids = owed.filtered(lambda line: line.date_maturity < today) or owed

    @api.depends("line_ids")
    def _compute_amount(self):
        for word in self.filtered(lambda word: not word.amount):
            word.amount = sum(word.line_ids.mapped("amount_residual_currency"))

    @api.depends("date", "grace_days")
    def _compute_deadline(self):
        for word in self:
            most = word.date and (Date.max - word.date).days
            word.deadline = word.date and word.date + timedelta(days=min(word.grace_days, most))

    def _owed(self):
        """The open items of the customer in this currency."""
        lines = self.env["account.move.line"]
        return lines.search(
            [
                *lines._dunning_open_domain(self.company_id.ids),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("amount_residual_currency", ">", 0),
            ]
        )

    # === CONSTRAINT METHODS === #

    @api.constrains("line_ids", "partner_id", "currency_id", "company_id", "amount")
    def _check_lines(self):
        for word in self:
            if not word.line_ids:
                raise ValidationError(
                    self.env._(
                        "%(customer)s owes nothing in %(currency)s.",
                        customer=word.partner_id.display_name,
                        currency=word.currency_id.name,
                    )
                )
            for line in word.line_ids:
                word._check_line(line)
            if word.currency_id.compare_amounts(word.amount, 0) <= 0:
                raise ValidationError(self.env._("The amount has to be more than nothing."))

    def _check_line(self, line):
        self._check_owner(line)
        if line.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "%(item)s is in %(currency)s; write it down by itself.",
                    item=line.move_id.name,
                    currency=line.currency_id.name,
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: it joins the case of its customer and is told there."""
        words = super().create(vals_list)
        words._join_cases()
        for word in words:
            word._tell_case(word._told())
        words.case_id._mark_for_refresh()
        return words

    def write(self, vals):
        """Override: another date, other items or another state change what comes next."""
        if vals.keys() & {"date", "amount"}:
            self._keep_words(vals)
        written = super().write(vals)
        if vals.keys() & {"date", "grace_days", "line_ids", "state"}:
            self.case_id._mark_for_refresh()
        return written

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("This belongs to the customer's history: cancel it instead."))

    # === ACTION METHODS === #

    def action_cancel(self):
        """It no longer holds; reminders go on."""
        for company, words in self.grouped("company_id").items():
            today = company._collections_today(fields.Datetime.now())
            words._transition("cancelled", cancelled_on=today)
        return True

    # === BUSINESS METHODS === #

    def _keep_words(self, vals):
        """Remember date and amount as they were until today, where they change.

        Figures of past days ask for what was known then.
        """
        now = fields.Datetime.now()
        for word in self:
            new_date = fields.Date.to_date(vals.get("date", word.date))
            new_amount = vals.get("amount", word.amount)
            today = word.company_id._collections_today(now)
            since = word.former_words[-1][0] if word.former_words else str(word.made_on)
            same = not word.currency_id.compare_amounts(new_amount, word.amount)
            if str(today) > since and not (same and new_date == word.date):
                former = [str(today), str(word.date), word.amount]
                word.former_words = [*(word.former_words or []), former]

    def _transition(self, target, **values):
        """The one gate of the state machine.

        :param str target: the state to reach
        :param values: written with it
        :raises UserError: when the state cannot be reached from the present one
        """
        self._check_transition(target)
        _logger.info("%s %s -> %s", self._name, self.ids, target)
        self.write({"state": target, **values})

    def _told(self):
        """The sentence on the case when it is taken down, the amount follows.

        :rtype: str
        """
        raise NotImplementedError

    def _tell_case(self, text):
        self.ensure_one()
        amount = format_amount(self.env, self.amount, self.currency_id)
        self.case_id.sudo().message_post(body=f"{text} {amount}", subtype_xmlid="mail.mt_note")
