"""What the module does with a ledger: its daily run, a quiet day, its e-mails.

    python benchmarks/ours.py run DATABASE REPEATS      floor, reading, worst day, in turns
    python benchmarks/ours.py quiet DATABASE REPEATS    a day on which nothing changes
    python benchmarks/ours.py emails DATABASE           one worker, on go (see `wait_for_go`)

Each prints one line of JSON. The times are of one process on one database connection;
the parts of the run are timed, in a round of their own, by wrappers around its functions.
"""

import contextlib
import json
import resource
import statistics
import sys
import time
from datetime import datetime, timedelta
from datetime import time as day_time
from importlib import import_module
from unittest.mock import patch

import floor
import psycopg2
from generate import TODAY
from stand import connect, environment, query

from odoo.sql_db import Cursor

LEVELS = (("First Reminder", 10), ("Second Reminder", 30), ("Last Reminder", 60))
GO = 20260630
MODULE = "odoo.addons.collections_addon.collections_addon"


def prepare(env):
    """Give the company one automatic policy with three levels, all by e-mail.

    :return: the policy
    """
    policy = env["dunning.policy"].create(
        {
            "name": "Benchmark",
            "mode": "automatic",
            "min_gap_days": 3,
            "send_from": 0,
            "send_to": 24,
            "level_ids": [
                (0, 0, {"name": n, "days": d, "step_ids": [(0, 0, {"channel_code": "email"})]})
                for n, d in LEVELS
            ],
        }
    )
    env.company.dunning_policy_id = policy
    env.company.email = "accounts@example.com"
    env.flush_all()
    return policy


