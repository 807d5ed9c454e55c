from markupsafe import Markup, escape

from odoo import fields, models
from odoo.exceptions import UserError

from ..domain.eligibility import held_back
from ..domain.message import compose
from .dunning_action_gate import PASSING

#: Says nothing against a message by hand: no reminder is due, but a person has a reason.
NO_OBSTACLE = frozenset(
    (
        None,
        "not_due",
        "already_contacted",
        "below_tolerance",
        "min_gap",
        "contact_cap",
        "control_group",
    )
)
#: What a manager may put aside, with a reason. Not here: what the customer refused, the
#: emergency stop, cases handed over, money that is not owed.
OVERRIDABLE = frozenset(
    (
        "min_gap",
        "contact_cap",
        "outside_window",
        "holiday",
        "manual_hold",
        "disputed",
        "promised",
        "in_plan",
        "complaint_open",
        "stale_ledger",
        "ledger_failing",
        "ledger_drift",
    )
)
#: Below every level: the message takes no item a step further.
NO_STEP = float("-inf")


class DunningAction(models.Model):
    """A message written by hand: the same gate, journal and channels as every contact.

    It raises no level and charges nothing. A manager may put some obstacles aside with a
    reason, which is kept here and told on the case.
    """

    _inherit = "dunning.action"

    message_subject = fields.Char(readonly=True, copy=False)
    message_text = fields.Text(
        readonly=True, copy=False, help="Written by hand. Empty: the text of the level."
    )
    override_reason = fields.Char(
        string="Sent in Spite of the Rules, Because", readonly=True, copy=False
    )
    override_user_id = fields.Many2one("res.users", string="Decided By", readonly=True, copy=False)

    # === TEXT === #

    def _level_text(self):
        """Override: what was written by hand, as it was written."""
        if not self.message_text:
            return super()._level_text()
        paragraphs = self.message_text.strip().split("\n\n")
        body = Markup().join(
            Markup("<p>{}</p>").format(
                Markup("<br/>").join(escape(line) for line in paragraph.splitlines())
            )
            for paragraph in paragraphs
        )
        return " ".join((self.message_subject or self.company_id.name).split()), body

    def _may_charge(self):
        """Override: what is charged is said by a level's own message."""
        return not self.message_text and super()._may_charge()

    # === THE GATE === #

    def _wait_for_window(self, window, now):
        """Override: a manager may have decided to write at once."""
        return not self.override_reason and super()._wait_for_window(window, now)

    def _confirm(self, decisions, facts, today, now):
        """Override: no step has to be due; everything else holds as ever."""
        if not self.message_text:
            return super()._confirm(decisions, facts, today, now)
        reason = self._message_obstacle(decisions, facts, today)
        if reason and not (self.override_reason and reason in OVERRIDABLE):
            if reason in PASSING:
                self._reschedule(self._next_try(now), reason)
            else:
                self._transition("skipped", reason)
            return False
        if self.override_reason:
            decisions = [d._replace(reason=None) if d[2] in OVERRIDABLE else d for d in decisions]
        days_of = self.env["dunning.level"]._days_by_id()
        listing = compose(decisions, days_of, NO_STEP)
        self._update_to(listing._replace(level_id=self.level_id.id))
        return True

    def _message_obstacle(self, decisions, facts, today):
        """Why a message by hand must not go, or not yet.

        :return: reason code, or None
        """
        reasons = [decision[2] for decision in decisions]
        if not reasons:
            return "paid"
        if all(reason not in NO_OBSTACLE for reason in reasons):
            return reasons[0]
        customer = facts.customer(self.partner_id.id)
        return held_back(customer, facts.rules.policies[customer.policy_id], today)


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    def _write_message(self, channel_code, currency, text, subject="", override=""):
        """Queue a message by hand, as the current user decides.

        :param str text: plain text
        :param str override: why obstacles are put aside; managers only
        :return: `dunning.action`, approved and queued
        :raises UserError: without a text or a policy, while another contact is under way
            on this channel, or for an override by somebody who may not
        """
        self.ensure_one()
        self.check_access("write")
        self._check_message(channel_code, currency, text, override)
        return self._new_message(channel_code, currency, text, subject, override)

    def _new_message(self, channel_code, currency, text, subject="", override=""):
        """Queue a message that somebody may send; see :meth:`_write_message`."""
        channel = self.env["collections.channel"]._by_code(channel_code)
        action = (
            self.env["dunning.action"]
            .sudo()
            .create(
                {
                    "case_id": self.id,
                    "partner_id": self.partner_id.id,
                    "recipient_id": self.partner_id._dunning_recipient().id,
                    "company_id": self.company_id.id,
                    "currency_id": currency.id,
                    "level_id": self._message_level().id,
                    "channel_code": channel_code,
                    "is_manual": channel._is_manual,
                    "message_subject": subject,
                    "message_text": text.strip(),
                    "override_reason": override,
                    "override_user_id": self.env.uid if override else False,
                }
            )
        )
        action.with_user(self.env.user)._approve()
        return action.with_env(self.env)

    def _check_message(self, channel_code, currency, text, override):
        if not (text or "").strip():
            raise UserError(self.env._("Write what the customer is to read."))
        if override and not self.env.user.has_group("collections_addon.group_collections_manager"):
            raise UserError(self.env._("Only a manager may put the rules aside."))
        under_way = self.env["dunning.action"].search_count(
            [
                ("case_id", "=", self.id),
                ("currency_id", "=", currency.id),
                ("channel_code", "=", channel_code),
                ("state", "in", ("draft", "queued", "sending")),
            ],
            limit=1,
        )
        if under_way:
            raise UserError(
                self.env._(
                    "A contact with this customer on this channel is under way: "
                    "send or cancel it first."
                )
            )

    def _message_level(self):
        """In whose name the message goes: the level reached, else the first one."""
        level = self.level_id or self.sudo()._customer_policy().level_ids.sorted("days")[:1]
        if not level:
            raise UserError(self.env._("The customer has no dunning policy: choose one first."))
        return level
