import logging
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, get_lang

from .collections_case import MANUAL_STAGES
from .dunning_action import CONTACTED

_logger = logging.getLogger(__name__)
#: A payment matched, or received, longer ago is not thanked for: the moment has passed.
MATCHED_WITHIN = timedelta(days=3)
RECEIVED_WITHIN = timedelta(days=14)


class CollectionsThankYou(models.Model):
    """A thank-you for clearing what was overdue, once per clearing.

    A clearing is known by the latest contact that was paid for. The unique index on
    that contact is what keeps a second message from being written, whoever asks for
    it and however often.
    """

    _name = "collections.thank.you"
    _description = "Thank-You for a Payment"
    _order = "id desc"

    case_id = fields.Many2one("collections.case", required=True, index=True, ondelete="cascade")
    action_id = fields.Many2one(
        "dunning.action", string="Answered Contact", required=True, ondelete="cascade"
    )
    recipient_id = fields.Many2one("res.partner")
    mail_id = fields.Many2one("mail.mail", string="E-mail", ondelete="set null")

    _once = models.UniqueIndex("(action_id)", "This payment has been thanked for already.")

    # === WHO === #

    @api.model
    def _thank(self, company, partner_ids, now):
        """Thank those of these customers who have just cleared what was overdue.

        :param company: `res.company`, one record
        :param list[int] partner_ids: ids of commercial partners, figures refreshed
        :param datetime.datetime now: naive UTC
        """
        if not company.collections_thank_you or company.collections_stopped:
            return
        template = self.env.ref(
            "collections_addon.mail_template_thank_you", raise_if_not_found=False
        )
        if not template:
            return
        for case_id, action_id in self._cleared(company, partner_ids, now):
            case = self.env["collections.case"].browse(case_id)
            recipient = case.partner_id._dunning_recipient()
            if self._accepts_email(recipient) and self._claim(case, action_id, recipient):
                self._write_to(case, action_id, recipient, template)

    def _cleared(self, company, partner_ids, now):
        """Cases where nothing is overdue since a payment for something asked for; not who
        complains, to whom a person writes first.

        :return: (case id, id of the latest contact paid for) pairs
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["dunning.action"].flush_model()
        self.env["collections.case"].flush_model()
        self.env["collections.complaint"].flush_model()
        self.flush_model()
        query = SQL(
            """
            SELECT file.id, max(action.id)
              FROM collections_case file
              JOIN dunning_action action ON action.case_id = file.id
              JOIN dunning_action_item item ON item.action_id = action.id
              JOIN account_move_line line ON line.id = item.move_line_id
              JOIN account_partial_reconcile partial ON partial.debit_move_id = line.id
              JOIN account_move_line paid ON paid.id = partial.credit_move_id
              JOIN account_journal journal ON journal.id = paid.journal_id
             WHERE file.company_id = %(company)s AND file.partner_id IN %(partners)s
               AND file.overdue = 0 AND file.stage NOT IN %(stages)s
               AND NOT EXISTS (SELECT 1 FROM collections_complaint complaint
                                WHERE complaint.case_id = file.id AND complaint.state = 'open')
               AND action.state IN %(contacted)s AND action.test_mode IS NOT TRUE
               AND line.reconciled
               AND %(is_money)s
               AND partial.create_date >= %(matched)s AND partial.max_date >= %(received)s
               AND action.id > COALESCE(
                   (SELECT max(done.action_id) FROM collections_thank_you done
                     WHERE done.case_id = file.id), 0)
          GROUP BY file.id
          ORDER BY file.id
            """,
            company=company.id,
            is_money=self._is_money(),
            partners=tuple(partner_ids) or (0,),
            stages=MANUAL_STAGES,
            contacted=CONTACTED,
            matched=now - MATCHED_WITHIN,
            received=company._collections_today(now) - RECEIVED_WITHIN,
        )
        return self.env.execute_query(query)

    def _is_money(self):
        """Hook: whether what an item was settled with is money, and no credit.

        :return: a condition over `paid`, its item, and `journal`
        :rtype: SQL
        """
        return SQL("journal.type IN ('bank', 'cash', 'credit')")

    def _accepts_email(self, recipient):
        """Whether the recipient has an address that works and does not refuse e-mail."""
        address = email_normalize(recipient.email)
        if not address or address == email_normalize(recipient.collections_bounced_email):
            return False
        return not self.env["mail.blacklist"].sudo().search_count([("email", "=", address)])

    # === WHAT === #

    def _claim(self, case, action_id, recipient):
        """Take the right to thank for this clearing.

        :return: whether nobody had it before
        :rtype: bool
        """
        uid = self.env.uid
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO collections_thank_you (case_id, action_id, recipient_id,"
                " create_uid, write_uid, create_date, write_date)"
                " VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')"
                " ON CONFLICT (action_id) DO NOTHING RETURNING id",
                case.id,
                action_id,
                recipient.id,
                uid,
                uid,
            )
        )
        return bool(rows)

    def _write_to(self, case, action_id, recipient, template):
        """Put the message into the mail queue, in the recipient's language."""
        code = recipient.lang or case.partner_id.lang or case.company_id.partner_id.lang
        localized = template.sudo().with_context(lang=get_lang(self.env, code).code)
        try:
            with self.env.cr.savepoint():
                mail_id = localized.send_mail(
                    case.id,
                    email_values={
                        "recipient_ids": [Command.set(recipient.ids)],
                        "email_to": False,
                        "headers": repr({"Auto-Submitted": "auto-generated"}),
                    },
                )
        except UserError as error:
            _logger.warning("No thank-you for case %s: %s", case.id, error)
            body = self.env._("The thank-you for the payment could not be written: %s", error)
            case.message_post(body=body, subtype_xmlid="mail.mt_note")
            return
        self.search([("action_id", "=", action_id)]).mail_id = mail_id
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()


class CollectionsRefresh(models.Model):
    _inherit = "collections.refresh"

    @api.model
    def _after_refresh(self, company, partner_ids, now):
        """Override: who has paid is thanked, outside the accountant's transaction."""
        super()._after_refresh(company, partner_ids, now)
        self.env["collections.thank.you"]._thank(company, partner_ids, now)
