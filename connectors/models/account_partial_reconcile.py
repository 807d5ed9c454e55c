from odoo import api, fields, models
from odoo.exceptions import UserError

from .mirror_guard import is_mirroring


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    collections_ref_id = fields.Many2one(
        "collections.external.ref",
        string="Told By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The record of an outside ledger that says so.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_mirrored(self):
        """What an outside ledger says is undone there."""
        if not is_mirroring(self.env) and self.collections_ref_id:
            raise UserError(
                self.env._("These are matched as the outside ledger says: undo it there.")
            )
