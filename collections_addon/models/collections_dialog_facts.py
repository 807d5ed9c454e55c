import re
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain.contact_window import timezone_of
from ..domain.dialog_types import WRITTEN, Balance, Facts, Invoice, Offer
from ..domain.dialog_words import LANGUAGES, language_of

MOST_OFFERS = 3
#: Plans of so many installments are offered, as far as the terms allow.
COUNTS = (3, 6, 12)
#: So many wrong answers in a day, over all conversations, and a person has to look.
MOST_FAILURES = 6
#: Beside the one for everything else: what fits on a keypad.
MOST_REASONS = 8
#: A reason that the menu has an answer of its own for.
ELSEWHERE = "already_paid"
#: Fewer digits identify nobody.
LEAST_DIGITS = 3


class CollectionsDialogScript(models.Model):
    """What the conversation has to know of the customer."""

    _inherit = "collections.dialog.script"

    def _facts(self, case, channel_code, lang, now, company, identified=False, live=False):
        """Everything the dialog may need, read anew for each thing that is heard.

        :param case: `collections.case`; empty while nobody knows who it is
        :param str lang: code of an active language, such as `lt_LT`
        :param datetime.datetime now: naive UTC
        :rtype: Facts
        """
        self.ensure_one()
        today = company._collections_today(now)
        facts = Facts(
            today=today,
            now=self._local(case, company, now),
            company=company.name,
            channel=channel_code,
            lang=language_of(lang),
            languages=tuple(self._languages()),
            identify=self.identify,
            identified=identified,
            known=bool(case),
            menu=self._menu(),
            live=live,
            month_first=lang == "en_US",
            max_turns=self.max_turns,
            max_tries=self.max_tries,
        )
        return (
            facts._replace(**self._customer_facts(case.sudo(), facts, lang, now)) if case else facts
        )

    @api.model
    def _languages(self):
        """Language of the dialog -> code of an active language.

        :rtype: dict[str, str]
        """
        active = [code for code, _name in self.env["res.lang"].get_installed()]
        return {
            short: next(code for code in active if code.startswith(short))
            for short in LANGUAGES
            if any(code.startswith(short) for code in active)
        }

    def _local(self, case, company, now):
        recipient = case.partner_id._dunning_recipient() if case else case.partner_id
        country = recipient.country_id or company.country_id
        tz = timezone_of(recipient.tz or case.partner_id.tz, country.code, company.partner_id.tz)
        local = fields.Datetime.context_timestamp(self.with_context(tz=str(tz)), now)
        return local.replace(tzinfo=None)

    def _customer_facts(self, case, facts, lang, now):
        case = case.with_context(lang=lang)
        policy = case._customer_policy()
        balances = self._balances(case, facts.today, policy)
        return {
            "answer": self._answer(case.partner_id),
            "locked": self._is_locked(case, now),
            "balances": balances,
            "ways": self._ways(case, facts.channel),
            "pay_url": case._portal_url(facts.today, "/pay"),
            "last_day": facts.today + timedelta(days=policy.promise_max_days)
            if policy.promise_max_days
            else None,
            "promise_refusal": case._promise_refusal(facts.today),
            "plan_refusal": case._plan_refusal(facts.today),
            "offers": self._offers(case, facts.today) if balances else (),
            "reasons": self._reasons(lang),
        }

    # === WHO IT IS === #

    def _answer(self, partner):
        """What the customer has to say; empty when there is nothing on file."""
        if self.identify == "postcode":
            return (partner.zip or "").strip() if len(partner.zip or "") >= LEAST_DIGITS else ""
        digits = re.sub(r"\D", "", partner.ref or "")
        return digits[-self.digits :] if len(digits) >= LEAST_DIGITS else ""

    def _is_locked(self, case, now):
        rows = self.env["collections.conversation"].sudo()
        since = now - timedelta(days=1)
        talks = rows.search([("case_id", "=", case.id), ("last_at", ">=", since)])
        return sum(talks.mapped("failures")) >= MOST_FAILURES

    # === MONEY === #

    def _balances(self, case, today, policy):
        sections = self.env["collections.portal.account"].sudo()._sections(case, today)
        return tuple(
            self._balance(case, section, policy, today)
            for section in sections
            if section["total"] > 0
        )

    def _balance(self, case, section, policy, today):
        currency = section["currency"]
        total = self._exact(section["total"], currency)
        overdue = self._exact(sum(item.asked for item in section["overdue"]), currency)
        most = self._exact(case._dialog_promisable(currency, today)[1], currency)
        least = self._exact(float(most) * policy.promise_min_percent / 100, currency)
        items = [
            item
            for item in (*section["overdue"], *section["upcoming"])
            if item.is_invoice and item.asked > 0
        ]
        invoices = tuple(
            Invoice(str(item.move_id), item.number, self._exact(item.asked, currency), item.due)
            for item in sorted(items, key=lambda item: (item.due, item.number))
        )
        return Balance(currency.name, total, min(overdue, total), most, least, invoices)

    def _exact(self, amount, currency):
        return Decimal(f"{currency.round(amount):.{currency.decimal_places}f}")

    def _ways(self, case, channel_code):
        """Where a link can be sent: where it is read, else to addresses on file."""
        if channel_code in WRITTEN:
            return ("here",)
        recipient = case._customer_author()
        ways = (("sms", recipient.phone), ("email", recipient.email))
        return tuple(way for way, address in ways if address)

    def _offers(self, case, today):
        """Plans that the customer may choose, at most three per currency."""
        result = []
        for moves in case._plan_moves().grouped("currency_id").values():
            quotes = {}
            for terms in case._self_service_offers(moves):
                for count in dict.fromkeys((*COUNTS, terms.max_count)):
                    if count <= terms.max_count and len(quotes) < MOST_OFFERS:
                        offer = self._offer(case, moves, terms, count, today)
                        if offer:
                            quotes.setdefault((offer.count, offer.total), offer)
            result += sorted(quotes.values(), key=lambda offer: offer.count)
        return tuple(result)

    def _offer(self, case, moves, terms, count, today):
        try:
            quote, code = case._customer_quote(moves, terms, {"count": count}, today)
        except UserError:
            return None  # these terms do not go with this debt
        rows = quote.installments
        return Offer(
            key=f"{terms.id}-{count}-{code}",
            currency=moves.currency_id.name,
            count=len(rows),
            amount=max(row.amount for row in rows),
            first=rows[0].due,
            last=rows[-1].due,
            total=sum(row.amount for row in rows),
            cost=quote.fee + quote.interest,
        )

    def _reasons(self, lang):
        """(code, label), the last of them for everything else."""
        reasons = self.env["collections.dispute.reason"].sudo().with_context(lang=lang)
        records = reasons.search([("is_dispute", "=", True)])
        rows = [(one.code, one.name) for one in records if one.code not in ("other", ELSEWHERE)]
        return (
            *rows[:MOST_REASONS],
            *((one.code, one.name) for one in records if one.code == "other"),
        )


class CollectionsCase(models.Model):
    """What a customer can promise in a conversation."""

    _inherit = "collections.case"

    def _dialog_promisable(self, currency, today):
        """What a promise in a currency is about: what is overdue, else everything open.

        :return: items, and the most that can be promised of them
        :rtype: tuple
        """
        self.ensure_one()
        lines = self._promisable_lines().filtered(lambda line: line.currency_id == currency)
        overdue = lines.filtered(lambda line: (line.date_maturity or line.date) < today)
        lines = overdue or lines
        disputed = sum(lines.move_id.mapped("amount_disputed"))
        return lines, max(sum(lines.mapped("amount_residual_currency")) - disputed, 0.0)
