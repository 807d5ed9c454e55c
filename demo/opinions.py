"""What customers think of how they are treated, and how they want to be reached."""

from datetime import datetime, time


class Opinions:
    """Events of the story: complaints, ratings, opt-outs, text messages. Mixed into `Events`."""

    def _case(self, customer):
        return self.env["collections.case"]._of(self.ledger.partners[customer], self.company)

    def complain(self, customer, day):
        """The customer rings up and complains: nothing is sent until that is settled."""
        self._complaint(
            customer,
            day,
            "phone",
            "Third reminder for a delivery that your driver took back. Nobody calls me back.",
        )

    def rate_low(self, customer, day):
        """A bad answer on the customer's page; it is taken as a complaint."""
        text = "The reminder came a day after I had paid."
        self._rate(customer, day, 1, text)
        self._complaint(customer, day, "portal", text)

    def rate_high(self, customer, day):
        """A good answer after a call."""
        self._rate(customer, day, 5, "Friendly, and we found a way together. Thank you!")

    def _complaint(self, customer, day, source, text):
        complaint = self.env["collections.complaint"].create(
            {
                "case_id": self._case(customer).id,
                "text": text,
                "source": source,
                "opened_on": day,
            }
        )
        self._date_messages(complaint, day)

    def _rate(self, customer, day, value, text):
        """As the page does it, but as a note: a demo tells nobody by e-mail."""
        case = self._case(customer)
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(case._name),
                "res_id": case.id,
                "partner_id": case.partner_id.id,
                "rated_partner_id": case._rating_get_operator().id,
                "is_internal": False,
            }
        )
        case.rating_apply(value, rating=rating, feedback=text, subtype_xmlid="mail.mt_note")
        rating.flush_recordset()
        moment = datetime.combine(day, time(11, 40))
        self.env.cr.execute(
            "UPDATE rating_rating SET create_date = %s, write_date = %s WHERE id = %s",
            [moment, moment, rating.id],
        )
        rating.invalidate_recordset(["create_date", "write_date"])
        self.replay.date_messages(case, day)

    def text_how_much(self, customer, day):
        """A text message in the evening, served by itself."""
        self._text(customer, day, "how much do I owe?", "4471", "thanks, bye")

    def text_call_me(self, customer, day):
        """A text message that wants a person."""
        self._text(customer, day, "Please call me back on Friday at 3 pm")

    def _text(self, customer, day, *texts):
        case = self._case(customer)
        case.partner_id.ref = "C-4471"
        talk = self.env["collections.conversation"]._open(
            "sms",
            f"+1555010{case.id % 10000:04}",
            self.company,
            case=case,
            now=datetime.combine(day, time(18, 20)),
        )
        for minute, text in enumerate(texts, start=20):
            talk._hear("text", text, datetime.combine(day, time(18, minute)))
        self.replay.date_messages(case, day)

    def opt_out(self, customer, day):
        """No e-mail any more, says the customer on its page: letters may come."""
        self.env["collections.opt.out"].create(
            {
                "case_id": self._case(customer).id,
                "channel_code": "email",
                "date": day,
                "source": "portal",
            }
        )
