from odoo.tools import SQL


class LevelBook:
    """Levels and channels by id, read once for a whole run.

    :param env: environment
    :param company: `res.company`, one record
    """

    def __init__(self, env, company):
        levels = env["dunning.level"].with_context(active_test=False).sudo().search([])
        self.company = company
        self.by_id = {level.id: level for level in levels}
        self.days = {level.id: level.days for level in levels}
        self.first_steps = {
            level.id: [(step.id, step.channel_code) for step in level._first_steps()]
            for level in levels
        }
        self.all_steps = {
            level.id: [(step.id, step.channel_code) for step in level.step_ids] for level in levels
        }
        self.manual_codes = env["collections.channel"]._manual_codes()
        self._openings = {}

    def wished(self, level_id, preferred):
        """[(step id, channel)] of the channel a customer prefers; it takes the place of the
        others. Empty where the level does not have it.

        :param str|None preferred: code of a channel
        """
        return [step for step in self.all_steps[level_id] if step[1] == preferred][:1]

    def preferences(self, env):
        """The channels that take the place of a level's: the customer's wish, its group's.

        :return: customer id -> codes or None, the first that counts first
        :rtype: dict[int, tuple]
        """
        env["collections.case"].flush_model(["preferred_channel", "segment_id"])
        env["collections.segment"].flush_model(["channel_code"])
        query = SQL(
            """
            SELECT file.partner_id, file.preferred_channel, segment.channel_code
              FROM collections_case file
         LEFT JOIN collections_segment segment ON segment.id = file.segment_id
             WHERE file.company_id = %s
               AND (file.preferred_channel IS NOT NULL OR segment.channel_code IS NOT NULL)
            """,
            self.company.id,
        )
        return {partner: codes for partner, *codes in env.execute_query(query)}

    def opening(self, level_id, now):
        """How a new contact of a level begins: who has to say yes to it.

        :return: state, reason code or None, and the amount (company currency) above
            which a person decides all the same; 0 when none
        :rtype: tuple
        """
        if level_id not in self._openings:
            self._openings[level_id] = self._find_opening(self.by_id[level_id], now)
        return self._openings[level_id]

    def _find_opening(self, level, now):
        policy = level.policy_id
        if policy.mode == "review" or level.requires_approval:
            return "draft", "awaiting_approval", 0
        if self.company._collections_is_stale(policy, now):
            return "draft", "stale_ledger", policy.review_above
        return "queued", None, policy.review_above
