"""Announcing a transfer or a cheque on the customer's page."""

from .portal_base import CollectionsPortal, portal_page
from .portal_form import amount_of, date_of, many


class AnnouncePortal(CollectionsPortal):
    @portal_page("/announce")
    def collections_announce(self, visit, **_query):
        """What can be announced; each currency by itself."""
        return self._announce_page(visit)

    def _announce_page(self, visit, error=None, form=None):
        case = visit.case
        free = case._announcement_lines(visit.today)
        values = {
            "sections": [(currency, free[currency]) for currency in free],
            "waiting": case.announcement_ids.filtered(lambda one: one.state == "announced"),
            "last_date": case._announcement_last_date(visit.today),
            "kinds": case.env["collections.announcement"]
            ._fields["kind"]
            ._description_selection(case.env),
            "form": form or {},
            "error": error,
        }
        status = 422 if error else 200
        return self._page(visit, "collections_addon.portal_announce", values, status)

    @portal_page("/announce/send", act="act")
    def collections_announce_send(self, visit, **form):
        """Take an announcement down, wholly or not at all."""
        items = many("item")
        _done, error = self._try(visit, self._announce, visit, items, form)
        if error:
            return self._announce_page(visit, error, {**form, "items": set(items)})
        visit.flash(visit.env._("Thank you. We do not ask for it until it should have arrived."))
        return self._back(visit)

    def _announce(self, visit, items, form):
        lines = visit.own(visit.debts, items)
        visit.case._announce_by_customer(
            lines,
            kind=form.get("kind"),
            amount=amount_of(form.get("amount")),
            date=date_of(form.get("date")),
            reference=form.get("reference"),
            today=visit.today,
        )
