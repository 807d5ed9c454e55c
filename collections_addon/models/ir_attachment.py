from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        """Override of `base`: nobody searches the source of a statement for words; copied
        to the database it would be larger than everything else about its message."""
        if self.env.context.get("collections_unsearched"):
            return None
        return super()._index(bin_data, file_type, checksum=checksum)
