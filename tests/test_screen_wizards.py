"""The dialogs of the screens do what they say, for those who may."""

from base64 import b64decode

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .screens_common import ScreensCommon


@tagged("post_install", "-at_install")
class TestScreenWizards(ScreensCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls._customers(3)
        cls.moves = cls._invoices(cls.partners)
        cls.dunning_run = cls.env["dunning.run"]._execute(cls.company, cls.today)
        cls.cases = cls.env["collections.case"].search([("partner_id", "in", cls.partners.ids)])

    def _wizard(self, model, records, user, **values):
        context = {"active_model": records._name, "active_ids": records.ids}
        return self.env[model].with_user(user).with_context(**context).create(values)

    def test_a_collector_puts_several_customers_on_hold_at_once(self):
        wizard = self._wizard(
            "collections.hold.wizard", self.cases, self.users["collector"], reason="Fair"
        )
        wizard.action_apply()
        self.assertEqual(self.cases.mapped("is_on_hold"), [True] * 3)
        self.assertEqual(set(self.cases.mapped("stage")), {"waiting"})

    def test_a_collector_puts_one_invoice_on_hold(self):
        wizard = self._wizard(
            "collections.hold.wizard", self.moves[0], self.users["collector"], reason="Wrong"
        )
        wizard.action_apply()
        hold = self.env["collections.hold"].search([("move_id", "=", self.moves[0].id)])
        self.assertEqual(hold.partner_id, self.partners[0])
        self.assertFalse(self.moves[1].is_on_hold)

    def test_releasing_holds_lets_reminders_go_on(self):
        case = self.cases[0].with_user(self.users["collector"])
        self._wizard(
            "collections.hold.wizard", case, self.users["collector"], reason="x"
        ).action_apply()
        case.action_release_holds()
        self.assertFalse(case.is_on_hold)
        self.assertEqual(case.stage, "dunning")
        with self.assertRaises(UserError):
            case.action_release_holds()

    def test_a_viewer_cannot_put_anybody_on_hold(self):
        with self.assertRaises(AccessError):
            self._wizard("collections.hold.wizard", self.cases, self.users["viewer"], reason="x")

    def test_assigning_may_spare_customers_who_have_a_collector(self):
        self.cases[0].collector_id = self.users["manager"]
        wizard = self._wizard(
            "collections.case.assign",
            self.cases,
            self.users["manager"],
            collector_id=self.users["collector"].id,
            only_unassigned=True,
        )
        wizard.action_apply()
        self.assertEqual(self.cases[0].collector_id, self.users["manager"])
        self.assertEqual(self.cases[1:].collector_id, self.users["collector"])

    def test_handing_over_cancels_what_is_planned_and_keeps_the_reason(self):
        case = self.cases[0]
        self.assertEqual(case.action_ids.mapped("state"), ["draft"])
        wizard = self._wizard(
            "collections.case.stage", case, self.users["manager"], stage="legal", note="Insolvent"
        )
        wizard.action_apply()
        self.assertEqual(case.stage, "legal")
        self.assertEqual(case.action_ids.mapped("state"), ["cancelled"])
        self.assertIn("Insolvent", case.message_ids[0].body)
        self._wizard(
            "collections.case.stage", case, self.users["manager"], stage="current", note="Paid"
        ).action_apply()
        self.assertEqual(case.stage, "dunning", "taken back, it stands where its items stand")

    def test_a_collector_cannot_hand_over(self):
        with self.assertRaises(AccessError):
            self._wizard(
                "collections.case.stage",
                self.cases,
                self.users["collector"],
                stage="legal",
                note="x",
            )

    def test_evaluating_is_the_managers_and_may_be_repeated(self):
        with self.assertRaises(AccessError):
            self.env["dunning.evaluate"].with_user(self.users["collector"]).create({})
        wizard = self.env["dunning.evaluate"].with_user(self.users["manager"]).create({})
        self.assertEqual(wizard.last_date, self.today)
        contacts = self.dunning_run.action_ids
        action = wizard.action_evaluate()
        self.assertEqual(action["res_id"], self.dunning_run.id)
        self.assertEqual(self.dunning_run.action_ids, contacts)

    def test_previewing_goes_through_the_contacts_and_sends_nothing(self):
        preview = (
            self.env["dunning.preview"]
            .with_user(self.users["collector"])
            ._open_for(self.dunning_run.action_ids)
        )
        first = preview.action_id
        self.assertTrue(preview.is_first)
        self.assertIn(first.partner_id.name, str(preview.body))
        self.assertTrue(preview.subject)
        preview.action_next()
        self.assertNotEqual(preview.action_id, first)
        preview.action_previous()
        self.assertEqual(preview.action_id, first)
        self.assertEqual(set(self.dunning_run.action_ids.mapped("state")), {"draft"})

    def test_the_preview_of_a_letter_is_what_goes_into_the_envelope(self):
        self.policy.level_ids.step_ids.channel_code = "letter"
        partner = self._customers(1, start=900)
        partner.write({"street": "Main Street 1", "city": "Town", "zip": "1000"})
        partner.country_id = self.env.ref("base.fr")
        self._invoices(partner)
        run = self.env["dunning.run"]._execute(self.company, self.today)
        letter = run.action_ids.filtered(lambda action: action.partner_id == partner)
        self.assertEqual(letter.channel_code, "letter")
        preview = (
            self.env["dunning.preview"]
            .with_user(self.users["collector"])
            .with_context(force_report_rendering=True)
            ._open_for(letter)
        )
        self.assertTrue(b64decode(preview.document).startswith(b"%PDF"))
        email = self.dunning_run.action_ids.filtered(lambda a: a.channel_code == "email")[0]
        self.assertFalse(self.env["dunning.preview"]._open_for(email).document)

    def test_approving_in_the_preview_goes_on_to_the_next_and_closes_after_the_last(self):
        preview = (
            self.env["dunning.preview"]
            .with_user(self.users["collector"])
            ._open_for(self.dunning_run.action_ids)
        )
        first = preview.action_id
        self.assertEqual(preview.action_approve()["res_id"], preview.id)
        self.assertEqual(first.state, "queued")
        second = preview.action_id
        preview.action_cancel_contact()
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(preview.action_approve()["tag"], "soft_reload")

    def test_there_is_nothing_to_preview_once_all_is_approved(self):
        self.dunning_run.with_user(self.users["collector"]).action_approve()
        with self.assertRaises(UserError):
            self.dunning_run.with_user(self.users["collector"]).action_preview_drafts()
