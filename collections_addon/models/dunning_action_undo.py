"""A slip of the hand: the outcome of a call is taken back, as long as nothing came of it.

The history keeps the outcome; a note says that it was undone, and by whom.
"""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .dunning_action import CONTACTED
from .dunning_action_fallback import UNDER_WAY

#: So long an outcome can be taken back by who recorded it.
UNDO_TIME = timedelta(minutes=10)
#: What an outcome writes on the contact.
WRITTEN = ("outcome_id", "outcome_note", "callback_date", "callback_at", "caller_id", "call_on")
#: What it writes on the customer's row of the list of the day.
DONE = ("done_on", "done_user_id", "done_how", "later_until")


class DunningAction(models.Model):
    _inherit = "dunning.action"

    call_undo = fields.Json(
        readonly=True, copy=False, help="What the latest outcome has changed, to take it back."
    )

    # === WHAT THERE WAS === #

    def _record_call(self, outcome, note="", callback_date=None, now=None, callback_at=None):
        """Override: remember what there was before."""
        now = now or fields.Datetime.now()
        before = self._outcome_facts()
        result = super()._record_call(outcome, note, callback_date, now, callback_at)
        after = self._outcome_facts()
        self.sudo().call_undo = {
            **before,
            "user": self.env.uid,
            "at": fields.Datetime.to_string(now),
            "came": [outcome.id, self.state],
            "is_new": bool(self.env.context.get("collections_new_call")),
            "next": [row for row in after["calls"] if row not in before["calls"]],
            "instead": sorted(set(after["pending"]) - set(before["pending"])),
            "words": sorted(set(after["words"]) - set(before["words"])),
        }
        return result

    def _outcome_facts(self):
        """What an outcome may change, as plain values.

        :rtype: dict
        """
        case = self.case_id.sudo()
        pending = [("case_id", "=", case.id), ("state", "in", UNDER_WAY), ("id", "!=", self.id)]
        words = self.env["collections.interaction"].sudo().search([("action_id", "=", self.id)])
        return {
            "values": _plain(self.sudo(), WRITTEN),
            "item": _plain(self._worklist_item(), DONE),
            "calls": [_call_facts(call) for call in self._open_calls()],
            "pending": self.sudo().search(pending).ids,
            "words": words.ids,
        }

    # === WHETHER IT CAN BE UNDONE === #

    def _undo_problem(self, undo, now):
        """Why an outcome cannot be taken back any more; empty where it can.

        :param dict|None undo: `call_undo`
        :param datetime.datetime now: naive UTC
        :rtype: str
        """
        _ = self.env._
        if not undo or undo["came"] != [self.outcome_id.id, self.state]:
            return _("Something has happened since: look at the contact first.")
        if undo["user"] != self.env.uid:
            return _("Only who recorded the outcome can undo it.")
        if now - fields.Datetime.to_datetime(undo["at"]) > UNDO_TIME:
            return _("It is too late to undo it: record what came of the call anew.")
        if [_call_facts(call) for call in self._open_calls()] != undo["next"]:
            return _("The next call has been changed since.")
        if any(action.state not in ("draft", "queued") for action in self._undo_instead(undo)):
            return _("The contact by another channel is under way already.")
        if self._another_call():
            return _("Another call to this customer is on the list already.")
        if self.env["collections.charge"].sudo().search_count([("action_id", "=", self.id)]):
            return _("The call has claimed a charge: end that charge instead.")
        return ""

    def _undo_instead(self, undo):
        return self.sudo().browse(undo["instead"]).exists()

    def _another_call(self):
        """A call to the same customer that stands where this one would come back to."""
        return self.sudo().search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("channel_code", "=", self.channel_code),
                ("state", "in", UNDER_WAY),
                ("id", "!=", self.id),
            ]
        )

    # === UNDOING === #

    def action_undo_outcome(self):
        """Take back the outcome that one has just recorded.

        :return: what was noted of the talk, to be put right
        :rtype: dict
        :raises UserError: where it is too late, or something came of it
        """
        self.ensure_one()
        self.check_access("write")
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM dunning_action WHERE id = %s FOR UPDATE", self.id),
            log_exceptions=False,
        )
        self.invalidate_recordset()
        undo = self.call_undo
        now = fields.Datetime.now()
        if problem := self._undo_problem(undo, now):
            raise UserError(problem)
        outcome, note = self.outcome_id, self.outcome_note or ""
        self._take_back(undo, now)
        self._tell_undone(outcome)
        return {"note": note}

    def _take_back(self, undo, now):
        """Everything is as it was before the outcome; a call that it made is cancelled.

        :param dict undo: `call_undo`
        :param datetime.datetime now: naive UTC
        """
        action = self.sudo()
        action._open_calls().with_context(dunning_call_recorded=True).unlink()
        instead = self._undo_instead(undo)
        instead._transition("cancelled")
        instead.unlink()  # else the level's next channel would count as used
        words = self.env["collections.interaction"].sudo().browse(undo["words"])
        words.exists().active = False
        action._to_before(undo["is_new"])
        action.write(
            {
                **undo["values"],
                "call_undo": False,
                "sent_at": False,
                "contact_date": False,
                "failure_type": False,
                "failure_text": False,
            }
        )
        self._reopen_calls(undo)
        item = self._worklist_item()
        item.write(undo["item"])
        today = self._local_date(now)
        self.env["collections.worklist"].sudo()._rank(self.company_id, today, self.partner_id.ids)

    def _to_before(self, is_new):
        """Back through the gate: under way again, or, made for this outcome, cancelled."""
        if self.state in CONTACTED:
            self._transition("failed")
        if is_new:
            self._transition("cancelled")
        elif self.state == "failed":
            self._transition("queued")
            self._transition("sending")

    def _worklist_item(self):
        items = self.env["collections.worklist.item"].sudo().with_context(active_test=False)
        return items.search([("case_id", "=", self.case_id.id)], limit=1)

    def _reopen_calls(self, undo):
        """The calls that were ticked off stand on the list again."""
        ids = [row[0] for row in undo["calls"]]
        calls = self.env["mail.activity"].sudo().browse(ids).exists()
        calls.dunning_outcome_id = False
        if not undo["is_new"]:
            calls.write({"active": True, "feedback": False})

    def _tell_undone(self, outcome):
        """The history says so, also that of a number that was called a wrong one."""
        text = self.env._(
            "“%(outcome)s” of the call was undone by %(user)s. What it had planned is planned no "
            "longer.",
            outcome=outcome.name,
            user=self.env.user.name,
        )
        self.case_id.message_post(body=text, subtype_xmlid="mail.mt_note")
        if outcome.code == "wrong_number":
            self.recipient_id.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")

    def _after_call(self, now):
        """Override: with the outcome comes a moment in which it can be undone."""
        result = super()._after_call(now)
        if result.get("tag") == "display_notification":
            result["tag"] = "collections_call_recorded"
            result["params"]["action_id"] = self.id
        return result


class CollectionsWorklistItem(models.Model):
    _inherit = "collections.worklist.item"

    def _call_made(self, now):
        """Override: a call that is made for its outcome goes with it."""
        is_new = not self.case_id.call_id
        return super()._call_made(now).with_context(collections_new_call=is_new)


def _plain(record, names):
    """Values as they are written: dates as text, records as ids.

    :rtype: dict
    """
    values = record.read(names, load="")[0] if record else {}
    return {name: _plain_value(record, name, values[name]) for name in names if values}


def _plain_value(record, name, value):
    kind = record._fields[name].type
    if value and kind in ("date", "datetime"):
        return getattr(fields, kind.capitalize()).to_string(value)
    return value


def _call_facts(call):
    return [call.id, call.user_id.id, str(call.date_deadline)]
