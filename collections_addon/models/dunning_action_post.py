import base64

from odoo import api, fields, models
from odoo.tools import html2plaintext

#: How a contact names the letter of Odoo's postal service that carries it.
PREFIX = "snailmail-"


class ResCompany(models.Model):
    _inherit = "res.company"

    collections_snailmail = fields.Boolean(
        string="Letters Posted by Odoo",
        help="Odoo's postal service (Snailmail) prints and posts letters for credits. What it "
        "cannot post waits for you as before.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_snailmail = fields.Boolean(
        related="company_id.collections_snailmail", readonly=False
    )
    collections_has_snailmail = fields.Boolean(compute="_compute_collections_has_snailmail")

    def _compute_collections_has_snailmail(self):
        self.collections_has_snailmail = "snailmail.letter" in self.env


class DunningAction(models.Model):
    """Letters that core's `snailmail`, where it is installed, posts for credits.

    The letter waits in core's queue, and the dispatch looks what became of it. What could
    not be posted is withdrawn there first, then it waits for a person like any letter: so
    it is never posted twice.
    """

    _inherit = "dunning.action"

    def _is_posted_for_us(self):
        """Whether the letter can go through the postal service: it prints A4, and wants a
        complete address."""
        self.ensure_one()
        company = self.company_id
        if "snailmail.letter" not in self.env or not company.collections_snailmail:
            return False
        postal = self._postal_partner()
        return (
            not self.policy_id.test_mode
            and self.env["collections.document"]._paper_size(company) == "A4"
            and all((postal.street, postal.zip, postal.city, postal.country_id))
        )

    def _hand_to_post(self):
        """Put the printed letter into the queue of the postal service, behind the cover page
        that carries the address."""
        letter = (
            self.env["snailmail.letter"]
            .sudo()
            .create(
                {
                    "model": "collections.case",
                    "res_id": self.case_id.id,
                    "partner_id": self._postal_partner().id,
                    "company_id": self.company_id.id,
                    "cover": True,
                }
            )
        )
        pdf = self.env["collections.document"]._behind_cover(
            self.attachment_id.sudo().raw, self._cover_address(letter), letter.duplex
        )
        letter.attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": self.attachment_id.name,
                    "datas": base64.b64encode(pdf),
                    "mimetype": "application/pdf",
                    "res_model": letter._name,
                    "res_id": letter.id,
                }
            )
        )
        self.is_manual = False
        return f"{PREFIX}{letter.id}"

    def _cover_address(self, letter):
        """Lines of the address as core writes it for the service, the name first."""
        lines = [line for line in letter._get_cover_address_split() if line]
        return [letter.partner_id.name or self.partner_id.name, *lines[1:]]

    @api.model
    def _settle_posted(self, now):
        """See what became of the letters at the postal service.

        :param datetime.datetime now: naive UTC
        """
        waiting = self.sudo().search(
            [
                ("channel_code", "=", "letter"),
                ("state", "=", "sending"),
                ("is_manual", "=", False),
                ("external_id", "=like", f"{PREFIX}%"),
            ]
        )
        for action in waiting:
            action._settle_one_posted(now)

    def _settle_one_posted(self, now):
        letter = self._posted_letter()
        if letter.state == "sent":
            self._mark_sent(now)
        elif letter.state != "pending":
            reason = html2plaintext(letter.info_msg or "").strip()
            self._post_by_hand(letter, reason)

    def _posted_letter(self):
        if "snailmail.letter" not in self.env:
            return self.browse()
        number = int(self.external_id.removeprefix(PREFIX))
        return self.env["snailmail.letter"].sudo().browse(number).exists()

    def _post_by_hand(self, letter, reason):
        """The letter goes back to those that a person posts."""
        if letter:
            letter.cancel()
        text = self.env._("Odoo's postal service did not post this letter; post it yourself.")
        self.write(
            {
                "is_manual": True,
                "external_id": False,
                "failure_type": "post",
                "failure_text": f"{text} {reason}".strip(),
            }
        )
