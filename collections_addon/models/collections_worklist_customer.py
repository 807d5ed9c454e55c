from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime

from ..domain.contact_window import blocking_reason, timezone_of

#: So many open invoices and past contacts are shown; the file of the customer has all.
INVOICES, HISTORY = 12, 8


class CollectionsWorklist(models.AbstractModel):
    """All that is needed to turn to one customer, on one screen."""

    _inherit = "collections.worklist"

    @api.model
    @api.readonly
    def get_customer(self, item_id):
        """What a collector needs to know of a customer of the list.

        :param int item_id: `collections.worklist.item`
        :return: who to ask, why it is on the list, what is open, what was said, what to say
        :rtype: dict
        :raises AccessError: without the group Viewer, or for a company of others
        """
        self._check_viewer()
        item = self.env["collections.worklist.item"].browse(item_id)
        item.check_access("read")
        case = item.case_id
        now = fields.Datetime.now()
        today = item.company_id._collections_today(now)
        return {
            "id": item.id,
            "name": item.partner_id.display_name,
            "case_id": case.id,
            "company": item.company_id.name if len(self.env.companies) > 1 else "",
            "contact": self._contact(case, now),
            "agreed": self._agreed(case, today),
            "figures": self._figures_of(item, case),
            "why": self._why(item),
            "notices": self._notices(case, now),
            "invoices": self._invoices(case, today),
            "history": self._history(case),
            "script": self._script(case),
            "call_script": case.call_id.body or "",
            "next": self._next_step(case),
            "done_how": item.done_how if item.done_on == today else "",
        }

    # === WHO === #

    def _contact(self, case, now):
        recipient = case.recipient_id
        zone = self._zone(case)
        channels = dict(self.env["collections.channel"]._selection())
        hours = ""
        if case.contact_to:
            hours = f"{_clock(case.contact_from)}–{_clock(case.contact_to)}"
        return {
            "person": recipient.name or "",
            "email": case.email or "",
            "phones": [list(pair) for pair in recipient._dunning_phones()],
            "language": dict(self.env["res.lang"].get_installed()).get(case.lang, ""),
            "zone": zone,
            "clock": now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M"),
            "channel": channels.get(case.preferred_channel, ""),
            "hours": hours,
            "collector": case.collector_id.name or "",
        }

    def _figures_of(self, item, case):
        money = self._money(case.currency_id)
        _ = self.env._
        rows = [
            (_("To ask for"), money(item.chaseable)),
            (_("Overdue"), money(case.overdue)),
            (_("Open in all"), money(case.exposure)),
            (_("At risk"), money(item.at_risk)),
        ]
        if item.chance_30:
            rows.append((_("Pays within 30 days"), f"{item.chance_30:.0%}"))
        if case.segment_id:
            rows.append((_("Group"), case.segment_id.name))
        if case.open_by_currency:
            rows.append((_("By currency"), case.open_by_currency))
        return [list(row) for row in rows]

    def _money(self, currency):
        return lambda amount: format_amount(self.env, amount, currency)

    # === WHY === #

    def _why(self, item):
        """The parts of the value, in words."""
        _ = self.env._
        names = {
            "amount": _("Money that acting may bring"),
            "age": _("Older debts are harder to move"),
            "broken": _("Promises were broken"),
            "exposure": _("More falls due soon"),
            "effort": _("Time it takes"),
        }
        money = self._money(item.currency_id)
        tasks = item.task_text or ""
        if item.chaseable <= 0:
            change = _("Nothing may be asked for at present: it is here for what is to be seen to.")
            return {"parts": [], "value": "", "change": change, "tasks": tasks}
        known = _("measured in a control group") if item.is_measured else _("assumed, not measured")
        return {
            "parts": [[names[name], money(amount)] for name, amount in item.reasons or []],
            "value": money(item.value),
            "change": _(
                "Acting raises the probability to be paid by %(points)s points (%(known)s).",
                points=round(100 * item.change, 1),
                known=known,
            ),
            "tasks": tasks,
        }

    def _notices(self, case, now):
        """What one has to know before calling."""
        _ = self.env._
        found = []
        if case.open_complaint_id:
            found.append(_("The customer complains: nothing is sent until that is settled."))
        if case.is_on_hold:
            found.append(_("Somebody has put collection on hold."))
        if reason := self._closed(case, now):
            found.append(_("Do not call now. %s", reason))
        refused = case.opt_out_ids.filtered(lambda row: not row.date_end)
        if "call" in refused.mapped("channel_code"):
            found.append(_("The customer does not want to be called."))
        if not case.recipient_id._dunning_phones():
            found.append(_("There is no telephone number."))
        if case.bounced_email:
            found.append(_("Messages to %s come back.", case.bounced_email))
        return found

    def _closed(self, case, now):
        """Why it is not the time to call, in a sentence; None when it is."""
        window = case._narrowed(case.sudo()._customer_policy()._contact_window())
        reason = blocking_reason(now, window, self._zone(case))
        return reason and self.env["dunning.reason"]._sentences()[reason]

    def _zone(self, case):
        """The time zone in which the customer is called."""
        recipient, customer = case.recipient_id, case.partner_id
        country = recipient.country_id or customer.country_id
        return timezone_of(recipient.tz or customer.tz, country.code, case.company_id.partner_id.tz)

    # === WHAT IS OPEN, WHAT WAS SAID === #

    def _invoices(self, case, today):
        debts = case.move_line_ids.filtered(lambda line: line.amount_residual > 0)
        states = dict(debts.move_id._fields["dispute_state"]._description_selection(self.env))
        rows = [
            {
                "id": line.move_id.id,
                "name": line.move_id.name,
                "due": format_date(self.env, line.date_maturity),
                "days": (today - line.date_maturity).days if line.date_maturity else 0,
                "amount": format_amount(self.env, line.amount_residual_currency, line.currency_id),
                "level": line.dunning_level_id.name or "",
                "dispute": states.get(line.move_id.dispute_state, "")
                if line.move_id.dispute_state not in (False, "none")
                else "",
            }
            for line in debts[:INVOICES]
        ]
        return {"rows": rows, "more": max(len(debts) - INVOICES, 0)}

    def _history(self, case):
        """What was said and done last, both ways, the latest first."""
        said = self.env["collections.interaction"].search(
            [("case_id", "=", case.id)], order="date desc, id desc", limit=HISTORY
        )
        made = self.env["dunning.action"].search(
            [("case_id", "=", case.id), ("sent_at", "!=", False)],
            order="sent_at desc, id desc",
            limit=HISTORY,
        )
        channels = dict(said._fields["channel_code"]._description_selection(self.env))
        channels.update(self.env["collections.channel"]._selection())
        rows = [
            (one.date, one.direction == "in", channels.get(one.channel_code), one.summary or "")
            for one in said
        ]
        rows += [
            (one.sent_at, False, channels.get(one.channel_code), self._told(one)) for one in made
        ]
        rows.sort(key=lambda row: row[0], reverse=True)
        return [
            {
                "when": format_datetime(self.env, when, dt_format="short"),
                "is_theirs": is_theirs,
                "channel": channel or "",
                "text": text,
            }
            for when, is_theirs, channel, text in rows[:HISTORY]
        ]

    def _told(self, action):
        parts = (action.level_id.name, action.outcome_id.name, action.outcome_note)
        return " · ".join(part for part in parts if part)

    # === WHAT TO SAY AND DO === #

    @api.model
    def _script(self, case):
        """What to say to the customer, step by step, in the collector's language.

        :rtype: list[str]
        """
        _ = self.env._
        lines = [
            _(
                "Greet %(person)s, say who you are and that you call for %(company)s.",
                person=case.recipient_id.name or case.partner_id.name,
                company=case.company_id.name,
            ),
            _("Make sure you speak to the person who sees to payments before you name amounts."),
        ]
        lines += self._demand(case)
        if broken := self._last_broken(case):
            lines.append(
                _(
                    "A promise of %(amount)s by %(date)s was not kept. Ask what came in between.",
                    amount=format_amount(self.env, broken.amount, broken.currency_id),
                    date=format_date(self.env, broken.date),
                )
            )
        return lines + self._closing_lines(case)

    def _demand(self, case):
        """What is asked for: nothing that is contested, promised, in a plan or on hold."""
        item = case.worklist_item_ids[:1]
        asked = item.chaseable if item else case.overdue
        if asked > 0:
            return [
                self.env._(
                    "Ask when %(amount)s is paid; the oldest item is overdue since %(date)s.",
                    amount=format_amount(self.env, asked, case.currency_id),
                    date=format_date(self.env, case.oldest_due_date),
                )
            ]
        if case.overdue:
            return [
                self.env._(
                    "What is overdue is contested, promised, planned or on hold: do not ask for it."
                )
            ]
        return []

    def _closing_lines(self, case):
        _ = self.env._
        by_group = {
            "cannot_pay": _(
                "Ask what is possible at present, and offer a payment plan before anything else."
            ),
            "will_not_pay": _(
                "Ask for the reason of the refusal. Say what the next level means; promise nothing."
            ),
            "unknown": _("Ask whether the invoices arrived, and who is the right person for them."),
        }
        hint = by_group.get(case.segment)
        return [
            *([hint] if hint else []),
            _("Where something is contested: take it down as a dispute, with the invoice."),
            _("Repeat what was agreed, with day and amount, and thank the customer."),
        ]

    def _last_broken(self, case):
        return self.env["collections.promise"].search(
            [("case_id", "=", case.id), ("state", "=", "broken")],
            order="date desc, id desc",
            limit=1,
        )

    def _next_step(self, case):
        """What happens by itself when nobody does anything.

        :rtype: str
        """
        if not case.next_step or not case.next_step_date:
            return self.env._("No further reminder is planned.")
        return self.env._(
            "By itself: “%(level)s” on %(date)s.",
            level=case.next_step,
            date=format_date(self.env, case.next_step_date),
        )


def _clock(hours):
    return f"{int(hours):02d}:{round(hours % 1 * 60):02d}"
