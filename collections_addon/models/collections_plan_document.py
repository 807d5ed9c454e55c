from odoo import fields, models
from odoo.tools import format_date, get_lang

from .collections_document import Document
from .debtor_format import DebtorFormat


class CollectionsPlan(models.Model):
    """The agreement on paper: what is owed, what is paid when, what both sides agree to."""

    _inherit = "collections.plan"

    def _collections_document(self):
        """The agreement in the debtor's language, with the company's letterhead.

        :rtype: Document
        """
        self.ensure_one()
        lang = get_lang(self.env, self.recipient_lang).code
        plan = self.with_context(lang=lang).sudo()
        bank = plan.company_id._collections_bank(plan.currency_id, plan.move_ids)
        values = {
            **plan.recipient_id._letter_address_values(plan.partner_id, plan.company_id),
            "plan": plan,
            "when": self._printed_date(lang),
            "currency": plan.currency_id,
            "lines": plan._ordered_lines(),
            "debts": plan.item_ids.filtered(lambda item: not item.is_charge),
            "interest_text": plan._charge_text("plan_interest"),
            "accepted_on": plan._accepted_on(),
            "customer_code": plan.partner_id.ref,
            "contact": plan.case_id.collector_id.partner_id,
            "payment": {"reference": plan.name, "bank": bank, "is_iban": bank._is_iban()},
        }
        return Document("collections_addon.print_plan", values, plan.company_id, lang, True)

    def _printed_date(self, lang):
        """How dates are printed: with the month by name, but in figures where the page runs
        from right to left, for there the printer would turn such a date around.

        :rtype: Callable
        """
        form = DebtorFormat(self.env, lang)
        if not form.is_rtl:
            return form.date
        return lambda date: format_date(self.env, date, lang_code=lang)

    def _accepted_on(self):
        """Date and time of the acceptance on the company's clock; empty before."""
        if not self.accepted_at:
            return ""
        tz = self.company_id.partner_id.tz or "UTC"
        moment = fields.Datetime.context_timestamp(self.with_context(tz=tz), self.accepted_at)
        return f"{moment:%Y-%m-%d %H:%M} ({tz})"

    def _agreement_pdf(self):
        """The agreement as a PDF file, in the debtor's language.

        :rtype: bytes
        :raises UserError: when no PDF can be made on this server
        """
        self.ensure_one()
        return self.env["collections.document"]._pdf(self._collections_document())
