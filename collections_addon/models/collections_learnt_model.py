import base64
import json
import logging
import subprocess
import zlib
from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models

from . import background

_logger = logging.getLogger(__name__)
STATES = [("training", "Learning"), ("done", "Learned"), ("failed", "Failed")]


class CollectionsLearntModel(models.AbstractModel):
    """Versions of something learnt per company, of which one is in use.

    It is learnt in a process of its own. Its content is plain numbers in an attachment;
    nothing that is read back can run.
    """

    _name = "collections.learnt.model"
    _description = "Learnt Model"
    _order = "company_id, version desc"
    #: Versions not in use that keep their content; figures stay.
    _kept_versions = 6
    #: Learning that has said nothing for so long is given up.
    _given_up = None
    #: Seconds that learning is waited for; what takes longer is looked for later.
    _patience = 45
    _look_again = timedelta(minutes=5)

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    version = fields.Integer(required=True, readonly=True)
    state = fields.Selection(STATES, required=True, default="training", readonly=True)
    is_speaking = fields.Boolean(string="In Use", readonly=True)
    trained_on = fields.Datetime(string="Learned On", readonly=True)
    figures = fields.Json(readonly=True)
    explanation = fields.Text(compute="_compute_explanation")
    error = fields.Text(readonly=True)
    content = fields.Binary(attachment=True, readonly=True, groups="base.group_system")
    folder = fields.Char(readonly=True, groups="base.group_system")
    process_id = fields.Integer(readonly=True, groups="base.group_system")

    _one_version = models.UniqueIndex("(company_id, version)", "This version exists already.")

    def _compute_explanation(self):
        """What it is worth, in sentences: told by each kind."""
        raise NotImplementedError

    # === IN USE === #

    @api.model
    def _speaking(self, company):
        """The version in use for a company; may be empty."""
        return self.sudo().search(
            [("company_id", "=", company.id), ("is_speaking", "=", True)], limit=1
        )

    @api.model
    def _latest(self, company):
        """The last version of a company that has learnt; may be empty."""
        return self.search(
            [("company_id", "=", company.id), ("state", "=", "done")],
            order="version desc",
            limit=1,
        )

    def _speak(self):
        self._speaking(self.company_id).is_speaking = False
        self.flush_model(["is_speaking"])
        self.is_speaking = True

    # === CONTENT === #

    def _numbers(self):
        """What was learnt, as `_packed` got it; empty where there is nothing.

        :rtype: dict
        """
        return self._unpacked(self.sudo().content)

    @api.model
    def _unpacked(self, content):
        """Numbers that `_packed` put away; empty where there is nothing."""
        return json.loads(zlib.decompress(base64.b64decode(content))) if content else {}

    @api.model
    def _packed(self, numbers):
        """Numbers as they are kept."""
        return base64.b64encode(zlib.compress(json.dumps(numbers).encode()))

    def _forget_old(self):
        """Keep the content of the last versions only; their figures stay."""
        old = self.search(
            [("company_id", "=", self.company_id.id), ("is_speaking", "=", False)],
            order="version desc",
            offset=self._kept_versions,
        )
        old.content = False

    # === LEARNING === #

    @api.model
    def _next_version(self, company):
        last = self.search([("company_id", "=", company.id)], limit=1, order="version desc")
        return last.version + 1

    @api.model
    def _learn_all(self, due, begin, cron, now):
        """Take in what was learned meanwhile, then learn for every company that is due.

        :param due: called for the companies, `res.company`
        :param begin: called for one of them; gives the new version and its process
        :param str cron: scheduled action that looks for what takes longer
        :param datetime.datetime now: naive UTC
        """
        progress = self.env["ir.cron"]
        for model in self.search([("state", "=", "training")]):
            model._take_in(now)
            progress._commit_progress(1)
        for company in due():
            model, process = begin(company)
            progress._commit_progress(1)
            with suppress(subprocess.TimeoutExpired):  # it is looked for again later
                process.wait(self._patience)
            model._take_in(now)
            if not progress._commit_progress():
                break
        if self.search_count([("state", "=", "training")], limit=1):
            self.env.ref(cron)._trigger(at=now + self._look_again)

    def _take_in(self, now):
        """Take in what was learned, or what went wrong; nothing while it goes on.

        :param datetime.datetime now: naive UTC
        """
        self.ensure_one()
        state, found = background.outcome(self.folder, self.process_id)
        if state == background.DONE:
            self._finish(found, now)
        elif state == background.FAILED or now - self.create_date > self._given_up:
            background.forget(self.folder)
            _logger.warning(
                "Learning of version %s ended without a result: %s", self.version, found
            )
            ended = self.env._("The process ended without a result.")
            self.write({"state": "failed", "error": found or ended})

    def _finish(self, result, now):
        """Take what the process has found: done by each kind.

        :param dict result: of the process
        :param datetime.datetime now: naive UTC
        """
        raise NotImplementedError
