"""How the ledger's records look in Xero's JSON."""

from datetime import datetime, timezone
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
IDS = {
    "Contacts": "ContactID",
    "Invoices": "InvoiceID",
    "CreditNotes": "CreditNoteID",
    "Overpayments": "OverpaymentID",
    "Prepayments": "PrepaymentID",
    "Payments": "PaymentID",
}
PAYMENT_TYPES = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT",
}
NONE_APPLIED = {"Payments": [], "CreditNotes": [], "Prepayments": [], "Overpayments": []}


def moment(when):
    """Write a moment as `/Date(ms+0000)/`."""
    return f"/Date({_milliseconds(when)}+0000)/"


def stamp(when):
    """Write a moment as the envelope does, without an offset."""
    return f"/Date({_milliseconds(when)})/"


def day(value):
    """Write a date as midnight UTC, or None."""
    return value and moment(datetime(value.year, value.month, value.day, tzinfo=timezone.utc))


def iso(when):
    """Write a moment in UTC without an offset."""
    return when.strftime("%Y-%m-%dT%H:%M:%S")


def _milliseconds(when):
    span = when - EPOCH
    return (span.days * 86400 + span.seconds) * 1000 + span.microseconds // 1000


def present(values):
    """Leave out what is None: Xero writes no nulls."""
    return {name: value for name, value in values.items() if value is not None}


