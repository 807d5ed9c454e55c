import json
from collections import defaultdict
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from ..domain.features import Chronicle
from ..domain.payers import Item
from ..domain.scoring import Reason, scorecard, strongest, together
from .bulk_rows import loaded, upsert
from .collections_prediction_ledger import TABLE

COLUMNS = (
    "move_line_id", "move_id", "company_id", "partner_id", "case_id", "model_id", "date",
    "date_due", "residual", "chance_7", "chance_30", "chance_60", "expected_date", "expected_30",
    "at_risk", "reasons",
)  # fmt: skip
#: Days that a kept or broken promise is remembered in a score.
REMEMBERED = 180


class CollectionsPredictionScorer(models.AbstractModel):
    """Scores the open invoices of a company, all of them or those of some customers."""

    _name = "collections.prediction.scorer"
    _description = "Scorer of Open Invoices"

    @api.model
    def _refresh(self, company, today, partner_ids=None):
        """Make predictions, profiles and groups anew.

        Can be repeated. For some customers only, everybody else's figures are those of
        the last whole refresh.

        :param company: `res.company`, one record
        :param datetime.date today: its business date
        :param partner_ids: commercial partners; None for all
        """
        ledger = self.env["collections.prediction.ledger"]
        ledger._gather(company, today, partner_ids)
        by_customer = self._predict(company, today, partner_ids, ledger._rows())
        cases = self.env["collections.case"]
        cases._write_profiles(company, today, partner_ids, by_customer)
        cases._write_groups(company, today, partner_ids)
        self.env.cr.execute(SQL("DROP TABLE %s", TABLE))

    def _predict(self, company, today, partner_ids, rows):
        """Write the predictions.

        :return: customer -> values of the case
        :rtype: dict[int, dict]
        """
        day = today.toordinal()
        items = [Item._make(row) for row in rows]
        everybody = None if partner_ids is None else company.sudo().collections_prediction_base
        chronicle = Chronicle(items, everybody)
        chronicle.move_to(day)
        if partner_ids is None:
            company.sudo().collections_prediction_base = chronicle.keep()
        owed = self._owed()
        asked = [item for item in items if item.id in owed]
        said = self._said(company, today, owed, partner_ids)
        model, scores = self._scores(company, chronicle, asked, day, said)
        made = [(owed[item.id], item, score) for item, score in zip(asked, scores, strict=True)]
        self._write(company, today, partner_ids, model, made)
        return self._by_customer(model, today, made)

    def _owed(self):
        """Open items: id -> (invoice, open amount)."""
        query = SQL("SELECT id, move_id, residual FROM %s WHERE settled IS NULL", TABLE)
        return {
            line: (move, amount) for line, move, amount in self.env.execute_query(query) if amount
        }

    def _scores(self, company, chronicle, items, day, said):
        """The model that speaks, empty for the scorecard, and the scores of items."""
        model = self.env["collections.prediction.model"]._speaking(company)
        targets = model._targets()
        if targets:
            from ..learning import asking

            return model, asking.scores(targets, chronicle, items, day, said)
        return model.browse(), [
            scorecard(chronicle, item, day, said.get(item.id, ())) for item in items
        ]

    # === WHAT IS SAID === #

    def _said(self, company, today, owed, partner_ids):
        """Item id -> codes of what the customer has said or done about it.

        :rtype: dict[int, list[str]]
        """
        by_move = self._said_of_invoices(company, today)
        by_partner = self._said_of_customers(company, today)
        for partner, code in self._told(company, today, partner_ids):
            by_partner[partner].append(code)
        rows = self.env.execute_query(
            SQL("SELECT id, move_id, customer FROM %s WHERE settled IS NULL", TABLE)
        )
        said = {line: [*by_move[move], *by_partner[customer]] for line, move, customer in rows}
        return {line: codes for line, codes in said.items() if codes and line in owed}

    def _said_of_invoices(self, company, today):
        facts = self.env["dunning.facts"]
        coming = facts._announced_moves(company, today) | facts._moves_under_way(company, today)
        codes = {"disputed": "disputed", "promised": "promise_open", "in_plan": "in_plan"}
        said = defaultdict(list)
        for move, reason in facts._move_pauses(company, today).items():
            if reason in codes:
                said[move].append("announced" if move in coming else codes[reason])
        return said

    def _said_of_customers(self, company, today):
        self.env["collections.promise"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (partner_id) partner_id, state FROM collections_promise
                 WHERE company_id = %s AND state IN ('kept', 'broken') AND date >= %s
              ORDER BY partner_id, date DESC, id DESC
                """,
                company.id,
                today - timedelta(days=REMEMBERED),
            )
        )
        said = defaultdict(list)
        for partner, state in rows:
            said[partner].append(f"promise_{state}")
        return said

    def _told(self, company, today, partner_ids):
        """What a person has taken down: that a customer cannot or will not pay, or is handed
        over.

        :return: (customer, code of SAID) pairs
        """
        cases = self.env["collections.case"]
        cases.flush_model(["stage"])
        told = cases._answers(company, today, partner_ids)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, partner_id, stage FROM collections_case"
                " WHERE company_id = %s AND (id = ANY(%s) OR stage = 'legal')",
                company.id,
                list(told),
            )
        )
        for case, partner, stage in rows:
            if stage == "legal":
                yield partner, "handed_over"
            elif told[case]["refusals"]:
                yield partner, "refusal"
            elif told[case]["shortages"]:
                yield partner, "shortage"

    # === WRITING === #

    def _write(self, company, today, partner_ids, model, made):
        """Replace the predictions of the company, or of some customers."""
        cases = self._case_ids(company, [item.customer for _open, item, _score in made])
        rows = [
            (
                item.id, move, company.id, item.customer, cases.get(item.customer),
                model.id or None, today, date.fromordinal(item.due), amount, *score.chances,
                _after(today, score.days), amount * score.chances[1],
                amount * (1 - score.chances[1]), json.dumps(score.reasons),
            )
            for (move, amount), item, score in made
        ]  # fmt: skip
        these = SQL()
        if partner_ids is not None:
            these = SQL("AND partner_id = ANY(%s)", list(partner_ids))
        with loaded(self.env, "collections_prediction", COLUMNS, rows) as table:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM collections_prediction old WHERE company_id = %s %s AND NOT EXISTS"
                    " (SELECT 1 FROM %s new WHERE new.move_line_id = old.move_line_id)",
                    company.id,
                    these,
                    table,
                )
            )
            upsert(self.env, "collections_prediction", COLUMNS, "move_line_id", table)
        self.env["collections.prediction"].invalidate_model(flush=False)

    def _case_ids(self, company, customers):
        query = SQL(
            "SELECT partner_id, id FROM collections_case"
            " WHERE company_id = %s AND partner_id = ANY(%s)",
            company.id,
            list(set(customers)),
        )
        return dict(self.env.execute_query(query))

    def _by_customer(self, model, today, made):
        groups = defaultdict(list)
        for (_move, amount), item, score in made:
            groups[item.customer].append((amount, score))
        return {customer: self._together(model, today, group) for customer, group in groups.items()}

    def _together(self, model, today, group):
        chances, days = together([(amount, score.chances, score.days) for amount, score in group])
        effects = defaultdict(float)
        total = sum(amount for amount, _score in group) or 1.0
        for amount, score in group:
            for code, effect in score.reasons:
                effects[code] += effect * amount / total
        reasons = strongest(Reason(code, effect) for code, effect in effects.items())
        return {
            "chance_7": chances[0],
            "chance_30": chances[1],
            "chance_60": chances[2],
            "score": round(100 * chances[1], 1),
            "expected_date": _after(today, days),
            "expected_30": round(sum(amount * score.chances[1] for amount, score in group), 2),
            "prediction_reasons": json.dumps(reasons),
            "prediction_model_id": model.id or None,
        }


def _after(today, days):
    return None if days is None else today + timedelta(days=days)
