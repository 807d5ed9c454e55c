from odoo import models

from ..domain.eligibility import decide

#: Contacts previewed one after the other are listed in the wizard up to here.
PREVIEW_LIMIT = 500


class DunningRun(models.Model):
    """Where the buttons of a run lead."""

    _inherit = "dunning.run"

    def _open_actions(self, name, domain):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collections_addon.action_dunning_action"
        )
        return {
            **action,
            "display_name": name,
            "domain": [("run_id", "=", self.id), *domain],
            "context": {},
        }

    def action_open_contacts(self):
        """Every contact of the run."""
        return self._open_actions(self.env._("Contacts of %s", self.name), [])

    def action_open_drafts(self):
        """The contacts that wait for approval, to choose some."""
        domain = [("state", "=", "draft")]
        return self._open_actions(self.env._("To approve: %s", self.name), domain)

    def action_open_failed(self):
        """The contacts that were not made."""
        domain = [("state", "in", ("failed", "skipped"))]
        return self._open_actions(self.env._("Not made: %s", self.name), domain)

    def action_preview_drafts(self):
        """Read the messages that wait for approval, one by one."""
        drafts = self.env["dunning.action"].search(
            [("run_id", "in", self.ids), ("state", "=", "draft")], limit=PREVIEW_LIMIT
        )
        return drafts.action_preview()

    def _lines_left_alone(self, reason_code):
        """The open items of today's ledger that this run's date leaves alone for a reason.

        The contacts of the run itself are left out of the facts, so that the
        answer is the one the run gave, as far as the ledger is still the same.

        :rtype: list[int]
        """
        self.ensure_one()
        source = self.env["dunning.facts"].sudo().with_company(self.company_id)
        args = (self.company_id, self.date)
        facts = source._load(*args, sending_run_id=self.id)
        found = []
        for partner_id, by_currency in source._stream(*args, sending_run_id=self.id):
            customer = facts.customer(partner_id)
            for lines in by_currency:
                decisions = decide(lines, customer, facts.rules, self.date)
                found += [d.line.id for d in decisions if d.reason == reason_code]
        return found


class DunningRunReason(models.Model):
    _inherit = "dunning.run.reason"

    def action_open_items(self):
        """The open items behind a count."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collections_addon.action_collections_open_items"
        )
        label = dict(self._fields["reason_code"]._description_selection(self.env))
        return {
            **action,
            "display_name": label[self.reason_code],
            "domain": [("id", "in", self.run_id._lines_left_alone(self.reason_code))],
        }
