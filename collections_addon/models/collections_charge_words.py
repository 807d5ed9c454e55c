"""The calculation of a charge in words, in the language of an environment."""

from datetime import date as Date
from decimal import Decimal

from ..domain.interest import year_fraction
from .debtor_format import DebtorFormat


class ChargeWords:
    """Writes out how charges were worked out.

    :param odoo.api.Environment env: its language is the reader's
    """

    def __init__(self, env):
        self._env = env
        self._form = DebtorFormat(env, env.lang or "en_US")

    def basis(self, kind, terms, amount, currency):
        """How an amount came about; empty when its figures are not known.

        :param str kind: kind of the charge
        :param dict|None terms: the figures, as planned
        :param float amount: the amount charged
        :param currency: `res.currency`
        :rtype: str
        """
        write = getattr(self, f"_{kind}", None)
        return write(terms, amount, currency) if terms and write else ""

    def _money(self, amount, currency):
        return self._form.amount(float(amount), currency)

    def _percent(self, percent):
        number = Decimal(percent).normalize()
        places = max(2, -number.as_tuple().exponent)
        text = self._form.lang_format(f"%.{places}f", float(number))
        return f"{text} %"

    def _fee(self, terms, amount, currency):
        _ = self._env._
        parts = []
        if Decimal(terms["fixed"]):
            parts.append(_("fixed fee %s", self._money(terms["fixed"], currency)))
        if Decimal(terms["percent"]):
            parts.append(
                _(
                    "%(percent)s of %(base)s overdue",
                    percent=self._percent(terms["percent"]),
                    base=self._money(terms["base"], currency),
                )
            )
        if not Decimal(terms["percent"]):
            return parts[0]
        return f"{' + '.join(parts)} = {self._money(amount, currency)}"

    def _compensation(self, terms, amount, currency):
        _ = self._env._
        own = self._env["res.currency"].browse(terms["currency"])
        parts = []
        if Decimal(terms["lump"]):
            parts.append(self._money(terms["lump"], own))
        if Decimal(terms["percent"]):
            parts.append(
                _(
                    "%(percent)s of %(claim)s",
                    percent=self._percent(terms["percent"]),
                    claim=self._money(terms["claim"], currency),
                )
            )
        law = self._law(terms)
        result = f"{' + '.join(parts)} = {self._money(amount, currency)}"
        return f"{law}: {result}" if law else result

    def _interest(self, terms, amount, currency):
        _ = self._env._
        stretches = [
            self._stretch(*period, terms["day_count"], currency) for period in terms["periods"]
        ]
        text = "\n+ ".join(stretches)
        correction = Decimal(terms["correction"])
        if correction:
            text += "\n" + _(
                "set right for payments and credits known since: %s",
                self._money(correction, currency),
            )
        text += f"\n= {self._money(amount, currency)}"
        law = self._law(terms)
        if terms.get("known_until"):
            text += "\n" + _(
                "The rate after %s is not known yet; later days are not counted here.",
                self._form.date(Date.fromisoformat(terms["known_until"])),
            )
        return f"{law}:\n{text}" if law else text

    def _stretch(self, first, last, base, percent, day_count, currency):
        first, last = Date.fromisoformat(first), Date.fromisoformat(last)
        years = year_fraction(first, last, day_count)
        basis = {"actual/365": 365, "actual/360": 360, "30/360": 360}.get(day_count)
        if not basis:
            basis = (Date(first.year + 1, 1, 1) - Date(first.year, 1, 1)).days
        return self._env._(
            "%(base)s × %(percent)s × %(days)s/%(year)s (%(first)s – %(last)s)",
            base=self._money(base, currency),
            percent=self._percent(percent),
            days=int((years * basis).to_integral_value()),
            year=basis,
            first=self._form.date(first),
            last=self._form.date(last),
        )

    def _law(self, terms):
        law = self._env["collections.interest.law"].sudo().browse(terms.get("law") or 0).exists()
        return law.name or ""
