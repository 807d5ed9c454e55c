import re
import secrets
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import consteq, hmac

#: Five hexadecimal digits of the last valid day, then the signature.
TOKEN = re.compile(r"([0-9a-f]{5})([0-9a-f]{40})")
SCOPE = "collections_portal_link"


class CollectionsCase(models.Model):
    """The link by which a customer opens its account without a login.

    The link carries its last valid day and a signature over case, day and a
    number of the case that can be changed to revoke all links given out. Nothing
    is stored for a link: writing one needs no write access and no transaction.
    """

    _inherit = "collections.case"

    portal_nonce = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Part of what is signed. Changed when the links given out are revoked.",
    )
    portal_url = fields.Char(
        string="Portal Page",
        compute="_compute_portal_url",
        groups="collections_addon.group_collections_collector",
        help="Opens the customer's account without a login, for who holds the link.",
    )

    def _compute_portal_url(self):
        today = fields.Date.context_today(self)
        for case in self:
            case.portal_url = case._portal_url(today)

    # === LINK === #

    def _portal_url(self, day, path=""):
        """The address of the customer's own page, valid for the days of the company's setting.

        :param datetime.date day: the day on which it is given out
        :param str path: a page below the account's, such as `/dispute`
        :rtype: str
        """
        self.ensure_one()
        company = self.company_id.sudo()
        token = self._portal_token(day + timedelta(days=company.collections_portal_days))
        return f"{company.get_base_url()}/collections/{self.id}/{token}{path}"

    def _portal_token(self, last_day):
        """The signed part of a link that is valid up to and including a day.

        :param datetime.date last_day: in the time zone of the company
        """
        self.ensure_one()
        return f"{last_day.toordinal():05x}{self._portal_signature(last_day)}"

    def _portal_signature(self, last_day):
        case = self.sudo()
        message = (case.id, case.portal_nonce or "", last_day.toordinal())
        return hmac(case.env, SCOPE, message)[:40]

    @api.model
    def _portal_case(self, case_id, token, now):
        """The case that a link opens; none when it is unknown, expired or revoked.

        Every refusal takes the same steps, so that none tells more than another.

        :param datetime.datetime now: naive UTC
        :rtype: `collections.case`, with superuser rights
        """
        match = TOKEN.fullmatch(token or "")
        if not match:
            return self.sudo().browse()
        case = self.sudo().browse(case_id).exists()
        last_day = date.fromordinal(min(int(match[1], 16), date.max.toordinal()) or 1)
        expected = (case or self.sudo().new())._portal_signature_of(case_id, last_day)
        genuine = consteq(expected, match[2])
        return case if genuine and case and case._portal_today(now) <= last_day else case.browse()

    def _portal_signature_of(self, case_id, last_day):
        """Signature of an id, whether or not there is such a case."""
        if self.id == case_id:
            return self._portal_signature(last_day)
        return hmac(self.env, SCOPE, (case_id, secrets.token_hex(8), last_day.toordinal()))[:40]

    def _portal_today(self, now):
        return self.company_id._collections_today(now)

    def _portal_revoke(self):
        """No link given out so far opens these cases any more; the next ones do."""
        for case in self.sudo():
            case.portal_nonce = secrets.token_hex(8)

    # === BUTTONS === #

    def action_portal_open(self):
        """Open the customer's own page in a new tab."""
        self.ensure_one()
        self.check_access("write")
        return {"type": "ir.actions.act_url", "url": self.portal_url, "target": "new"}

    def action_portal_revoke(self):
        """Make all links given out so far useless."""
        self.check_access("write")
        self._portal_revoke()
        for case in self:
            case.message_post(
                body=self.env._("The links to the portal page given out so far were revoked."),
                subtype_xmlid="mail.mt_note",
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The links given out so far no longer open the account."),
            },
        }
