"""What the demo firm charges for late payment, and whom it has handed over."""

from datetime import timedelta

#: Share of the charges of the past that a manager has booked, waived or left as they are.
BOOKED, WAIVED = 3, 7


class Charges:
    """Charges and hand-overs of the story.

    :param story: `Story`, before its days are played
    """

    def __init__(self, story):
        self.story = story
        self.env = story.env
        self.company = story.company
        self.today = story.today

    def choose(self):
        """The firm policy charges a fee and interest from its second reminder on."""
        second = self.env.ref("collections_addon.level_firm_second", raise_if_not_found=False)
        final = self.env.ref("collections_addon.level_gentle_final", raise_if_not_found=False)
        currency = self.company.currency_id
        if second:
            second.write(
                {
                    "charge_mode": "mention",
                    "fee_ids": [
                        (5, 0, 0),
                        (0, 0, {"currency_id": currency.id, "amount": 10}),
                    ],
                    "interest": "contract",
                    "interest_percent": 9,
                }
            )
        if final:
            final.write({"charge_mode": "mention", "interest": "contract", "interest_percent": 9})

    def decide(self):
        """A manager has booked some of what was mentioned, and given one up."""
        charges = self.env["collections.charge"].search(
            [("company_id", "=", self.company.id), ("state", "=", "mentioned")], order="id"
        )
        charges[::WAIVED]._waive("Agreed with the customer on the phone")
        left = charges.filtered(lambda charge: charge.state == "mentioned")
        left[::BOOKED]._book(self.today - timedelta(days=1))

    def hand_over(self):
        """Who is with the lawyer, and what she reports."""
        lawyer = self.env["res.partner"].create(
            {
                "name": "Abbott & Reyes, Attorneys",
                "is_company": True,
                "email": "office@abbott-reyes.example.com",
                "company_id": self.company.id,
            }
        )
        for customer in self.story._marked("legal"):
            case = self.story.cases[customer]
            moves = case.move_line_ids.filtered(lambda line: line.amount_residual > 0).move_id
            if moves:
                handover = self.env["collections.handover"].create(
                    {
                        "company_id": self.company.id,
                        "case_id": case.id,
                        "agency_id": lawyer.id,
                        "agency_reference": "AR-2231",
                        "note": "Two promises broken; nobody answers the phone any more.",
                        "line_ids": [(0, 0, {"move_id": move.id}) for move in moves],
                    }
                )
                handover._hand_over(self.today, gather=False)
                handover._report("Letter before action sent", self.today)
