import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...collections_addon.domain.ledger_formats import DATE_FORMATS
from ..file import columns as names
from ..file.reader import ENCODINGS, Options, UnreadableFile, open_table
from ..file.rows import guess_formats
from ..models.collections_file_intake import CANCELLED, KEEP, PAID
from .collections_file_sentences import file_sentence

STEPS = [("upload", "File"), ("columns", "Columns"), ("check", "Check")]
DECIMALS = {".": "1,234.56", ",": "1.234,56"}
SAMPLES, SHOWN = 3, 50
#: What is remembered of how a list was read.
REMEMBERED = ("encoding", "separator", "sheet", "date_format", "decimal")


class CollectionsFileImport(models.TransientModel):
    """Takes in a list of open items: shows how it is read, what it brings, then does it."""

    _name = "collections.file.import"
    _description = "Import of Open Items"

    step = fields.Selection(STEPS, required=True, default="upload")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    connection_id = fields.Many2one(
        "collections.connection",
        string="Ledger",
        domain="[('provider', '=', 'file'), ('company_id', '=', company_id)]",
        default=lambda self: self._default_connection(),
        help="The ledger whose list this is. Empty: a new one.",
    )
    ledger_name = fields.Char(string="Name", help="What the new ledger is called here.")
    file = fields.Binary(string="List of Open Items")
    file_name = fields.Char()
    as_of = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The day of which the list tells what was open. Payments that it shows are dated so.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        default=lambda self: self.env.company.currency_id,
        help="Of rows that name none.",
    )
    # === HOW IT IS READ === #
    is_workbook = fields.Boolean()
    encoding = fields.Selection(list(ENCODINGS.items()))
    separator = fields.Selection(lambda self: self._separators())
    sheet = fields.Char()
    sheet_names = fields.Char()
    date_format = fields.Selection(lambda self: list(DATE_FORMATS.items()), string="Dates")
    is_ambiguous = fields.Boolean()
    decimal = fields.Selection(lambda self: list(DECIMALS.items()), string="Amounts")
    column_ids = fields.One2many("collections.file.import.column", "import_id")
    # === WHAT IT BRINGS === #
    summary = fields.Text(readonly=True)
    problem_ids = fields.One2many("collections.file.import.problem", "import_id", readonly=True)
    problem_file = fields.Binary(readonly=True)
    problem_name = fields.Char(default="rows-left-out.csv")
    gone_ids = fields.One2many("collections.file.import.gone", "import_id", readonly=True)
    gone_count = fields.Integer(readonly=True)
    keyless_count = fields.Integer(readonly=True)
    gone = fields.Selection(
        [
            (PAID, "They were paid"),
            (CANCELLED, "They were cancelled"),
            (KEEP, "They are still open: the list is only a part"),
        ],
        string="Items No Longer on the List",
        required=True,
        default=PAID,
    )
    is_confirmed = fields.Boolean(string="I have looked at these items")

    @api.model
    def _default_connection(self):
        domain = [("provider", "=", "file"), ("company_id", "=", self.env.company.id)]
        found = self.env["collections.connection"].search(domain, limit=2)
        return found if len(found) == 1 else False

    @api.model
    def _separators(self):
        return [
            (";", self.env._("Semicolon")),
            (",", self.env._("Comma")),
            ("\t", self.env._("Tab")),
            ("|", self.env._("Bar")),
        ]

    # === FILE === #

    def action_read(self):
        """Find out how the file is written and what its columns are.

        :raises UserError: when it holds no table
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        if not self.connection_id and not self.ledger_name:
            raise UserError(self.env._("Give the ledger a name, such as that of the program."))
        self.write({name: False for name in REMEMBERED})
        known = self._remembered()
        self.write(self._fitting(known, self._open_list()))
        return self._read(known)

    def _fitting(self, known, table):
        """What was chosen for the last list and can be so for this one."""
        values = {name: known.get(name) or False for name in REMEMBERED}
        if values["sheet"] not in table.sheets:
            values["sheet"] = False
        if table.options.encoding != "cp1252":  # the only one that is a guess
            values["encoding"] = False
        return values | {"separator": False}

    def action_read_again(self):
        """Read the file with the encoding, separator or sheet that was chosen."""
        self.ensure_one()
        return self._read(self._remembered())

    def _read(self, known):
        table = self._open_list()
        found = names.find_columns(table.headers, known.get("columns"))
        guess = guess_formats(table, found)
        fields_of = {index: field for field, index in found.items()}
        samples = self._samples(table)
        self.column_ids = [fields.Command.clear()] + [
            fields.Command.create(
                {
                    "position": index,
                    "header": header,
                    "samples": " · ".join(samples[index])[:200],
                    "field": fields_of.get(index) or False,
                }
            )
            for index, header in enumerate(table.headers)
        ]
        self.write(
            {
                "step": "columns",
                "is_workbook": bool(table.sheets),
                "encoding": table.options.encoding
                if table.options.encoding in ENCODINGS
                else False,
                "separator": table.options.separator or False,
                "sheet": table.options.sheet or False,
                "sheet_names": ", ".join(table.sheets),
                "date_format": self.date_format or guess.date_format,
                "is_ambiguous": guess.ambiguous and not self.date_format,
                "decimal": self.decimal or guess.decimal,
            }
        )
        return self._stay()

    def _samples(self, table):
        samples = [[] for _header in table.headers]
        for number, (_line, cells) in enumerate(self._guarded(table.rows())):
            for sample, cell in zip(samples, cells, strict=False):
                if cell != "" and len(sample) < SAMPLES:
                    sample.append(str(cell))
            if number >= SHOWN:
                break
        return samples

    def _open_list(self):
        """The table of the file, read with what was chosen.

        :raises UserError: when it holds none
        """
        options = Options(
            self.encoding or "", self.separator or "", self.sheet if self.sheet else ""
        )
        try:
            return open_table(base64.b64decode(self.file), options)
        except UnreadableFile as error:
            raise UserError(file_sentence(self.env, error)) from error

    def _guarded(self, rows):
        """Rows of a file that may turn out to be broken further down."""
        try:
            yield from rows
        except UnreadableFile as error:
            raise UserError(file_sentence(self.env, error)) from error

    def _remembered(self):
        return self._known_ledger().file_mapping or {}

    def _known_ledger(self):
        """The connection chosen, with all rights; empty where the ledger is new.

        :raises AccessError: when it is not of one of the user's companies
        """
        self.connection_id.check_access("read")
        return self.connection_id.sudo()

    # === IMPORT === #

    def action_import(self):
        """Take the list in: everything that could be read, or nothing at all.

        :raises UserError: when what is gone was not confirmed
        """
        self.ensure_one()
        if self.gone_count and not self.is_confirmed:
            raise UserError(
                self.env._("Look at the items that are no longer on the list, and confirm it.")
            )
        now = fields.Datetime.now()
        connection = self._ledger()
        outcome = self._intake(self.gone).take_in(now)
        if outcome.counts["gone"] != self.gone_count:
            raise UserError(self.env._("Something has changed meanwhile: check the list again."))
        connection._note_list(self, outcome, now)
        return connection._open_after_import()

    def _ledger(self):
        """The connection of the ledger, made where it is new; nobody else takes in its lists."""
        self.check_access("write")
        if not self.connection_id:
            self.connection_id = (
                self.env["collections.connection"]
                .sudo()
                .create(
                    {
                        "name": self.ledger_name,
                        "provider": "file",
                        "company_id": self.company_id.id,
                        "currency_id": self.company_id.currency_id.id,
                        "state": "connected",
                    }
                )
            )
        connection = self._known_ledger()
        if connection._adapter()._is_asked:
            raise UserError(self.env._("This ledger is asked itself: it takes no files."))
        connection.lock_for_update()
        return connection

    def _mapping(self):
        """How this list was read, for the next one of the ledger."""
        known = {name: self[name] for name in REMEMBERED if self[name]}
        return known | {
            "columns": {column.header: column.field or "" for column in self.column_ids}
        }

    def _story(self, outcome):
        """What a list brought, in a sentence for the history of the ledger."""
        counts = outcome.counts
        return self.env._(
            "List of %(day)s: %(new)s new, %(changed)s changed, %(same)s unchanged,"
            " %(gone)s no longer on it, %(left)s left out.",
            day=self.as_of,
            **{name: counts[name] for name in ("new", "changed", "same", "gone", "left")},
        )

    # === AROUND === #

    def action_back(self):
        """Go back a step."""
        self.ensure_one()
        self.step = "upload" if self.step == "columns" else "columns"
        return self._stay()

    def action_template(self):
        """Download a list with the columns that can be read, and an example."""
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(names.TEMPLATE)
        example = names.TEMPLATE | {"Currency": self.company_id.currency_id.name}
        writer.writerow(example.values())
        attachment = self.env["ir.attachment"].create(
            {
                "name": "open-items.csv",
                "raw": stream.getvalue().encode("utf-8-sig"),
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": "text/csv",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _stay(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Open Items"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
