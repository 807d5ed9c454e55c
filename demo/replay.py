"""Replays the daily cycle of the demo firm over its last weeks.

Evaluation, approval, the check before sending and the messages are the real ones.
Only the outside world is played: an e-mail is filed as sent in the transaction that
writes it, so that none can leave, whatever server is configured; letters are posted
and calls answered by a fixed chance.
"""

import random
from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import fields

#: When the firm sends, in UTC: the morning in Europe, then in America.
SENDING_HOURS = (time(9, 10), time(17, 40))
#: Contacts of the final level left to approve at the end of the story.
UNDECIDED_DAYS = 6
#: Calls of the last days that nobody has made yet.
OPEN_CALL_DAYS = 13
CALL_OUTCOMES = ("promised", "promised", "paid", "callback", "no_answer", "voicemail")


class Replay:
    """Runs the cycle day by day on the books of a :class:`Ledger`.

    :param Ledger ledger: the books
    :param int days: how many days before today the firm began to use the system
    :param manager: `res.users` who approves
    """

    def __init__(self, ledger, days, manager):
        self.ledger = ledger
        self.env = ledger.env(user=manager.id, su=True)
        self.company = ledger.company.with_env(self.env)
        self.today = ledger.today
        self.begun_at = fields.Datetime.now()
        self.first_day = ledger.today - timedelta(days=days)
        self.rng = random.Random("replay")
        self.actions = self.env["dunning.action"]
        #: Day -> (function, customer): what a person did on it, before the evaluation.
        self.events = defaultdict(list)

    def play(self):
        """The days before the beginning in one go, then each day until yesterday."""
        self.ledger.post_until(self.first_day - timedelta(days=1))
        self.ledger.pay_until(self.first_day - timedelta(days=1))
        day = self.first_day
        while day < self.today:
            self.ledger.post_until(day)
            self.ledger.pay_until(day)
            for happen, customer in self.events[day]:
                happen(customer, day)
            if day.weekday() < 5:
                self._work(day)
            day += timedelta(days=1)
        self._withdraw()

    def _withdraw(self):
        """Calls and letters that payments have made needless leave the lists."""
        prepared = self.env["dunning.action"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "sending"),
                ("is_manual", "=", True),
            ]
        )
        prepared._recheck(datetime.combine(self.today, SENDING_HOURS[0]))

    def _work(self, day):
        """What the team does on a business day."""
        self._judge_promises(day)
        self._judge_announcements(day)
        self._call_again(day)
        run = self.env["dunning.run"]._execute(self.company, day)
        self._date_back(run, day)
        self._approve(day)
        for hour in SENDING_HOURS:
            self._send(datetime.combine(day, hour))

    def _judge_promises(self, day):
        promises = self.env["collections.promise"].search(
            [("company_id", "=", self.company.id), ("state", "=", "open")]
        )
        promises._judge(day)

    def _judge_announcements(self, day):
        announcements = self.env["collections.announcement"].search(
            [("company_id", "=", self.company.id), ("state", "in", ("announced", "missing"))]
        )
        announcements._match()
        announcements._judge(day)

    def _date_back(self, run, day):
        moment = datetime.combine(day, time(4, 0))
        self.env.flush_all()
        for table, column in (("dunning_run", "id"), ("dunning_action", "run_id")):
            self.env.cr.execute(
                f"UPDATE {table} SET create_date = %s, write_date = %s WHERE {column} = %s",  # noqa: S608
                (moment, moment, run.id),
            )
        self.env.invalidate_all()

    def _approve(self, day):
        drafts = self.actions.search(
            [("state", "=", "draft"), ("company_id", "=", self.company.id)]
        )
        if (self.today - day).days <= UNDECIDED_DAYS:
            drafts = drafts.filtered(lambda action: not action.level_id.requires_approval)
        drafts._approve()
        drafts.approved_at = datetime.combine(day, time(8, 30)) + self._minutes(30)

    def _minutes(self, most):
        return timedelta(seconds=self.rng.randrange(60 * most))

    # === CONTACTS === #

    def _send(self, now):
        """The steps of a dispatch, but for the transmission."""
        while True:
            claimed = self.actions._claim(now, 500)
            claimed = claimed.filtered(lambda action: action.company_id == self.company)
            if not claimed:
                return
            ready = claimed._gate(self.company, now)
            ready._plan_charges(now)
            ready._transition("sending")
            ready.attempt_count = 1
            self._write_emails(ready.filtered(lambda a: a.channel_code == "email"), now)
            for action in ready.filtered("is_manual"):
                self._make_by_hand(action, now + self._minutes(12))

    def _write_emails(self, actions, now):
        """Write the messages as the channel does, and file them as sent at once: they
        were never in an outbox that anybody else could see."""
        channel = self.env["collections.channel"]._by_code("email")
        receipts = channel.with_context(dunning_now=now)._send(actions)
        mails = self.env["mail.mail"].search([("dunning_action_id", "in", actions.ids)])
        mails.state = "sent"
        notifications = mails.mail_message_id.notification_ids
        notifications.notification_status = "sent"
        for action in actions:
            action.external_id = receipts[action.id].external_id
            action._mark_sent(now + self._minutes(12))
            if self._bounces(action):
                self._bounce(action)

    def _bounces(self, action):
        customer = self._customer(action)
        known = action.recipient_id.collections_bounced_email
        return customer and "bounces" in customer.marks and not known

    def _bounce(self, action):
        notifications = action.mail_message_id.notification_ids
        notifications.write({"notification_status": "bounce", "failure_type": "mail_bounce"})
        action._mark_failed("bounce", "550 5.1.1 mailbox unavailable", "bounced")
        action.recipient_id.collections_bounced_email = action.recipient_id.email

    def _make_by_hand(self, action, moment):
        if action.channel_code == "call":
            self._call(action, moment)
        else:
            action._mark_sent(moment + self._minutes(120))

    def _call(self, action, moment):
        """Put the call on the list, and make it unless it is of the last days."""
        channel = self.env["collections.channel"]._by_code("call")
        channel.with_context(dunning_now=moment)._hand_over(action, moment)
        day = moment.date()
        if action.state == "sending" and (self.today - day).days > OPEN_CALL_DAYS:
            code = self.rng.choice(CALL_OUTCOMES)
            action._record_call(
                self.env["dunning.outcome"]._by_code(code),
                callback_date=day + timedelta(days=1) if code == "callback" else None,
                now=moment + self._minutes(90),
            )
        self.date_messages(action.case_id, day)

    def _call_again(self, day):
        """Calls whose day has come again are answered this time."""
        due = self.actions.search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "sending"),
                ("callback_date", "<=", day),
            ]
        )
        for action in due:
            moment = datetime.combine(day, SENDING_HOURS[0]) + self._minutes(60)
            action._record_call(self.env["dunning.outcome"]._by_code("promised"), now=moment)
            self.date_messages(action.case_id, day)

    def date_messages(self, record, day):
        """Messages written by the system carry the clock's date: move them to the day."""
        recent = record.message_ids.filtered(lambda message: message.date >= self.begun_at)
        recent.date = datetime.combine(day, time(13, 20))

    def _customer(self, action):
        partners = self.ledger.partners
        return next((c for c, partner in partners.items() if partner == action.partner_id), None)
