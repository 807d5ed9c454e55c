from odoo import models


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
