"""Notices on the customer's page."""

from odoo.tests import new_test_user, tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalNotice(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.login = new_test_user(cls.env, login="debtor", groups="base.group_portal")
        cls.login.partner_id.parent_id = cls.customer
        cls.policy.level_ids[0].step_ids = [(5,), *cls._steps("portal")]

    def _notice(self):
        self._run(self.today)
        action = self._actions([("case_id", "=", self.case.id)])
        self._scheduler["dunning.action"]._dispatch()
        return action

    def test_put_up_read_and_gone(self):
        notice = self._notice()
        self.assertEqual((notice.state, notice.channel_code), ("sent", "portal"))
        self.assertTrue(notice.item_ids.move_line_id.dunning_level_id)
        page = self._get()
        part = f"collections_notice_{notice.id}"
        self.assertIn(notice.subject, self._text(page, part))
        [form] = page.xpath(f"//section[@id='{part}']//form/@action")
        after = self._post(form.removeprefix(self._base()))
        self.assertFalse(self._text(after, part))
        self.assertEqual(notice.state, "opened")
        self.assertIn(notice.subject, self._text(self._get("/history")))

    def test_looking_is_not_reading(self):
        notice = self._notice()
        self._get()
        self.assertEqual(notice.state, "sent")

    def test_of_somebody_else_it_cannot_be_read(self):
        notice = self._notice()
        other = self._customer("Neighbor Ltd")
        self._late(other, 10, days=12)
        case = self.env["collections.case"]._of(other, self.company)
        self._post(f"/notice/{notice.id}/read", case=case, status=404)
        self.assertEqual(notice.state, "sent")
        self.assertFalse(self._text(self._get(case=case), f"collections_notice_{notice.id}"))

    def test_test_mode_shows_nothing(self):
        self.policy.test_mode = True
        notice = self._notice()
        self.assertEqual((notice.state, notice.reason_code), ("sent", "test_mode"))
        self.assertFalse(self._text(self._get(), f"collections_notice_{notice.id}"))

    def test_who_cannot_log_in_is_not_reached(self):
        self.login.active = False
        notice = self._notice()
        self.assertEqual((notice.state, notice.reason_code), ("skipped", "no_address"))
