from ..models.collections_charge import UNBOOKED
from .portal_base import CollectionsPortal


class ChargePortal(CollectionsPortal):
    """The customer sees what is charged for late payment, and how it was worked out."""

    def _overview_values(self, visit):
        """Override: charges mentioned; those booked are open items of their own."""
        charges = visit.case.charge_ids.filtered(lambda charge: charge.state in UNBOOKED)
        return {**super()._overview_values(visit), "charges": charges}
