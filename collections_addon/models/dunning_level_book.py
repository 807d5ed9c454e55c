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
        self.manual_codes = env["collections.channel"]._manual_codes()
        self._stale = {}

    def is_stale(self, policy, now):
        """Whether the ledger is too old for automatic messages of this policy."""
        if policy.id not in self._stale:
            self._stale[policy.id] = self.company._collections_is_stale(policy, now)
        return self._stale[policy.id]
