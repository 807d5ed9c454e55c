from odoo import api, fields, models

from .collections_transcriber import MODEL_PATH


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_transcriber_model = fields.Char(
        string="Folder of the Whisper Model",
        config_parameter=MODEL_PATH,
        help="On the server, in CTranslate2's format. Recordings of calls are written down there.",
    )
    collections_transcriber_text = fields.Char(compute="_compute_collections_transcriber_text")

    @api.depends("collections_transcriber_model")
    def _compute_collections_transcriber_text(self):
        text = self.env["collections.transcriber"]._unavailable_text()
        for settings in self:
            settings.collections_transcriber_text = text
