"""What the tests of payment plans share."""

from odoo import Command, fields

from .common import CollectionsCommon


class PlanCommon(CollectionsCommon):
    """A customer who owes three invoices, and terms without approval or gap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder = cls._policy("Installments", Soon=-3, Missing=3, Risk=10)
        cls.ladder.is_for_plans = True
        cls.offer = cls._offer("Six Months")
        cls.policy.plan_offer_ids = cls.offer
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)

    @classmethod
    def _offer(cls, name, **values):
        return cls.env["collections.plan.offer"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "policy_id": cls.ladder.id,
                "self_service": True,
                "max_count": 6,
                "grace_days": 3,
                "missed_allowed": 1,
                **values,
            }
        )

    def _plan(self, moves, today, first=None, count=3, offer=None, user=None, **choices):
        """A proposed plan; the debtor has not agreed yet."""
        choices |= {"count": count, "first_date": first and fields.Date.to_date(first)}
        plans = self.env["collections.plan"].with_user(user or self.users["collector"])
        return plans._propose(
            self.case.with_env(plans.env),
            moves,
            offer or self.offer,
            choices,
            "collector",
            fields.Date.to_date(today),
        )

    def _agreed(self, moves, today, **values):
        """A plan that the debtor has agreed to."""
        plan = self._plan(moves, today, **values)
        self.assertEqual(plan.state, "proposed")
        plan._accept("Dora Debtor", self._at(today))
        return plan

    def _line(self, number, plan):
        return plan.line_ids.filtered(lambda line: line.number == number)

    def _settled(self, plan, day):
        """The states of a plan and its installments on a day."""
        plan._settle(fields.Date.to_date(day))
        return plan.state, plan.line_ids.sorted("number").mapped("state")

    def _custom(self, moves, today, *rows):
        """Values of a plan with a schedule of somebody's own: (date, amount) rows."""
        return {
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "offer_id": self.offer.id,
            "start_date": today,
            "item_ids": [Command.create({"move_id": move.id}) for move in moves],
            "line_ids": [
                Command.create({"number": number, "date": day, "amount": amount})
                for number, (day, amount) in enumerate(rows, 1)
            ],
        }
