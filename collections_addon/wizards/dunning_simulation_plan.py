from datetime import timedelta

from odoo import fields, models

from ..domain.simulation import PlayedLine


class DunningSimulation(models.TransientModel):
    """In the coming days installments of payment plans are reminded of as well.

    They have numbers below zero among the items played, for those above are of the ledger.
    As everywhere in the simulation nobody pays, and the plans go on all the same.
    """

    _inherit = "dunning.simulation"

    def _facts(self):
        """Override: the rules of installments."""
        facts = super()._facts()
        if self.mode == "forward":
            plans, rules = self._running_plans(), facts.rules
            rules.policies.update(self.env["dunning.policy"].sudo()._plan_rules())
            for plan in plans:
                rules.move_policy.update({-line.id: plan.policy_id.id for line in plan.line_ids})
            pauses = plans._installment_pauses()
            rules.move_pause.update({-line_id: reason for line_id, reason in pauses.items()})
        return facts

    def _running_plans(self, partner_ids=None):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "active"),
            ("offer_id.policy_id", "!=", False),
        ]
        if partner_ids is not None:
            domain.append(("partner_id", "in", partner_ids))
        return self.env["collections.plan"].sudo().search(domain, order="id")

    def _played_lines(self, partner_ids):
        """Override: installments, and the credits that cover them."""
        played = super()._played_lines(partner_ids)
        if self.mode != "forward":
            return played
        plans = self._running_plans(partner_ids)
        asked = plans._asked(self.date_from, with_credits=False)
        levels = plans._levels_reached()
        for plan in plans:
            lines = played.setdefault(plan.partner_id.id, [])
            lines += self._played_installments(plan, asked[plan.id], levels)
        for (partner_id, currency_id), amount in plans._free_credits().items():
            lines = played.get(partner_id, [])
            if any(line.is_installment and line.currency_id == currency_id for line in lines):
                lines.append(self._played(partner_id, currency_id, 0, self.date_from, -amount))
        return played

    def _played_installments(self, plan, asked, levels):
        """An installment comes into play when the one before it is late."""
        rows, opened = [], self.date_from
        for line in plan._ordered_lines():
            if asked[line.id] <= 0:
                continue
            row = self._played(
                plan.partner_id.id, plan.currency_id.id, -line.id, line.date, asked[line.id]
            )
            rows.append(row._replace(opened=opened, level_id=levels.get(line.id)))
            opened = max(self.date_from, line.date + timedelta(days=1))
        return rows

    def _played(self, partner_id, currency_id, number, due, amount):
        return PlayedLine(
            partner_id,
            currency_id,
            number,
            number,
            self.date_from,
            due,
            float(amount),
            is_installment=True,
        )

    def _contact_values(self, contact):
        """Override: what it is about."""
        return {**super()._contact_values(contact), "is_installment": contact.is_installment}


class DunningSimulationLine(models.TransientModel):
    _inherit = "dunning.simulation.line"

    is_installment = fields.Boolean(
        string="Installment", help="About an installment of a payment plan."
    )
