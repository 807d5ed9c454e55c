from odoo import models


class ImLivechatChannel(models.Model):
    _inherit = "im_livechat.channel"

    def _get_channel_infos(self):
        """Override of `im_livechat`: the widget opens by itself on the page of the chat."""
        is_ours = (
            self.env["res.company"]
            .sudo()
            .search_count([("collections_livechat_id", "=", self.id)], limit=1)
        )
        return {**super()._get_channel_infos(), "collections": bool(is_ours)}
