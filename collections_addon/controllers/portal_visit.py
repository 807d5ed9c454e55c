from werkzeug.exceptions import NotFound

from odoo import SUPERUSER_ID, fields
from odoo.http import request
from odoo.tools import get_lang

from ..channels.email_words import late_text
from ..models.debtor_format import DebtorFormat

FLASH = "collections_flash"


class Visit:
    """One request of a customer to its own account: the only way to its records.

    Everything read or written goes through here: records come from the case that the
    link or the login opened, never from an id of the request alone.

    :ivar case: `collections.case` with superuser rights, in the company and language
        of the customer
    :ivar env: the environment of `case`
    :ivar company: `res.company` of the case
    :ivar partner: `res.partner`, the commercial partner
    :ivar recipient: `res.partner`, who gets reminders; author of what is said here
    :ivar now: naive UTC
    :ivar today: business date of the company
    :ivar base: path of the account's overview, without a slash at the end
    :ivar by_link: whether it was opened by a link rather than a login
    """

    def __init__(self, case, base, now, lang=None):
        company = case.company_id
        self.base, self.now = base, now
        self.by_link = not base.startswith("/my/")
        case = case.with_user(SUPERUSER_ID).sudo()
        recipient = case.partner_id._dunning_recipient()
        wishes = (lang, recipient.lang, case.partner_id.lang, company.partner_id.lang)
        active = {code for code, _name in case.env["res.lang"].get_installed()}
        code = next((code for code in wishes if code in active), None)
        self.lang = get_lang(case.env, code)
        self.case = case.with_company(company).with_context(
            allowed_company_ids=company.ids,
            lang=self.lang.code,
            tz=company.partner_id.tz or "UTC",
            mail_create_nosubscribe=True,
        )
        self.env = self.case.env
        self.company = self.case.company_id
        self.partner = self.case.partner_id
        self.recipient = recipient.with_env(self.env)
        self.today = self.company._collections_today(now)
        self._form = DebtorFormat(self.env, self.lang.code)

    # === RECORDS === #

    @property
    def debts(self):
        """Open items that the customer owes, the oldest first."""
        return self.case.move_line_ids.filtered(lambda line: line.amount_residual_currency > 0)

    @property
    def invoices(self):
        """Open invoices of the customer.

        :rtype: `account.move`
        """
        moves = self.debts.move_id
        return moves.filtered(lambda move: move.is_sale_document(include_receipts=True))

    def own(self, records, wanted):
        """Those of a customer's own records whose ids a form has sent.

        :param records: all that the customer may choose from
        :param wanted: ids as text or numbers, from the request
        :raises NotFound: when one is not among them, or is no number
        """
        try:
            ids = {int(one) for one in wanted}
        except (TypeError, ValueError) as error:
            raise NotFound() from error
        if not ids <= set(records.ids):
            raise NotFound()
        return records.filtered(lambda record: record.id in ids)

    # === WORDS === #

    def url(self, path=""):
        """Address of a page of this account."""
        return f"{self.base}{path}"

    def money(self, amount, currency):
        """An amount as the customer reads it."""
        return self._form.amount(amount, currency)

    def day(self, value):
        """A date as the customer reads it; a moment in the time zone of the company."""
        if hasattr(value, "hour"):
            value = fields.Datetime.context_timestamp(self.case, value).date()
        return self._form.date(value)

    def late(self, days):
        """How long an item is overdue, in words; empty when it is not."""
        return late_text(self.env, days) if days > 0 else ""

    def flash(self, text, kind="success"):
        """Say something on the next page shown.

        :param str kind: `success`, `info`, `warning` or `danger`
        """
        request.session[FLASH] = [kind, str(text)]

    def take_flash(self):
        """What is to be said now: (kind, text) or None."""
        return request.session.pop(FLASH, None)

    def languages(self):
        """(code, name) of the languages the account can be shown in."""
        return self.env["res.lang"].get_installed()

    def address(self):
        """Where the request comes from."""
        return request.httprequest.remote_addr
