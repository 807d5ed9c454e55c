from datetime import timedelta

from odoo import api, fields, models


class CollectionsCall(models.Model):
    """The sound of a call: only where the customer agreed, only as long as policy says.

    It is fetched from the provider and deleted there at once, so that there is one copy.
    """

    _inherit = "collections.call"

    def _keep_until(self):
        """The last day on which a recording may be kept.

        :rtype: datetime.date
        """
        day = self.company_id._collections_today(self.date)
        return day + timedelta(days=self._policy().voice_record_days or 1)

    def _note_recording(self, told):
        """The provider tells of a recording.

        :return: whether that was news
        :raises ConnectorError: when it cannot be fetched or deleted now
        """
        self.ensure_one()
        sid = told.get("RecordingSid")
        if told.get("RecordingStatus") != "completed" or not sid:
            return False
        if self.recording_sid != sid:
            self.recording_sid = sid
        way = self.provider_id._client()
        if self.consent == "yes" and not self.audio_id:
            self.audio_id = self._keep_sound(way.fetch("Recordings", sid, "mp3"))
        self._forget_at_provider(way)
        return True

    def _keep_sound(self, sound):
        return self.env["ir.attachment"].create(
            {
                "name": f"{self.sid}.mp3",
                "raw": sound,
                "mimetype": "audio/mpeg",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _forget_at_provider(self, way):
        way.delete("Recordings", self.recording_sid)
        self.recording_sid = False

    @api.model
    def _cron_recordings(self):
        """Delete recordings that were kept long enough."""
        now = fields.Datetime.now()
        while self._delete_recordings(now):
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _delete_recordings(self, now, limit=50):
        """Delete some recordings whose time is over; return how many calls that were.

        :param datetime.datetime now: naive UTC
        """
        due = self.search([("recording_until", "<", now.date())], limit=limit)
        for call in due:
            call.audio_id.unlink()
            if call.recording_sid:
                call._forget_at_provider(call.provider_id._client())
        due.write({"recording_until": False})
        return len(due)
