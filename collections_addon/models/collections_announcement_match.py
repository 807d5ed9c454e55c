from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..domain.arrivals import covers, names
from ..domain.promises import judge

#: Days before the announcement from which a payment may be the one announced.
BEFORE = timedelta(days=5)


class CollectionsAnnouncement(models.Model):
    """Has it arrived? Found by the payments of the customer, judged by what they paid."""

    _inherit = "collections.announcement"

    @api.model
    def _cron_judge(self):
        """Match and judge what is announced in every company, on its business date."""
        progress = self.env["ir.cron"]
        for company in self.env["res.company"].search([]):
            today = company._collections_today(fields.Datetime.now())
            waiting = self.search(
                [("company_id", "=", company.id), ("state", "in", ("announced", "missing"))]
            )
            waiting._match()
            waiting._judge(today)
            progress._commit_progress(1)

    # === MATCHING === #

    def _match(self):
        """Give payments that nobody has allocated to what they were announced for.

        A payment of the same customer is taken when its amount is the announced one,
        or when it carries the announced reference. Where two announcements claim one
        payment, the one with the reference wins, then the older.
        """
        for announcement in self.sorted(lambda one: (one.date, one.id)):
            for credit in announcement._candidates():
                announcement._allocate(credit)
        self._match_bank_lines()

    def _candidates(self):
        """Unallocated payments that are this one, those with its reference first."""
        credits = self.case_id._checkout_credit_lines(self.currency_id).filtered(
            lambda line: (
                line.move_id.move_type != "out_refund" and line.date >= self.made_on - BEFORE
            )
        )
        named = credits.filtered(lambda line: names(self.reference, self._texts_of(line)))
        exact = credits.filtered(
            lambda line: (
                covers(self.amount, -line.amount_residual_currency, self.currency_id.rounding)
                and not self._is_named_by_another(line)
            )
        )
        return named or exact[:1]

    def _texts_of(self, line):
        """Where a payment may carry what the customer wrote on it."""
        move = line.move_id
        payment = move.origin_payment_id
        return [line.name, line.ref, move.ref, payment.memo, payment.payment_reference]

    def _is_named_by_another(self, line):
        others = self.search(
            [
                ("case_id", "=", self.case_id.id),
                ("state", "in", ("announced", "missing")),
                ("id", "!=", self.id),
                ("reference", "!=", False),
            ]
        )
        return any(names(other.reference, self._texts_of(line)) for other in others)

    def _allocate(self, credit):
        """Pay the announced items with a payment, in the order of the settings."""
        items = self.line_ids.filtered(
            lambda line: not line.reconciled and line.account_id == credit.account_id
        )
        for item in items._allocation_order():
            if credit.reconciled:
                break
            (credit | item).reconcile()
        if items:
            self.message_post(
                body=self.env._("Matched with %(payment)s.", payment=credit.move_id.name)
            )

    # === LINES OF THE BANK === #

    @api.model
    def _waiting_for(self, company, bank_lines):
        """Announcements that one of some lines of the bank could be.

        :rtype: `collections.announcement`
        """
        waiting = self.search(
            [("company_id", "=", company.id), ("state", "in", ("announced", "missing"))]
        )
        return waiting.filtered(
            lambda one: any(one._is_bank_line(bank_line) for bank_line in bank_lines)
        )

    def _is_bank_line(self, bank_line):
        """By its reference, or by customer and amount: never by the amount alone."""
        currency = bank_line.foreign_currency_id or bank_line.currency_id
        amount = bank_line.amount_currency if bank_line.foreign_currency_id else bank_line.amount
        if currency != self.currency_id or amount <= 0 or bank_line.date < self.made_on - BEFORE:
            return False
        customer = bank_line.partner_id.commercial_partner_id
        if customer and customer != self.partner_id:
            return False  # somebody has said whose it is
        if names(self.reference, [bank_line.payment_ref, bank_line.ref]):
            return True
        return bool(customer) and covers(self.amount, amount, currency.rounding)

    def _match_bank_lines(self):
        """Pay the announced items with lines of the bank that wait in suspense."""
        first_day = min(self.mapped("made_on"), default=date.max) - BEFORE
        bank_lines = self.env["account.bank.statement.line"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("is_reconciled", "=", False),
                ("date", ">=", first_day),
                ("amount", ">", 0),
            ]
        )
        for bank_line in bank_lines:
            claims = self.filtered(lambda one, line=bank_line: one._is_bank_line(line))
            texts = [bank_line.payment_ref, bank_line.ref]
            named = claims.filtered(lambda one, texts=texts: names(one.reference, texts))
            for announcement in (named or claims).sorted(lambda one: (one.date, one.id))[:1]:
                announcement._take_bank_line(bank_line)

    def _take_bank_line(self, bank_line):
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        items = self.line_ids.filtered(lambda line: not line.reconciled)
        if len(suspense) != 1 or not items:
            return
        bank_line.partner_id = self.partner_id
        suspense.write({"account_id": items[0].account_id.id, "partner_id": self.partner_id.id})
        self._allocate(suspense)

    # === JUDGMENT === #

    def _judge(self, today):
        """Find each announcement's state from the payments of its items.

        :param datetime.date today: the evaluated date
        """
        payments = self._arrived_payments()
        for announcement in self.filtered(lambda one: one.state != "cancelled"):
            verdict = judge(
                Decimal(str(announcement.amount)),
                date.min,  # what was reconciled before it was made is not read
                max(announcement.date, today),
                0,
                payments.get(announcement.id, []),
                today,
                Decimal(str(announcement.currency_id.rounding)),
            )
            announcement._come_to(verdict, today)

    def _come_to(self, verdict, today):
        paid = float(verdict.paid)
        if self.currency_id.compare_amounts(self.amount_arrived, paid):
            self.amount_arrived = paid
        settled = all(line.reconciled for line in self.line_ids)
        if verdict.state == "kept" or (settled and verdict.paid):
            state = "arrived"
        else:
            state = "announced" if today <= self.deadline else "missing"
        if state == self.state:
            return
        self._transition(state)
        if state == "missing":
            self._look_into(today)

    def _look_into(self, today):
        """What did not arrive is somebody's to look into."""
        text = self.env._(
            "Announced for %(date)s and not arrived: %(kind)s.",
            date=format_date(self.env, self.date),
            kind=self._kind_label(),
        )
        self._tell_case(text)
        taker = self.user_id.filtered(lambda user: not user._is_superuser() and not user.share)
        owner = self.case_id.collector_id or taker or self.case_id._caretaker()
        if owner.active:
            self.case_id.activity_schedule(
                "mail.mail_activity_data_todo", date_deadline=today, user_id=owner.id, summary=text
            )

    def _arrived_payments(self):
        """Announcement id -> (day, amount) of payments reconciled since with its items."""
        if not self.ids:
            return {}
        self.env["account.partial.reconcile"].flush_model()
        self.flush_recordset(["line_ids"])
        query = SQL(
            """
            SELECT rel.announcement_id, partial.max_date,
                   partial.debit_amount_currency::numeric::text
              FROM collections_announcement announcement
              JOIN collections_announcement_line_rel rel
                   ON rel.announcement_id = announcement.id
              JOIN account_partial_reconcile partial ON partial.debit_move_id = rel.line_id
              JOIN account_move_line counterpart ON counterpart.id = partial.credit_move_id
              JOIN account_move move ON move.id = counterpart.move_id
             WHERE announcement.id IN %s AND move.move_type <> 'out_refund'
               AND partial.create_date >= announcement.create_date
            """,
            tuple(self.ids),
        )
        paid = {}
        for announcement_id, day, amount in self.env.execute_query(query):
            paid.setdefault(announcement_id, []).append((day, Decimal(amount)))
        return paid


class CollectionsRefresh(models.Model):
    """A payment may be an announced one: it is matched before the figures are refreshed."""

    _inherit = "collections.refresh"

    @api.model
    def _before_refresh(self, company, partner_ids, today):
        """Override: match and judge the announcements of these customers."""
        super()._before_refresh(company, partner_ids, today)
        announcements = self.env["collections.announcement"].search(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", partner_ids)
            & Domain("state", "!=", "cancelled")
            & Domain("deadline", ">=", today - timedelta(days=60))
        )
        announcements.filtered(lambda one: one.state != "arrived")._match()
        announcements._judge(today)