class Meter:
    """Seconds of some functions, and number of statements, while it watches."""

    def __init__(self):
        self.seconds = {}
        self.statements = 0
        self._running = set()

    @contextlib.contextmanager
    def _clock(self, name):
        if name in self._running:  # a part of what is being timed already
            yield
            return
        self._running.add(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        self._running.discard(name)

    def _timed(self, name, function):
        def call(*args, **kwargs):
            with self._clock(name):
                return function(*args, **kwargs)

        return call

    def _timed_stream(self, name, function):
        def call(*args, **kwargs):
            stream = function(*args, **kwargs)
            while True:
                with self._clock(name):
                    item = next(stream, None)
                if item is None:
                    return
                yield item

        return call

    def _counted_copy(self, cr, *args):
        self.statements += 1
        return cr._obj.copy_expert(*args)

    @contextlib.contextmanager
    def watching(self, env):
        """Time the parts of a run; COPY counts as a statement."""
        run = import_module(f"{MODULE}.models.dunning_run")
        facts, writer = type(env["dunning.facts"]), run.DunningWriter
        watched = [
            patch.object(run, "decide", self._timed("decide", run.decide)),
            patch.object(facts, "_load", self._timed("collect", facts._load)),
            patch.object(facts, "_stream", self._timed_stream("collect", facts._stream)),
            patch.object(
                facts,
                "_stream_standing",
                self._timed_stream("collect", facts._stream_standing),
            ),
            patch.object(run, "stand", self._timed("decide", run.stand)),
            patch.object(writer, "add_standing", self._timed("materialize", writer.add_standing)),
            patch.object(writer, "add", self._timed("materialize", writer.add)),
            patch.object(writer, "flush", self._timed("materialize", writer.flush)),
            patch.object(writer, "finish_cases", self._timed("materialize", writer.finish_cases)),
            patch.object(
                Cursor, "copy_expert", lambda cr, *args: self._counted_copy(cr, *args), create=True
            ),
        ]
        before = env.cr.sql_log_count
        with contextlib.ExitStack() as stack:
            for one in watched:
                stack.enter_context(one)
            yield
        self.statements += env.cr.sql_log_count - before


def timed(function):
    """Return the seconds a call takes, and what it gives."""
    started = time.perf_counter()
    value = function()
    return time.perf_counter() - started, value


def read_lines(env, date):
    """Read the open lines as the run does, and do nothing with them.

    :return: how many there are
    :rtype: int
    """
    facts = env["dunning.facts"]
    return sum(1 for _row in facts._rows(facts._lines_sql(env.company, date), whole=True))


def execute(env, date):
    """Run a day.

    :return: figures of it and the run
    """
    seconds, run = timed(lambda: _execute(env, date))
    return {"seconds": seconds}, run


def parts_of(env, date):
    """Run a day once more under the meter, which costs time itself.

    :return: seconds of its parts and the number of statements
    :rtype: dict
    """
    meter = Meter()
    with meter.watching(env):
        seconds, _run = timed(lambda: _execute(env, date))
    parts = {name: round(value, 3) for name, value in meter.seconds.items()}
    return {"statements": meter.statements, "metered": round(seconds, 3), **parts}


def _execute(env, date):
    run = env["dunning.run"]._execute(env.company, date)
    env.flush_all()
    return run


def counts_of(env, run):
    """What a run has written.

    :rtype: dict
    """
    env.cr.execute(
        "SELECT count(DISTINCT a.id), count(i.id), count(i.id) FILTER (WHERE i.is_step)"
        "  FROM dunning_action a JOIN dunning_action_item i ON i.action_id = a.id"
        " WHERE a.run_id = %s",
        [run.id],
    )
    return dict(zip(("contacts", "items", "steps"), env.cr.fetchone(), strict=True))


def median_of(rounds):
    """The round with the median time in `seconds`, whole, with all times."""
    times = [one["seconds"] for one in rounds]
    middle = min(rounds, key=lambda one: abs(one["seconds"] - statistics.median(times)))
    return {**middle, "all": [round(t, 3) for t in times]}


def undo(env, *tables):
    """Take back what was measured, and let the tables forget it."""
    env.cr.rollback()
    env.invalidate_all()
    for table in tables:
        query(env.cr.dbname, f"VACUUM {table}")


def measure_run(database, repeats):
    """Floor, reading and the worst day in turns; the last worst day is kept."""
    written = ("dunning_action", "dunning_action_item", "collections_case", "dunning_run")
    floors, picks, reads, days = [], [], [], []
    with environment(database) as env:
        policy = prepare(env)
        env.cr.commit()
        lines = read_lines(env, TODAY)
        parts = parts_of(env, TODAY)
        undo(env, *written)
        for left in reversed(range(repeats)):
            fill = (env.cr, TODAY, policy.id, env.company.id)
            seconds, stepped = timed(lambda fill=fill: floor.fill(*fill))
            floors.append({"seconds": seconds, "lines": stepped})
            undo(env)
            picks.append({"seconds": timed(lambda fill=fill: floor.read(*fill))[0]})
            undo(env)
            reads.append({"seconds": timed(lambda: read_lines(env, TODAY))[0]})
            undo(env)
            figures, run = execute(env, TODAY)
            days.append(figures | counts_of(env, run))
            if left:
                undo(env, *written)
        env.cr.commit()
    return {
        "lines": lines,
        "floor": median_of(floors),
        "floor_read": median_of(picks),
        "read": median_of(reads),
        "worst_day": median_of(days) | parts,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


MARK_SENT = (
    "UPDATE dunning_action SET state = 'sent', contact_date = %(today)s, sent_at = %(today)s",
    "UPDATE account_move_line line SET dunning_level_id = item.level_id,"
    " dunning_last_date = %(today)s FROM dunning_action_item item"
    " WHERE item.move_line_id = line.id",
    "UPDATE account_move move SET dunning_level_id = item.level_id"
    " FROM dunning_action_item item WHERE item.move_id = move.id",
)


def measure_quiet(database, repeats):
    """The day after: everything was sent, the minimum gap holds everybody back."""
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cr:
        for statement in MARK_SENT:
            cr.execute(statement, {"today": TODAY})
        cr.execute("VACUUM ANALYZE")
    tomorrow = TODAY + timedelta(days=1)
    reads, days = [], []
    with environment(database) as env:
        # The evening of the day: the figures of the cases follow what was sent.
        env.cr.execute("SELECT partner_id FROM collections_case ORDER BY id")
        customers = [row[0] for row in env.cr.fetchall()]
        env["dunning.run"]._refresh_cases(env.company, tomorrow, customers)
        env.cr.commit()
        read_lines(env, tomorrow)
        parts = parts_of(env, tomorrow)
        for _round in range(repeats):
            undo(env)
            reads.append({"seconds": timed(lambda: read_lines(env, tomorrow))[0]})
            undo(env)
            figures, run = execute(env, tomorrow)
            days.append(figures | counts_of(env, run))
    return {"read_quiet": median_of(reads), "quiet_day": median_of(days) | parts}


def wait_for_go(env):
    """Wait until who started this worker lets all workers begin."""
    env.cr.execute("SELECT pg_advisory_lock_shared(%s)", [GO])
    env.cr.rollback()


def _claim(env, now):
    """Take some queued contacts; look again where another worker was quicker, as the cron does."""
    while True:
        try:
            return env["dunning.action"]._claim(now, 100)
        except psycopg2.OperationalError:
            env.cr.rollback()


def measure_emails(database):
    """Check and write queued contacts as e-mails, batch by committed batch, without SMTP."""
    now = datetime.combine(TODAY, day_time(10))
    count = 0
    with environment(database, dunning_now=now) as env:
        wait_for_go(env)
        started, cpu = time.time(), time.process_time()
        while actions := _claim(env, now):
            actions._send_claimed(now)
            count += len(actions.filtered(lambda a: a.state == "sending"))
            env.cr.commit()
            env.invalidate_all()
        return {
            "count": count,
            "started": started,
            "ended": time.time(),
            "cpu": round(time.process_time() - cpu, 2),
            "statements": env.cr.sql_log_count,
        }


def main():
    """Do what the command line says and print it as JSON."""
    task, database, *rest = sys.argv[1:]
    tasks = {"run": measure_run, "quiet": measure_quiet, "emails": measure_emails}
    print(json.dumps(tasks[task](database, *map(int, rest))))


if __name__ == "__main__":
    main()
