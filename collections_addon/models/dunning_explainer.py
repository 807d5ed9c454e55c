from odoo import api, models
from odoo.tools import format_date

from ..domain.eligibility import WITHOUT_DATE, decide, next_step_date


class DunningExplainer(models.AbstractModel):
    """Answers, for every open item: why was it (not) chased, and what comes next?"""

    _name = "dunning.explainer"
    _description = "Dunning Explanation"

    @api.model
    def _explain(self, lines, date):
        """See `account.move.line._dunning_explain`."""
        answers = {line.id: self._answer_closed(line) for line in lines}
        for company, own in lines.filtered("partner_id").grouped("company_id").items():
            if self.env["dunning.policy"]._default_of(company):
                answers.update(self._explain_company(company, own, date))
        return answers

    def _explain_company(self, company, lines, date):
        wanted = set(lines.ids)
        partner_ids = lines.partner_id.commercial_partner_id.ids
        source = self.env["dunning.facts"].sudo().with_company(company)
        facts = source._load(company, date, partner_ids)
        answers = {}
        for partner_id, by_currency in source._stream(company, date, partner_ids):
            customer = facts.customer(partner_id)
            for group in by_currency:
                for decision in decide(group, customer, facts.rules, date):
                    if decision.line.id in wanted:
                        when = next_step_date(decision, customer, facts.rules, date)
                        answers[decision.line.id] = self._answer(decision, when)
        return answers

    def _answer(self, decision, when):
        upcoming = decision.upcoming
        stopped = decision.reason in WITHOUT_DATE
        return {
            "level_id": decision.line.level_id or False,
            "next_level_id": upcoming.id if upcoming else False,
            "next_date": False if stopped or not when else when,
            "reason_code": decision.reason or False,
            "text": self._text(decision, False if stopped else when),
        }

    def _text(self, decision, when):
        sentence = self.env["dunning.reason"]._sentence(decision.reason)
        level = (
            self.env["dunning.level"].sudo().browse(decision.upcoming.id or ())
            if (decision.upcoming)
            else None
        )
        if not decision.reason:
            return self.env._("“%(level)s” is due now.", level=level.name)
        if level and when:
            following = self.env._(
                "Next: “%(level)s” on %(date)s.",
                level=level.name,
                date=format_date(self.env, when),
            )
            return f"{sentence} {following}"
        if not level and decision.reason == "already_contacted":
            return self.env._("The last level has been reached; a person decides what comes next.")
        return sentence

    def _answer_closed(self, line):
        """An item that dunning does not look at: a draft, paid, a credit, nobody's debt."""
        code, text = self._why_closed(line)
        return {
            "level_id": line.dunning_level_id.id,
            "next_level_id": False,
            "next_date": False,
            "reason_code": code,
            "text": text or self.env["dunning.reason"]._sentence(code),
        }

    def _why_closed(self, line):
        """Reason code, and a sentence where that of the code would not fit."""
        if line.parent_state != "posted":
            return "not_due", self.env._("The document is not posted.")
        if line.reconciled or not line.amount_residual:
            return "paid", None
        if line.account_id.account_type != "asset_receivable":
            return "no_followup", self.env._("This is not owed by a customer.")
        if line.amount_residual < 0:
            return "no_followup", self.env._(
                "This is a credit of the customer; it is deducted from what is asked."
            )
        if not line.partner_id:
            return "no_address", None
        return "no_followup", self.env._("The company has no dunning policy.")
