from odoo import models

#: The texts of levels, the softest first; the one before the due date has no tone.
TONES = ("friendly", "firm", "final")
TONE_STEPS = {"softer": -1, "firmer": 1}


class DunningAction(models.Model):
    """Tone and channel of the group, in each contact."""

    _inherit = "dunning.action"

    def _text_template(self):
        """Override: the text one step softer or firmer, where it is one of ours."""
        template = super()._text_template()
        tone = TONE_STEPS.get(self.case_id.segment_id.tone)
        if not tone or self.level_id.is_statutory or not template:
            return template
        return self._in_tone(template, tone) or template

    def _in_tone(self, template, tone):
        """The neighbor of a text in its family; empty for a text that is not ours."""
        step = self.step_id or self.env["dunning.level.step"].new(
            {"channel_code": self.channel_code, "level_id": self.level_id.id}
        )
        texts = [step._default_text(name) for name in TONES]
        if template not in texts:
            return template.browse()
        place = texts.index(template) + tone
        # Only a last level threatens with what comes after the last one.
        firmest = TONES.index("final" if self.level_id.is_final else "firm")
        return texts[max(0, min(place, firmest))]

    def _usual_step(self):
        """Override: also after the channel of the group."""
        if self.channel_code != self.case_id.segment_id.channel_code:
            return super()._usual_step()
        return self._first_unused_step()
