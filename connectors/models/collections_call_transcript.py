from odoo import api, fields, models

from ...collections_addon.models import background

#: A recording whose transcript has not come for so many hours is given up.
MOST_HOURS = 6
LOOK_AGAIN_MINUTES = 2


class CollectionsCall(models.Model):
    """What was said in a recording, written down where an engine is installed.

    One recording at a time, in a process of its own. The text is an interaction of the
    customer: it can be put right, is read like any message, and stays when the sound is
    deleted.
    """

    _inherit = "collections.call"

    transcript_id = fields.Many2one(
        "collections.interaction", string="Transcript", readonly=True, ondelete="set null"
    )
    transcript_begun = fields.Datetime(readonly=True, groups="base.group_system")
    transcript_error = fields.Text(string="Not Written Down", readonly=True)
    transcript_folder = fields.Char(readonly=True, groups="base.group_system")
    transcript_process_id = fields.Integer(readonly=True, groups="base.group_system")

    @api.model
    def _cron_transcribe(self):
        """Take in what was written down, and begin with the next recording."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]
        for call in self.search([("transcript_folder", "!=", False)]):
            call._take_transcript(now)
            cron._commit_progress(1)
        if self.env["collections.transcriber"]._unavailable_text():
            return
        if not self.search_count([("transcript_folder", "!=", False)], limit=1):
            self._begin_transcript(now)
        if self.search_count([("transcript_folder", "!=", False)], limit=1):
            later = fields.Datetime.add(now, minutes=LOOK_AGAIN_MINUTES)
            self.env.ref("collections_addon.cron_call_transcripts")._trigger(at=later)

    @api.model
    def _begin_transcript(self, now):
        """Begin with the oldest recording that has none; return its call, or none."""
        call = self.search(
            [
                ("audio_id", "!=", False),
                ("transcript_id", "=", False),
                ("transcript_error", "=", False),
            ],
            order="date, id",
            limit=1,
        )
        if call:
            sound = call.audio_id.sudo().raw
            folder, process_id = self.env["collections.transcriber"]._begin(sound, call.lang)
            call.write(
                {
                    "transcript_begun": now,
                    "transcript_folder": folder,
                    "transcript_process_id": process_id,
                }
            )
        return call

    def _take_transcript(self, now):
        """Take in what was written down, or what went wrong; nothing while it goes on."""
        self.ensure_one()
        engine = self.env["collections.transcriber"]
        state, found = engine._outcome(self.transcript_folder, self.transcript_process_id)
        late = fields.Datetime.add(self.transcript_begun, hours=MOST_HOURS) < now
        if state == background.RUNNING and not late:
            return
        values = {"transcript_folder": False}
        if state == background.DONE and found["text"]:
            values["transcript_id"] = self._keep_transcript(found).id
        elif state == background.DONE:
            values["transcript_error"] = self.env._("Nothing was said.")
        else:
            background.forget(self.transcript_folder)
            values["transcript_error"] = found or self.env._("It did not come to an end.")
        self.write(values)

    def _keep_transcript(self, found):
        return self.env["collections.interaction"]._log(
            "voice",
            "in",
            found["text"],
            self.date,
            case=self.case_id or None,
            external_id=f"recording:{self.id}",
            company_id=self.company_id.id,
            conversation_id=self.conversation_id.id,
            action_id=self.action_id.id,
            audio_id=self.audio_id.id,
            is_transcript=True,
            heard=found["confidence"],
            lang=self.lang,
        )
