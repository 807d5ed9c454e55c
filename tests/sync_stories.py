"""Reading outside ledgers: what the tests of each ledger have in common.

First import, what changed, what vanished, limits and failures.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError


class LedgerStories:
    """What holds for every ledger that is read; the figures are the emulator's own truth."""

    allow_inherited_tests_method = True

    def setUp(self):
        super().setUp()
        self.service.fill(8, 40)

    def streams(self):
        return self.connection._adapter()._streams()

    def asked(self, before):
        """Requests for data since then."""
        return [call for call in self.service.calls()[before:] if "oauth" not in call.path]

    def test_the_first_import_brings_everything(self):
        log = self.sync()
        self.assertEqual((log.state, log.kind), ("done", "first"), log.message)
        self.assertEqual(self.owed(), self.truth())
        self.assertEqual((log.new, log.progress), (log.fetched, 100))
        self.assertEqual(self.connection.last_sync, self.now)
        self.assertEqual(self.connection.drift_open_count, 0)
        self.assertFalse(self.refs(state="pending"))

    def test_pitfall_11_the_first_import_asks_for_no_date(self):
        self.sync()
        for call in self.service.calls():
            self.assertNotIn("if-modified-since", call.headers)
            self.assertNotIn("LastUpdatedTime", call.body.decode())
            self.assertNotIn("/cdc", call.path)

    def test_nothing_changed_is_one_request_per_stream(self):
        self.sync()
        self.later(minutes=30)
        self.connection._access_token(self.now)
        before = len(self.service.calls())
        log = self.sync()
        self.assertEqual((log.state, log.message), ("done", "Nothing changed."))
        self.assertEqual(len(self.asked(before)), len(self.streams()))
        self.assertEqual(log.requests, len(self.streams()))
        self.assertFalse(log.new + log.changed)

    def test_what_changed_comes_and_ties_out(self):
        self.sync()
        self.later(days=1)
        owing = self.add_invoice(100)
        self.later(hours=1)
        self.assertEqual(self.sync().new, 1)
        self.service.pay(owing, 40)
        self.later(hours=1)
        log = self.sync()
        self.assertEqual(self.owed(), self.truth())
        self.assertGreaterEqual(log.changed, 1)
        self.assertEqual(self.ref("invoices", owing).move_id.amount_residual, 60)
        self.assertEqual(self.connection.drift_open_count, 0)

    def test_pitfall_11_a_change_during_the_reading_comes_with_the_next(self):
        """Made in the second in which the last page was given out: the overlap has it."""
        self.sync()
        late = self.add_invoice(55)
        self.later(hours=1)
        self.sync()
        self.assertTrue(self.ref("invoices", late))

    def test_the_same_again_changes_nothing(self):
        self.sync()
        states = {ref: ref.write_date for ref in self.refs()}
        self.env["collections.sync.cursor"].search([]).value = False
        self.later(hours=1)
        log = self.sync(kind="manual")
        self.assertEqual((log.new, log.changed, log.fetched), (0, 0, len(states)))
        self.assertEqual({ref: ref.write_date for ref in self.refs()}, states)

    def test_a_void_is_followed(self):
        self.sync()
        key = self.add_invoice(70)
        self.later(hours=1)
        self.sync()
        self.service.void(key)
        self.later(hours=1)
        self.sync()
        self.assertEqual(self.owed(), self.truth())
        self.assertEqual(self.connection.drift_open_count, 0)

    # === PAGES === #

    def test_pitfall_7_all_pages_come(self):
        """2,501 invoices: neither the first hundred nor the first thousand only."""
        for _each in range(2501):
            self.add_invoice(10)
        with patch.object(type(self.connection), "_mirror", lambda *_a, **_o: 0):
            log = self.sync(streams=["customers", "invoices"])
        self.assertEqual(len(self.refs("invoices")), self.count("invoices"))
        self.assertGreater(self.count("invoices"), 2501)
        line = log.line_ids.filtered(lambda line: line.stream == "invoices")
        self.assertEqual(line.total, self.count("invoices"))
        self.assertLessEqual(line.requests, 4)

    def test_a_page_that_lacks_a_record_is_read_again(self):
        self.service.fault("short", **self.PAGE_OF_INVOICES)
        log = self.sync()
        line = log.line_ids.filtered(lambda line: line.stream == "invoices")
        self.assertEqual((log.state, line.repeats), ("done", 1))
        self.assertEqual(len(self.refs("invoices")), self.count("invoices"))

    def test_records_that_stay_missing_are_a_failure_in_a_sentence(self):
        self.service.fault("short", **self.PAGE_OF_INVOICES, times=None)
        log = self.sync()
        self.assertEqual(log.state, "failed")
        self.assertIn("records", log.message)
        self.assertFalse(self.connection.last_sync)
        self.assertEqual(self.connection.sync_problem, log.message)

    # === WHAT VANISHED === #

    def check(self):
        self.later(days=1)
        log = self.sync(kind="check")
        self.assertEqual(log.state, "done", log.message)
        return log

    def test_the_nightly_check_finds_what_vanished_silently(self):
        self.sync()
        key = self.add_invoice(70)
        self.later(hours=1)
        self.sync()
        self.forget("invoices", key)
        log = self.check()
        self.assertEqual(log.gone, 1)
        ref = self.ref("invoices", key)
        self.assertTrue(ref.is_gone)
        self.assertEqual(self.owed(), self.truth())
        self.assertEqual(self.check().gone, 0)

    def test_the_nightly_check_finds_what_never_came(self):
        self.sync()
        key = self.add_invoice(70)
        self.later(days=2)
        cursor = self.connection.cursor_ids.filtered(lambda row: row.stream == "invoices")
        cursor.value = {"since": self.clock.now().isoformat()}
        self.sync()
        self.assertFalse(self.refs("invoices", external_id=key))
        self.check()
        self.assertTrue(self.ref("invoices", key))
        self.assertEqual(self.owed(), self.truth())

    def test_a_short_list_alone_makes_nothing_vanish(self):
        """What a list lacks is asked for by its key before it counts as gone."""
        self.sync()
        self.service.fault("short", **self.LIST)
        log = self.check()
        self.assertEqual((log.gone, len(self.refs(is_gone=True))), (0, 0))

    # === LIMITS AND FAILURES === #

    def test_a_dropped_connection_is_tried_again_later(self):
        self.service.fault("drop", **self.PAGE_OF_INVOICES)
        log = self.sync()
        self.assertEqual((log.state, log.attempts), ("running", 1))
        self.assertGreater(log.resume_at, self.now)
        self.assertTrue(log.message)
        before = len(self.service.calls())
        self.assertEqual(self.sync(), log)
        self.assertEqual(len(self.service.calls()), before, "it waits")
        self.later(minutes=10)
        self.assertEqual((self.sync(), log.state, log.attempts), (log, "done", 0))
        self.assertEqual(self.owed(), self.truth())

    def test_a_service_that_stays_away_ends_the_run_with_a_sentence(self):
        self.service.fault("unavailable", times=None)
        log = self.sync()
        for _each in range(10):
            self.later(hours=1)
            log._run(self.now)
        self.assertEqual(log.state, "failed")
        self.assertEqual(self.connection.sync_failures, 1)
        self.assertIn("503", self.connection.sync_problem)
        self.assertEqual(self.connection.next_sync_at, log.ended_at + timedelta(minutes=5))
        self.service.clear_faults()
        self.later(hours=1)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual((self.connection.sync_failures, self.connection.sync_problem), (0, False))

    def test_an_answer_cut_short_keeps_nothing_of_it(self):
        self.service.fault("cut", **self.PAGE_OF_INVOICES)
        log = self.sync()
        self.assertEqual(log.state, "running")
        self.assertFalse(self.refs("invoices"))
        self.later(minutes=10)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.owed(), self.truth())

    def test_the_limit_of_a_minute_is_waited_for(self):
        self.service.fault(self.MINUTE_LIMIT, **self.PAGE_OF_INVOICES, retry_after=30)
        log = self.sync()
        self.assertEqual((log.state, log.resume_at), ("running", self.now + timedelta(seconds=30)))
        self.later(seconds=61)
        self.assertEqual(self.sync().state, "done")

    def test_a_disconnected_organisation_asks_for_a_person(self):
        self.service.fault("forbidden", times=None)
        log = self.sync()
        self.assertEqual((log.state, self.connection.state), ("failed", "reconnect"))
        self.assertFalse(self.env["collections.connection"]._due(self.now) & self.connection)

    # === A PERSON === #

    def test_cancelled_it_stops_and_keeps_what_was_read(self):
        self.service.fault("drop", **self.PAGE_OF_INVOICES)
        log = self.sync()
        log.with_user(self.users["admin"]).action_cancel()
        self.sync()
        self.assertEqual(log.state, "cancelled")
        self.assertTrue(self.refs("customers"))
        self.assertFalse(self.refs("invoices"))
        self.later(hours=1)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.owed(), self.truth())

    def test_only_administrators_start_and_stop(self):
        log = self.sync()
        for group in ("viewer", "collector", "manager"):
            user = self.users[group]
            with self.assertRaises(AccessError):
                self.connection.with_user(user).action_sync()
            with self.assertRaises(AccessError):
                log.with_user(user).action_cancel()
        self.connection.with_user(self.users["admin"]).action_sync()

    def test_pitfall_5_one_odd_record_stops_no_other(self):
        key = self.overlay_an_invoice(self.INVOICE_STATE)
        log = self.sync()
        self.assertEqual((log.state, log.failed), ("done", 1))
        odd = self.ref("invoices", key)
        self.assertEqual(odd.state, "failed")
        self.assertTrue(odd.problem)
        self.assertGreater(len(self.refs("invoices").move_id), 10)

    # === SCHEDULE === #

    def test_the_cron_reads_what_is_due_and_asks_again_later(self):
        self.connection.next_sync_at = self.now
        self.read_by_cron()
        self.assertEqual(self.connection.sync_log_id.state, "done")
        self.assertEqual(self.owed(), self.truth())
        before = len(self.service.calls())
        self.read_by_cron()
        self.assertEqual(len(self.service.calls()), before, "not due yet")

    def test_one_connection_that_fails_stops_no_other(self):
        second = self._connected(self._start(self.PROVIDER, seed=8))
        (self.connection | second).next_sync_at = self.now
        self.connection.next_sync_at = self.now - timedelta(minutes=1)
        kind, first = type(self.connection), self.connection.id
        genuine = kind._client

        def client(connection, now):
            if connection.id == first:
                raise ZeroDivisionError
            return genuine(connection, now)

        logger = "odoo.addons.collections_addon"
        with patch.object(kind, "_client", client), self.assertLogs(logger, level="ERROR"):
            self.read_by_cron()
        self.assertEqual(self.connection.sync_log_id.state, "failed")
        self.assertIn("unexpected", self.connection.sync_problem)
        self.assertEqual(second.sync_log_id.state, "done")

    def test_the_check_is_begun_at_night(self):
        self.sync()
        checked = self.now
        for row in self.connection.cursor_ids:
            row.checked_at = checked
        kinds = [self.connection._kind_due(checked + timedelta(hours=h)) for h in (1, 17, 26, 49)]
        self.assertEqual(kinds, ["incremental", "incremental", "incremental", "check"])
        self.assertEqual(self.connection._kind_due(checked + timedelta(hours=43)), "check")
