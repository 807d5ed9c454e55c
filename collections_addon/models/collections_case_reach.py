from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .collections_settlement_sql import is_payment
from .dunning_action import CONTACTED

YEAR = timedelta(days=365)
#: Days after a contact within which a payment is taken for its answer.
ANSWERED = 14
#: What of a contact says whether a customer can be reached.
REACHED_BY = frozenset(
    (
        "active", "collections_bounced_email", "city", "email", "lang", "parent_id", "phone",
        "street", "type",
    )
)  # fmt: skip


class CollectionsCase(models.Model):
    """How the customer can be reached, and where it answers: of the profile."""

    _inherit = "collections.case"

    def _answered_sql(self, company, today, partner_ids):
        """Per customer: [channel, contacts made, contacts answered], the best first."""
        return SQL(
            """
            SELECT partner_id, jsonb_agg(jsonb_build_array(channel_code, made, answered)
                                         ORDER BY answered::float8 / made DESC, channel_code)
                       AS response
              FROM (SELECT action.partner_id, action.channel_code, count(*) AS made,
                           count(*) FILTER (WHERE %(answer)s) AS answered
                      FROM dunning_action action
                 LEFT JOIN dunning_outcome outcome ON outcome.id = action.outcome_id
                     WHERE action.company_id = %(company)s AND action.contact_date > %(since)s
                       AND action.state IN %(contacted)s %(these)s
                  GROUP BY 1, 2) by_channel
          GROUP BY partner_id
            """,
            answer=self._answer_sql(),
            company=company.id,
            since=today - YEAR,
            contacted=CONTACTED,
            these=self._only_actions(partner_ids),
        )

    def _answer_sql(self):
        return SQL(
            """
            (outcome.is_reached AND outcome.code <> 'voicemail') OR EXISTS (
                SELECT 1 FROM dunning_action_item asked
                  JOIN account_partial_reconcile part ON part.debit_move_id = asked.move_line_id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move paying ON paying.id = credit.move_id
                 WHERE asked.action_id = action.id AND part.max_date >= action.contact_date
                   AND part.max_date <= action.contact_date + %s AND %s)
            """,
            ANSWERED,
            is_payment("paying"),
        )

    def _billed_sql(self, partner_ids):
        """The contact for invoices of customers who have one: who is written to."""
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND commercial_partner_id = ANY(%s)", list(partner_ids))
        return SQL(
            """
            SELECT DISTINCT ON (commercial_partner_id) commercial_partner_id AS customer, id
              FROM res_partner
             WHERE type = 'invoice' AND active AND id <> commercial_partner_id %s
          ORDER BY commercial_partner_id, id
            """,
            these,
        )

    def _quality_sql(self):
        """Of who is written to; the customer's own number serves as well."""
        return SQL(
            """
            CASE WHEN partner.email_normalized IS NOT NULL
                      AND partner.email_normalized
                          IS DISTINCT FROM lower(partner.collections_bounced_email)
                 THEN 40 ELSE 0 END
            + CASE WHEN COALESCE(NULLIF(partner.phone, ''), customer.phone, '') <> ''
                   THEN 30 ELSE 0 END
            + CASE WHEN COALESCE(partner.street, '') <> '' AND COALESCE(partner.city, '') <> ''
                   THEN 20 ELSE 0 END
            + CASE WHEN partner.lang IS NOT NULL THEN 10 ELSE 0 END
            """
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Override: the profile knows soon where the customer can be reached now."""
        result = super().write(vals)
        if REACHED_BY.intersection(vals):
            self.sudo().commercial_partner_id.collections_case_ids._mark_for_refresh()
        return result
