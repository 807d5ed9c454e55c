import re

from odoo import fields, models

#: What people write between digits.
SEPARATORS = re.compile(r"[\s().\-/\u00a0\u202f]+")
NUMBER = re.compile(r"\+[1-9]\d{6,14}")


def international(number):
    """A number as +…, as far as it can be told without knowing its country.

    Core brings numbers into this form where the library `phonenumbers` is installed.

    :param str|bool number: as it was entered
    :return: False for what is no number, or a national one
    :rtype: str|bool
    """
    bare = SEPARATORS.sub("", number or "")
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    return bare if NUMBER.fullmatch(bare) else False


class ResPartner(models.Model):
    """The number at which a customer gets messages."""

    _inherit = "res.partner"

    collections_bounced_phone = fields.Char(
        string="Number Without Messages",
        copy=False,
        help="Messages to this number cannot be delivered. Reminders by SMS and WhatsApp stop "
        "until the number is changed or this field is emptied.",
    )

    def _dunning_number(self):
        """The number for messages as +…: the recipient's own, else the customer's; or False."""
        self.ensure_one()
        partners = self | self.commercial_partner_id
        numbers = (international(partner.phone_sanitized) for partner in partners)
        return next((number for number in numbers if number), False)
