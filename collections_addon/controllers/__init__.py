from . import (
    portal_announce,
    portal_autopay,
    portal_base,
    portal_charge,
    portal_dispute,
    portal_documents,
    portal_pay,
    portal_preferences,
    portal_plan,
    portal_promise,
    portal_rating,
    portal_why,
)
