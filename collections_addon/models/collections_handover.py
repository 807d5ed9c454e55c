import base64
import logging

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount, format_date

_logger = logging.getLogger(__name__)

STATES = [
    ("prepared", "Prepared"),
    ("handed_over", "Handed Over"),
    ("paid", "Paid"),
    ("returned", "Returned"),
    ("closed", "Closed"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "handed_over": {"prepared", "paid"},
    "paid": {"handed_over"},
    "returned": {"handed_over"},
    "closed": {"prepared", "handed_over", "paid", "returned"},
}
ACTIVE = ("prepared", "handed_over")


class CollectionsHandover(models.Model):
    """A customer's debts given to a lawyer or an agency, and what became of them.

    While they have it nobody else contacts the customer (the case is *handed over*).
    What is paid is read from the ledger; what they report is written here.
    """

    _name = "collections.handover"
    _description = "Hand-over"
    _inherit = ["collections.case.record"]
    _transitions = TRANSITIONS

    agency_id = fields.Many2one(
        "res.partner", string="Lawyer or Agency", required=True, index="btree_not_null"
    )
    agency_reference = fields.Char(string="Their Reference", tracking=True)
    state = fields.Selection(STATES, required=True, default="prepared", tracking=True, copy=False)
    date = fields.Date(string="Handed Over On", readonly=True, copy=False)
    ended_on = fields.Date(readonly=True, copy=False)
    line_ids = fields.One2many("collections.handover.line", "handover_id", string="Invoices")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        currency_field="company_currency_id",
        string="Handed Over",
        help="Open when it was prepared, in the currency of the company.",
    )
    amount_open = fields.Monetary(
        compute="_compute_open", currency_field="company_currency_id", string="Still Open"
    )
    note = fields.Text(string="What the Lawyer Should Know")
    status = fields.Char(string="What They Report", readonly=True, copy=False, tracking=True)
    pack_id = fields.Many2one("ir.attachment", string="Evidence", readonly=True, copy=False)
    user_id = fields.Many2one("res.users", string="Responsible", default=lambda self: self.env.user)

    _one_active = models.UniqueIndex(
        "(case_id) WHERE state IN ('prepared', 'handed_over')",
        "This customer is being handed over already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.amount_company")
    def _compute_amounts(self):
        for handover in self:
            handover.amount = sum(handover.line_ids.mapped("amount_company"))

    @api.depends("line_ids.move_id.amount_residual_signed")
    def _compute_open(self):
        for handover in self:
            handover.amount_open = sum(handover.line_ids.move_id.mapped("amount_residual_signed"))

    # === CONSTRAINT METHODS === #

    @api.constrains("line_ids", "case_id")
    def _check_lines(self):
        for handover in self:
            if not handover.line_ids:
                raise ValidationError(self.env._("Choose at least one open invoice to hand over."))
            handover._check_own_moves(handover.line_ids.move_id)

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: the state changes by the buttons only, the rest while it is prepared."""
        if not self.env.su:
            if vals.keys() & {"state", "pack_id", "date", "ended_on"}:
                raise AccessError(self.env._("The state of a hand-over cannot be edited."))
            if vals.keys() & {"case_id", "company_id", "agency_id"}:
                self._check_prepared()
        return super().write(vals)

    def _check_prepared(self):
        """What has been handed over is not edited afterwards."""
        if not self.env.su and any(handover.state != "prepared" for handover in self):
            raise AccessError(self.env._("What has been handed over cannot be edited."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A hand-over belongs to the customer's history: close it."))

    # === ACTION METHODS === #

    def action_make_pack(self):
        """Gather the evidence anew, as of today."""
        self._make_pack(self.company_id._collections_today(fields.Datetime.now()))
        return self.action_download_pack()

    def action_download_pack(self):
        """The evidence as a file."""
        self.ensure_one()
        self.check_access("read")
        if not self.pack_id:
            raise UserError(self.env._("The evidence has not been gathered yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.pack_id.id}?download=true",
            "target": "self",
        }

    def action_hand_over(self):
        """The lawyer or agency has it from now on."""
        for handover in self:
            today = handover.company_id._collections_today(fields.Datetime.now())
            handover._hand_over(today)
        return True

    def action_paid(self):
        """They have got the money."""
        self._end("paid", fields.Date.context_today(self))
        return True

    def action_return(self):
        """They give it back: reminders go on."""
        self._end("returned", fields.Date.context_today(self))
        return True

    def action_close(self):
        """Nothing more comes of it."""
        self._end("closed", fields.Date.context_today(self))
        return True

    # === BUSINESS METHODS === #

    def _transition(self, target):
        """The one gate of the state machine; a manager's decision.

        :raises UserError: when the state cannot be reached from the present one
        :raises AccessError: for others than managers
        """
        self.check_access("write")
        manager = self.env.user.has_group("collections_addon.group_collections_manager")
        if not manager and not self.env.su:
            raise AccessError(
                self.env._("Only a collections manager hands over, writes off or takes back.")
            )
        self._check_transition(target)
        _logger.info("Hand-overs %s -> %s", self.ids, target)
        self.sudo().write({"state": target})

    def _hand_over(self, today, gather=True):
        """Hand over with the evidence of the day; the customer is not contacted any more.

        :param datetime.date today: the business date
        :param bool gather: make the file of evidence unless there is one
        """
        self.ensure_one()
        self._transition("handed_over")
        self.sudo().date = today
        if gather and not self.pack_id:
            self._make_pack(today)
        case = self.case_id.sudo()
        pending = case.action_ids.filtered(lambda a: a.state in ("draft", "queued", "sending"))
        pending.filtered(lambda a: a.state != "sending" or a.is_manual)._transition("cancelled")
        case._set_stage("legal")
        self._tell_case(self.env._("Handed over"))

    def _end(self, target, today):
        """End hand-overs: the case goes back to the ladder unless another one is active."""
        was_given = self.filtered(lambda handover: handover.state == "handed_over")
        self._transition(target)
        self.sudo().ended_on = today
        labels = dict(self._fields["state"]._description_selection(self.env))
        for handover in self:
            handover._tell_case(labels[target])
        for case in was_given.case_id.sudo().filtered(lambda case: case.stage == "legal"):
            case._set_stage("current")

    def _report(self, text, today):
        """Write down what the lawyer or agency reports.

        :param str text: a sentence
        :param datetime.date today: the business date
        """
        for handover in self:
            handover.status = f"{format_date(self.env, today)}: {text}"
            handover._tell_case(text)

    def _tell_case(self, text):
        amount = format_amount(self.env, self.amount_open, self.company_currency_id)
        body = f"{self.name} · {self.agency_id.display_name}: {text} ({amount})"
        self.case_id.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")

    def _make_pack(self, today):
        """Gather the evidence into one file on the hand-over.

        :param datetime.date today: date of the statement of account
        """
        self.ensure_one()
        self.check_access("write")
        content = self.env["collections.evidence"]._pack(self, today)
        values = {
            "name": f"{self.name} {self.partner_id.name} {today}.zip".replace("/", "-"),
            "datas": base64.b64encode(content),
            "mimetype": "application/zip",
            "res_model": self._name,
            "res_id": self.id,
        }
        self.sudo().pack_id = self.env["ir.attachment"].sudo().create(values)


class CollectionsHandoverLine(models.Model):
    """An invoice of a hand-over, with what was open of it then."""

    _name = "collections.handover.line"
    _description = "Hand-over Invoice"
    _order = "handover_id, id"

    handover_id = fields.Many2one(
        "collections.handover", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="handover_id.company_id")
    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, ondelete="restrict", index=True
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    due_date = fields.Date(related="move_id.invoice_date_due")
    amount = fields.Monetary(
        string="Handed Over", compute="_compute_amount", store=True, precompute=True
    )
    amount_company = fields.Monetary(
        compute="_compute_amount",
        store=True,
        precompute=True,
        currency_field="company_currency_id",
    )
    amount_open = fields.Monetary(related="move_id.amount_residual", string="Still Open")

    _once = models.UniqueIndex("(handover_id, move_id)", "An invoice is in a hand-over once.")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.handover_id._check_prepared()
        return lines

    def write(self, vals):
        self.handover_id._check_prepared()
        return super().write(vals)

    def unlink(self):
        self.handover_id._check_prepared()
        return super().unlink()

    @api.depends("move_id")
    def _compute_amount(self):
        """What is open when the line is written; it does not follow the ledger."""
        for line in self:
            line.amount = line.move_id.amount_residual
            line.amount_company = line.move_id.amount_residual_signed


class CollectionsCase(models.Model):
    """The hand-overs of a customer."""

    _inherit = "collections.case"

    handover_ids = fields.One2many("collections.handover", "case_id", string="Hand-overs")
    handover_count = fields.Integer(compute="_compute_handover_count")

    def _compute_handover_count(self):
        for case in self:
            case.handover_count = len(case.handover_ids)

    def action_open_handovers(self):
        """The hand-overs of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_handover"
        )
        action = {**action, "domain": [("case_id", "=", self.id)], "context": {}}
        if len(self.handover_ids) == 1:
            action.update(views=[[False, "form"]], res_id=self.handover_ids.id)
        return action

    def action_new_handover(self):
        """A hand-over of everything overdue of this customer, to complete and save."""
        self.ensure_one()
        owed = self.move_line_ids.filtered(lambda line: line.amount_residual > 0)
        late = owed.filtered(lambda line: line.date_maturity < fields.Date.context_today(self))
        moves = late.move_id or owed.move_id
        if not moves:
            raise UserError(self.env._("Nothing is open that could be handed over."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.handover",
            "view_mode": "form",
            "name": self.env._("New Hand-over"),
            "context": {
                "default_case_id": self.id,
                "default_company_id": self.company_id.id,
                "default_line_ids": [Command.create({"move_id": move.id}) for move in moves],
            },
        }


class CollectionsRefresh(models.Model):
    """What is paid of a hand-over ends it without anybody doing so."""

    _inherit = "collections.refresh"

    @api.model
    def _before_refresh(self, company, partner_ids, today):
        super()._before_refresh(company, partner_ids, today)
        given = self.env["collections.handover"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "=", "handed_over"),
            ]
        )
        paid = given.filtered(
            lambda h: all(line.currency_id.is_zero(line.amount_open) for line in h.line_ids)
        )
        paid.sudo()._end("paid", today)