def updated(record):
    """Return the two fields that tell when a record changed."""
    return {
        "UpdatedDateUTC": moment(record.updated),
        "UpdatedDateUTCString": record.updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def contact(record, balances=None):
    """Write a contact; `Balances` only where something is open."""
    street = {"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": ""}
    found = (balances or {}).get(record.id)
    values = {
        "ContactID": record.id,
        "ContactNumber": record.number or None,
        "ContactStatus": record.status,
        "Name": record.name,
        "FirstName": record.first_name or None,
        "LastName": record.last_name or None,
        "EmailAddress": record.email,
        "BankAccountDetails": "",
        "TaxNumber": record.tax_number or None,
        "Addresses": [street, {"AddressType": "POBOX"} | record.address],
        "Phones": [_phone(kind, record.phone) for kind in ("DDI", "DEFAULT", "FAX", "MOBILE")],
        "UpdatedDateUTC": moment(record.updated),
        "ContactGroups": [],
        "IsSupplier": False,
        "IsCustomer": True,
        "DefaultCurrency": record.currency or None,
        "MergedToContactID": record.merged_into or None,
        "Balances": found and _balances(*found),
        "ContactPersons": record.persons,
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    return present(values)


def _phone(kind, number):
    blank = {"PhoneAreaCode": "", "PhoneCountryCode": ""}
    return {"PhoneType": kind, "PhoneNumber": number if kind == "DEFAULT" else ""} | blank


def _balances(outstanding, overdue):
    nothing = {"Outstanding": Decimal(0), "Overdue": Decimal(0)}
    owed = {"Outstanding": outstanding, "Overdue": overdue}
    return {"AccountsReceivable": owed, "AccountsPayable": nothing}


def contact_brief(record, status=False):
    """Write a contact as documents name it."""
    values = {"ContactID": record.id, "Name": record.name, "Addresses": [], "Phones": []}
    values |= {"ContactGroups": [], "ContactPersons": [], "HasValidationErrors": False}
    return values | ({"ContactStatus": record.status} if status else {})


def line(record):
    """Write a line of a document."""
    return {
        "LineItemID": record.id,
        "Description": record.description,
        "Quantity": record.quantity,
        "UnitAmount": record.unit_amount,
        "LineAmount": record.amount,
        "TaxAmount": record.tax,
        "TaxType": record.tax_type,
        "AccountCode": record.account,
        "Tracking": [],
    }


def _common(record, lines):
    return {
        "Contact": contact_brief(record.contact),
        "Date": day(record.date),
        "DateString": record.date and iso(record.date),
        "Status": record.status,
        "LineAmountTypes": "Exclusive",
        "LineItems": [line(each) for each in record.lines] if lines else [],
        "SubTotal": record.sub_total,
        "TotalTax": record.tax,
        "Total": record.total,
        **updated(record),
        "CurrencyCode": record.currency,
        "CurrencyRate": record.rate,
        "FullyPaidOnDate": day(record.paid_on),
        "Reference": record.reference,
        "HasAttachments": False,
    }


def invoice(record, lines=True, summary=False):
    """Write an invoice.

    :param lines: with its lines, which lists without paging leave empty
    :param summary: without payments and credits, as `summaryOnly` asks
    """
    values = {
        "Type": record.type,
        "InvoiceID": record.id,
        "InvoiceNumber": record.number,
        **({} if summary else applied(record)),
        "AmountDue": record.open,
        "AmountPaid": record.paid,
        "AmountCredited": record.credited,
        "SentToContact": record.sent,
        "IsDiscounted": False,
        "HasErrors": False,
        "InvoicePaymentServices": [],
        **_common(record, lines and not summary),
        "DueDate": day(record.due),
        "DueDateString": record.due and iso(record.due),
    }
    return present(values)


def applied(record):
    """Write what paid or credited an invoice."""
    values = {name: [] for name in NONE_APPLIED}
    values["Payments"] = _live_payments(record)
    for part in record.allocations:
        if not part.deleted:
            values[part.credit.kind].append(_applied(part))
    return values


def _live_payments(record):
    return [_paid(each) for each in record.payments if each.status != "DELETED"]


def _paid(payment):
    return {
        "PaymentID": payment.id,
        "Date": day(payment.date),
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.rate,
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _applied(part):
    credit = part.credit
    values = {IDS[credit.kind]: credit.id, "ID": credit.id, "AppliedAmount": part.amount}
    values |= {"Date": day(part.date), "Total": credit.total, "LineItems": []}
    if credit.kind == "CreditNotes":
        values |= {"CreditNoteNumber": credit.number, "HasErrors": False}
    return values


def credit(record, lines=True, _summary=False):
    """Write a credit note, overpayment or prepayment."""
    values = {
        IDS[record.kind]: record.id,
        "ID": record.id,
        "Type": record.type,
        "RemainingCredit": record.open,
        "AppliedAmount": record.credited or None,
        "Allocations": [allocation(part) for part in record.allocations if not part.deleted],
        "Payments": _live_payments(record),
        **_common(record, lines),
    }
    if record.kind == "CreditNotes":
        values |= {"CreditNoteNumber": record.number, "SentToContact": record.sent}
        values |= {"HasErrors": False, "DueDate": day(record.due or record.date)}
    else:
        del values["FullyPaidOnDate"]
    return present(values)


def allocation(part):
    """Write an allocation, as its credit shows it."""
    target = {"InvoiceID": part.invoice.id, "InvoiceNumber": part.invoice.number}
    values = {"AllocationID": part.id, "Amount": part.amount, "Date": day(part.date)}
    target |= NONE_APPLIED | {"HasErrors": False, "IsDiscounted": False, "LineItems": []}
    return values | {"Invoice": target, "IsDeleted": part.deleted}


def payment(record, accounts):
    """Write a payment with what it paid."""
    values = {
        "PaymentID": record.id,
        "Date": day(record.date),
        "BankAmount": record.amount,
        "Amount": record.amount,
        "Reference": record.reference,
        "CurrencyRate": record.rate,
        "PaymentType": PAYMENT_TYPES[record.target.type],
        "Status": record.status,
        **updated(record),
        "HasAccount": True,
        "IsReconciled": False,
        "Account": {"AccountID": record.account, "Code": accounts[record.account][0]},
        **_target(record.target),
        "HasValidationErrors": False,
    }
    return present(values)


def _target(document):
    values = {IDS[document.kind]: document.id, "Type": document.type, "LineItems": []}
    values |= {"Contact": contact_brief(document.contact), "CurrencyCode": document.currency}
    if document.kind == "Invoices":
        values |= NONE_APPLIED | {"IsDiscounted": False, "HasErrors": False}
        return {"Invoice": values | {"InvoiceNumber": document.number}}
    values["ID"] = document.id
    if document.kind == "CreditNotes":
        values |= {"CreditNoteNumber": document.number, "HasErrors": False}
    return {document.kind[:-1]: values}


def note(record):
    """Write an entry of a history."""
    return {
        "Changes": record.changes,
        "DateUTC": moment(record.at),
        "DateUTCString": iso(record.at),
        "User": record.user,
        "Details": record.details,
    }


def organisation(ledger, timezone_name):
    """Write the organisation."""
    values = {
        "OrganisationID": ledger.tenant,
        "Name": ledger.name,
        "LegalName": ledger.name,
        "PaysTax": True,
        "Version": "GLOBAL",
        "OrganisationType": "COMPANY",
        "BaseCurrency": ledger.base,
        "CountryCode": "US",
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 12,
        "PeriodLockDate": day(ledger.lock_date),
        "CreatedDateUTC": stamp(EPOCH.replace(year=2020)),
        "OrganisationEntityType": "COMPANY",
        "Timezone": timezone_name,
        "ShortCode": "!" + ledger.tenant[:5],
        "Edition": "BUSINESS",
        "Class": "STANDARD",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
    return present(values)
