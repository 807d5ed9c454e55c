"""How the mirror is told from a person: by an object no request can carry."""

#: Value of the context key `collections_mirroring` while the mirror writes.
MIRRORING = object()
#: What keeps core from reworking documents whose every figure the mirror gives, and from
#: telling followers of each.
QUIET = {
    "collections_mirroring": MIRRORING,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "skip_invoice_sync": True,
    "skip_invoice_line_sync": True,
    "skip_account_move_synchronization": True,
    "skip_is_manually_modified": True,
    "check_move_validity": False,
    "no_cash_basis": True,
}


def is_mirroring(env):
    """Whether the mirror is at work, and not a person."""
    return env.context.get("collections_mirroring") is MIRRORING


class SetAside(Exception):
    """A record that cannot be mirrored as it is; the text is a sentence for a person.

    :param customer_key: the ledger's key of who owes, where it is known
    """

    def __init__(self, text, customer_key=None):
        self.customer_key = customer_key
        super().__init__(text)
