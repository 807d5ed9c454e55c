import json
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..domain.segments import GROUPS, Override, group, speaking_for
from .bulk_rows import loaded
from .collections_segment_rule import SHARES
from .dunning_action import CONTACTED

#: Outcome of a contact -> the figure it counts for, and the days it is remembered.
REMEMBERED = {"shortages": ("cannot_pay", 180), "refusals": ("refused", 365)}
CHANGE = (
    "id",
    "segment_id",
    "group_is_known",
    "group_evidence",
    "group_date",
    "proposed_segment_id",
)


class CollectionsCase(models.Model):
    """The group of the customer: told by rules, or by a person until a day.

    A segment that is none of the five groups is a person's own and is left alone, unless
    somebody put the customer there until a day.
    """

    _inherit = "collections.case"

    group_is_known = fields.Boolean(string="Information Held", readonly=True)
    group_date = fields.Date(string="In This Group Since", readonly=True)
    group_evidence = fields.Json(readonly=True)
    group_text = fields.Char(string="Evidence", compute="_compute_group_text")
    proposed_segment_id = fields.Many2one(
        "collections.segment", string="Proposed Group", readonly=True
    )
    proposed_text = fields.Char(string="Why Proposed", compute="_compute_proposed_text")
    override_segment_id = fields.Many2one("collections.segment", readonly=True)
    override_until = fields.Date(readonly=True)
    override_reason = fields.Char(readonly=True)
    override_user_id = fields.Many2one("res.users", readonly=True)
    segment_change_ids = fields.One2many(
        "collections.segment.change", "case_id", string="History of the Group"
    )

    @api.depends(
        "group_evidence",
        "paid_count",
        "profile_date",
        "override_segment_id",
        "override_until",
        "override_reason",
    )
    @api.depends_context("lang")
    def _compute_group_text(self):
        for case in self:
            if case.override_segment_id:
                case.group_text = case._tell_override()
            else:
                # Of whom nothing speaks, the history that is too short.
                found = case.group_evidence or [[None, "settled", case.paid_count]]
                case.group_text = case.profile_date and self._tell_evidence(
                    found, case.profile_date
                )

    @api.depends("proposed_segment_id", "profile_date")
    @api.depends_context("lang")
    def _compute_proposed_text(self):
        self.proposed_text = False
        for case in self.filtered("proposed_segment_id"):
            rules = self.env["collections.segment.rule"]._for_domain(case.company_id)
            day, customer = case.profile_date, case.partner_id.ids
            for *_group, facts in case.sudo()._group_figures(case.company_id, day, customer):
                why = speaking_for(facts, rules, case.proposed_segment_id.code)
                case.proposed_text = self._tell_evidence(why, day)

    def _tell_override(self):
        who, why = self.override_user_id.name or "", self.override_reason or ""
        if not self.override_until:
            return self.env._("Decided by %(who)s: %(why)s", who=who, why=why)
        day = format_date(self.env, self.override_until)
        return self.env._("Decided by %(who)s until %(day)s: %(why)s", who=who, day=day, why=why)

    @api.model
    def _tell_evidence(self, evidence, day=None):
        """Evidence as a person reads it: the figures, what they are and of when.

        :param list evidence: of [rule, fact, value]
        :param datetime.date day: on which they were so; None where it stands beside them
        :rtype: str
        """
        names = dict(
            self.env["collections.segment.rule"]._fields["fact"]._description_selection(self.env)
        )
        figures = "; ".join(
            f"{names.get(fact, fact)}: " + (f"{value:.0%}" if fact in SHARES else f"{value:g}")
            for _rule, fact, value in evidence or []
        )
        if not figures or not day:
            return figures
        day = format_date(self.env, day)
        return self.env._("%(figures)s (as of %(day)s)", figures=figures, day=day)

    # === BY A PERSON === #

    def _override_group(self, segment, reason, until, today):
        """Put customers into a group, whatever the rules say, until a day.

        :param segment: `collections.segment`; empty to follow the rules again
        :param str reason: why, kept in the history
        :param until: last day, None for no end
        :param datetime.date today: business date
        :raises AccessError: for who is not a collector
        :raises UserError: when the last day has passed
        """
        if not self.env.user.has_group("collections_addon.group_collections_collector"):
            raise AccessError(self.env._("Only collectors change the group of a customer."))
        if until and until < today:
            raise UserError(self.env._("The last day lies in the past."))
        for case in self:
            old = case.segment_id
            case.write(
                {
                    "override_segment_id": segment.id,
                    "override_until": until,
                    "override_reason": reason,
                    "override_user_id": self.env.uid,
                    "proposed_segment_id": False,
                    **self._segment_by_hand(case, segment, today),
                }
            )
            self.env["collections.segment.change"].sudo().create(
                {
                    "case_id": case.id,
                    "date": today,
                    "old_segment_id": old.id,
                    "segment_id": segment.id or old.id,
                    "user_id": self.env.uid,
                    "note": reason,
                    "until": until,
                }
            )
        self._mark_for_refresh()

    def _segment_by_hand(self, case, segment, today):
        """What a person's decision writes; the rules leave a segment of one's own alone, so
        who gives a customer back to them takes it out of that."""
        if segment:
            return {"segment_id": segment.id, "group_date": today}
        is_own = case.segment_id and case.segment_id.id not in self._five_groups()
        return {"segment_id": False, "group_date": False} if is_own else {}

    # === BY THE RULES === #

    @api.model
    def _write_groups(self, company, today, partner_ids):
        """Group the customers of a company from their profiles; write what changes.

        :param partner_ids: only these commercial partners; None for all
        """
        self.flush_model()
        rules = self.env["collections.segment.rule"]._for_domain(company)
        segments, five = self._segments_by_code(company), self._five_groups()
        figures = self._group_figures(company, today, partner_ids)
        changed = []
        for case_id, segment_id, date, known, evidence, proposed, override, facts in figures:
            if segment_id and segment_id not in five and not override:
                continue
            values = self._grouped(facts, rules, segments, override, today)
            old = (segment_id, bool(known), evidence or [], proposed)
            ended = override and not Override(*override).holds(today)
            if values != old or ended or not date:
                since = date if date and values[0] == segment_id else today
                changed.append((case_id, segment_id, since, *values))
        if changed:
            self._keep_groups(changed, today)
        self.invalidate_model(flush=False)

    def _five_groups(self):
        """Ids of the segments that are one of the five groups, of whatever company.

        :rtype: set[int]
        """
        segments = self.env["collections.segment"].sudo().with_context(active_test=False)
        return set(segments.search([("code", "in", GROUPS)]).ids)

    def _segments_by_code(self, company):
        """Code of a group -> id of its segment: the company's own, else the shared one."""
        segments = (
            self.env["collections.segment"]
            .sudo()
            .search(
                [("code", "in", GROUPS), ("company_id", "in", (False, company.id))],
                order="company_id NULLS FIRST",
            )
        )
        return {segment.code: segment.id for segment in segments}

    def _grouped(self, facts, rules, segments, override, today):
        found = group(facts, rules)
        evidence = [list(one) for one in found.evidence]
        if override and Override(*override).holds(today):
            return override[0], found.is_known, evidence, None
        return (
            segments.get(found.group),
            found.is_known,
            evidence,
            segments.get(found.proposed),
        )

    def _group_figures(self, company, today, partner_ids):
        """What the rules ask for, per case."""
        said = self._answers(company, today, partner_ids)
        these = self._only(partner_ids, "collections_case")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, segment_id, group_date, group_is_known, group_evidence,
                       proposed_segment_id, override_segment_id, override_until, paid_count,
                       chance_30, paid_in_month_share, promise_kept_count, promise_broken_count,
                       dispute_accepted_count
                  FROM collections_case WHERE company_id = %s %s
                """,
                company.id,
                these,
            )
        )
        for row in rows:
            facts = {
                "settled": row[8],
                "chance_30": round(row[9], 2) if row[9] and row[8] else 0,
                "paid_in_month": round(row[10], 2) if row[10] and row[8] >= 3 else 0,
                "promises_kept": row[11],
                "promises_broken": row[12],
                "disputes_accepted": row[13],
                **said[row[0]],
            }
            yield (*row[:6], (row[6], row[7]) if row[6] else None, facts)

    def _answers(self, company, today, partner_ids):
        """Case -> figures of what contacts have brought to light.

        Only what a person has written down counts as a shortage or a refusal.
        """
        self.env["dunning.action"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT action.case_id, outcome.code, action.contact_date, action.is_manual,
                       outcome.is_reached
                  FROM dunning_action action JOIN dunning_outcome outcome
                       ON outcome.id = action.outcome_id
                 WHERE action.company_id = %s AND action.contact_date > %s
                   AND action.state IN %s AND action.case_id IS NOT NULL %s
                """,
                company.id,
                today - timedelta(days=365),
                CONTACTED,
                self._only_actions(partner_ids),
            )
        )
        said = defaultdict(lambda: defaultdict(int))
        for case, code, day, by_hand, reached in rows:
            said[case]["answers"] += bool(reached) and code != "voicemail"
            for fact, (wanted, days) in REMEMBERED.items():
                if code == wanted and by_hand and day > today - timedelta(days=days):
                    said[case][fact] += 1
        self._add_confirmed(said, company, today, partner_ids)
        return said

    def _keep_groups(self, changed, today):
        """Write the groups that changed, and their history where the group is another."""
        rows = [
            (case, segment, known, json.dumps(evidence), since, proposed)
            for case, _old, since, segment, known, evidence, proposed in changed
        ]
        with loaded(self.env, "collections_case", CHANGE, rows) as table:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO collections_segment_change
                           (case_id, company_id, date, old_segment_id, segment_id, evidence)
                    SELECT c.id, c.company_id, %s, c.segment_id, new.segment_id, new.group_evidence
                      FROM %s new JOIN collections_case c ON c.id = new.id
                     WHERE new.segment_id IS DISTINCT FROM c.segment_id
                    """,
                    today,
                    table,
                )
            )
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE collections_case SET segment_id = new.segment_id,
                           group_is_known = new.group_is_known,
                           group_evidence = new.group_evidence, group_date = new.group_date,
                           proposed_segment_id = new.proposed_segment_id,
                           override_segment_id = CASE WHEN override_until < %(today)s THEN NULL
                                                      ELSE override_segment_id END
                      FROM %(table)s new WHERE new.id = collections_case.id
                    """,
                    today=today,
                    table=table,
                )
            )
        self.env["collections.segment.change"].invalidate_model(flush=False)
