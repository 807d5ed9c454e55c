from odoo import api, fields, models


class CollectionsDemo(models.AbstractModel):
    """The door to the demo firm. What makes it is loaded only when it is asked for."""

    _name = "collections.demo"
    _description = "Demo Firm"

    @api.model
    def _add_languages(self):
        """Install the languages of the module that demo customers read."""
        from ...demo.customers import READ, TRANSLATED

        for code in TRANSLATED:
            self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(list(READ), list(TRANSLATED))

    @api.model
    def _load(self, company=None, today=None, **size):
        """Fill a company with a year of trade and a quarter of collections.

        Sends nothing: contacts of the past are written down, not handed to a channel.
        Does nothing when the company has the demo customers already.

        :param company: `res.company`; the first one when not given
        :param datetime.date today: the story ends on the evening before; the clock when
            not given
        :param size: `customers`, `months`, `replay_days`, `shop` of a smaller story
        """
        from ...demo.story import Story

        company = company or self.env.ref("base.main_company")
        today = today or company._collections_today(fields.Datetime.now())
        story = Story(self.env, company, today, **size)
        if not story.is_told():
            story.tell()
