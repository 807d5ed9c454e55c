import logging

from .portal_base import CollectionsPortal, portal_page

_logger = logging.getLogger(__name__)


class DocumentsPortal(CollectionsPortal):
    """What the customer can read and keep."""

    @portal_page("/statement", act="print", methods=["GET"])
    def collections_statement(self, visit, **_query):
        """The statement of account as PDF."""
        pdf, error = self._try(visit, visit.case._statement_pdf, visit.today)
        if error:
            _logger.warning("Statement of case %s: %s", visit.case.id, error)
            visit.flash(
                visit.env._("The statement cannot be printed just now. Please write to us."),
                "warning",
            )
            return self._back(visit)
        name = visit.env._("Statement of account")
        return self._file(pdf, f"{name} {visit.today}.pdf")

    @portal_page("/history")
    def collections_history(self, visit, **_query):
        """What happened on the account."""
        events = visit.env["collections.portal.account"]._history(visit.case)
        return self._page(visit, "collections_addon.portal_history", {"events": events})
