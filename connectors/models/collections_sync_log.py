from odoo import api, fields, models

KINDS = [
    ("first", "First Import"),
    ("incremental", "What Changed"),
    ("check", "Nightly Check"),
    ("manual", "Asked For"),
    ("dispatch", "Before Sending"),
]
STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: What a run does one after the other; see collections_sync_log_steps.py.
PHASES = [
    ("fetch", "Reading"),
    ("check", "Looking for what vanished"),
    ("figures", "Reading customers' balances"),
    ("mirror", "Mirroring"),
    ("drift", "Comparing"),
    ("end", "Ended"),
]
FIGURES = ("fetched", "new", "changed", "gone", "requests")


class CollectionsSyncLog(models.Model):
    """One run of reading an outside ledger: what came, and how it went."""

    _name = "collections.sync.log"
    _description = "Synchronization of an Outside Ledger"
    _order = "id desc"
    _rec_name = "connection_id"

    connection_id = fields.Many2one(
        "collections.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, default="running", readonly=True)
    phase = fields.Selection(PHASES, required=True, default="fetch", readonly=True)
    started_at = fields.Datetime(required=True, readonly=True)
    ended_at = fields.Datetime(readonly=True)
    resume_at = fields.Datetime(readonly=True, help="Nothing is asked of the ledger before.")
    is_cancelled = fields.Boolean(
        string="To Be Cancelled", readonly=True, help="It stops after the step under way."
    )
    attempts = fields.Integer(readonly=True, help="Failures in a row of the same step.")
    is_retaken = fields.Boolean(
        readonly=True, help="Figures differed, and what changed meanwhile was read once more."
    )
    message = fields.Char(readonly=True, help="How it went, in a sentence.")
    line_ids = fields.One2many("collections.sync.log.line", "log_id", readonly=True)
    # === FIGURES === #
    fetched = fields.Integer(compute="_compute_figures", store=True)
    new = fields.Integer(compute="_compute_figures", store=True)
    changed = fields.Integer(compute="_compute_figures", store=True)
    gone = fields.Integer(string="Vanished", compute="_compute_figures", store=True)
    requests = fields.Integer(compute="_compute_figures", store=True)
    failed = fields.Integer(
        string="Set Aside", readonly=True, help="Records that wait for a person at the end."
    )
    progress = fields.Float(string="Progress (%)", compute="_compute_progress")

    _one_at_a_time = models.UniqueIndex(
        "(connection_id) WHERE state IN ('running', 'paused')",
        "A connection is read once at a time.",
    )

    @api.depends(*(f"line_ids.{name}" for name in FIGURES))
    def _compute_figures(self):
        for log in self:
            for name in FIGURES:
                log[name] = sum(log.line_ids.mapped(name))

    @api.depends("line_ids.is_done", "line_ids.fetched", "line_ids.total", "phase", "state")
    def _compute_progress(self):
        """Half of the way is reading, most of the rest is mirroring."""
        waiting = self._waiting_counts()
        for log in self:
            if log.state == "done":
                log.progress = 100
            elif log.phase == "fetch":
                shares = [line._share() for line in log.line_ids]
                log.progress = 50 * sum(shares) / len(shares) if shares else 0
            else:
                kept = max(log.new + log.changed, 1)
                left = min(waiting.get(log.connection_id.id, 0), kept)
                log.progress = 50 + 45 * (1 - left / kept)

    def _waiting_counts(self):
        """Connection's id -> records that wait to be mirrored."""
        groups = self.env["collections.external.ref"]._read_group(
            [("connection_id", "in", self.connection_id.ids), ("state", "=", "pending")],
            ["connection_id"],
            ["__count"],
        )
        return {connection.id: count for connection, count in groups}


class CollectionsSyncLogLine(models.Model):
    """What a run read of one stream."""

    _name = "collections.sync.log.line"
    _description = "Stream of a Synchronization"
    _order = "log_id, id"
    _rec_name = "stream"

    log_id = fields.Many2one("collections.sync.log", required=True, index=True, ondelete="cascade")
    stream = fields.Char(required=True)
    stream_name = fields.Char(string="Kind", compute="_compute_stream_name")
    is_done = fields.Boolean()
    position = fields.Integer(help="Where the search for vanished records goes on.")
    check_state = fields.Selection(
        [("due", "To Be Checked"), ("listed", "To Be Compared"), ("done", "Checked")],
        help="Of the search for vanished records; empty: none in this run.",
    )
    total = fields.Integer(help="How many the ledger says there are to read.")
    fetched = fields.Integer()
    new = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    gone = fields.Integer(string="Vanished")
    keyless = fields.Integer(string="Without a Key")
    requests = fields.Integer()
    missing = fields.Json(help="Keys that the ledger has and that never came.")
    repeats = fields.Integer(help="How often it was read anew because records were missing.")
    problem = fields.Char()

    @api.depends("stream")
    def _compute_stream_name(self):
        names = self.env["collections.external.ref"]._stream_names()
        for line in self:
            line.stream_name = names.get(line.stream, line.stream)

    def _share(self):
        """The part of this stream that was read, from 0 to 1."""
        if self.is_done:
            return 1
        return min(self.fetched / self.total, 1) if self.total else 0

    def _add(self, counts):
        """Add figures.

        :param counts: name of a figure -> number
        """
        self.write({name: self[name] + number for name, number in counts.items() if number})
