from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from .debtor_format import DebtorFormat

#: Fields that a text may show, with what each says. Written `object.<name>`.
PLACEHOLDERS = (
    "recipient_name",
    "customer_name",
    "total_text",
    "overdue_text",
    "credit_text",
    "oldest_number",
    "oldest_due_text",
    "next_number",
    "next_due_text",
    "contact_person",
    "contact_line",
    "company_name",
    "company_phone",
    "company_email",
    "recipient_lang",
)


class StatementLine(NamedTuple):
    """An open item as a statement shows it; amounts in the currency of the contact."""

    move_id: int
    number: str
    invoice_date: object
    due_date: object
    days_overdue: int
    original: float
    open: float
    disputed: float
    credit: float
    is_invoice: bool
    bank_id: int | None
    reference: str | None

    @property
    def is_overdue(self):
        """An item due today is not overdue."""
        return self.days_overdue > 0

    @property
    def asked(self):
        """What is asked of this item now."""
        return self.open - self.disputed - self.credit


class DunningAction(models.Model):
    """What the text of a contact may say: names, amounts and dates in the
    language of the recipient (the language of the environment that reads them)."""

    _inherit = "dunning.action"

    recipient_lang = fields.Char(compute="_compute_recipient_lang", string="Recipient's Language")
    recipient_name = fields.Char(compute="_compute_text_names", string="Name of the Recipient")
    customer_name = fields.Char(compute="_compute_text_names", string="Name of the Customer")
    contact_person = fields.Char(compute="_compute_text_names", string="Person to Talk To")
    contact_line = fields.Char(
        compute="_compute_text_names", string="Name, Phone and E-mail to Reply To"
    )
    company_name = fields.Char(compute="_compute_text_names", string="Name of the Company")
    company_phone = fields.Char(compute="_compute_text_names", string="Phone of the Company")
    company_email = fields.Char(compute="_compute_text_names", string="E-mail of the Company")
    total_text = fields.Char(compute="_compute_text_amounts", string="Open Amount in Words")
    overdue_text = fields.Char(compute="_compute_text_amounts", string="Overdue Amount in Words")
    credit_text = fields.Char(compute="_compute_text_amounts", string="Credits in Words")
    oldest_number = fields.Char(compute="_compute_text_items", string="Oldest Overdue Item")
    oldest_due_text = fields.Char(compute="_compute_text_items", string="Due Date of the Oldest")
    next_number = fields.Char(compute="_compute_text_items", string="Item Due Next")
    next_due_text = fields.Char(compute="_compute_text_items", string="Next Due Date")

    # === COMPUTE METHODS === #

    @api.depends("recipient_id.lang", "partner_id.lang", "company_id")
    def _compute_recipient_lang(self):
        active = {code for code, _name in self.env["res.lang"].get_installed()}
        for action in self:
            wishes = (
                action.recipient_id.lang,
                action.partner_id.lang,
                action.company_id.partner_id.lang,
            )
            action.recipient_lang = next((code for code in wishes if code in active), "en_US")

    @api.depends("recipient_id", "partner_id", "company_id", "case_id.collector_id")
    def _compute_text_names(self):
        for action in self:
            customer, company = action.partner_id, action.company_id
            person = action.case_id.collector_id.sudo().partner_id or company.partner_id
            phone = person.phone or company.phone
            email = person.email or company.email
            action.recipient_name = action.recipient_id.name or customer.name
            action.customer_name = customer.name
            action.contact_person = person.name
            action.contact_line = " · ".join(part for part in (person.name, phone, email) if part)
            action.company_name = company.name
            action.company_phone = company.phone
            action.company_email = company.email

    @api.depends("amount_total", "amount_overdue", "amount_credit", "currency_id")
    @api.depends_context("lang")
    def _compute_text_amounts(self):
        form = DebtorFormat(self.env, self.env.lang or "en_US")
        for action in self:
            currency = action.currency_id
            action.total_text = form.amount(action.amount_total, currency)
            action.overdue_text = form.amount(action.amount_overdue, currency)
            action.credit_text = form.amount(action.amount_credit, currency)

    @api.depends("item_ids")
    @api.depends_context("lang")
    def _compute_text_items(self):
        form = DebtorFormat(self.env, self.env.lang or "en_US")
        self._set_text_items(self._statement_lines(), form)

    def _fill_text_items(self, lines, form):
        """Fill the fields about single items from open items that were read already.

        :param dict lines: what :meth:`_statement_lines` gave
        :param DebtorFormat form: of the language of the environment
        """
        fields_of_items = self.pool.field_computed[self._fields["oldest_number"]]
        with self.env.protecting(fields_of_items, self):
            self._set_text_items(lines, form)

    def _set_text_items(self, lines, form):
        for action in self:
            late = [line for line in lines[action.id] if line.is_overdue]
            early = [line for line in lines[action.id] if not line.is_overdue and line.due_date]
            oldest = late[0] if late else None
            soonest = min(early, key=lambda line: line.due_date, default=None)
            action.oldest_number = oldest and oldest.number
            action.oldest_due_text = form.date(oldest and oldest.due_date)
            action.next_number = soonest and soonest.number
            action.next_due_text = form.date(soonest and soonest.due_date)

    # === BUSINESS METHODS === #

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Override of `mail`: what editors without the template right may use."""
        ours = tuple(f"object.{name}" for name in PLACEHOLDERS)
        return super().mail_allowed_qweb_expressions() + ours

    def _statement_lines(self):
        """The open items of these contacts, the longest overdue first.

        :return: action id -> its items; every contact has an entry
        :rtype: dict[int, list[StatementLine]]
        """
        self.env["dunning.action.item"].flush_model()
        self.env["account.move"].flush_model(["name", "payment_reference"])
        self.env["account.move.line"].flush_model(["date_maturity", "amount_currency"])
        query = SQL(
            """
            SELECT item.action_id, item.move_id, COALESCE(move.name, ''), move.invoice_date,
                   line.date_maturity, item.days_overdue,
                   COALESCE(line.amount_currency, item.amount_residual)::float8,
                   item.amount_residual::float8, item.amount_disputed::float8,
                   item.amount_credit::float8, move.move_type <> 'entry',
                   move.partner_bank_id, move.payment_reference
              FROM dunning_action_item item
         LEFT JOIN account_move_line line ON line.id = item.move_line_id
         LEFT JOIN account_move move ON move.id = item.move_id
             WHERE item.action_id = ANY(%s)
          ORDER BY item.action_id, item.days_overdue DESC, line.date_maturity, item.id
            """,
            self.ids,
        )
        lines = {action_id: [] for action_id in self.ids}
        for action_id, *values in self.env.execute_query(query):
            lines[action_id].append(StatementLine(*values))
        return lines

    def _text_template(self):
        """The text of this contact: its step's, else the default of its level.

        :rtype: `mail.template`, empty when there is none
        """
        self.ensure_one()
        return self.step_id.template or self.step_id._default_template(self.level_id)
