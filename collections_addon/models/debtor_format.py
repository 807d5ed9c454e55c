from ast import literal_eval

from babel.dates import get_date_format

from odoo.addons.base.models.res_lang import intersperse
from odoo.tools import float_round
from odoo.tools.misc import babel_locale_parse

#: Keeps what is between from being torn apart by the right-to-left text around it.
ISOLATE = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
AMOUNT_ISOLATE = "\N{LEFT-TO-RIGHT ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "-\N{ZERO WIDTH NO-BREAK SPACE}"


class DebtorFormat:
    """Dates and amounts as a debtor reads them.

    Remembers what it has formatted: one batch of messages repeats the same
    few dates many times.

    :param odoo.api.Environment env: any environment
    :param str lang: code of an active language
    """

    def __init__(self, env, lang):
        self._env = env
        self.lang = env["res.lang"]._get_data(code=lang)
        self._locale = babel_locale_parse(self.lang.code)
        self._day = get_date_format("medium", self._locale)
        self._grouping = literal_eval(self.lang.grouping)
        self._dates = {}
        self._amounts = {}
        self._currencies = {}

    @property
    def is_rtl(self):
        """Whether the language is written from right to left."""
        return self.lang.direction == "rtl"

    def date(self, value):
        """A date in the medium form of the language (month by name); empty for no date."""
        if not value:
            return ""
        if value not in self._dates:
            text = self._day.apply(value, self._locale)
            self._dates[value] = ISOLATE % text if self.is_rtl else text
        return self._dates[value]

    def lang_format(self, pattern, value):
        """A number in the form of the language, `pattern` as for `res.lang`."""
        return self._env["res.lang"].browse(self.lang.id).format(pattern, value, grouping=True)

    def amount(self, value, currency):
        """An amount with the currency's symbol, safe inside right-to-left text."""
        key = (value, currency.id)
        if key not in self._amounts:
            text = self._amount(value, currency)
            self._amounts[key] = AMOUNT_ISOLATE % text if self.is_rtl else text
        return self._amounts[key]

    def _amount(self, value, currency):
        """What core's `format_amount` gives, which reads the settings of language and
        currency for every amount; a batch of messages has thousands."""
        if currency.id not in self._currencies:
            symbol = currency.symbol or ""
            around = (symbol + SPACE, "") if currency.position == "before" else ("", SPACE + symbol)
            self._currencies[currency.id] = (currency.rounding, currency.decimal_places, *around)
        rounding, places, before, after = self._currencies[currency.id]
        number = f"{float_round(value, precision_rounding=rounding):.{places}f}"
        whole, *cents = number.split(".")
        whole, _count = intersperse(whole, self._grouping, self.lang.thousands_sep or "")
        number = self.lang.decimal_point.join([whole, *cents])
        return before + number.replace(" ", SPACE).replace("-", MINUS) + after
