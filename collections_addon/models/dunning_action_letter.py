import base64

from odoo import fields, models
from odoo.exceptions import UserError

from .collections_document import Document

#: Widths in percent of the columns of the list, by how many kinds of deduction it shows.
COLUMN_WIDTHS = (
    (30, 16, 16, 14, 24),
    (23, 13, 13, 10, 16, 10, 15),
    (19, 12, 12, 9, 15, 10, 9, 14),
)


class DunningAction(models.Model):
    """The letter of a contact: its content, its print, its posting."""

    _inherit = "dunning.action"

    # === CONTENT === #

    def _collections_document(self):
        """The letter, in the debtor's language, with the company's letterhead.

        :rtype: Document
        """
        self.ensure_one()
        values = {
            **self._letter_head_values(),
            **self._letter_amount_values(),
            "is_test": self.policy_id.test_mode,
        }
        return Document(
            "collections_addon.print_letter", values, self.company_id, self.recipient_lang, True
        )

    def _letter_head_values(self):
        subject, text = self._level_text()
        today = self.company_id._collections_today(fields.Datetime.now())
        charges = self.with_context(lang=self.recipient_lang)._charges_shown(today)[self.id]
        return {
            "charges": charges,
            "charges_sum": sum(charge.amount for charge in charges),
            **self.recipient_id._letter_address_values(self.partner_id, self.company_id),
            "subject": subject,
            "text": text,
            "date": today,
            "reference": f"C{self.case_id.id}-{self.id}",
            "customer_code": self.partner_id.ref,
            "customer_vat": self.partner_id.vat,
            "contact": self.case_id.collector_id.partner_id.sudo(),
        }

    def _postal_partner(self):
        """Whose address the letter goes to; empty when nobody's is complete.

        :rtype: `res.partner`
        """
        self.ensure_one()
        return self.recipient_id._postal_partner(self.partner_id)

    def _letter_amount_values(self):
        rows = [self._letter_row(item) for item in self.item_ids]
        currency = self.currency_id
        total = {name: sum(row[name] for row in rows) for name in ("open", "disputed", "credit")}
        has_credit = not currency.is_zero(total["credit"])
        has_disputed = not currency.is_zero(total["disputed"])
        return {
            "rows": rows,
            "currency": currency,
            "open_sum": total["open"],
            "credit_sum": total["credit"],
            "disputed_sum": total["disputed"],
            "has_credit": has_credit,
            "has_disputed": has_disputed,
            "column_widths": COLUMN_WIDTHS[has_disputed + has_credit],
            "total": self.amount_total,
            "overdue": self.amount_overdue,
            "payment": self._payment_values(rows),
        }

    def _letter_row(self, item):
        move, line = item.move_id, item.move_line_id
        reference = move.payment_reference or ""
        return {
            "name": move.name or line.name or "",
            "reference": reference if reference != move.name else "",
            "date": move.invoice_date or move.date,
            "due": item.due_date or move.invoice_date_due,
            "days": item.days_overdue,
            "open": item.amount_residual,
            "disputed": item.amount_disputed,
            "credit": item.amount_credit,
            "asked": item.amount_residual - item.amount_disputed - item.amount_credit,
        }

    def _payment_values(self, rows):
        references = [row["reference"] or row["name"] for row in rows]
        reference = ", ".join(dict.fromkeys(filter(None, references)))
        if len(reference) > 100:
            reference = f"C{self.case_id.id}-{self.id}"
        bank = self.company_id._collections_bank(self.currency_id, self.move_ids)
        return {
            "reference": reference,
            "bank": bank,
            "is_iban": bank._is_iban(),
        }

    # === PRINT === #

    def _print_letter(self):
        """Write the letter's PDF, subject and text on the contact.

        :raises UserError: when it cannot be printed
        """
        self.ensure_one()
        document = self._collections_document()
        pdf = self.env["collections.document"]._pdf(document)
        name = f"{document.values['reference']} {self.partner_id.name}.pdf".replace("/", "-")
        values = {
            "name": name,
            "datas": base64.b64encode(pdf),
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
        }
        attachment = self.attachment_id.sudo()
        if attachment:
            attachment.write(values)
        else:
            self.attachment_id = attachment.create(values)
        self.write(
            {
                "subject": document.values["subject"],
                "body": document.values["text"],
                "lang": document.lang,
            }
        )

    def _update_to(self, listing):
        """Override: what was printed before the figures changed is not posted any more."""
        before = self.item_ids.ids
        super()._update_to(listing)
        if self.channel_code == "letter" and self.item_ids.ids != before:
            self.attachment_id = False

    def _print_batch(self, now):
        """Print letters that wait to be posted, after a last look at the ledger.

        A letter that is no longer true is dropped; one whose figures have changed
        since is printed anew.

        :param datetime.datetime now: naive UTC
        :return: the letters to post in the order of the post (country, postal code),
            and the others of these contacts, each with its reason
        """
        waiting = self._letters_to_post()
        before = {action.id: action.item_ids.ids for action in waiting}
        ready = waiting._recheck(now)
        for action in ready:
            if not action.attachment_id or before[action.id] != action.item_ids.ids:
                action._print_letter()
        return ready.sorted(lambda a: a._postal_key()), self - ready

    def _letters_to_post(self):
        return self.filtered(
            lambda a: a.channel_code == "letter" and a.state == "sending" and a.is_manual
        )

    def _postal_key(self):
        postal = self._postal_partner()
        home = postal.country_id in (self.company_id.country_id, self.env["res.country"])
        return (
            not home,
            postal.country_id.code or "",
            postal.zip or "",
            self.partner_id.name or "",
        )

    # === POSTING === #

    def _post_letters(self, date):
        """Somebody has put these letters into the post on a date.

        :raises UserError: when none of them waits to be posted, or for an impossible date
        """
        letters = self._letters_to_post()
        if not letters:
            raise UserError(
                self.env._("None of these contacts is a letter that waits to be posted.")
            )
        for company, own in letters.grouped("company_id").items():
            now = fields.Datetime.now()
            today = company._collections_today(now)
            if date > today:
                raise UserError(self.env._("A letter cannot be posted in the future."))
            first = min(own.mapped("create_date"))
            if date < company._collections_today(first):
                raise UserError(self.env._("A letter cannot be posted before it was written."))
            own._mark_sent(now if date == today else company._collections_noon(date))

    # === ACTION METHODS === #

    def action_print_letters(self):
        """Check letters again and print those that are still true as one file."""
        self.check_access("write")
        return self.env["dunning.letter.print"]._open_for(self)

    def action_post_letters(self):
        """Ask for the date on which letters were posted."""
        self.check_access("write")
        return self.env["dunning.letter.post"]._open_for(self)
