from urllib.parse import urlencode

from odoo import fields
from odoo.http import request

from .portal_base import CollectionsPortal, portal_page
from .portal_form import amount_of, date_of

#: States of a plan that its customer sees.
SHOWN = ("proposed", "active", "completed", "defaulted")
#: What a form about a plan sends, beside the invoices.
CHOICES = ("offer_id", "count", "first_date", "day_of_month", "down_payment")


class PlanPortal(CollectionsPortal):
    """The customer pays in installments: builds a plan, sees it, agrees, follows it."""

    def _overview_values(self, visit):
        """Override: plans, and whether one can be made."""
        shown = visit.case.plan_ids.filtered(lambda plan: plan.state in ("proposed", "active"))
        possible = bool(self._plan_moves(visit) and visit.case._self_service_offers())
        return {**super()._overview_values(visit), "plans": shown, "may_plan": possible}

    def _plan_moves(self, visit):
        return visit.case._plan_moves() & visit.invoices

    # === BUILD ONE === #

    @portal_page("/plan")
    def collections_plan(self, visit, **_query):
        """What to pay in installments, and how."""
        return self._plan_page(visit, self._plan_form())

    def _plan_page(self, visit, form, error=None, status=200):
        moves = self._plan_moves(visit)
        values = {
            "groups": moves.grouped("currency_id"),
            "offers": visit.case._self_service_offers(),
            "refusal": visit.case._plan_refusal(visit.today),
            "form": form,
            "error": error,
        }
        return self._page(visit, "collections_addon.portal_plan_new", values, status)

    def _plan_form(self):
        """What was entered, as text."""
        sent = request.httprequest.values
        form = {name: sent.get(name, "") for name in (*CHOICES, "name", "code")}
        return {**form, "move_ids": sent.getlist("move_ids")}

    def _plan_choice(self, visit, form):
        """Invoices, terms and choices of a form; all the customer's own.

        :raises NotFound: for an invoice or terms of somebody else
        """
        moves = visit.own(self._plan_moves(visit), form["move_ids"])
        offers = visit.case._self_service_offers(moves)
        wanted = [form["offer_id"]] if form["offer_id"] else []
        offer = visit.own(offers, wanted) if wanted else offers[:1]
        choices = {
            "count": self._number(form["count"]),
            "first_date": date_of(form["first_date"]),
            "day_of_month": self._number(form["day_of_month"]),
            "down_payment": amount_of(form["down_payment"]),
        }
        return moves, offer, choices

    def _number(self, text):
        """A whole number as entered; None for nothing, -1 for what is none."""
        text = (text or "").strip()
        if not text:
            return None
        return int(text) if text.isdecimal() and len(text) < 6 else -1

    @portal_page("/plan/preview")
    def collections_plan_preview(self, visit, **_query):
        """The schedule, before anybody agrees to anything."""
        return self._preview_page(visit, self._plan_form())

    def _preview_page(self, visit, form, error=None):
        moves, offer, choices = self._plan_choice(visit, form)
        result, refusal = self._try(
            visit, visit.case._customer_quote, moves, offer, choices, visit.today
        )
        if refusal:
            return self._plan_page(visit, form, refusal, 422)
        quote, code = result
        values = {
            "quote": quote,
            "offer": offer,
            "moves": moves,
            "currency": moves.currency_id,
            "form": {**form, "code": code},
            "error": error,
        }
        status = 422 if error else 200
        return self._page(visit, "collections_addon.portal_plan_preview", values, status)

    @portal_page("/plan/accept", act="act")
    def collections_plan_accept(self, visit, agreed="", **_form):
        """The customer agrees to the plan it has seen."""
        form = self._plan_form()
        moves, offer, choices = self._plan_choice(visit, form)
        if not agreed:
            return self._preview_page(visit, form, visit.env._("Please tick that you agree."))
        plan, error = self._try(
            visit,
            visit.case._customer_plan,
            moves,
            offer,
            choices,
            form["code"],
            form["name"],
            fields.Datetime.now(),
            visit.address(),
        )
        if error:
            return self._preview_page(visit, form, error)
        if plan.state == "active":
            visit.flash(visit.env._("Thank you. The plan begins; we remind you of each date."))
            return self._back(visit, f"/plan/{plan.id}")
        visit.flash(
            visit.env._("Thank you. We look at your plan and answer as soon as we can."), "info"
        )
        return self._back(visit)

    # === ONE PLAN === #

    def _own_plan(self, visit, plan_id):
        plans = visit.case.plan_ids.filtered(lambda plan: plan.state in SHOWN)
        return visit.own(plans, [plan_id])

    @portal_page("/plan/<int:plan_id>")
    def collections_plan_view(self, visit, plan_id, **_query):
        """How a plan stands; a proposal can be accepted here."""
        return self._plan_view(visit, self._own_plan(visit, plan_id))

    def _plan_view(self, visit, plan, form=None, error=None, status=200):
        values = {
            "plan": plan,
            "lines": plan._ordered_lines(),
            "accepted_on": plan._accepted_on(),
            **self._paying(visit, plan),
            "form": form or {},
            "error": error,
        }
        return self._page(visit, "collections_addon.portal_plan", values, status)

    def _paying(self, visit, plan):
        """Where the next installment is paid, or all at once, and what that takes off."""
        rows = visit.case._checkout_installments(plan.currency_id, visit.today)
        own = [(line, amount) for line, amount, _keys in rows if line.plan_id == plan]
        settlement = plan._settlement(visit.today) if own else None
        if not own:
            return {"pay_url": "", "settlement": None}
        line, amount = own[0]
        choice = {"currency": plan.currency_id.id, "way": "items", "installment": line.id}
        whole = {**choice, "way": "plan", "plan": plan.id}
        whole.pop("installment")
        return {
            "pay_url": visit.url(f"/pay/checkout?{urlencode(choice)}"),
            "saved": plan._saved_by(amount, visit.today),
            "settlement": settlement,
            "settle_url": visit.url(f"/pay/checkout?{urlencode(whole)}"),
        }

    @portal_page("/plan/<int:plan_id>/accept", act="act")
    def collections_plan_agree(self, visit, plan_id, name="", agreed="", **_form):
        """Accept a proposal."""
        plan = self._own_plan(visit, plan_id)
        _done, error = self._try(
            visit, plan._customer_accept, name, agreed, fields.Datetime.now(), visit.address()
        )
        if error:
            return self._plan_view(visit, plan, {"name": name}, error, 422)
        visit.flash(visit.env._("Thank you. The plan begins; we remind you of each date."))
        return self._back(visit, f"/plan/{plan.id}")

    @portal_page("/plan/<int:plan_id>/decline", act="act")
    def collections_plan_decline(self, visit, plan_id, text="", **_form):
        """Decline a proposal."""
        plan = self._own_plan(visit, plan_id)
        _done, error = self._try(visit, plan._customer_decline, text, visit.today)
        if error:
            return self._plan_view(visit, plan, {"text": text}, error, 422)
        visit.flash(visit.env._("Thank you for telling us. We will get in touch."), "info")
        return self._back(visit)

    @portal_page("/plan/<int:plan_id>/agreement")
    def collections_plan_agreement(self, visit, plan_id, **_query):
        """The agreement as a PDF file."""
        plan = self._own_plan(visit, plan_id)
        pdf, error = self._try(visit, plan._agreement_pdf)
        if error:
            return self._plan_view(visit, plan, error=error, status=503)
        return self._file(pdf, f"{plan.name.replace('/', '-')}.pdf")
