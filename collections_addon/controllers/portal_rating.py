from ..models.collections_case_rating import RATINGS
from .portal_base import CollectionsPortal, portal_page
from .portal_form import whole


class RatingPortal(CollectionsPortal):
    """How satisfied the customer is, and what it complains about."""

    def _overview_values(self, visit):
        """Override: the question after something was done here, an open complaint."""
        return {
            **super()._overview_values(visit),
            "may_be_asked": visit.case._may_be_asked(visit.now),
            "complaint": visit.case.open_complaint_id,
        }

    @portal_page("/rate")
    def collections_rate(self, visit, value="", **_query):
        """The question; a tap in an e-mail only chooses the answer beforehand."""
        return self._rate_page(visit, {"value": value})

    def _rate_page(self, visit, form, error=None, status=200):
        _ = visit.env._
        words = (_("Good"), _("All right"), _("Not good at all"))
        values = {
            "answers": [(str(r), word) for r, word in zip(RATINGS, words, strict=True)],
            "form": form,
            "error": error,
        }
        return self._page(visit, "collections_addon.portal_rate", values, status)

    @portal_page("/rate/confirm", act="act")
    def collections_rate_confirm(self, visit, value="", text="", **_form):
        """Take the answer down."""
        is_complaint, error = self._try(
            visit, visit.case._customer_rate, whole(value), text, visit.now
        )
        if error:
            return self._rate_page(visit, {"value": value, "text": text}, error, 422)
        if is_complaint:
            visit.flash(
                visit.env._(
                    "We are sorry. A person will look into it; until then no reminder is sent."
                )
            )
        else:
            visit.flash(visit.env._("Thank you for your answer."))
        return self._back(visit)

    @portal_page("/complaint")
    def collections_complaint(self, visit, **_query):
        """What went wrong."""
        return self._page(visit, "collections_addon.portal_complaint")

    @portal_page("/complaint/send", act="act")
    def collections_complaint_send(self, visit, text="", **_form):
        """Take the complaint down."""
        _done, error = self._try(visit, visit.case._customer_complain, text, visit.today)
        if error:
            values = {"error": error, "form": {"text": text}}
            return self._page(visit, "collections_addon.portal_complaint", values, 422)
        visit.flash(
            visit.env._("We are sorry. A person will look into it; until then no reminder is sent.")
        )
        return self._back(visit)
