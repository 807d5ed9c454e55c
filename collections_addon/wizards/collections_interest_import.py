import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..domain.rate_file import read_rates


class CollectionsInterestImport(models.TransientModel):
    """Takes new values of reference rates from a file."""

    _name = "collections.interest.import"
    _description = "Import of Reference Rates"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()

    def action_import(self):
        """Write the values of the file; those that are there are brought up to date."""
        self.check_access("write")
        rows, wrong = read_rates(self._text())
        references = self.env["collections.interest.reference"].search([])
        by_code = {reference.code: reference for reference in references}
        self._refuse(wrong, sorted({row.code for row in rows} - by_code.keys()))
        today = fields.Date.context_today(self)
        for row in rows:
            self._write_value(by_code[row.code], row, today)
        used = references.filtered(lambda r: r.code in {row.code for row in rows})
        used.action_checked()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_interest_reference"
        )
        return {**action, "target": "main"}

    def _text(self):
        try:
            return base64.b64decode(self.file).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UserError(
                self.env._("The file is not a text in UTF-8. Save it as “CSV UTF-8”.")
            ) from error

    def _refuse(self, wrong, unknown):
        """Nothing is written unless everything can be."""
        if not wrong and not unknown:
            return
        labels = {
            "columns": self.env._("the first line must name: code, from, percent, source"),
            "code": self.env._("no code"),
            "source": self.env._("no source"),
            "date": self.env._("not a date as 2026-07-01"),
            "percent": self.env._("not a percentage"),
        }
        problems = [
            self.env._(
                "Line %(line)s: %(problem)s (“%(text)s”).",
                line=number,
                problem=labels[problem],
                text=text,
            )
            for number, problem, text in wrong[:10]
        ]
        if unknown:
            problems.append(self.env._("Unknown reference rates: %s.", ", ".join(unknown)))
        raise UserError("\n".join(problems))

    def _write_value(self, reference, row, today):
        values = {
            "percent": float(row.percent),
            "source": row.source,
            "checked_on": today,
            "needs_check": False,
        }
        rate = reference.rate_ids.filtered(lambda rate: rate.date_from == row.since)
        if rate:
            rate.write(values)
        else:
            rate.create({"reference_id": reference.id, "date_from": row.since, **values})
