"""Teams of collectors: one each, of the people of the company."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CollectionsCommon, SecondCompany


@tagged("post_install", "-at_install")
class TestTeam(SecondCompany, CollectionsCommon):
    def _team(self, name="North", company=None, **values):
        company = company or self.company
        return self.env["collections.team"].create(
            {"name": name, "company_id": company.id, **values}
        )

    def test_a_collector_is_in_one_team_of_a_company(self):
        members = [Command.set(self.users["collector"].ids)]
        team = self._team(member_ids=members)
        with self.assertRaisesRegex(ValidationError, "another team"), self.env.cr.savepoint():
            self._team("South", member_ids=members)
        team.active = False
        south = self._team("South", member_ids=members)
        with self.assertRaisesRegex(ValidationError, "another team"), self.env.cr.savepoint():
            team.active = True
        found = self.env["collections.team"]._of_collectors(self.company)
        self.assertEqual(found, {self.users["collector"].id: south.id})

    def test_members_may_see_the_company(self):
        with self.assertRaisesRegex(ValidationError, "no access"):
            self._team(company=self.other, member_ids=[Command.set(self.users["collector"].ids)])
