from odoo import api, models

#: Short labels, for selections and counts. The sentences are in `_sentence`.
REASONS = [
    ("not_due", "Not due yet"),
    ("already_contacted", "Already contacted"),
    ("below_tolerance", "Below tolerance"),
    ("covered_by_credit", "Covered by credit"),
    ("paid", "Paid"),
    ("no_followup", "Excluded from follow-up"),
    ("blocked", "Payment blocked"),
    ("manual_hold", "On hold"),
    ("disputed", "Disputed"),
    ("promised", "Promised"),
    ("in_plan", "In a payment plan"),
    ("min_gap", "Contacted recently"),
    ("contact_cap", "Contact limit reached"),
    ("outside_window", "Outside contact hours"),
    ("holiday", "Public holiday"),
    ("opted_out", "Opted out"),
    ("no_consent", "No consent"),
    ("no_session", "Not written to us lately"),
    ("no_address", "No address"),
    ("bounced", "Address bounced"),
    ("channel_not_configured", "Channel not set up"),
    ("stale_ledger", "Ledger not up to date"),
    ("ledger_failing", "Outside ledger not readable"),
    ("ledger_drift", "Outside ledger differs"),
    ("large_exposure", "Large amount"),
    ("complaint_open", "Complaint open"),
    ("control_group", "Control group"),
    ("legal", "Handed over"),
    ("awaiting_approval", "Waiting for approval"),
    ("test_mode", "Test mode"),
]


class DunningReason(models.AbstractModel):
    """Why somebody is not, or not yet, contacted: one sentence per code."""

    _name = "dunning.reason"
    _description = "Reason of No Contact"

    @api.model
    def _sentences(self):
        """Reason code -> sentence a finance user understands, translated."""
        _ = self.env._
        return {
            "not_due": _("No reminder is due yet."),
            "already_contacted": _("The reminder for this stage is under way or has gone out."),
            "below_tolerance": _("The amount owed is too small to ask for."),
            "covered_by_credit": _("Unallocated payments or credit notes cover this amount."),
            "paid": _("It has been paid."),
            "no_followup": _("It is marked “No Follow-Up” in accounting."),
            "blocked": _("Its payment is blocked in accounting."),
            "manual_hold": _("Somebody has put collection on hold."),
            "disputed": _("The customer disputes it; it waits for a resolution."),
            "promised": _("The customer has promised to pay by a date not yet passed."),
            "in_plan": _("It is being paid through a payment plan."),
            "min_gap": _("The customer was contacted too recently."),
            "contact_cap": _("The customer has had as many messages as the policy allows."),
            "outside_window": _("It is outside the hours at which the customer may be contacted."),
            "holiday": _("It is a public holiday for the customer."),
            "opted_out": _("The customer does not want to be contacted this way."),
            "no_consent": _("The customer has not agreed to be contacted this way."),
            "no_session": _(
                "WhatsApp lets us write a text of our own only within 24 hours of the "
                "customer's message."
            ),
            "no_address": _("There is no address for this channel on the contact."),
            "bounced": _("Messages to this address come back."),
            "channel_not_configured": _("This channel is not set up."),
            "stale_ledger": _("Bank or ledger data are too old to be sure it is still unpaid."),
            "ledger_failing": _(
                "The outside ledger it is kept in cannot be read: it may be paid there."
            ),
            "ledger_drift": _(
                "Figures of the outside ledger it is kept in differ from ours: reminders wait."
            ),
            "large_exposure": _("The amount is so large that a person must approve."),
            "complaint_open": _("A complaint of the customer is open."),
            "control_group": _("The customer belongs to a group kept without contact to measure."),
            "legal": _("The case has been handed over or written off."),
            "awaiting_approval": _("A contact is prepared and waits for approval."),
            "test_mode": _("Test mode: the message went to the test mailbox only."),
        }

    @api.model
    def _sentence(self, code):
        """The sentence of one code; empty for no code.

        :raises KeyError: for a code that does not exist
        """
        return self._sentences()[code] if code else ""
