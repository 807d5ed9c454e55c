from odoo import api, fields, models

JOB = "_sync_job"


class CollectionsConnection(models.Model):
    """Reading as jobs, where OCA's `queue_job` is installed: they spread over hosts.

    The same steps in the same order; a job may commit between them, and one connection
    has one job waiting at a time.
    """

    _inherit = "collections.connection"

    @api.model
    def _has_jobs(self):
        return "queue.job" in self.env.registry

    def _enqueue_sync(self):
        """Leave each of these connections to a job."""
        self._ensure_job_function_sudo()
        for connection in self:
            job = connection.with_delay(
                identity_key=f"collections.connection.sync.{connection.id}",
                description=self.env._("Read %s", connection.name),
                max_retries=1,  # a failure is noted on the connection, with its next time
            )
            getattr(job, JOB)()

    def _sync_job(self):
        """What a job does: read this connection if it is still due, as the cron would."""
        now = fields.Datetime.now()
        if self in self._due(now):
            self._sync_guarded(now, self._kind_due(now), commit=True)

    @api.model
    def _ensure_job_function_sudo(self):
        """Tell `queue_job` that this job commits between its steps."""
        functions = self.env["queue.job.function"].sudo()
        known = functions.search_count(
            [("model_id.model", "=", self._name), ("method", "=", JOB)], limit=1
        )
        if not known:
            model = self.env["ir.model"]._get(self._name)
            functions.create({"model_id": model.id, "method": JOB, "allow_commit": True})
