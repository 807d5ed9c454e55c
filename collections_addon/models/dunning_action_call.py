from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

#: So many calls without an answer, and the contact has failed.
MAX_UNANSWERED = 3


class DunningAction(models.Model):
    """The call of a contact: on whose list it stands, and what came of it."""

    _inherit = "dunning.action"

    activity_ids = fields.One2many("mail.activity", "dunning_action_id", string="Calls")

    # === PLANNING === #

    def _caller(self):
        """Who makes the call: the collector of the case, else who started the run, else
        a manager of the company.

        :rtype: `res.users`, empty when there is nobody
        """
        self.ensure_one()
        managers = self.env.ref("collections_addon.group_collections_manager")
        candidates = (self.case_id.collector_id | self.run_id.create_uid).filtered(
            lambda user: (
                user.active
                and not user._is_superuser()
                and self.company_id in user.company_ids
                and user.has_group("collections_addon.group_collections_collector")
            )
        )
        return candidates[:1] or self.env["res.users"].sudo().search(
            [
                ("all_group_ids", "in", managers.id),
                ("company_ids", "in", self.company_id.id),
                ("share", "=", False),
            ],
            limit=1,
        )

    def _prepare_call(self):
        """Keep the script of the call on the contact, as the message that will be said."""
        subject, script = self._level_text()
        self.write({"subject": subject, "body": script, "lang": self.recipient_lang})
        return self

    def _schedule_call(self, user, date):
        """Put the call on somebody's list.

        :param user: `res.users`
        :param datetime.date date: the day of the call
        :rtype: `mail.activity`
        """
        self.ensure_one()
        own = self.with_context(lang=user.lang or self.env.lang)
        kind = self.env.ref("collections_addon.activity_type_collection_call")
        amount = format_amount(own.env, self.amount_overdue or self.amount_total, self.currency_id)
        summary = own.env._(
            "%(customer)s: %(amount)s", customer=self.partner_id.name, amount=amount
        )
        if self.test_mode:
            summary = own.env._("[TEST, do not call] %s", summary)
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(mail_activity_quick_update=True)
            .create(
                {
                    "activity_type_id": kind.id,
                    "res_model_id": self.env["ir.model"]._get_id("collections.case"),
                    "res_id": self.case_id.id,
                    "user_id": user.id,
                    "date_deadline": date,
                    "summary": summary,
                    "note": own._call_note(self.body),
                    "dunning_action_id": self.id,
                    "dunning_attempt": self.attempt_count,
                }
            )
        )

    def _call_note(self, script):
        """What the caller needs at hand: numbers, amounts, items, the script."""
        self.ensure_one()
        phones = Markup("<br/>").join(
            Markup('{}: <a href="tel:{}">{}</a>').format(name, "".join(number.split()), number)
            for name, number in self.recipient_id._dunning_phones()
        )
        items = Markup().join(
            Markup("<li>{}</li>").format(self._call_item_text(item)) for item in self.item_ids
        )
        return Markup("<p>{}</p><p>{}</p><ul>{}</ul><div>{}</div>").format(
            phones, self._call_amounts_text(), items, script or ""
        )

    def _call_amounts_text(self):
        money = {
            name: format_amount(self.env, self[name], self.currency_id)
            for name in ("amount_overdue", "amount_total")
        }
        return self.env._("Overdue: %(amount_overdue)s. In all: %(amount_total)s.", **money)

    def _call_item_text(self, item):
        return self.env._(
            "%(document)s, due %(date)s: %(amount)s",
            document=self._call_item_name(item),
            date=format_date(self.env, item.due_date),
            amount=format_amount(self.env, item.amount_residual, self.currency_id),
        )

    def _call_item_name(self, item):
        return item.move_id.name

    # === OUTCOME === #

    def _record_call(self, outcome, note="", callback_date=None, now=None):
        """Write down what came of a call.

        Reached: the contact is made. To be called again: another call is planned, and
        the third one without an answer fails the contact. Anything else fails it, and
        the next channel of the level takes over.

        :param outcome: `dunning.outcome`, one record
        :param str note: what was said
        :param datetime.date|None callback_date: when to call again
        :param datetime.datetime|None now: naive UTC
        :raises UserError: for a contact that is no call under way, or an impossible date
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        self._check_call(outcome, callback_date, now)
        user = self._open_calls().user_id[:1] or self._caller()
        self._finish_calls(outcome, note)
        values = {"outcome_id": outcome.id, "outcome_note": note, "callback_date": callback_date}
        self.write(values)
        self._note_said(note, now)
        if outcome.is_reached:
            self._mark_sent(now)
        elif outcome.asks_callback and not self._is_unanswered_too_often(outcome):
            date = callback_date or self._next_try(now).date()
            self.callback_date = date
            self._schedule_call(user, date)
        else:
            self._fail_call(outcome)

    def _done_without_outcome(self, feedback):
        """Somebody has ticked the call off the list: it was made, nothing more is known."""
        outcome = self.env.ref("collections_addon.outcome_reached")
        self.activity_ids.sudo().with_context(active_test=False).filtered(
            lambda call: not call.dunning_outcome_id
        ).dunning_outcome_id = outcome
        now = fields.Datetime.now()
        self.write({"outcome_id": outcome.id, "outcome_note": feedback or False})
        self._note_said(feedback, now)
        self._mark_sent(now)

    def _check_call(self, outcome, callback_date, now):
        if self.channel_code != "call" or self.state != "sending":
            raise UserError(self.env._("This contact is not a call that is to be made."))
        if outcome.code == "callback" and not callback_date:
            raise UserError(self.env._("Say on which date to call back."))
        if callback_date and callback_date < self.company_id._collections_today(now):
            raise UserError(self.env._("The date to call back has passed already."))

    def _open_calls(self):
        return self.sudo().activity_ids.filtered("active")

    def _finish_calls(self, outcome, note):
        """Mark the call as done on the list, which also tells it in the case's history."""
        feedback = f"{outcome.name}: {note}" if note else outcome.name
        activities = self._open_calls().with_env(self.env).with_context(dunning_call_recorded=True)
        if activities:
            activities._action_done(feedback=feedback)
            activities.sudo().dunning_outcome_id = outcome
        else:
            body = self.env._("Call: %s", feedback)
            self.case_id.message_post(body=body, subtype_xmlid="mail.mt_note")

    def _is_unanswered_too_often(self, outcome):
        """Whether this was the last of the calls that may go without an answer."""
        if outcome.code != "no_answer":
            return False
        unanswered = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search_count(
                [
                    ("dunning_action_id", "=", self.id),
                    ("dunning_attempt", "=", self.attempt_count),
                    ("dunning_outcome_id", "=", outcome.id),
                ]
            )
        )
        return unanswered >= MAX_UNANSWERED

    def _fail_call(self, outcome):
        if outcome.code == "wrong_number":
            numbers = ", ".join(number for _n, number in self.recipient_id._dunning_phones())
            body = self.env._("Wrong number, found in a collection call: %s", numbers)
            self.recipient_id.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")
        self.callback_date = False
        self._mark_failed(outcome.code, outcome.name)

    # === STATES === #

    def _transition(self, target, reason=None):
        """Override: a call that is no longer to be made leaves the list."""
        changed = super()._transition(target, reason)
        over = changed.filtered(lambda a: a.channel_code == "call" and a.state != "sending")
        if calls := over._open_calls():
            calls.with_context(dunning_call_recorded=True).unlink()
        return changed

    # === ACTION METHODS === #

    def action_record_call(self):
        """Ask what came of the call."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.call.outcome"]._open_for(self)
