from werkzeug.exceptions import NotFound

from ..models.collections_case_reason import ANSWERS
from .portal_base import CollectionsPortal, portal_page
from .portal_form import date_of, files_of, many


class WhyPortal(CollectionsPortal):
    """The customer says why it has not paid yet.

    A tap on an answer in an e-mail opens its page, which asks to confirm: programs that
    open the links of messages to check them answer nothing.
    """

    @portal_page("/why")
    def collections_why(self, visit, **_query):
        """All answers."""
        values = {"answers": visit.case._answer_labels()}
        return self._page(visit, "collections_addon.portal_why", values)

    @portal_page("/why/<string:answer>")
    def collections_why_answer(self, visit, answer, **_query):
        """One answer, to be confirmed."""
        if answer not in ANSWERS:
            raise NotFound()
        if answer == "wrong":
            return self._back(visit, "/dispute")
        return self._why_page(visit, answer)

    def _why_page(self, visit, answer, form=None, error=None, status=200):
        values = {
            "answer": answer,
            "lines": visit.debts,
            "moves": visit.invoices.filtered(lambda move: move.dispute_state != "disputed"),
            "email": visit.case._masked_email(),
            "form": form or {},
            "error": error,
        }
        return self._page(visit, f"collections_addon.portal_why_{answer}", values, status)

    @portal_page("/why/paid/confirm", act="act")
    def collections_why_paid(self, visit, paid_on="", how="", reference="", **_form):
        """It has been paid."""
        lines = visit.own(visit.debts, many("line_ids"))
        _done, error = self._try(
            visit,
            visit.case._customer_paid,
            lines,
            date_of(paid_on),
            how,
            reference,
            visit.today,
            files_of("files"),
        )
        if error:
            form = {"paid_on": paid_on, "how": how, "reference": reference}
            form["line_ids"] = many("line_ids")
            return self._why_page(visit, "paid", form, error, 422)
        visit.flash(
            visit.env._("Thank you. We look for your payment, and do not remind you meanwhile.")
        )
        return self._back(visit)

    @portal_page("/why/missing/confirm", act="act")
    def collections_why_missing(self, visit, text="", **_form):
        """It never arrived."""
        moves = visit.own(visit.invoices, many("move_ids"))
        _done, error = self._try(visit, visit.case._customer_missing, moves, text, visit.today)
        if error:
            form = {"text": text, "move_ids": many("move_ids")}
            return self._why_page(visit, "missing", form, error, 422)
        visit.flash(
            visit.env._("We are sorry. The invoice is on its way to you, and is not asked for now.")
        )
        return self._back(visit)

    @portal_page("/why/other/confirm", act="act")
    def collections_why_other(self, visit, text="", **_form):
        """A message."""
        files = files_of("files")
        _done, error = self._try(visit, visit.case._customer_message, text, visit.today, files)
        if error:
            return self._why_page(visit, "other", {"text": text}, error, 422)
        visit.flash(visit.env._("Thank you. Your message has arrived; we will answer it."))
        return self._back(visit)
