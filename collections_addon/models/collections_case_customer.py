from datetime import timedelta
from pathlib import PurePath

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from .collections_dispute import ACTIVE

#: What customers may send along: documents and pictures, nothing that runs.
FILE_TYPES = frozenset(
    "pdf jpg jpeg png gif webp heic tif tiff txt csv eml odt ods doc docx xls xlsx".split()
)
MOST_FILES = 5
MOST_BYTES = 8 * 1024 * 1024
MOST_CHARACTERS = 5000
YEAR = timedelta(days=365)


class CollectionsCase(models.Model):
    """What a customer does by itself: on its page, or through another of our channels.

    Everything is checked here, whoever calls: amounts and records of a request are the
    customer's word, and a `UserError` says in its language what is not possible.
    """

    _inherit = "collections.case"

    # === DISPUTE === #

    def _customer_dispute(self, amounts, reason, text, files=(), source="portal"):
        """The customer contests invoices, wholly or in part.

        :param dict amounts: `account.move` -> contested amount; None for all that is open
        :param reason: `collections.dispute.reason`, one record
        :param str text: what the customer says
        :param files: (name, bytes) of what it sends along
        :return: one dispute per currency
        :rtype: `collections.dispute`
        :raises UserError: when there is nothing to dispute, or too much
        """
        self.ensure_one()
        files, text = self._customer_files(files), self._customer_text(text)
        if not amounts:
            raise UserError(self.env._("Please choose at least one invoice."))
        if not text:
            raise UserError(self.env._("Please tell us in a few words what is wrong."))
        moves = self.env["account.move"].union(*amounts)
        disputes = self.env["collections.dispute"]
        for currency, own in moves.grouped("currency_id").items():
            lines = [Command.create(self._contested(move, amounts[move])) for move in own]
            disputes |= disputes.create(
                {
                    "company_id": self.company_id.id,
                    "partner_id": self.partner_id.id,
                    "currency_id": currency.id,
                    "reason_id": reason.id,
                    "line_ids": lines,
                    "source": source,
                    "description": text,
                }
            )
        for dispute in disputes:
            dispute.message_subscribe(self._customer_author().ids)
            dispute._customer_post(self._customer_author(), text, files)
        return disputes

    def _contested(self, move, amount):
        free = move.amount_residual - move.amount_disputed
        amount = free if amount is None else amount
        if move.currency_id.compare_amounts(free, 0) <= 0:
            raise UserError(self.env._("%s is in dispute already.", move.name))
        if move.currency_id.compare_amounts(amount, 0) <= 0:
            raise UserError(
                self.env._("Please give an amount above zero for %s, or leave it empty.", move.name)
            )
        if move.currency_id.compare_amounts(amount, free) > 0:
            raise UserError(
                self.env._(
                    "Of %(invoice)s no more than %(open)s can be disputed.",
                    invoice=move.name,
                    open=format_amount(self.env, free, move.currency_id),
                )
            )
        return {"move_id": move.id, "amount_disputed": move.currency_id.round(amount)}

    # === PROMISE === #

    def _promise_refusal(self, today):
        """Why the customer cannot promise by itself; empty when it can.

        :param datetime.date today: business date of the company
        :rtype: str
        """
        policy = self.sudo()._customer_policy()
        if not policy.promise_max_days or self.stage in ("legal", "written_off"):
            return self.env._("Please call or write to us to agree on a date.")
        broken = self.env["collections.promise"].search_count(
            [
                ("case_id", "=", self.id),
                ("state", "=", "broken"),
                ("date", ">=", today - YEAR),
            ]
        )
        if policy.promise_max_broken and broken >= policy.promise_max_broken:
            return self.env._(
                "Earlier promises could not be kept. Let us find something that works: "
                "please call or write to us."
            )
        return ""

    def _promisable_lines(self):
        """Open items that are to be paid and not promised yet, the oldest first."""
        promised = self.promise_ids.filtered(lambda promise: promise.state == "open").line_ids
        debts = self.move_line_ids.filtered(lambda line: line.amount_residual_currency > 0)
        return (debts - promised).filtered(lambda line: line.move_id.dispute_state != "disputed")

    def _last_promise_day(self, today):
        return today + timedelta(days=self.sudo()._customer_policy().promise_max_days)

    def _customer_promise(self, lines, amount, date, today, note="", source="portal"):
        """The customer promises to pay items by a date, within the limits of its policy.

        :param lines: `account.move.line` of one currency
        :param float|None amount: None for all of it
        :param datetime.date|None date: the day by which it pays
        :rtype: `collections.promise`
        :raises UserError: when it cannot, or the policy does not allow it
        """
        self.ensure_one()
        refusal = self._promise_refusal(today)
        if refusal:
            raise UserError(refusal)
        if not lines:
            raise UserError(self.env._("Please choose at least one item."))
        if lines - self._promisable_lines():
            raise UserError(self.env._("One of the items is promised or in dispute already."))
        self._check_promise_date(date, today)
        amount = self._promised_amount(lines, amount)
        self._note_answer("promised", today)
        return self.env["collections.promise"].create(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "currency_id": lines.currency_id.id,
                "line_ids": [Command.set(lines.ids)],
                "amount": amount,
                "made_on": today,
                "date": date,
                "grace_days": self.company_id.collections_promise_grace_days,
                "source": source,
                "note": self._customer_text(note),
                "user_id": False,
            }
        )

    def _check_promise_date(self, date, today):
        last = self._last_promise_day(today)
        if not date or not today <= date <= last:
            raise UserError(
                self.env._("Please choose a day between today and %s.", format_date(self.env, last))
            )

    def _promised_amount(self, lines, amount):
        currency = lines.currency_id
        if len(currency) != 1:
            raise UserError(self.env._("Please promise each currency by itself."))
        disputed = sum(lines.move_id.mapped("amount_disputed"))
        most = currency.round(sum(lines.mapped("amount_residual_currency")) - disputed)
        least = currency.round(most * self.sudo()._customer_policy().promise_min_percent / 100)
        amount = most if amount is None else currency.round(amount)
        if (
            currency.compare_amounts(amount, most) > 0
            or currency.compare_amounts(amount, least) < 0
        ):
            raise UserError(
                self.env._(
                    "Please give an amount between %(least)s and %(most)s. "
                    "If you need more time, call or write to us.",
                    least=format_amount(self.env, least, currency),
                    most=format_amount(self.env, most, currency),
                )
            )
        return amount

    # === MESSAGE === #

    def _customer_message(self, text, today, files=()):
        """The customer says something; its collector is asked to answer.

        :param datetime.date today: business date of the company
        :raises UserError: without a text
        """
        self.ensure_one()
        files, text = self._customer_files(files), self._customer_text(text)
        if not text:
            raise UserError(self.env._("Please write a message."))
        self._customer_post(self._customer_author(), text, files)
        self._note_answer("reply", today)
        self._ask_collector(self.env._("Answer the customer's message"), today)

    def _ask_collector(self, summary, today, note=""):
        """An activity for who looks after the customer: collector, else a manager."""
        owner = self.collector_id or self._collections_manager()
        if owner and owner.active:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=today,
                user_id=owner.id,
                summary=summary,
                note=note,
            )

    def _collections_manager(self):
        """A manager of collections who may see the company, before others the one who leads the
        collector's team; empty when there is none."""
        group = self.env.ref("collections_addon.group_collections_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and not user.share and user.active
        )
        teams = self.env["collections.team"].sudo()
        if self.collector_id:
            domain = [("company_id", "=", self.company_id.id)]
            teams = teams.search([*domain, ("member_ids", "in", self.collector_id.ids)], limit=1)
        return teams.manager_id & managers or managers[:1]

    # === WHAT IS SENT === #

    def _customer_author(self):
        return self.partner_id._dunning_recipient()

    def _customer_text(self, text):
        text = (text or "").strip()
        if len(text) > MOST_CHARACTERS:
            raise UserError(self.env._("Please use no more than %s characters.", MOST_CHARACTERS))
        return text

    def _customer_files(self, files):
        """(name, bytes) of what a customer sends along, once it is sure to be harmless.

        :raises UserError: when there is too much, or something that is no document
        """
        files = list(files)
        if len(files) > MOST_FILES:
            raise UserError(self.env._("Please send no more than %s files at once.", MOST_FILES))
        for name, content in files:
            if PurePath(name).suffix.lower().removeprefix(".") not in FILE_TYPES:
                raise UserError(
                    self.env._("%s cannot be sent. Please send a PDF or a picture.", name)
                )
            if len(content) > MOST_BYTES:
                raise UserError(self.env._("%s is larger than 8 MB.", name))
        return files


