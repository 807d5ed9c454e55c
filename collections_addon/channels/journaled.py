import logging
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import split_every

from ..models.dunning_action_email import IN_DOUBT_AFTER
from .base import Receipt

_logger = logging.getLogger(__name__)
#: Contacts handed over before what became of them is committed; the journal knows each at once.
GROUP_SIZE = 20
#: A text prepared longer ago is written again, from the ledger of then.
STALE_AFTER = timedelta(hours=1)
RETRY_DELAY = 300


class Result(NamedTuple):
    """How handing over one contact ended.

    :param outcome: `accepted`, `failed`, `retry`, or `unknown` when it may have left
    :param external_id: the provider's key of what was accepted
    :param delay: seconds after which it is tried again
    :param stops_all: the same will happen to all others now: a limit, a lost connection
    """

    outcome: str
    external_id: str | None = None
    failure_type: str | None = None
    failure: str | None = None
    delay: float | None = None
    stops_all: bool = False


class CollectionsJournaledChannel(models.AbstractModel):
    """A channel that hands its contacts to a provider, one by one, each at most once.

    `_send` prepares, `_deliver` hands over: each attempt is claimed in the journal
    (`dunning.attempt`) before the provider hears of it. A channel says how it prepares
    (`_prepare`) and hands over (`_transmit`).
    """

    _name = "collections.journaled.channel"
    _inherit = "collections.channel"
    _description = "Channel over a Provider"

    # === WHAT A CHANNEL SAYS === #

    @api.model
    def _prepare(self, actions, now):
        """Write down what will be said; reads only the ledger.

        :param actions: `dunning.action` of one company, as superuser
        :return: action id -> :class:`Receipt` for those that cannot be prepared
        :rtype: dict
        """
        raise NotImplementedError

    @api.model
    def _transmit(self, action, now, ways):
        """Hand one contact over.

        :param dict ways: for what is kept from one contact of a batch to the next
        :rtype: Result
        """
        raise NotImplementedError

    @api.model
    def _account_of(self, action, ways):
        """The provider's account that will get it, if that can be asked later.

        :return: as `collections.provider._account_key` writes it, or None
        """
        return None

    # === SENDING === #

    @api.model
    def _send(self, actions):
        """Override: prepare them all; one that cannot be does not keep the others back."""
        now = self.env.context.get("dunning_now") or fields.Datetime.now()
        channel = self._sudo_channel()
        receipts = {}
        for _company, group in actions.with_env(channel.env).grouped("company_id").items():
            receipts |= channel._prepare_apart(group, now)
        return {action.id: receipts.get(action.id, Receipt("sending")) for action in actions}

    def _sudo_channel(self):
        """This channel as the system: whoever sends may not write outboxes and journals."""
        return self.with_env(self.env(user=SUPERUSER_ID, su=True))

    def _prepare_apart(self, actions, now):
        try:
            with self.env.cr.savepoint():
                return self._prepare(actions, now)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            if len(actions) == 1:
                _logger.warning("Contact %s cannot be written", actions.id, exc_info=True)
                return {actions.id: Receipt("failed", None, "content", str(error))}
        receipts = {}
        for action in actions:
            receipts |= self._prepare_apart(action, now)
        return receipts

    @api.model
    def _deliver(self, actions, now, commit=False):
        """Override: hand them over, settling some at a time."""
        actions = actions.with_env(self._sudo_channel().env)
        ways = {}
        for ids in split_every(GROUP_SIZE, actions.ids):
            try:
                self._deliver_group(actions.browse(ids), now, ways)
            except psycopg2.OperationalError:
                if not commit:
                    raise
                self.env.cr.rollback()  # the journal knows what has left
                continue
            if commit:
                self.env["ir.cron"]._commit_progress()

    def _deliver_group(self, actions, now, ways):
        results = {}
        for action in actions._lock_under_way(self._code, actions.ids):
            stopped = ways.get(("stopped", action.company_id.id))
            if stopped:
                results[action] = stopped
            else:
                result = self._hand_over_once(action, now, ways)
                if result:
                    results[action] = result
                if result and result.stops_all:
                    ways["stopped", action.company_id.id] = result
        for action, result in results.items():
            self._apply(action, result, now)

    def _hand_over_once(self, action, now, ways):
        """Hand one contact over, locked, unless that was done.

        :return: how it went; None when nothing was handed over
        :rtype: Result|None
        """
        journal = self.env["dunning.attempt"].sudo()
        claim = (action.id, action.attempt_count)
        if not journal._start(*claim, now, self._account_of(action, ways)):
            self._settle_known(action, now)
            return None
        result = self._transmit_safely(action, now, ways)
        if result.outcome != "unknown":
            journal._finish(
                *claim, result.outcome, result.failure_type, result.failure, result.external_id
            )
        return result

    def _transmit_safely(self, action, now, ways):
        """What nobody foresaw is not known to have failed: a person looks at it."""
        try:
            return self._transmit(action, now, ways)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("Contact %s: handing over broke", action.id)
            return Result("unknown", failure_type="unknown", failure=str(error))

    def _apply(self, action, result, now):
        """Write down how handing over ended."""
        if result.external_id:
            action.external_id = result.external_id
        if result.outcome == "accepted":
            self._accepted(action, now)
        elif result.outcome == "retry":
            delay = result.delay or RETRY_DELAY
            action._retry_later(
                now, delay, result.failure_type, result.failure, endless=result.stops_all
            )
        else:
            misconfigured = result.failure_type == "configuration"
            reason = "channel_not_configured" if misconfigured else None
            action._mark_failed(result.failure_type, result.failure, reason)

    def _accepted(self, action, now):
        """It has left; for channels whose contact is made later (a call that rings)."""
        action._mark_sent(now)
        if action.failure_type:
            action.write({"failure_type": False, "failure_text": False})

    def _post_on_case(self, actions, bodies, now, message_type="auto_comment"):
        """Show what is said in the chatter of the cases, all at once.

        :param dict bodies: action id -> Markup
        :return: `mail.message`, in the order of the actions
        """
        company = actions.company_id
        return self.env["mail.message"].create(
            [
                {
                    "model": "collections.case",
                    "res_id": action.case_id.id,
                    "message_type": message_type,
                    "subtype_id": self.env.ref("mail.mt_note").id,
                    "is_internal": True,
                    "date": now,
                    "body": bodies[action.id],
                    "author_id": company.partner_id.id,
                    "record_company_id": company.id,
                }
                for action in actions
            ]
        )

    # === AFTER A CRASH === #

    @api.model
    def _recover(self, now, commit=False):
        """Override: settle what a crash left between preparing and handing over."""
        actions = self.env["dunning.action"].with_user(SUPERUSER_ID).sudo()
        under_way = actions._lock_under_way(self._code)
        if under_way:
            self._deliver(self._settle(under_way, now), now, commit=commit)

    def _settle(self, actions, now):
        """Bring contacts under way to the end that the journal knows.

        :return: those that were not attempted yet, to be handed over
        """
        claims = {(action.id, action.attempt_count): action for action in actions}
        known = self.env["dunning.attempt"].sudo()._read_outcomes(claims)
        waiting = actions.browse()
        for claim, action in claims.items():
            if claim in known:
                self._settle_one(action, known[claim], now)
            elif now - action.write_date >= STALE_AFTER:
                action._transition("queued")
            else:
                waiting |= action
        return waiting

    def _settle_known(self, action, now):
        claim = (action.id, action.attempt_count)
        known = self.env["dunning.attempt"].sudo()._read_outcomes([claim])
        self._settle_one(action, known[claim], now)

    def _settle_one(self, action, attempt, now):
        outcome, failure_type, failure, started_at = attempt
        if outcome:
            result = Result(outcome, failure_type=failure_type, failure=failure)
            self._apply(action, result, started_at)
        elif started_at <= now - IN_DOUBT_AFTER:
            text = self.env._(
                "The work was interrupted while the message was handed to the provider. It is "
                "not known whether it left. Ask the customer, or look at the provider, before "
                "you retry."
            )
            self._apply(action, Result("unknown", failure_type="unknown", failure=text), now)
