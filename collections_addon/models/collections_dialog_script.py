import json
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import file_open

from ..domain.dialog_lines import FIXED, OWN_NAMES, fill, places
from ..domain.dialog_words import language_of
from .debtor_format import DebtorFormat

IDENTIFY = [
    ("none", "Nothing: who answers is the customer"),
    ("customer_number", "Last digits of the customer number"),
    ("postcode", "Postcode"),
    ("link", "Signed link: details on the customer's page only"),
]
ITEMS = [
    ("pay", "Pay now"),
    ("paid", "Has paid already"),
    ("promise", "Promise a date"),
    ("plan", "Payment plan"),
    ("dispute", "Something is wrong"),
    ("balance", "What is open"),
    ("language", "Other language"),
    ("wrong_person", "Wrong person"),
    ("stop", "No more messages"),
]
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@cache
def _lines_of(short):
    with file_open(f"collections_addon/data/dialog/{short}.json") as stream:
        return MappingProxyType(json.load(stream))


class CollectionsDialogScript(models.Model):
    """How the self-service conversation goes: what is asked, offered and said.

    The lines are shipped in five languages; a script keeps only those that somebody
    wrote anew, so that an update brings better ones for the rest.
    """

    _name = "collections.dialog.script"
    _description = "Conversation Script"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: every company uses it.")
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.interaction"]._channel_selection(),
        string="Channel",
        help="Empty: all channels that have no script of their own.",
    )
    identify = fields.Selection(
        IDENTIFY,
        string="Ask for",
        required=True,
        default="customer_number",
        help="What has to be known before an amount or an invoice is mentioned. A person "
        "takes over where there is nothing to compare with.",
    )
    digits = fields.Integer(
        string="Digits of the Customer Number", default=4, help="The reference of the contact."
    )
    item_ids = fields.One2many(
        "collections.dialog.item",
        "script_id",
        string="Menu",
        copy=True,
        default=lambda self: self._default_items(),
    )
    line_ids = fields.One2many("collections.dialog.line", "script_id", string="Lines", copy=True)
    max_tries = fields.Integer(
        string="Tries per Question",
        default=3,
        help="An answer that is not understood so many times is a person's task.",
    )
    max_turns = fields.Integer(
        string="Longest Conversation",
        default=40,
        help="After so many messages or answers of the customer a person takes over.",
    )

    _limits = models.Constraint(
        "CHECK(max_tries BETWEEN 1 AND 10 AND max_turns BETWEEN 3 AND 200"
        " AND digits BETWEEN 3 AND 10)",
        "Give 1 to 10 tries, 3 to 200 messages and 3 to 10 digits.",
    )

    @api.model
    def _default_items(self):
        return [
            fields.Command.create({"sequence": number, "code": code})
            for number, (code, _name) in enumerate(ITEMS, start=1)
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, company, channel_code):
        """The script of a company on a channel: its own before the shared one, that of the
        channel before the general one.

        :rtype: `collections.dialog.script`, with superuser rights
        """
        domain = [
            ("company_id", "in", [company.id, False]),
            ("channel_code", "in", [channel_code, False]),
        ]
        scripts = self.sudo().search(domain)
        return scripts.sorted(
            lambda script: (not script.company_id, not script.channel_code, script.sequence)
        )[:1]

    def _menu(self):
        """Codes that are offered, in order; a person always is."""
        return (*self.item_ids.filtered("active").sorted("sequence").mapped("code"), "human")

    @api.model
    def _shipped(self, short):
        """Key -> line as shipped, of one of the five languages.

        :rtype: dict[str, str]
        """
        return _lines_of(short)

    def _line(self, key, lang):
        """The line in a language: rewritten by somebody, else as shipped.

        :param str lang: code such as `lt_LT`
        """
        if key in FIXED:
            return FIXED[key]
        own = self.line_ids.filtered(lambda line: line.key == key).with_context(lang=lang)
        return own.text or self._shipped(language_of(lang))[key]

    def _say(self, say, lang, channel_code=None):
        """A sentence of the dialog as the debtor hears or reads it.

        :param Say say: line and values
        :param str lang: code of an active language
        :rtype: str
        """
        form = DebtorFormat(self.env, lang)
        values = {name: self._shown(value, say, form) for name, value in say.values.items()}
        if say.key == "language_name":
            values["name"] = OWN_NAMES[say.values["code"]]
        text = fill(self._line(say.key, lang), values)
        return text.replace(NO_BREAK_SPACE, " ") if channel_code == "sms" else text

    def _shown(self, value, say, form):
        if isinstance(value, Decimal):
            currency = self.env["res.currency"].search([("name", "=", say.values["currency"])])
            return form.amount(float(value), currency)
        return form.date(value) if isinstance(value, date) else value


class CollectionsDialogItem(models.Model):
    """Something the menu offers."""

    _name = "collections.dialog.item"
    _description = "Menu Item of a Conversation"
    _order = "sequence, id"

    script_id = fields.Many2one(
        "collections.dialog.script", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    code = fields.Selection(ITEMS, string="Offer", required=True)
    active = fields.Boolean(string="Offered", default=True)

    _once = models.UniqueIndex("(script_id, code)", "The menu offers this already.")


class CollectionsDialogLine(models.Model):
    """A line that somebody wrote anew for a script, in as many languages as needed."""

    _name = "collections.dialog.line"
    _description = "Line of a Conversation"
    _order = "key"

    script_id = fields.Many2one(
        "collections.dialog.script", required=True, index=True, ondelete="cascade"
    )
    key = fields.Selection(selection=lambda self: self._keys(), string="Line", required=True)
    shipped = fields.Char(compute="_compute_shipped", string="As Shipped")
    text = fields.Char(required=True, translate=True)

    _once = models.UniqueIndex("(script_id, key)", "This line was rewritten already.")

    @api.model
    def _keys(self):
        """(key, English line) of everything that can be said."""
        lines = self.env["collections.dialog.script"]._shipped("en")
        return [(key, text) for key, text in lines.items()]

    @api.depends("key")
    def _compute_shipped(self):
        lines = self.env["collections.dialog.script"]._shipped(language_of(self.env.lang))
        for line in self:
            line.shipped = lines.get(line.key)

    @api.constrains("text", "key")
    def _check_places(self):
        for line in self:
            known = places(self.env["collections.dialog.script"]._shipped("en")[line.key])
            if strange := places(line.text) - known:
                raise ValidationError(
                    self.env._(
                        "This line knows nothing of %(strange)s. It can use: %(known)s",
                        strange=", ".join(f"{{{name}}}" for name in sorted(strange)),
                        known=", ".join(f"{{{name}}}" for name in sorted(known)) or "–",
                    )
                )
