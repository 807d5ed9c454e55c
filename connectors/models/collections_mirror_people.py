from odoo import fields, models
from odoo.tools import email_normalize


class CollectionsExternalRef(models.Model):
    _inherit = "collections.external.ref"

    people = fields.Json(help="Contacts made for persons of this customer: id -> what was written.")


class CollectionsMirror(models.AbstractModel):
    """Persons at a customer: contacts of it here.

    Only contacts that were made for them are changed or archived. Who gets reminders is decided
    by Odoo's own rule, the contact for invoices, else the customer: a person becomes that
    contact where the ledger sends documents to it and has no address of the customer itself.
    """

    _inherit = "collections.mirror"

    def _give_partner(self, connection, finder, ref, record):
        """Override: its persons come with it."""
        super()._give_partner(connection, finder, ref, record)
        if record.people or ref.people:
            self._mirror_people(ref, record)

    def _mirror_people(self, ref, record):
        made = self._made_people(ref)
        free, kept = list(made), {}
        for person, values in self._wanted_people(ref.partner_id, record):
            contact = self._contact_of(free, values)
            if contact:
                free.remove(contact)
                self._follow_person(contact, made[contact], values)
            elif self._is_known_here(ref.partner_id, made, person, values):
                continue
            else:
                contact = self._new_person(ref.partner_id, values)
            kept[str(contact.id)] = values
        self.env["res.partner"].union(*free).active = False
        ref.people = kept or False

    def _made_people(self, ref):
        """Contacts made before, that are still there, and what was last written on them."""
        told = ref.people or {}
        contacts = self.env["res.partner"].browse(map(int, told)).exists()
        return {contact: told[str(contact.id)] for contact in contacts}

    def _wanted_people(self, partner, record):
        """Persons that can be told apart, with the values of their contacts."""
        wanted, for_invoices = [], not partner.email
        for person in record.people:
            if not person.name and not person.email:
                continue
            gets = for_invoices and person.gets_documents and bool(person.email)
            for_invoices = for_invoices and not gets
            values = {
                "name": person.name or person.email,
                "email": person.email or False,
                "type": "invoice" if gets else "contact",
            }
            wanted.append((person, values))
        return wanted

    def _contact_of(self, free, values):
        """The contact that was made for a person: with this address, else this name."""
        email = email_normalize(values["email"] or "")
        by_email = [c for c in free if email and email_normalize(c.email or "") == email]
        by_name = [c for c in free if c.name == values["name"]]
        return next(iter(by_email + by_name), None)

    def _follow_person(self, contact, before, values):
        """Take over what changed there and nobody here has changed."""
        changes = {
            name: value
            for name, value in values.items()
            if contact[name] == before.get(name) and contact[name] != value
        }
        if not contact.active:
            changes["active"] = True
        if changes:
            contact.write(changes)

    def _is_known_here(self, partner, made, person, values):
        """Whether somebody here entered that contact; the customer itself may be meant."""
        email = email_normalize(person.email or "")
        others = (partner | partner.child_ids) - self.env["res.partner"].union(*made)
        return any(
            (email and email_normalize(other.email or "") == email)
            or (other != partner and other.name == values["name"])
            for other in others
        )

    def _new_person(self, partner, values):
        own = {"parent_id": partner.id, "company_id": partner.company_id.id, "lang": partner.lang}
        return self.env["res.partner"].create(values | own)
