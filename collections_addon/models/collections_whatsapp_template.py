import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dunning_action_text import PLACEHOLDERS

STATES = [("draft", "Not Yet Approved"), ("approved", "Approved"), ("rejected", "Rejected")]
LINK = "link"
SLOT = re.compile(r"\{\{(\d+)\}\}")


class CollectionsWhatsappTemplate(models.Model):
    """A text that WhatsApp has approved: the only one that reaches a customer who has not
    written within the last 24 hours."""

    _name = "collections.whatsapp.template"
    _description = "Approved WhatsApp Text"
    _order = "provider_id, text_id, lang"

    name = fields.Char(required=True, help="As it was submitted, such as reminder_friendly.")
    active = fields.Boolean(default=True)
    provider_id = fields.Many2one("collections.provider", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="provider_id.company_id", store=True)
    provider_code = fields.Selection(related="provider_id.code", string="Kind")
    text_id = fields.Many2one(
        "mail.template",
        string="Stands For",
        domain=[("model", "=", "dunning.action")],
        required=True,
        ondelete="cascade",
        help="The text of a level in whose place it is sent.",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
    )
    lang_code = fields.Char(
        string="Language Code",
        compute="_compute_lang_code",
        store=True,
        readonly=False,
        help="Under which WhatsApp has approved it, such as en_US or tr.",
    )
    content_sid = fields.Char(
        string="Content SID", help="Twilio: the SID of the approved content (HX…)."
    )
    body = fields.Text(required=True, help="As approved, with {{1}}, {{2}} … in it.")
    placeholders = fields.Char(
        help="What stands in {{1}}, {{2}} …, in this order and with commas between them, such "
        "as recipient_name, overdue_text, link."
    )
    state = fields.Selection(STATES, required=True, default="draft")

    _one_per_text = models.UniqueIndex(
        "(provider_id, text_id, lang) WHERE active",
        "There is an approved text for this one in this language already.",
    )

    @api.depends("lang")
    def _compute_lang_code(self):
        isos = {lang.code: lang.iso_code for lang in self.env["res.lang"].search([])}
        for template in self:
            template.lang_code = isos.get(template.lang) or template.lang

    @api.constrains("body", "placeholders")
    def _check_placeholders(self):
        known = {*PLACEHOLDERS, LINK}
        for template in self:
            names = template._names()
            slots = sorted({int(number) for number in SLOT.findall(template.body or "")})
            if slots != list(range(1, len(names) + 1)):
                raise ValidationError(
                    self.env._(
                        "The text has %(slots)s places to fill and %(names)s names for them.",
                        slots=len(slots),
                        names=len(names),
                    )
                )
            if unknown := [name for name in names if name not in known]:
                raise ValidationError(
                    self.env._(
                        "Unknown: %(unknown)s. Known are: %(known)s.",
                        unknown=", ".join(unknown),
                        known=", ".join(sorted(known)),
                    )
                )

    @api.constrains("state", "content_sid", "provider_id")
    def _check_content_sid(self):
        for template in self:
            is_twilio = template.provider_id.sudo().code == "twilio"
            if template.state == "approved" and is_twilio and not template.content_sid:
                raise ValidationError(self.env._("Enter Twilio's Content SID of the text."))

    # === BUSINESS METHODS === #

    def _names(self):
        return [name.strip() for name in (self.placeholders or "").split(",") if name.strip()]

    @api.model
    def _find(self, provider, text, lang):
        """The approved text in place of another, in a language or one of the same tongue.

        :param text: `mail.template`
        :param str lang: such as pt_PT
        """
        domain = [
            ("provider_id", "=", provider.id),
            ("text_id", "=", text.id),
            ("state", "=", "approved"),
        ]
        found = self.sudo().search(domain)
        tongue = lang.partition("_")[0]
        same = found.filtered(lambda template: template.lang == lang)
        return same or found.filtered(lambda t: t.lang.partition("_")[0] == tongue)[:1]

    def _values(self, action, link):
        """What fills the places, in their order; each is one line and never empty.

        :param action: `dunning.action` in the language of the text
        """
        values = [link if name == LINK else action[name] for name in self._names()]
        return [" ".join(str(value or "").split()) or "–" for value in values]

    def _filled(self, values):
        """The text as the customer reads it."""
        return SLOT.sub(lambda slot: values[int(slot[1]) - 1], self.body)


class CollectionsWhatsappSession(models.Model):
    """When a number last wrote to us on WhatsApp: for 24 hours it can be answered freely."""

    _name = "collections.whatsapp.session"
    _description = "WhatsApp Session"
    _rec_name = "number"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    number = fields.Char(required=True)
    heard_at = fields.Datetime(required=True)

    _once = models.UniqueIndex("(company_id, number)")

    @api.model
    def _heard(self, company, number, now):
        """A number has written."""
        session = self.search([("company_id", "=", company.id), ("number", "=", number)])
        if not session:
            self.create({"company_id": company.id, "number": number, "heard_at": now})
        elif session.heard_at < now:
            session.heard_at = now

    @api.model
    def _is_open(self, company, number, now):
        """Whether a number can be written to freely, with some minutes to spare."""
        since = fields.Datetime.subtract(now, hours=23, minutes=50)
        domain = [
            ("company_id", "=", company.id),
            ("number", "=", number),
            ("heard_at", ">", since),
        ]
        return bool(self.search_count(domain, limit=1))
