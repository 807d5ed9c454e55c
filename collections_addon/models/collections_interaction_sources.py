from datetime import timedelta

from odoo import models
from odoo.tools import SQL

#: Topic that a person confirmed -> what it says of the customer, and for how many days.
FACT_OF = {
    "cash_shortage": ("shortages", 180),
    "insolvency": ("shortages", 180),
    "refuses": ("refusals", 365),
}


class DunningAction(models.Model):
    """What a customer said on the phone, as the caller noted it."""

    _inherit = "dunning.action"

    def _note_said(self, note, now):
        """Keep a note of a call as something that the customer said.

        :param str note: may be empty
        :param datetime.datetime now: naive UTC
        """
        self.ensure_one()
        if (note or "").strip():
            self.env["collections.interaction"]._log(
                self.channel_code, "in", note, now, case=self.case_id, action_id=self.id
            )


class CollectionsCase(models.Model):
    """What a customer says that its group is told by, and what it writes with a rating."""

    _inherit = "collections.case"

    def _note_rating(self, text, now):
        """Keep the words that came with a rating.

        :param str text: may be empty
        :param datetime.datetime now: naive UTC
        """
        self.ensure_one()
        if text:
            self.env["collections.interaction"]._log(
                "portal", "in", text, now, case=self, lang=self._customer_author().lang
            )

    def _add_confirmed(self, said, company, today, partner_ids):
        """Add what people confirmed of messages to what contacts have brought to light.

        A note of a call whose outcome says the same counts once.

        :param said: case -> fact -> number
        :param partner_ids: only these commercial partners; None for all
        """
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND said.partner_id = ANY(%s)", list(partner_ids))
        self.env["collections.interaction"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT said.case_id, said.topic, said.date::date
                  FROM collections_interaction said
                  LEFT JOIN dunning_action action ON action.id = said.action_id
                  LEFT JOIN dunning_outcome outcome ON outcome.id = action.outcome_id
                 WHERE said.company_id = %s AND said.reading_state = 'confirmed'
                   AND said.date > %s AND said.case_id IS NOT NULL AND said.active
                   AND outcome.code IS DISTINCT FROM 'cannot_pay'
                   AND outcome.code IS DISTINCT FROM 'refused' %s
                """,
                company.id,
                today - timedelta(days=365),
                these,
            )
        )
        for case, topic, day in rows:
            said[case]["answers"] += topic not in ("other", "wrong_person")
            fact, days = FACT_OF.get(topic, (None, 0))
            if fact and day > today - timedelta(days=days):
                said[case][fact] += 1
