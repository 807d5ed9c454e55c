from odoo.exceptions import UserError
from odoo.http import request

from ..models.collections_dispute import ACTIVE
from .portal_base import CollectionsPortal, portal_page
from .portal_form import amount_of, files_of, many

#: Reasons that are not offered where the customer disputes: they have a page of their own.
OWN_PAGE = ("already_paid", "invoice_not_received")


class DisputePortal(CollectionsPortal):
    """The customer says what is wrong."""

    def _overview_values(self, visit):
        """Override: unresolved disputes."""
        active = visit.case.dispute_ids.filtered(lambda dispute: dispute.state in ACTIVE)
        return {**super()._overview_values(visit), "disputes": active}

    @portal_page("/dispute")
    def collections_dispute(self, visit, move=None, reason=None, **_query):
        """Which invoices are wrong, and why."""
        chosen = {"move_ids": [move], "reason_id": reason}
        return self._dispute_page(visit, chosen)

    def _dispute_page(self, visit, form, error=None, status=200):
        values = {
            "moves": visit.invoices.filtered(lambda move: move.dispute_state != "disputed"),
            "reasons": self._dispute_reasons(visit),
            "form": form,
            "error": error,
        }
        return self._page(visit, "collections_addon.portal_dispute_new", values, status)

    def _dispute_reasons(self, visit):
        reasons = visit.env["collections.dispute.reason"].search([("is_dispute", "=", True)])
        return reasons.filtered(lambda reason: reason.code not in OWN_PAGE)

    @portal_page("/dispute/open", act="act")
    def collections_dispute_open(self, visit, reason_id=None, text="", **form):
        """Take the dispute down."""
        chosen = visit.own(visit.invoices, many("move_ids"))
        reason = visit.own(self._dispute_reasons(visit), [reason_id] if reason_id else [])
        amounts = {move: amount_of(form.get(f"amount_{move.id}")) for move in chosen}
        disputes, error = self._try(
            visit, self._open_dispute, visit, amounts, reason, text, files_of("files")
        )
        if error:
            entered = {**form, "move_ids": many("move_ids"), "reason_id": reason_id, "text": text}
            return self._dispute_page(visit, entered, error, 422)
        visit.flash(
            visit.env._(
                "Thank you. We look into it, and ask for the disputed amount no more until then."
            )
        )
        return self._back(visit, f"/dispute/{disputes[:1].id}")

    def _open_dispute(self, visit, amounts, reason, text, files):
        if not reason:
            raise UserError(visit.env._("Please choose what is wrong."))
        disputes = visit.case._customer_dispute(amounts, reason, text, files)
        visit.case._note_answer("disputed", visit.today)
        return disputes

    # === ONE DISPUTE === #

    @portal_page("/dispute/<int:dispute_id>")
    def collections_dispute_view(self, visit, dispute_id, **_query):
        """Where a dispute stands, and what was said."""
        return self._dispute_view(visit, visit.own(visit.case.dispute_ids, [dispute_id]))

    def _dispute_view(self, visit, dispute, error=None, form=None, status=200):
        labels = dict(dispute._fields["state"]._description_selection(visit.env))
        values = {
            "dispute": dispute,
            "state": labels[dispute.state],
            "is_active": dispute.state in ACTIVE,
            "messages": dispute._customer_messages(),
            "error": error,
            "form": form or {},
        }
        return self._page(visit, "collections_addon.portal_dispute", values, status)

    @portal_page("/dispute/<int:dispute_id>/answer", act="act")
    def collections_dispute_answer(self, visit, dispute_id, text="", **_form):
        """Add something to a dispute."""
        dispute = visit.own(visit.case.dispute_ids, [dispute_id])
        _done, error = self._try(visit, dispute._customer_answer, text, files_of("files"))
        if error:
            return self._dispute_view(visit, dispute, error, {"text": text}, 422)
        visit.flash(visit.env._("Your message was added."))
        return self._back(visit, f"/dispute/{dispute.id}")

    @portal_page("/dispute/<int:dispute_id>/withdraw", act="act")
    def collections_dispute_withdraw(self, visit, dispute_id, **_form):
        """Contest it no longer."""
        dispute = visit.own(visit.case.dispute_ids, [dispute_id])
        _done, error = self._try(visit, dispute._customer_withdraw)
        if error:
            return self._dispute_view(visit, dispute, error, status=422)
        visit.flash(visit.env._("The dispute was withdrawn. Thank you for letting us know."))
        return self._back(visit)

    @portal_page("/dispute/<int:dispute_id>/file/<int:file_id>")
    def collections_dispute_file(self, visit, dispute_id, file_id, **_query):
        """A file that came with a message of a dispute."""
        dispute = visit.own(visit.case.dispute_ids, [dispute_id])
        file = visit.own(dispute._customer_messages().attachment_ids, [file_id])
        stream = request.env["ir.binary"]._get_stream_from(file)
        return stream.get_response(as_attachment=True)
