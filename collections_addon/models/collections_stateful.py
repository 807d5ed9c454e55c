from odoo import models
from odoo.exceptions import UserError


class CollectionsStateful(models.AbstractModel):
    """A record whose `state` changes through one gate.

    A model says in `_transitions` for each state from which ones it may be reached, and
    calls `_check_transition` before it writes.
    """

    _name = "collections.stateful"
    _description = "Record with Gated States"

    #: Target state -> states it may be reached from.
    _transitions: dict[str, set[str]] = {}

    def _check_transition(self, target):
        """Whether all of these records may come to a state.

        :param str target: a state
        :raises UserError: naming the first that cannot reach it from its present one
        """
        refused = self.filtered(lambda record: record.state not in self._transitions[target])[:1]
        if refused:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(refused._refusal(labels[refused.state], labels[target]))

    def _refusal(self, state, target):
        if state == target:
            return self.env._(
                "“%(name)s” is “%(state)s” already.", name=self.display_name, state=state
            )
        return self.env._(
            "“%(name)s” is “%(state)s” and cannot become “%(target)s”.",
            name=self.display_name,
            state=state,
            target=target,
        )
