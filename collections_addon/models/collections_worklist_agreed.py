from odoo import models
from odoo.tools import format_amount, format_date, format_datetime

from .collections_dispute import ACTIVE
from .collections_worklist_rank import BROKEN_WITHIN

#: So many of a kind are shown; the file of the customer has all.
MOST = 5


class CollectionsWorklist(models.AbstractModel):
    """What is agreed with a customer, and what waits for an answer."""

    _inherit = "collections.worklist"

    def _agreed(self, case, today):
        """Complaint, disputes, promises, plans and calls to come, what waits for us first.

        :return: dicts with model, id, name, text, and whether it is to be seen to now
        :rtype: list[dict]
        """
        rows = []
        for source in (
            self._complaints_of,
            self._disputes_of,
            self._promises_of,
            self._plans_of,
            self._calls_of,
        ):
            rows += source(case, today)
        return sorted(rows, key=lambda row: not row["is_due"])

    def _row(self, record, name, parts, is_due=False):
        return {
            "model": record._name,
            "id": record.id,
            "name": name,
            "text": " · ".join(part for part in parts if part),
            "is_due": bool(is_due),
        }

    def _label(self, record, name):
        """The value of a selection, in words."""
        return dict(record._fields[name]._description_selection(self.env)).get(record[name], "")

    def _complaints_of(self, case, _today):
        complaint = case.open_complaint_id
        if not complaint:
            return []
        said = [complaint.url, complaint.text]
        return [self._row(complaint, self._label(complaint, "kind"), said, is_due=True)]

    def _disputes_of(self, case, today):
        _ = self.env._
        rows = []
        for one in case.dispute_ids.filtered(lambda one: one.state in ACTIVE)[:MOST]:
            said = [
                format_amount(self.env, one.amount_disputed, one.currency_id),
                one.reason_id.name,
                self._label(one, "state"),
                one.deadline and _("answer by %s", format_date(self.env, one.deadline)),
                one.description,
            ]
            late = one.deadline and one.deadline <= today
            rows.append(self._row(one, _("Dispute"), said, one.state == "open" or late))
        return rows

    def _promises_of(self, case, today):
        promises = self.env["collections.promise"].search(
            [
                ("case_id", "=", case.id),
                "|",
                ("state", "=", "open"),
                "&",
                ("state", "=", "broken"),
                ("deadline", ">=", today - BROKEN_WITHIN),
            ],
            order="date",
            limit=MOST,
        )
        return [
            self._row(
                one,
                self.env._("Promise"),
                [
                    format_amount(self.env, one.amount, one.currency_id),
                    format_date(self.env, one.date),
                    self._label(one, "state"),
                    one.note,
                ],
                one.state == "broken" or one.date <= today,
            )
            for one in promises
        ]

    def _plans_of(self, case, _today):
        plans = self.env["collections.plan"].search(
            [("case_id", "=", case.id), ("state", "in", ("proposed", "active", "defaulted"))],
            limit=MOST,
        )
        return [
            self._row(
                one,
                self.env._("Payment plan"),
                [one.name, format_amount(self.env, one.total, one.currency_id)]
                + [self._label(one, "state")],
                one.state == "defaulted",
            )
            for one in plans
        ]

    def _calls_of(self, case, today):
        call = case.call_id
        if not call:
            return []
        at = call.callback_at
        when = format_datetime(self.env, at, dt_format="short") if at else ""
        day = call.call_on and format_date(self.env, call.call_on)
        name = self.env._("Call back") if at else self.env._("Call to make")
        said = [when or day, call.level_id.name, call.outcome_note]
        return [self._row(call, name, said, not call.call_on or call.call_on <= today)]
