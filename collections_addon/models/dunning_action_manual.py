from odoo import api, models


class DunningAction(models.Model):
    """Contacts a person makes, between being prepared and being made."""

    _inherit = "dunning.action"

    def _level_text(self):
        """Subject and text of the level, rendered in the recipient's language.

        :return: `subject` (one line), `body` (Markup; empty without a template)
        :rtype: tuple[str, Markup]
        """
        self.ensure_one()
        lang = self.recipient_lang
        template = self._text_template().sudo()
        if not template:
            return self.with_context(lang=lang).level_id.name, ""
        subject = template._render_field("subject", self.ids, set_lang=lang)[self.id]
        body = template._render_field("body_html", self.ids, set_lang=lang)[self.id]
        return " ".join((subject or self.level_id.name).split()), body

    def _recheck(self, now):
        """Look at the ledger again: is what was prepared still true?

        Contacts that are no longer true are skipped with their reason, those whose
        figures changed are brought up to date, those that would come too soon after
        another contact wait.

        :param datetime.datetime now: naive UTC
        :return: the contacts that may be made now
        """
        if not self:
            return self
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        ready = self.browse()
        prepared = self.filtered(lambda action: action.state == "sending")
        for company, actions in prepared.grouped("company_id").items():
            for run, of_run in actions.grouped("run_id").items():
                ready |= of_run._gate_by_facts(company, run, now)
        return ready


class CollectionsRefresh(models.Model):
    _inherit = "collections.refresh"

    @api.model
    def _after_refresh(self, company, partner_ids, now):
        """Override: calls and letters that are no longer true leave the lists."""
        super()._after_refresh(company, partner_ids, now)
        prepared = self.env["dunning.action"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "=", "sending"),
                ("is_manual", "=", True),
            ]
        )
        prepared.try_lock_for_update()._recheck(now)
