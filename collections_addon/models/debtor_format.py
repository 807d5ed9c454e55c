from odoo import tools

#: Keeps what is between from being torn apart by the right-to-left text around it.
ISOLATE = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
AMOUNT_ISOLATE = "\N{LEFT-TO-RIGHT ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"


class DebtorFormat:
    """Dates and amounts as a debtor reads them.

    Remembers what it has formatted: one batch of messages repeats the same
    few dates many times.

    :param odoo.api.Environment env: any environment
    :param str lang: code of an active language
    """

    def __init__(self, env, lang):
        self._env = env(context={**env.context, "lang": lang})
        self.lang = self._env["res.lang"]._get_data(code=lang)
        self._dates = {}
        self._amounts = {}

    @property
    def is_rtl(self):
        """Whether the language is written from right to left."""
        return self.lang.direction == "rtl"

    def date(self, value):
        """A date in the medium form of the language (month by name); empty for no date."""
        if not value:
            return ""
        if value not in self._dates:
            text = tools.format_date(self._env, value, date_format="medium")
            self._dates[value] = ISOLATE % text if self.is_rtl else text
        return self._dates[value]

    def lang_format(self, pattern, value):
        """A number in the form of the language, `pattern` as for `res.lang`."""
        return self._env["res.lang"].browse(self.lang.id).format(pattern, value, grouping=True)

    def amount(self, value, currency):
        """An amount with the currency's symbol, safe inside right-to-left text."""
        key = (value, currency.id)
        if key not in self._amounts:
            text = tools.format_amount(self._env, value, currency)
            self._amounts[key] = AMOUNT_ISOLATE % text if self.is_rtl else text
        return self._amounts[key]
