import base64
import csv
import io

from odoo import fields, models
from odoo.exceptions import UserError

from ..file import columns as names
from ..file.rows import Layout, Reader
from ..models.collections_file_intake import KEEP, PAID, FileIntake
from .collections_file_import import SHOWN
from .collections_file_sentences import row_sentence

COUNTED = (
    "rows", "invoices", "credit_notes", "customers", "new", "changed", "same", "settled",
)  # fmt: skip


class CollectionsFileImport(models.TransientModel):
    """What a list would bring, before anything is written."""

    _inherit = "collections.file.import"

    # === CHECK === #

    def action_check(self):
        """Show what the list would bring; nothing is written.

        :raises UserError: when a column is missing
        """
        self.ensure_one()
        intake = self._intake(KEEP)
        before, outcome = intake.open_before(), intake.check()
        gone = outcome.counts["gone"]
        self.write(
            {
                "step": "check",
                "summary": self._summary(outcome, before),
                "problem_ids": self._problem_rows(outcome),
                "problem_file": self._problem_csv(outcome),
                "gone_ids": self._gone_rows(outcome),
                "gone_count": gone,
                "keyless_count": outcome.counts["keyless"],
                "gone": KEEP if outcome.counts["keyless"] else PAID,
                "is_confirmed": False,
            }
        )
        return self._stay()

    def _intake(self, gone):
        connection = self._known_ledger()
        if connection.file_as_of and connection.file_as_of > self.as_of:
            raise UserError(
                self.env._(
                    "The last list of this ledger is of %s: an older one cannot follow it.",
                    fields.Date.to_string(connection.file_as_of),
                )
            )
        reader = Reader(self._open_list(), self._layout())
        return FileIntake(connection, self._guarded(iter(reader)), self.as_of, gone)

    def _layout(self):
        found = self._columns()
        currencies = self.env["res.currency"].search([])
        return Layout(
            columns=found,
            date_format=self.date_format,
            decimal=self.decimal,
            currency=self.currency_id.name or "",
            currencies={currency.name: currency.decimal_places for currency in currencies},
        )

    def _columns(self):
        """Field -> position of its column.

        :raises UserError: when one is missing or chosen twice
        """
        found = {}
        for column in self.column_ids.filtered("field"):
            if column.field in found:
                label = names.LABELS[column.field]
                raise UserError(self.env._("Two columns are chosen for “%s”.", label))
            found[column.field] = column.position
        missing = [
            " / ".join(names.LABELS[name] for name in group) for group in names.missing(found)
        ]
        if missing:
            raise UserError(self.env._("Choose the columns for: %s.", ", ".join(missing)))
        return found

    def _summary(self, outcome, before):
        """What the list would bring, line by line."""
        counts = {name: outcome.counts[name] for name in COUNTED}
        lines = [
            self.env._(
                "Rows: %(rows)s; open invoices: %(invoices)s; credits: %(credit_notes)s;"
                " customers: %(customers)s.",
                **{name: counts[name] for name in COUNTED[:4]},
            ),
            self.env._(
                "New: %(new)s, changed: %(changed)s, unchanged: %(same)s.",
                **{name: counts[name] for name in COUNTED[4:7]},
            ),
        ]
        if counts["settled"]:
            lines.append(self.env._("%s have nothing open and are not needed.", counts["settled"]))
        for code in sorted(outcome.totals.keys() | before.keys()):
            lines.append(
                self.env._(
                    "Open in %(currency)s: %(after)s on the list, %(before)s here until now.",
                    currency=code,
                    after=f"{outcome.totals.get(code, 0):,.2f}",
                    before=f"{before.get(code, 0):,.2f}",
                )
            )
        return "\n".join(lines)

    def _problem_rows(self, outcome):
        return [fields.Command.clear()] + [
            fields.Command.create({"line": row.line, "text": row_sentence(self.env, row.problem)})
            for row in outcome.left[:SHOWN]
        ]

    def _problem_csv(self, outcome):
        """The rows left out, each with its reason: to be mended and brought again."""
        if not outcome.left:
            return False
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";")
        headers = self.column_ids.sorted("position").mapped("header")
        writer.writerow([self.env._("Line"), self.env._("Reason"), *map(harmless, headers)])
        for row in outcome.left:
            reason = row_sentence(self.env, row.problem)
            writer.writerow([row.line, reason, *map(harmless, map(str, row.cells))])
        return base64.b64encode(stream.getvalue().encode("utf-8-sig"))

    def _gone_rows(self, outcome):
        shown = outcome.gone[:SHOWN]
        names_of = self._customer_names({known["customer"] for _stream, known in shown})
        return [fields.Command.clear()] + [
            fields.Command.create(
                {
                    "number": known["number"],
                    "customer": names_of.get(known["customer"], known["customer"]),
                    "due_date": known["due_date"],
                    "amount": known["balance"],
                    "currency": known["currency"],
                    "is_credit": stream != "invoices",
                }
            )
            for stream, known in shown
        ]

    def _customer_names(self, keys):
        """Key of a customer -> its name on the last list."""
        refs = self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("stream", "=", "customers"),
                ("external_id", "in", list(keys)),
            ]
        )
        return {ref.external_id: ref.label for ref in refs}


def harmless(text):
    """A cell that a spreadsheet shows and does not calculate."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not _is_number(text) else text


def _is_number(text):
    return text[1:2].isdigit() and text[:1] in "+-"
