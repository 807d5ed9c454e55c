from odoo import models

#: Characters of the address that fit on a line, and lines in the window.
LINE_LENGTH, LINE_COUNT = 42, 6
#: Characters of the sender's address that fit on the line above it.
RETURN_LENGTH = 66


class ResPartner(models.Model):
    """How to reach a customer by post and telephone."""

    _inherit = "res.partner"

    def _has_postal_address(self):
        """Whether a letter would arrive: street, city, and postal code where one is needed."""
        self.ensure_one()
        needs_zip = not self.country_id or self.country_id.zip_required
        return bool((self.street or self.street2) and self.city and (self.zip or not needs_zip))

    def _postal_lines(self, sender):
        """The address below the name, one entry per line, as the country writes it.

        The country is named only on letters that leave the sender's, in the sender's
        language: it is read by the sender's post.

        :param sender: `res.company`
        :rtype: list[str]
        """
        self.ensure_one()
        partner = self.with_context(lang=sender.partner_id.lang or self.env.lang)
        layout, parts = partner._prepare_display_address(without_company=True)
        abroad = partner.country_id and partner.country_id != sender.country_id
        parts["country_name"] = (parts["country_name"] or "").upper() if abroad else ""
        lines = (" ".join(line.split()) for line in (layout % parts).splitlines())
        return [line for line in lines if line]

    def _postal_partner(self, customer):
        """Whose address letters to this contact of a customer go to.

        :return: the contact, else the customer; empty when neither address is complete
        :rtype: `res.partner`
        """
        self.ensure_one()
        return (self | customer).filtered(lambda partner: partner._has_postal_address())[:1]

    def _letter_address_values(self, customer, sender):
        """What a window envelope shows: the address, and above it the sender's.

        :param customer: the commercial partner of this contact
        :param sender: `res.company`
        :rtype: dict
        """
        self.ensure_one()
        sender_lines = sender.partner_id.sudo()._postal_lines(sender)
        return_line = " · ".join([sender.name, *sender_lines])
        names = dict.fromkeys(name for name in (customer.name, self.name) if name)
        postal = self._postal_partner(customer) or self
        lines = [*names, *postal._postal_lines(sender)]
        count = sum(-(-len(line) // LINE_LENGTH) for line in lines)
        return {
            "sender_lines": sender_lines,
            "return_line": return_line,
            "return_line_count": 2 if len(return_line) > RETURN_LENGTH else 1,
            "address_lines": lines,
            "address_size": 10 if count <= LINE_COUNT else 8 if count <= LINE_COUNT + 2 else 6.5,
        }

    def _dunning_phones(self):
        """Telephone numbers to call, the recipient's own first, each once.

        :return: (name, number) pairs
        :rtype: list[tuple[str, str]]
        """
        found = {}
        for partner in self | self.commercial_partner_id:
            if partner.phone:
                found.setdefault(partner.phone, partner.name or partner.display_name)
        return [(name, number) for number, name in found.items()]
