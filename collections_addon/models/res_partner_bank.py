import re

from odoo import models

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _is_iban(self):
        """Whether the account number is an IBAN with a right checksum (ISO 7064, mod 97-10).

        The type of account is known to Odoo only where the module for IBANs is installed.
        """
        number = "".join((self.acc_number or "").split()).upper()
        if not _IBAN.fullmatch(number):
            return False
        digits = "".join(str(int(sign, 36)) for sign in number[4:] + number[:4])
        return int(digits) % 97 == 1
