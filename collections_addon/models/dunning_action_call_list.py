from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

#: Outcomes after which something is to be taken down: method of the case.
FOLLOWING = {"promised": "action_new_promise", "disputed": "action_new_dispute"}


class DunningAction(models.Model):
    """The list of calls: who calls whom and when, one click per outcome, what comes next."""

    _inherit = "dunning.action"

    caller_id = fields.Many2one(
        "res.users", string="Caller", readonly=True, copy=False, help="On whose list the call is."
    )
    call_on = fields.Date(string="Call On", readonly=True, copy=False)
    callback_at = fields.Datetime(
        string="Call Back At", readonly=True, copy=False, help="The moment the customer asked for."
    )
    call_phone = fields.Char(compute="_compute_call_facts", string="Phone")
    call_tries = fields.Integer(compute="_compute_call_facts", string="Calls Made")

    _call_list_idx = models.Index(
        "(caller_id, call_on) WHERE state = 'sending' AND channel_code = 'call'"
    )

    # === COMPUTE METHODS === #

    def _compute_call_facts(self):
        made = self.env["mail.activity"].sudo().with_context(active_test=False)
        counts = dict(
            made._read_group(
                [("dunning_action_id", "in", self.ids), ("active", "=", False)],
                ["dunning_action_id"],
                ["__count"],
            )
        )
        for action in self:
            phones = action.recipient_id._dunning_phones()
            action.call_phone = phones[0][1] if phones else False
            action.call_tries = counts.get(action, 0)

    # === THE LIST === #

    def _schedule_call(self, user, date):
        """Override: the contact knows on whose list it is."""
        self.sudo().write({"caller_id": user.id, "call_on": date})
        return super()._schedule_call(user, date)

    def _record_call(self, outcome, note="", callback_date=None, now=None, callback_at=None):
        """Override: a customer may also name an hour.

        :param datetime.datetime|None callback_at: naive UTC; wins over the date
        """
        if callback_at:
            if now and callback_at < now:
                raise UserError(self.env._("The moment to call back has passed already."))
            callback_date = self._local_date(callback_at)
        result = super()._record_call(outcome, note, callback_date, now)
        self.callback_at = callback_at if self.state == "sending" else False
        return result

    def _local_date(self, moment):
        """The company's business date of a moment.

        :param datetime.datetime moment: naive UTC
        """
        return self.company_id._collections_today(moment)

    # === ONE CLICK === #

    def action_call_outcome(self):
        """Record the outcome the clicked button stands for; say what comes next."""
        self.ensure_one()
        self.check_access("write")
        code = self.env.context.get("call_outcome")
        outcome = self.env["dunning.outcome"]._by_code(code)
        if not outcome:
            raise UserError(self.env._("There is no such outcome any more: choose another."))
        if code == "callback":
            return self.env["dunning.call.outcome"]._open_for(self, outcome)
        now = fields.Datetime.now()
        self._record_call(outcome, now=now)
        return self._after_call(now)

    def _after_call(self, now):
        """What the caller does next: take down what was said, or go on with the list.

        :return: a client action
        :rtype: dict
        """
        self.ensure_one()
        following = FOLLOWING.get(self.outcome_id.code)
        if following:
            return getattr(self.case_id, following)()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": f"{self.partner_id.name}: {self.outcome_id.name}",
                "message": self._proposal(now),
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _proposal(self, now):
        """What comes next after the outcome that was recorded, in a sentence.

        :rtype: str
        """
        if self.state == "sending":
            return self._proposal_to_call()
        if self.state == "failed":
            return self._proposal_instead()
        if self.outcome_id.code == "paid":
            return self.env._("Look for the payment: reminders go on until it is booked.")
        self.case_id.sudo()._refresh(self._local_date(now))
        case = self.case_id
        if not case.next_step or not case.next_step_date:
            return self.env._("No further reminder is planned: decide what comes next.")
        return self.env._(
            "Next: “%(level)s” on %(date)s.",
            level=case.next_step,
            date=format_date(self.env, case.next_step_date),
        )

    def _proposal_to_call(self):
        if self.callback_at:
            when = format_datetime(self.env, self.callback_at)
        else:
            when = format_date(self.env, self.call_on)
        return self.env._("Next: call again, %s. It is on the list.", when)

    def _proposal_instead(self):
        """The channel that takes over, or that a person has to decide."""
        instead = self.search(
            [
                ("run_id", "=", self.run_id.id),
                ("case_id", "=", self.case_id.id),
                ("id", ">", self.id),
                ("state", "in", ("draft", "queued", "sending")),
            ],
            order="id",
            limit=1,
        )
        if self.run_id and instead:
            name = dict(self._fields["channel_code"]._description_selection(self.env))
            return self.env._("Next: by %s, at once.", name[instead.channel_code])
        return self.env._("The level has no other channel: correct the number and try again.")

    def action_open_call(self):
        """Open what the caller needs: script, figures, invoices."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [[self.env.ref("collections_addon.view_dunning_action_call_form").id, "form"]],
        }
