from odoo import fields, models

from ..file.columns import LABELS


class CollectionsFileImportColumn(models.TransientModel):
    """A column of a list, and the field it holds."""

    _name = "collections.file.import.column"
    _description = "Column of a List of Open Items"
    _order = "position, id"

    import_id = fields.Many2one("collections.file.import", required=True, ondelete="cascade")
    position = fields.Integer()
    header = fields.Char(string="Column", readonly=True)
    samples = fields.Char(string="First Values", readonly=True)
    field = fields.Selection(list(LABELS.items()), string="Taken As")


class CollectionsFileImportProblem(models.TransientModel):
    """A row that cannot be taken, and why."""

    _name = "collections.file.import.problem"
    _description = "Row Left Out of a List of Open Items"
    _order = "line, id"

    import_id = fields.Many2one("collections.file.import", required=True, ondelete="cascade")
    line = fields.Integer()
    text = fields.Char(string="Reason")


class CollectionsFileImportGone(models.TransientModel):
    """An open item that is on the list no more."""

    _name = "collections.file.import.gone"
    _description = "Item No Longer on a List of Open Items"
    _order = "id"

    import_id = fields.Many2one("collections.file.import", required=True, ondelete="cascade")
    number = fields.Char()
    customer = fields.Char()
    due_date = fields.Date()
    amount = fields.Char(string="Open")
    currency = fields.Char()
    is_credit = fields.Boolean(string="Credit")
