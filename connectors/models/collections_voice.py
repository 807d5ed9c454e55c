from odoo import api, fields, models

from ..twilio import twiml


class CollectionsVoice(models.Model):
    """How a language is spoken on the telephone, and whether it is understood there."""

    _name = "collections.voice"
    _description = "Telephone Voice"
    _order = "lang"
    _rec_name = "lang"

    lang = fields.Char(
        string="Language", required=True, help="Code such as pt_BR, or pt for all of them."
    )
    tag = fields.Char(
        string="Spoken As", required=True, help="The provider's code of the language: pt-BR."
    )
    name = fields.Char(
        string="Voice", help="The provider's name, such as Polly.Camila. Empty: its own choice."
    )
    hears = fields.Boolean(
        string="Understands Speech",
        default=True,
        help="Off: customers answer by the keys of their telephone only.",
    )
    active = fields.Boolean(default=True)

    _unique_lang = models.UniqueIndex("(lang) WHERE active", "This language has a voice already.")

    @api.model
    def _for(self, lang):
        """The voice of a language.

        :param str lang: code such as pt_BR
        :rtype: twiml.Voice
        """
        short = (lang or "en").partition("_")[0]
        found = self.sudo().search([("lang", "in", (lang, short))])
        best = found.sorted(lambda voice: len(voice.lang))[-1:]
        if not best:
            return twiml.Voice((lang or "en_US").replace("_", "-").partition("@")[0])
        return twiml.Voice(best.tag, best.name or "", best.hears)
