import logging

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount

_logger = logging.getLogger(__name__)

STATES = [
    ("proposed", "Proposed"),
    ("booked", "Written Off"),
    ("refused", "Refused"),
    ("reversed", "Reversed"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "booked": {"proposed"},
    "refused": {"proposed"},
    "reversed": {"booked"},
}


class CollectionsWriteOff(models.Model):
    """A proposal to give open invoices up as lost, and the entry that does so.

    A collector proposes, a manager decides; above a limit of the company it has to be
    somebody else. The entry goes through core, and so does its reversal when the money
    comes after all. Relief of the tax on bad debts differs by country and is not booked.
    """

    _name = "collections.write.off"
    _description = "Write-off"
    _inherit = ["collections.case.record"]
    _transitions = TRANSITIONS

    handover_id = fields.Many2one("collections.handover", string="Hand-over", check_company=True)
    move_ids = fields.Many2many("account.move", string="Invoices", check_company=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        currency_field="company_currency_id",
        help="What is open of the invoices, in the currency of the company.",
    )
    reason = fields.Text(required=True, help="Why nothing more can be got.")
    closes_case = fields.Boolean(
        string="No More Reminders to This Customer",
        help="Sets the customer to Written Off.",
    )
    state = fields.Selection(STATES, required=True, default="proposed", tracking=True, copy=False)
    user_id = fields.Many2one(
        "res.users",
        string="Proposed By",
        default=lambda self: self.env.user,
        readonly=True,
        required=True,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided By", readonly=True, copy=False)
    date = fields.Date(string="Booked On", readonly=True, copy=False)
    entry_id = fields.Many2one("account.move", string="Journal Entry", readonly=True, copy=False)

    @api.depends("move_ids", "state")
    def _compute_amount(self):
        """What is open now; what was, once it has been decided."""
        for proposal in self.filtered(lambda proposal: proposal.state == "proposed"):
            proposal.amount = sum(proposal.move_ids.mapped("amount_residual_signed"))

    @api.constrains("move_ids", "case_id")
    def _check_moves(self):
        for proposal in self:
            if not proposal.move_ids:
                raise ValidationError(self.env._("Choose at least one open invoice."))
            proposal._check_own_moves(proposal.move_ids)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: proposed by who writes it."""
        if not self.env.su:
            for vals in vals_list:
                vals.update(user_id=self.env.uid, state="proposed")
        return super().create(vals_list)

    def write(self, vals):
        """Override: what was proposed and decided is not edited afterwards."""
        if not self.env.su:
            if vals.keys() & {"state", "entry_id", "decided_by_id", "user_id", "date"}:
                raise AccessError(self.env._("A write-off is decided by its buttons."))
            fixed = {"move_ids", "case_id", "company_id", "reason", "closes_case"}
            if vals.keys() & fixed and any(p.state != "proposed" for p in self):
                raise AccessError(self.env._("What has been decided cannot be edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A write-off belongs to the customer's history: refuse it."))

    # === ACTION METHODS === #

    def action_approve(self):
        """Write the invoices off today."""
        for proposal in self:
            today = proposal.company_id._collections_today(fields.Datetime.now())
            proposal._approve(today)
        return True

    def action_refuse(self):
        """The invoices stay open."""
        self._check_manager()
        self._transition("refused")
        return True

    def action_reverse(self):
        """Take the entry back: the invoices are open again."""
        for proposal in self:
            today = proposal.company_id._collections_today(fields.Datetime.now())
            proposal._reverse(today)
        return True

    # === BUSINESS METHODS === #

    def _transition(self, target):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        self.check_access("write")
        self._check_transition(target)
        _logger.info("Write-offs %s -> %s", self.ids, target)
        self.sudo().write({"state": target, "decided_by_id": self.env.uid})

    def _check_manager(self):
        manager = self.env.user.has_group("collections_addon.group_collections_manager")
        if not manager and not self.env.su:
            raise AccessError(
                self.env._("Only a collections manager hands over, writes off or takes back.")
            )

    def _check_four_eyes(self):
        """Above the limit of the company nobody decides on a proposal of their own."""
        limit = self.company_id.collections_write_off_limit
        open_now = sum(self.sudo().move_ids.mapped("amount_residual_signed"))
        above = self.company_currency_id.compare_amounts(open_now, limit) > 0
        if above and self.user_id == self.env.user:
            raise UserError(
                self.env._(
                    "Above %s somebody else has to decide on what you have proposed.",
                    format_amount(self.env, limit, self.company_currency_id),
                )
            )

    def _approve(self, today):
        """Book the entry that settles what is open of the invoices.

        :param datetime.date today: date of the entry
        :raises UserError: without an account, when nothing is open any more, or when
            somebody else has to decide
        """
        self.ensure_one()
        self._check_manager()
        self._check_four_eyes()
        self.lock_for_update()
        lines = self._open_lines()
        if not lines:
            raise UserError(self.env._("Nothing is open of these invoices any more."))
        self._transition("booked")
        entry = self._make_entry(lines, today)
        self.sudo().write({"entry_id": entry.id, "date": today})
        self._tell_case(self.env._("Written off"))
        if self.closes_case:
            self.case_id.sudo()._set_stage("written_off")

    def _open_lines(self):
        lines = self.sudo().move_ids._dunning_lines()
        return lines.filtered(lambda line: not line.reconciled and line.amount_residual > 0)

    def _make_entry(self, lines, today):
        """Post the entry and reconcile it; as superuser, for managers need not book."""
        company = self.company_id
        account = company._collections_write_off_account()
        values = []
        for line in lines:
            label = self.env._("Write-off of %s", line.move_id.name)
            common = {
                "name": label,
                "partner_id": line.partner_id.id,
                "currency_id": line.currency_id.id,
            }
            amount, balance = line.amount_residual_currency, line.amount_residual
            for account_id, sign in ((account.id, 1), (line.account_id.id, -1)):
                values.append(
                    {
                        **common,
                        "account_id": account_id,
                        "amount_currency": sign * amount,
                        "balance": sign * balance,
                    }
                )
        entry = (
            self.env["account.move"]
            .with_company(company)
            .sudo()
            .create(
                {
                    "move_type": "entry",
                    "company_id": company.id,
                    "journal_id": company._collections_write_off_journal().id,
                    "date": today,
                    "ref": f"{self.name} · {self.partner_id.name}",
                    "line_ids": [Command.create(row) for row in values],
                }
            )
        )
        entry.action_post()
        credits = entry.line_ids.filtered(lambda line: line.account_id != account).sorted("id")
        for debt, credit in zip(lines, credits, strict=True):
            (debt | credit).reconcile()
        return entry

    def _reverse(self, today):
        """Take the entry back with core's reversal; the customer owes again.

        :param datetime.date today: date of the reversal
        """
        self.ensure_one()
        self._check_manager()
        self.lock_for_update()
        self._transition("reversed")
        self.sudo().entry_id._reverse_moves([{"date": today, "ref": self.name}], cancel=True)
        self._tell_case(self.env._("Write-off reversed"))
        if self.closes_case and self.case_id.stage == "written_off":
            self.case_id.sudo()._set_stage("current")

    def _tell_case(self, text):
        amount = format_amount(self.env, self.amount, self.company_currency_id)
        self.case_id.sudo().message_post(
            body=f"{self.name} · {text}: {amount}. {self.reason}", subtype_xmlid="mail.mt_note"
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    collections_write_off_account_id = fields.Many2one(
        "account.account",
        string="Account of Write-offs",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost')),"
        " ('company_ids', 'parent_of', id)]",
        help="Where bad debts are booked.",
    )
    collections_write_off_limit = fields.Monetary(
        string="Write-offs Alone Up To",
        currency_field="currency_id",
        help="Above it, somebody else than who proposed a write-off has to approve it.",
    )

    def _collections_write_off_account(self):
        """The account of bad debts.

        :raises UserError: when it has not been chosen
        """
        account = self.sudo().collections_write_off_account_id
        if not account:
            raise UserError(
                self.env._(
                    "Choose the account of write-offs in Collections › Configuration › Settings."
                )
            )
        return account

    def _collections_write_off_journal(self):
        """The first journal for entries of this kind.

        :raises UserError: when the company has none
        """
        journals = self.env["account.journal"].sudo()
        journal = journals.search(
            [*journals._check_company_domain(self), ("type", "=", "general")], limit=1
        )
        if not journal:
            raise UserError(self.env._("%s has no journal for other entries.", self.name))
        return journal


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    write_off_ids = fields.One2many("collections.write.off", "case_id", string="Write-offs")

    def action_propose_write_off(self):
        """Propose to write off what is open of this customer, to complete and save."""
        self.ensure_one()
        moves = self.move_line_ids.filtered(lambda line: line.amount_residual > 0).move_id
        if not moves:
            raise UserError(self.env._("Nothing is open that could be written off."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.write.off",
            "view_mode": "form",
            "name": self.env._("New Write-off"),
            "context": {
                "default_case_id": self.id,
                "default_company_id": self.company_id.id,
                "default_move_ids": [Command.set(moves.ids)],
            },
        }
