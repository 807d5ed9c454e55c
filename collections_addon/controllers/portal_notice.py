from .portal_base import CollectionsPortal, portal_page


class NoticePortal(CollectionsPortal):
    """Notices, until the customer says that it has read them."""

    def _overview_values(self, visit):
        """Override: what is not read yet."""
        return {**super()._overview_values(visit), "notices": visit.case._notices()}

    @portal_page("/notice/<int:notice_id>/read", act="act")
    def collections_notice_read(self, visit, notice_id, **_form):
        """The customer has read it."""
        notice = visit.own(visit.case._notices(), [notice_id])
        visit.case._customer_read(notice)
        return self._back(visit)
