from odoo import models
from odoo.tools import email_normalize

from .mirror_guard import SetAside

#: How QuickBooks writes some countries.
ISO3 = {"USA": "US", "CAN": "CA", "GBR": "GB", "AUS": "AU", "NZL": "NZ", "IRL": "IE"}
ISO3 |= {"DEU": "DE", "FRA": "FR", "ESP": "ES", "ITA": "IT", "NLD": "NL", "ZAF": "ZA"}


class CollectionsMirror(models.AbstractModel):
    """Customers: found among ours when there is no doubt, made when there is none like it."""

    _inherit = "collections.mirror"

    def _apply_customers(self, connection, stream, pairs, now):
        pairs = _parents_first(pairs)
        finder = CustomerFinder(self.env, connection, pairs)
        done = []
        for ref, record in pairs:
            try:
                if self._apply_customer(connection, finder, ref, record, now):
                    done.append(record.external_id)
            except SetAside as error:
                self._set_aside(ref, str(error))
        self._wake(connection, stream, done)
        self._retry_documents(connection, done)

    def _apply_customer(self, connection, finder, ref, record, now):
        """Give the customer of a record its partner.

        :return: whether it has one
        :raises SetAside: when several of ours may be it
        """
        waits = None
        if record.merged_into:
            partner = finder.known(record.merged_into)
            waits = None if partner else [["customers", record.merged_into]]
            self._redirect(ref, partner)
        elif not ref.partner_id and (record.deleted or _only_supplier(record)):
            self._leave(ref, now)
            return False
        else:
            self._give_partner(connection, finder, ref, record)
            if record.parent_id and not finder.known(record.parent_id):
                waits = [["customers", record.parent_id]]
        finder.learn(record.external_id, ref.partner_id)
        self._note_customer(connection, ref, record, now, waits)
        return bool(ref.partner_id)

    def _note_customer(self, connection, ref, record, now, waits):
        home = connection.currency_id or connection.company_id.currency_id
        code = home.name if connection._adapter()._home_balances else record.currency
        currency = self._currencies().get(code or home.name)
        ref.write(
            {
                "state": "done",
                "problem": False,
                "applied_at": now,
                "customer_key": record.external_id,
                "waits_for": waits,
                "told_currency_id": currency.id if currency else False,
                "told_balance": float(record.balance or 0),
                "told_overdue": float(record.overdue or 0),
                "tells_balance": record.balance is not None,
                "tells_overdue": record.overdue is not None,
                "candidate_ids": [(5,)],
            }
        )

    def _give_partner(self, connection, finder, ref, record):
        parent = finder.known(record.parent_id)
        values = finder.values(record, parent)
        if not ref.partner_id:
            found = finder.match(record) if not ref.is_new else self.env["res.partner"]
            if len(found) > 1:
                ref.candidate_ids = found
                raise SetAside(
                    self.env._(
                        "Several customers here may be “%(name)s”: choose which one it is.",
                        name=record.name,
                    )
                )
            ref.partner_id = found or self._new_partner(connection, values, record)
            ref.is_own = not found
        self._update_partner(ref, values, record)

    def _new_partner(self, connection, values, record):
        own = {"company_id": connection.company_id.id, "customer_rank": 1}
        return self.env["res.partner"].create(values | own | {"active": record.active})

    def _update_partner(self, ref, values, record):
        """Follow the ledger where nobody here has decided otherwise.

        Of a customer made for the record, fields that still are as they were last written;
        of another one, fields that are empty.
        """
        partner, before = ref.partner_id, ref.applied_values or {}
        changes = {}
        for name, value in values.items():
            now_here = partner[name].id if partner._fields[name].relational else partner[name]
            free = now_here == before.get(name, value) if ref.is_own else not now_here
            if free and now_here != value and (value or ref.is_own):
                changes[name] = value
        if not ref.is_own:
            changes = {name: changes[name] for name in changes if name not in ("parent_id", "name")}
        if ref.is_own and partner.active != record.active:
            changes |= {"active": record.active or self._owes(partner)}
        if changes:
            partner.with_context(no_vat_validation=True).write(changes)
        ref.applied_values = values

    def _owes(self, partner):
        """Whether a customer has open items: then it stays in sight."""
        return bool(
            self.env["account.move.line"].search_count(
                [
                    ("partner_id", "=", partner.commercial_partner_id.id),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("parent_state", "=", "posted"),
                ],
                limit=1,
            )
        )

    def _redirect(self, ref, winner):
        """After a merge the customer that lives on stands for the other."""
        loser = ref.partner_id
        if not winner or loser == winner:
            return
        ref.partner_id = winner
        if loser and ref.is_own and not self._owes(loser):
            loser.active = False
        ref.is_own = False

    def _retry_documents(self, connection, keys):
        """Documents were set aside because their customer was not here."""
        self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", connection.id),
                ("stream", "!=", "customers"),
                ("state", "=", "failed"),
                ("customer_key", "in", keys),
            ]
        )._again()


