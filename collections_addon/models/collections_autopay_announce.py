from datetime import timedelta

from odoo import Command, api, models
from odoo.tools import get_lang

from ..domain.autopay import charge_day
from .collections_autopay_charge import LIVE


class CollectionsAutopay(models.Model):
    """What will be collected next, announced to the customer in time."""

    _inherit = "collections.autopay"

    @api.model
    def _announce_due(self, company, today, now):
        """Announce what falls due within the days of notice.

        :param datetime.date today: the business date of the company
        :param datetime.datetime now: naive UTC
        :return: the new charges
        """
        charges = self.env["collections.autopay.charge"]
        if company.collections_stopped:
            return charges
        autopays = self.search([("company_id", "=", company.id), ("state", "=", "active")])
        book = self._pause_book(company, today)
        for autopay in autopays:
            if not autopay._is_paused(book):
                charges |= autopay._announce_installments(today, book)
                charges |= autopay._announce_items(today, book)
        charges._notify("collections_addon.mail_template_autopay_notice", now)
        return charges

    @api.model
    def _pause_book(self, company, today):
        """Why invoices and customers must not be collected from, whatever the mandate (P20).

        :return: move id -> reason code, partner id -> reason code
        """
        facts = self.env["dunning.facts"].with_context(
            collections_without_plans=True, collections_without_autopay=True
        )
        return facts._move_pauses(company, today), facts._partner_pauses(company, today)

    def _is_paused(self, book):
        """Why nothing at all may be collected from the customer; empty when it may."""
        self.ensure_one()
        if self.case_id.stage in ("legal", "written_off"):
            return "legal"
        if self.case_id._customer_policy().test_mode:
            return "test_mode"
        return book[1].get(self.partner_id.id)

    def _horizon(self, today):
        return today + timedelta(days=self.notice_days)

    # === INSTALLMENTS === #

    def _announce_installments(self, today, book):
        charges = self.env["collections.autopay.charge"]
        plans = self.case_id.plan_ids.filtered(lambda plan: plan.state == "active")
        asked = plans._asked(today)
        for line in plans.line_ids.sorted(lambda line: (line.date, line.number)):
            amount = float(asked[line.plan_id.id].get(line.id, 0))
            is_due = line.date <= self._horizon(today) and amount > 0
            if is_due and not self._was_tried(line) and not self._plan_pause(line.plan_id, book):
                charges |= charges.create(self._installment_values(line, amount, today))
        return charges

    def _was_tried(self, line):
        """Whether an installment is being collected, or was and for good could not be."""
        return self.env["collections.autopay.charge"].search_count(
            [
                ("plan_line_id", "=", line.id),
                "|",
                ("state", "in", LIVE),
                "&",
                ("state", "=", "failed"),
                ("autopay_id", "=", self.id),
            ],
            limit=1,
        )

    def _plan_pause(self, plan, book):
        """Why a plan is not collected: one of its invoices is held, contested or promised."""
        pauses = [book[0].get(move.id) for move in plan.item_ids.move_id]
        if any(move.amount_disputed for move in plan.item_ids.move_id):
            pauses.append("disputed")
        return next(filter(None, pauses), None)

    def _installment_values(self, line, amount, today):
        day = charge_day(line.date, today, self.notice_days)
        return {
            "autopay_id": self.id,
            "currency_id": line.currency_id.id,
            "plan_line_id": line.id,
            "amount": amount,
            "date": day,
            "next_date": day,
        }

    # === INVOICES === #

    def _announce_items(self, today, book):
        """One charge per currency and day for what is due of invoices."""
        charges = self.env["collections.autopay.charge"]
        if self.scope != "all":
            return charges
        for currency in self.case_id._checkout_currencies():
            due = self._due_items(currency, today, book)
            for day in sorted({day for day, _item, _amount in due}):
                own = [(item, amount) for when, item, amount in due if when == day]
                charges |= charges.create(self._items_values(currency, day, own))
        return charges

    def _due_items(self, currency, today, book):
        """(day, item, amount) of what may be collected soon; credits are deducted (P6)."""
        case = self.case_id
        credit = case._checkout_credit(currency)
        done = self._tried_lines()
        due = []
        for item in case._checkout_items(currency, today):
            line = self.env["account.move.line"].browse(item.key)
            covered = min(credit, item.asked)
            credit -= covered
            amount = item.asked - covered
            if (
                amount
                and item.due <= self._horizon(today)
                and line not in done
                and line.move_id.id not in book[0]
                and not line.move_id.payment_plan_id
                and not line.no_followup
            ):
                due.append((charge_day(item.due, today, self.notice_days), item, amount))
        return due

    def _tried_lines(self):
        """Items being collected, or that this mandate could not collect."""
        items = self.env["collections.autopay.item"].search(
            [
                ("charge_id.case_id", "=", self.case_id.id),
                "|",
                ("is_live", "=", True),
                "&",
                ("charge_id.state", "=", "failed"),
                ("charge_id.autopay_id", "=", self.id),
            ]
        )
        return items.move_line_id

    def _items_values(self, currency, day, items):
        return {
            "autopay_id": self.id,
            "currency_id": currency.id,
            "amount": float(sum(amount for _item, amount in items)),
            "date": day,
            "next_date": day,
            "item_ids": [
                Command.create({"move_line_id": item.key, "amount": float(item.asked)})
                for item, _amount in items
            ],
        }


class CollectionsAutopayCharge(models.Model):
    """What the customer is told of a charge."""

    _inherit = "collections.autopay.charge"

    def _notify(self, template, now):
        """Tell the customer, in its language; who cannot be told is not collected from."""
        for charge in self:
            if charge._write_to_customer(template):
                charge.notified_at = now
            elif charge.state == "announced":
                text = self.env._("The customer has no e-mail address, so it was not collected.")
                charge._cancel("no_address", text)

    def _write_to_customer(self, template):
        """Put a message into the mail queue.

        :return: whether there is somebody to write to
        :rtype: bool
        """
        self.ensure_one()
        recipient = self.recipient_id
        if not recipient.email_normalized:
            return False
        code = recipient.lang or self.partner_id.lang or self.company_id.partner_id.lang
        localized = self.env.ref(template).sudo().with_context(lang=get_lang(self.env, code).code)
        mail_id = localized.send_mail(
            self.id,
            email_values={
                "recipient_ids": [Command.set(recipient.ids)],
                "email_to": False,
                "headers": repr({"Auto-Submitted": "auto-generated"}),
            },
        )
        self.notice_mail_id = mail_id
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return True

    def _invoice_names(self):
        """What is collected, in words for a message."""
        self.ensure_one()
        if self.plan_line_id:
            return self.plan_line_id.display_name
        return ", ".join(self.item_ids.move_id.mapped("name"))

    def _stop_url(self):
        """Where the customer sees and stops automatic payment."""
        self.ensure_one()
        return self.case_id._portal_url(self.date, "/autopay")
