from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, email_normalize, formataddr


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_policy_id = fields.Many2one(
        "dunning.policy",
        string="Default Dunning Policy",
        domain="[('company_id', 'in', (id, False)), ('is_for_plans', '=', False)]",
    )
    collections_stopped = fields.Boolean(
        string="Stop All Reminders",
        help="Nothing is sent to any customer of this company while this is set.",
    )
    collections_test_email = fields.Char(
        string="Test Mailbox", help="Receives the messages of policies in test mode."
    )
    collections_test_phone = fields.Char(
        string="Test Phone",
        help="Receives the text messages, WhatsApp messages and calls of policies in test mode. "
        "As +…, with the code of the country.",
    )
    collections_confirmed_at = fields.Datetime(
        string="Ledger Confirmed At",
        copy=False,
        help="When somebody last confirmed that payments are booked up to date.",
    )
    collections_attachment_limit = fields.Integer(
        string="Attachment Limit (KB)",
        default=5000,
        help="Invoices are attached to a reminder while they fit; the rest is behind the link.",
    )

    collections_promise_grace_days = fields.Integer(
        string="Grace for Promises (days)",
        default=2,
        help="A promise counts as kept when the money comes within so many days after its date.",
    )

    @api.constrains("dunning_policy_id")
    def _check_dunning_policy(self):
        for company in self:
            company.dunning_policy_id._check_for_company(company)

    def _collections_has_receivable(self):
        """Whether the company has an account on which customers can owe anything."""
        self.ensure_one()
        accounts = self.env["dunning.facts"]._receivable_accounts(self)
        [[has_some]] = self.env.execute_query(SQL("SELECT EXISTS %s", accounts))
        return has_some

    def _collections_today(self, now):
        """The business date of the company.

        :param datetime.datetime now: naive UTC
        :rtype: datetime.date
        """
        self.ensure_one()
        tz = self.partner_id.tz or self.env.user.tz or "UTC"
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), now).date()

    def _collections_ledger_time(self):
        """When the ledger was last known to hold the customers' payments.

        The latest of: a bank statement line imported, a payment registered,
        somebody's confirmation. Connectors of outside ledgers add their own.

        :return: naive UTC, or None when nothing was ever booked
        :rtype: datetime.datetime|None
        """
        self.ensure_one()
        query = SQL(
            """
            SELECT GREATEST(
                (SELECT max(create_date) FROM account_bank_statement_line
                  WHERE company_id = %(id)s),
                (SELECT max(create_date) FROM account_payment WHERE company_id = %(id)s),
                %(confirmed)s
            )
            """,
            id=self.id,
            confirmed=self.collections_confirmed_at or None,
        )
        self.env["account.payment"].flush_model(["company_id"])
        [[latest]] = self.env.execute_query(query)
        return latest

    def _collections_is_stale(self, policy, now):
        """Whether the ledger is older than the policy allows for automatic messages."""
        if not policy.freshness_hours:
            return False
        latest = self._collections_ledger_time()
        return not latest or latest < now - timedelta(hours=policy.freshness_hours)

    def _collections_sender(self):
        """The formatted address that reminders come from; False when there is none."""
        self.ensure_one()
        if email_normalize(self.email):
            return self.email_formatted
        address = self.default_from_email
        return formataddr((self.name, address)) if email_normalize(address) else False

    def action_collections_confirm_ledger(self):
        """Confirm that payments are booked up to now: a collections manager's word."""
        self.check_access("read")
        if not self.env.user.has_group("collections_addon.group_collections_manager"):
            raise AccessError(self.env._("Only a collections manager may do this."))
        self.sudo().collections_confirmed_at = fields.Datetime.now()
        return True
