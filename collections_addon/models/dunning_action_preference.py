from odoo import models


class DunningAction(models.Model):
    """The customer's wishes at the moment of sending."""

    _inherit = "dunning.action"

    def _window(self, window):
        """Override: within the hours and days the customer wants."""
        return self.case_id._narrowed(super()._window(window))

    def _refuse_by_channel(self):
        """Override: not on a channel the customer does not want; the next one is taken."""
        refused = self.case_id.opt_out_ids.filtered(lambda row: not row.date_end)
        if self.channel_code not in refused.mapped("channel_code"):
            return super()._refuse_by_channel()
        self.test_mode = self.policy_id.test_mode
        self._transition("skipped", "opted_out")
        self._start_fallback()
        return True

    def _start_fallback(self):
        """Override: where the preferred or chosen channel failed, the level's own ones come
        first."""
        usual = self.browse()
        for action in self.filtered("run_id"):
            step = action._usual_step()
            if step:
                action._copy_to_step(step)
            else:
                usual |= action
        return super(DunningAction, usual)._start_fallback()

    def _usual_step(self):
        """The first channel of the level, when another one took its place."""
        if self.channel_code != self.case_id.preferred_channel and not self.choice:
            return self.env["dunning.level.step"]
        return self._first_unused_step()

    def _first_unused_step(self):
        used = self._used_channels()
        return self.level_id._first_steps().filtered(lambda s: s.channel_code not in used)[:1]