def _parents_first(pairs):
    """Order customers so that a parent in the batch comes before its children."""
    known = {record.external_id: record for _ref, record in pairs}

    def depth(record):
        steps, seen = 0, set()
        while record and record.parent_id and record.external_id not in seen:
            seen.add(record.external_id)
            record, steps = known.get(record.parent_id), steps + 1
        return steps + (100 if record and record.merged_into else 0)

    return sorted(pairs, key=lambda pair: (bool(pair[1].merged_into), depth(pair[1])))


def _only_supplier(record):
    """Whether the ledger says that it sells to us and has never been invoiced."""
    return record.raw.get("IsSupplier") is True and record.raw.get("IsCustomer") is False


class CustomerFinder:
    """Finds customers of ours for records of a batch, in a few queries.

    :param pairs: (ref, customer) of the batch
    """

    def __init__(self, env, connection, pairs):
        self.env, self.connection = env, connection
        records = [record for _ref, record in pairs]
        self._known = self._load_known(records)
        self._bound = self._load_bound()
        self._by_vat = self._load_by_vat(records)
        self._by_email = self._load_by_email(records)
        self._shared = self._load_shared(records)

    def known(self, key):
        """The partner of a customer mirrored before; empty when there is none."""
        return self._known.get(key) or self.env["res.partner"]

    def learn(self, key, partner):
        """A customer of the batch has its partner now."""
        if partner:
            self._known[key] = partner
            self._bound.add(partner.id)

    def match(self, record):
        """Partners that may be the customer: by VAT number, else by e-mail.

        One that stands for another customer of this ledger already is not meant; an
        e-mail that several of the ledger's customers have says nothing.
        """
        candidates = self._by_vat.get(_vat(record.vat)) if record.vat else None
        if not candidates:
            emails = {email_normalize(text) for text in record.emails} - {False} - self._shared
            candidates = self.env["res.partner"].browse(
                {partner.id for email in emails for partner in self._by_email.get(email, ())}
            )
        return candidates.filtered(lambda partner: partner.id not in self._bound)

    def _load_known(self, records):
        keys = {record.external_id for record in records}
        keys |= {record.parent_id for record in records} | {r.merged_into for r in records}
        refs = self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("stream", "=", "customers"),
                ("external_id", "in", list(keys - {None})),
                ("partner_id", "!=", False),
            ]
        )
        return {ref.external_id: ref.partner_id for ref in refs}

    def _load_bound(self):
        rows = self.env["collections.external.ref"]._read_group(
            [
                ("connection_id", "=", self.connection.id),
                ("stream", "=", "customers"),
                ("partner_id", "!=", False),
            ],
            ["partner_id"],
        )
        return {partner.id for [partner] in rows}

    def _domain(self):
        company = self.connection.company_id
        return [
            ("company_id", "in", (False, company.id)),
            ("partner_share", "=", True),
            "|",
            ("parent_id", "=", False),
            ("is_company", "=", True),
        ]

    def _load_by_vat(self, records):
        wanted = {_vat(record.vat) for record in records} - {""}
        if not wanted:
            return {}
        partners = self.env["res.partner"].search([("vat", "!=", False), *self._domain()])
        found = {}
        for partner in partners:
            if _vat(partner.vat) in wanted:
                found.setdefault(_vat(partner.vat), partners.browse())
                found[_vat(partner.vat)] |= partner
        return found

    def _load_by_email(self, records):
        emails = {email_normalize(text) for record in records for text in record.emails}
        partners = self.env["res.partner"].search(
            [("email_normalized", "in", list(emails - {False})), *self._domain()]
        )
        return partners.grouped("email_normalized")

    def _load_shared(self, records):
        """E-mail addresses that more than one customer of the ledger has."""
        seen, shared = set(), set()
        for record in records:
            own = {email_normalize(text) for text in record.emails} - {False}
            shared |= own & seen
            seen |= own
        return shared

    # === FIELDS === #

    def values(self, record, parent):
        """What the record says of a partner."""
        address = record.address
        country = self._country(address.country)
        return {
            "name": record.name,
            "parent_id": parent.id,
            "is_company": not (parent and record.bills_with_parent),
            "email": ", ".join(record.emails) or False,
            "phone": record.phone or record.mobile or False,
            "vat": record.vat or False,
            "ref": record.number or False,
            "street": address.street or False,
            "street2": address.street2 or False,
            "city": address.city or False,
            "zip": address.postal_code or False,
            "country_id": country.id,
            "state_id": self._region(country, address.region).id,
        }

    def _country(self, text):
        countries = self.env["res.country"]
        if not text:
            return countries
        code = ISO3.get(text.upper(), text.upper())
        field = "code" if len(code) == 2 else "name"
        return countries.search([(field, "=ilike", code if field == "code" else text)], limit=1)

    def _region(self, country, text):
        states = self.env["res.country.state"]
        if not country or not text:
            return states
        found = country.state_ids.filtered(
            lambda state: text.lower() in (state.code.lower(), state.name.lower())
        )
        return found[:1]


def _vat(text):
    return "".join(char for char in (text or "").upper() if char.isalnum())