class CollectionsDispute(models.Model):
    """The customer's side of a dispute."""

    _inherit = "collections.dispute"

    def _customer_messages(self):
        """What customer and company have said to each other, the oldest first."""
        comment = self.env.ref("mail.mt_comment")
        said = self.message_ids.filtered(
            lambda message: message.subtype_id == comment and not message.is_internal
        )
        return said.sorted("id")

    def _customer_withdraw(self):
        """The customer no longer contests: reminders go on where they stood.

        :raises UserError: when it was resolved meanwhile
        """
        if self.state not in ACTIVE:
            raise UserError(self.env._("This dispute was closed already."))
        self._transition("withdrawn", self.env._("Withdrawn by the customer."))

    def _customer_answer(self, text, files=()):
        """The customer adds something to its dispute.

        :raises UserError: without a text or file
        """
        case = self.case_id
        files, text = case._customer_files(files), case._customer_text(text)
        if not text and not files:
            raise UserError(self.env._("Please write a message."))
        self._customer_post(case._customer_author(), text, files)


class MailThread(models.AbstractModel):
    """Messages of customers who are not logged in."""

    _inherit = "mail.thread"

    def _customer_post(self, author, text, files=()):
        """Write down what a customer said, in its name; files are kept as what they are."""
        self.ensure_one()
        return self.with_context(attachments_mime_plainxml=True).message_post(
            body=text,
            author_id=author.id,
            attachments=list(files),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
