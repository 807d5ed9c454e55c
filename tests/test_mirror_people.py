"""P8: persons at a customer are contacts of it, and the right one is written to."""

from odoo.tests import tagged

from .connection_common import ConnectionCommon


def person(first, email, gets=False):
    return {
        "FirstName": first,
        "LastName": "Reed",
        "EmailAddress": email,
        "IncludeInEmails": gets,
    }


@tagged("post_install", "-at_install")
class TestMirrorPeople(ConnectionCommon):
    PROVIDER = "xero"

    def mirror(self, *persons, email="pay@cedar.example"):
        contact = self.service.add_contact("Cedar Bakery", email=email, persons=list(persons))
        self.contact = self.service.ledger.contacts[contact]
        self.service.add_invoice(contact, 100)
        self.sync()
        self.partner = self.ref("customers", contact).partner_id
        return self.partner

    def change(self, *persons, **values):
        values["persons"] = list(persons)
        self.service.ledger.change_contact(self.contact, **values)
        self.later()
        self.sync()

    def told(self):
        return {(c.name, c.email, c.type) for c in self.partner.child_ids}

    def test_persons_are_contacts_and_the_customer_is_written_to(self):
        partner = self.mirror(person("Ann", "ann@cedar.example", gets=True), person("Bo", ""))
        self.assertEqual(
            self.told(),
            {("Ann Reed", "ann@cedar.example", "contact"), ("Bo Reed", False, "contact")},
        )
        self.assertEqual(partner._dunning_recipient(), partner)

    def test_p8_without_an_address_of_its_own_the_person_for_documents_is_written_to(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        partner = self.mirror(
            person("Ann", "ann@cedar.example"), person("Bo", "bo@cedar.example", True), email=""
        )
        recipient = partner._dunning_recipient()
        self.assertEqual(recipient.name, "Bo Reed")
        self.assertEqual(recipient.lang, partner.lang)
        partner.lang = french.code
        self.change(person("Bo", "bo@cedar.example", True), email="pay@cedar.example")
        self.assertEqual(partner.email, "pay@cedar.example")
        self.assertEqual(partner._dunning_recipient(), partner)

    def test_they_follow_the_ledger(self):
        self.mirror(person("Ann", "ann@cedar.example"), person("Bo", "bo@cedar.example"))
        ann, bo = self.partner.child_ids.sorted("name")
        self.change(person("Anna", "ann@cedar.example"), person("Bo", "bo@new.example"))
        self.assertEqual((ann.name, bo.email), ("Anna Reed", "bo@new.example"))
        self.change(person("Bo", "bo@new.example"))
        self.assertEqual((ann.active, bo.active), (False, True))
        self.change()
        self.assertFalse(bo.active)

    def test_what_somebody_here_changed_stays(self):
        self.mirror(person("Ann", "ann@cedar.example"))
        self.partner.child_ids.name = "Ann Reed-Moss"
        self.change(person("Anna", "ann@cedar.example"))
        self.assertEqual(self.partner.child_ids.name, "Ann Reed-Moss")

    def test_contacts_of_ours_are_met_and_left_alone(self):
        partner = self.mirror()
        own = self.env["res.partner"].create(
            {"name": "Ann", "email": "Ann@Cedar.example", "parent_id": partner.id}
        )
        self.change(person("Ann", "ann@cedar.example"), person("Pay", "pay@cedar.example"))
        self.assertEqual(partner.child_ids, own)
        self.assertEqual(own.name, "Ann")
        self.change()
        self.assertTrue(own.active)
