from .portal_base import CollectionsPortal, portal_page
from .portal_form import amount_of, date_of, many


class PromisePortal(CollectionsPortal):
    """The customer says when it will pay."""

    def _overview_values(self, visit):
        """Override: open promises."""
        promises = visit.case.promise_ids.filtered(lambda promise: promise.state == "open")
        return {**super()._overview_values(visit), "promises": promises}

    @portal_page("/promise")
    def collections_promise(self, visit, **_query):
        """What will be paid, and by when."""
        return self._promise_page(visit, {})

    def _promise_page(self, visit, form, error=None, status=200):
        lines = visit.case._promisable_lines()
        values = {
            "groups": lines.grouped("currency_id"),
            "refusal": visit.case._promise_refusal(visit.today),
            "last_day": visit.case._last_promise_day(visit.today),
            "form": form,
            "error": error,
        }
        return self._page(visit, "collections_addon.portal_promise", values, status)

    @portal_page("/promise/make", act="act")
    def collections_promise_make(self, visit, amount="", date="", note="", **_form):
        """Take the promise down."""
        lines = visit.own(visit.debts, many("line_ids"))
        promise, error = self._try(
            visit,
            visit.case._customer_promise,
            lines,
            amount_of(amount),
            date_of(date),
            visit.today,
            note,
        )
        if error:
            form = {"line_ids": many("line_ids"), "amount": amount, "date": date, "note": note}
            return self._promise_page(visit, form, error, 422)
        visit.flash(
            visit.env._(
                "Thank you. You promised %(amount)s by %(date)s; until then we ask for nothing "
                "of it.",
                amount=visit.money(promise.amount, promise.currency_id),
                date=visit.day(promise.date),
            )
        )
        return self._back(visit)
