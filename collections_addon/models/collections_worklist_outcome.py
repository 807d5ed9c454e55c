"""What came of a call that is made from the list.

Some outcomes ask for more: an hour, a promise, a dispute. Their window opens first, and the call
is written down with what is saved there; cancelled, nothing has happened.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain.worklist import MUST
from .dunning_action_call_list import FOLLOWING

#: Why one had better not call now; a talk that took place is written down nevertheless.
TIMING = frozenset(("outside_window", "holiday", "min_gap", "contact_cap"))
#: Context key: the call that is written down with the promise or dispute that came of it,
#: as [worklist item, code of the outcome, what was said].
CALL_MADE = "collections_call_made"


class CollectionsWorklistItem(models.Model):
    _inherit = "collections.worklist.item"

    def action_outcome(self):
        """Record what came of a call, by the context keys `call_outcome` and `call_note`.

        :return: a client action: what comes next, or the window that asks for more
        :raises UserError: where the customer may not be called
        """
        self.ensure_one()
        self._check_may_work()
        now = fields.Datetime.now()
        code = self.env.context.get("call_outcome")
        note = self.env.context.get("call_note") or ""
        if code not in FOLLOWING and code != "callback":
            return self._record_outcome(code, note, now)._after_call(now)
        self._check_callable(now)
        if code == "callback":
            return self.env["dunning.call.outcome"]._open_for_item(self, code, note)
        following = getattr(self.case_id, FOLLOWING[code])()
        said = {"default_note": note, "default_description": note} if note else {}
        context = {**following["context"], **said, CALL_MADE: [self.id, code, note]}
        return {**following, "context": context}

    def _record_outcome(self, code, note, now):
        """Write down a call to this customer, and what came of it.

        :rtype: `dunning.action`
        """
        outcome = self.env["dunning.outcome"]._by_code(code)
        if not outcome:
            raise UserError(self.env._("There is no such outcome any more: choose another."))
        call = self._call_made(now)
        call._record_call(outcome, note, now=now)
        return call

    @api.model
    def _record_from_context(self, records):
        """The call out of which these records come is written down, once.

        :return: the records without the key in their context
        """
        made = self.env.context.get(CALL_MADE)
        if not made:
            return records
        item_id, code, note = made
        item = self.browse(item_id).with_context(**{CALL_MADE: None}).exists()
        if not item:
            raise UserError(
                self.env._("This customer is no longer on the list: begin on the customer's file.")
            )
        item._check_may_work()
        item._record_outcome(code, note, fields.Datetime.now())
        return records.with_context(**{CALL_MADE: None})

    # === THE CALL === #

    def _call_made(self, now):
        """The call that waits for an outcome, or a new one.

        :rtype: `dunning.action`
        """
        self.ensure_one()
        return self.case_id.call_id or self._new_call(now)

    def _check_callable(self, now):
        """Whether a call may be made, before anybody fills in a window for nothing.

        :raises UserError: where not
        """
        with self.env.cr.savepoint() as attempt:
            self._call_made(now)
            attempt.rollback()

    def _new_call(self, now):
        """The call that was made: through the gate, like any contact.

        A talk outside the hours has taken place all the same, and is written down as such; the
        screen warns before. What the customer refused, or does not owe, stays refused.
        """
        call, reason = self._try_call(now)
        if not call and reason in TIMING:
            held = self.env._("The talk had taken place already; it was written down.")
            call, reason = self._try_call(now, held)
        if call:
            return call
        sentence = self.env["dunning.reason"]._sentences().get(reason)
        raise UserError(
            self.env._(
                "This customer is not to be called now. %s",
                sentence or self.env._("There is no number to call."),
            )
        )

    def _try_call(self, now, override=""):
        """A call that is under way, or nothing and the reason code."""
        case = self.case_id
        owed = case.move_line_ids.filtered(lambda line: line.amount_residual > 0)
        text = "\n\n".join(self.env["collections.worklist"]._script(case))
        with self.env.cr.savepoint() as attempt:
            currency = owed.currency_id[:1] or case.currency_id
            call = case._new_message("call", currency, text, override=override)
            call._send_claimed(now)
            if call.state == "sending":
                return call, None
            reason = call.reason_code
            attempt.rollback()
        return self.env["dunning.action"], reason


class DunningAction(models.Model):
    _inherit = "dunning.action"

    def _record_call(self, outcome, note="", callback_date=None, now=None, callback_at=None):
        """Override: the customer is done with for the day, unless it wants a call today."""
        result = super()._record_call(outcome, note, callback_date, now, callback_at)
        item = self.case_id.sudo().worklist_item_ids
        day = self._local_date(now or fields.Datetime.now())
        if self.callback_at and self._local_date(self.callback_at) == day:
            item.write({"callback_at": self.callback_at, "tasks": "callback", "urgency": MUST})
        else:
            item._finish(self.env.user, day, outcome.code)
        return result


class CollectionsPromise(models.Model):
    _inherit = "collections.promise"

    @api.model_create_multi
    def create(self, vals_list):
        """Override: with a promise taken down from the list its call is written down."""
        here = self.env["collections.worklist.item"]._record_from_context(self)
        return super(CollectionsPromise, here).create(vals_list)


class CollectionsDispute(models.Model):
    _inherit = "collections.dispute"

    @api.model_create_multi
    def create(self, vals_list):
        """Override: with a dispute taken down from the list its call is written down."""
        here = self.env["collections.worklist.item"]._record_from_context(self)
        return super(CollectionsDispute, here).create(vals_list)
