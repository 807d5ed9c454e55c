"""A customer who pays automatically, where the demo provider is there to be paid through."""

from datetime import datetime, time, timedelta


class Autopay:
    """Consent and the notice of what is collected next.

    :param story: the `Story`, told until yesterday
    """

    def __init__(self, story):
        self.story = story
        self.env = story.env(su=True)
        self.company = story.company.with_env(self.env)
        self.provider = self.env["payment.provider"].search(
            [
                ("code", "=", "demo"),
                ("company_id", "=", self.company.id),
                ("allow_tokenization", "=", True),
            ],
            limit=1,
        )

    def begin(self):
        """Every customer so marked agreed six weeks ago; what is due soon is announced."""
        if not self.provider:
            return
        for customer in self.story._marked("autopay"):
            self._agree(self.story.cases[customer].with_env(self.env))
        now = datetime.combine(self.story.today, time(5, 0))
        charges = self.env["collections.autopay"]._announce_due(self.company, self.story.today, now)
        charges.notice_mail_id.state = "sent"  # nothing of a demo leaves

    def _agree(self, case):
        moment = datetime.combine(self.story.today - timedelta(days=42), time(16, 5))
        autopay = self.env["collections.autopay"]._agree(
            case, "all", "Front office", case._autopay_consent(), "198.51.100.20", moment
        )
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids[:1].id,
                "partner_id": case.partner_id.id,
                "provider_ref": "demo",
                "payment_details": "4242",
                **self._outcome(),
            }
        )
        autopay._activate(token)

    def _outcome(self):
        """The demo provider keeps with a method how its payments end."""
        known = "demo_simulated_state" in self.env["payment.token"]._fields
        return {"demo_simulated_state": "done"} if known else {}
