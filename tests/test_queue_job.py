"""Ledgers read by jobs, where `queue_job` is installed: `make test-queue`."""

import unittest
from unittest.mock import patch

from odoo.tests import tagged

from .connection_common import ConnectionCommon


@tagged("post_install", "-at_install")
class TestQueueJob(ConnectionCommon):
    def setUp(self):
        super().setUp()
        if "queue.job" not in self.env.registry:
            raise unittest.SkipTest("queue_job is not installed: see `make test-queue`")
        self.service.fill(4, 12)
        self.connection.next_sync_at = self.now
        self.jobs = self.env["queue.job"].sudo()
        cron = self.env.registry["ir.cron"]
        self.enterContext(patch.object(cron, "_commit_progress", lambda *_a, **_k: float("inf")))

    def _jobs(self):
        return self.jobs.search([("model_name", "=", "collections.connection")])

    def test_the_cron_leaves_each_connection_to_one_job(self):
        cron = self.env["collections.connection"]
        for _again in range(2):
            cron._cron_sync()
        job = self._jobs().ensure_one()
        self.assertEqual(job.records, self.connection)
        self.assertFalse(self.connection.sync_log_ids)
        function = self.env["queue.job.function"].sudo().search([("method", "=", "_sync_job")])
        self.assertTrue(function.allow_commit)

    def test_a_job_reads_as_the_cron_would(self):
        self.connection._sync_job()
        [log] = self.connection.sync_log_ids
        self.assertEqual((log.state, log.kind), ("done", "first"), log.message)
        self.assertEqual(self.owed(), self.truth())

    def test_a_job_that_comes_late_reads_nothing_twice(self):
        self.connection._sync_job()
        self.connection._sync_job()
        self.assertEqual(len(self.connection.sync_log_ids), 1)
