"""Chooses, for a whole run, by which channel of its level a customer is contacted."""

from datetime import timedelta

from odoo.tools import SQL

from ..domain.channel_choice import Arm, ChoiceRules, choose, evidence
from .channel_answers import answered, flush_contacts
from .dunning_action import CONTACTED

#: Contacts older than this tell little of how customers answer today.
MEMORY = timedelta(days=365)


class ChannelChooser:
    """What is known of the channels of a company, read once.

    Only where a level has one channel that sends by itself, and others that do as its
    fallbacks, there is something to choose: which comes first. Calls and letters stay as
    the level has them, and so does a level that sends by two channels at once.

    :param env: environment
    :param company: `res.company`, one record
    :param datetime.date today: the evaluated date
    :param LevelBook levels: of the run
    """

    def __init__(self, env, company, today, levels):
        self.env, self.company, self.today, self.levels = env, company, today, levels
        self.rules = ChoiceRules(
            company.collections_lot_percent / 100,
            company.collections_least_contacts,
            company.collections_answer_worth,
        )
        self.costs = env["collections.contact.cost"]._on(company, today)
        self.known = self._read_known()
        self.of_all = self._all()
        self.segment_of = dict(
            env.execute_query(
                SQL(
                    "SELECT partner_id, segment_id FROM collections_case"
                    " WHERE company_id = %s AND segment_id IS NOT NULL",
                    company.id,
                )
            )
        )

    def _read_known(self):
        """Segment id (None: none) -> channel -> Arm."""
        flush_contacts(self.env)
        days = self.company.collections_answer_days
        rows = self.env.execute_query(
            SQL(
                """
                SELECT file.segment_id, action.channel_code, count(*),
                       count(*) FILTER (WHERE %(answered)s)
                  FROM dunning_action action
                  JOIN collections_case file ON file.id = action.case_id
                 WHERE action.company_id = %(company)s AND action.state IN %(contacted)s
                   AND action.test_mode IS NOT TRUE
                   AND action.contact_date BETWEEN %(first)s AND %(last)s
              GROUP BY file.segment_id, action.channel_code
                """,
                answered=answered(SQL("%s", days)),
                company=self.company.id,
                contacted=CONTACTED,
                first=self.today - MEMORY,
                last=self.today - timedelta(days=days),
            )
        )
        known = {}
        for segment_id, code, contacts, answers in rows:
            arm = Arm(code, contacts, answers, self.costs.get(code, 0.0))
            known.setdefault(segment_id, {})[code] = arm
        return known

    def _all(self):
        """Channel -> Arm over all segments; every channel has one, for its cost."""
        total = {code: Arm(code, cost=cost) for code, cost in self.costs.items()}
        for arms in self.known.values():
            for code, arm in arms.items():
                old = total.get(code, Arm(code, cost=arm.cost))
                total[code] = Arm(
                    code, old.contacts + arm.contacts, old.answers + arm.answers, arm.cost
                )
        return total

    def steps(self, level_id, partner_id, currency_id):
        """(step id, channel, choice) by which a level reaches a customer.

        :return: the choice is a dict to keep with the contact; None where there was none
        """
        usual = self.levels.first_steps[level_id]
        manual = self.levels.manual_codes
        first = [step for step in usual if step[1] not in manual]
        open_to = [step for step in self.levels.all_steps[level_id] if step[1] not in manual]
        if len(first) != 1 or len(open_to) < 2:
            return [(*step, None) for step in usual]
        choice = self._choose(open_to, first[0][1], level_id, partner_id, currency_id)
        chosen = next(step for step in open_to if step[1] == choice.code)
        by_hand = [(*step, None) for step in usual if step[1] in manual]
        return [(*chosen, self._kept(choice, first[0][1])), *by_hand]

    def _choose(self, steps, usual, level_id, partner_id, currency_id):
        codes = list(dict.fromkeys(code for _id, code in steps))
        segment = self.segment_of.get(partner_id)
        of_segment = self.known.get(segment, {}) if segment else {}
        arms = evidence(codes, of_segment, self.of_all, self.rules.least)
        seed = f"{self.company.id}/{partner_id}/{currency_id}/{level_id}/{self.today}"
        return choose(arms, usual, self.rules, seed)

    def _kept(self, choice, usual):
        arms = [[arm.code, arm.contacts, arm.answers] for arm in choice.arms]
        return {"kind": choice.kind, "usual": usual, "arms": arms}
