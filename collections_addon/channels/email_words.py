"""The words of an e-mail around its text, in the language of an environment."""

from types import SimpleNamespace


def words(env):
    """Headings and labels.

    :param odoo.api.Environment env: in the debtor's language
    :rtype: types.SimpleNamespace
    """
    _ = env._
    return SimpleNamespace(
        overdue=_("Overdue"),
        not_due=_("Not due yet"),
        overdue_total=_("Overdue in total"),
        total=_("Total open"),
        charges=_("Charges for late payment"),
        with_charges=_("Total with charges"),
        pay=_("View and pay"),
        account=_("See all your invoices in your account"),
        statement=_("Statement of account"),
        number=_("Number"),
        invoice_date=_("Invoice date"),
        due_date=_("Due date"),
        days=_("Days overdue"),
        original=_("Invoice amount"),
        open=_("Still open"),
        credit=_("Credit deducted"),
        disputed=_("In dispute, not asked now"),
        asked=_("To pay"),
        credits_total=_("Credits, deducted above"),
        one_by_one=_("Every invoice in the list has its own link; you can pay them one by one."),
        portal=_("See your account, and choose how to go on"),
        wishes=_("Choose how and when we contact you, or complain"),
        why=_("Is something in the way? Tell us with one tap:"),
        left_out=_("The invoices that are not attached are behind the links above."),
    )


def late_text(env, days):
    """How long an item is overdue, for more than no days."""
    return env._("1 day overdue") if days == 1 else env._("%s days overdue", days)


def transfer_text(env, bank, reference):
    """How to pay by transfer; empty without a bank account.

    :param bank: `res.partner.bank`
    :param str|None reference: what to quote
    """
    if not bank:
        return ""
    account = ", ".join(part for part in (bank.acc_number, bank.bank_name) if part)
    if reference:
        return env._(
            "By bank transfer: %(account)s. Reference: %(reference)s",
            account=account,
            reference=reference,
        )
    return env._("By bank transfer: %s. Please quote the invoice numbers.", account)
