from pathlib import Path

from odoo import api, fields, models

from ..learning import transcribe
from . import background

MODEL_PATH = "collections_addon.transcriber_model"
#: What makes a folder a model of the engine.
MODEL_FILE = "model.bin"
#: Heard less clearly, the words are the engine's rather than the customer's (docs/benchmarks.md).
CLEAR = 0.6


class CollectionsTranscriber(models.AbstractModel):
    """Writes down what is said in a recording. Another engine overrides the three methods.

    The one that is delivered is faster-whisper with a model that lies on the server: nothing
    is downloaded, nothing leaves the server, and nothing is promised of how well it hears.
    """

    _name = "collections.transcriber"
    _description = "Transcription of Recordings"

    @api.model
    def _unavailable_text(self):
        """What to install or to set before recordings are written down; empty when ready.

        :rtype: str
        """
        _ = self.env._
        if not transcribe.is_installed():
            return _(
                "Recordings are not written down: install faster-whisper on the server (pip "
                "install faster-whisper) and give the folder of a Whisper model."
            )
        if not self._model_path():
            return _("Give the folder of a Whisper model that lies on the server.")
        if not (Path(self._model_path()) / MODEL_FILE).is_file():
            return _("There is no %s in the folder given for the Whisper model.", MODEL_FILE)
        return ""

    @api.model
    def _begin(self, sound, lang):
        """Start to write down a recording, in a process of its own.

        :param bytes sound: in any usual format
        :param str|None lang: code such as pt_BR; None to have it told from the sound
        :return: what `_outcome` is asked with: folder and number of the process
        :rtype: tuple[str, int]
        """
        asked = {"sound": "sound", "model": self._model_path(), "lang": (lang or "")[:2] or None}
        folder, process = background.begin("transcribe", asked, {"sound": sound})
        return folder, process.pid

    @api.model
    def _outcome(self, folder, process_id):
        """How far it is: see :func:`background.outcome`.

        :return: the state, and `text`, `language`, `confidence`, or what went wrong
        """
        return background.outcome(folder, process_id)

    @api.model
    def _model_path(self):
        return self.env["ir.config_parameter"].sudo().get_param(MODEL_PATH) or ""


class CollectionsInteraction(models.Model):
    """What was written down from a recording, and put right by a person."""

    _inherit = "collections.interaction"

    is_transcript = fields.Boolean(readonly=True)
    heard = fields.Float(
        string="Heard Clearly",
        readonly=True,
        aggregator=None,
        help="How sure the engine was of the words. Below 60 % they may be quite others.",
    )
    corrected_text = fields.Text(
        string="Put Right", help="What was really said, where the recording was misheard."
    )

    def write(self, vals):
        """Override: what is put right is read anew."""
        if "corrected_text" in vals and "reading_state" not in vals:
            vals = {**vals, "reading_state": "waiting"}
            self.env.ref("collections_addon.cron_text_read").sudo()._trigger()
        return super().write(vals)

    def _readable(self):
        """Override: what was put right is what was said."""
        return self.corrected_text or super()._readable()

    def _state_of(self, understood, kind):
        """Override: what was hardly heard counts for nothing before a person has listened."""
        state = super()._state_of(understood, kind)
        misheard = self.is_transcript and self.heard < CLEAR and not self.corrected_text
        return "review" if state == "read" and misheard else state
