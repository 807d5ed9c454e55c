from . import (
    portal_base,
    portal_dispute,
    portal_documents,
    portal_promise,
)
