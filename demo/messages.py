"""What customers have answered to reminders: to be read, and some of it to be reviewed."""

from datetime import datetime, time, timedelta

from odoo.fields import Domain

#: Language -> (channel, topic that somebody has confirmed or None, text).
SAID = {
    "en": (
        ("email", "process_defect", "Our controller has to sign this off, he is back next Monday."),
        ("email", None, "The hourly rate is not the one of your offer. Please have a look."),
        ("sms", None, "Sorry! Will transfer the whole amount on Friday."),
        ("email", None, "Two of the boxes were wet inside, who do I send the pictures to?"),
        ("email", None, "I keep asking for the invoice, you only ever send reminders!!"),
        ("sms", None, "can't do it all at once, 3 parts ok?"),
        ("email", "payment_method", "Our bank does not know the account on your letterhead."),
    ),
    "tr": (
        (
            "email",
            "billing_error",
            "Faturadaki birim fiyat teklifinizden farklı, kontrol eder misiniz?",
        ),
        ("sms", None, "Cuma günü havale yapacağız, kusura bakmayın."),
    ),
    "pt": (
        ("email", "not_received", "Ainda não nos chegou o original desta fatura, podem enviar?"),
        ("sms", None, "Fazemos a transferência na sexta-feira, desculpem."),
    ),
    "ro": (
        ("email", "due_date", "Conform contractului avem 60 de zile, mai verificați scadența."),
        ("sms", None, "Virăm banii vineri, ne cerem scuze."),
    ),
    "lt": (
        ("email", "process_defect", "Sąskaitą dar turi patvirtinti mūsų vadovas."),
        ("sms", None, "Pervesime penktadienį, atsiprašome."),
    ),
}
SHORT_OF_MONEY = (
    "email",
    "cash_shortage",
    "Our own customers pay us late, we are short at the moment.",
)
SPEAKS = ("late", "slow", "seasonal", "trouble", "installments", "disputer", "partial")


class Messages:
    """Writes down messages of customers of the story.

    :param story: `Story`
    """

    def __init__(self, story):
        self.story = story
        self.env = story.env

    def write(self):
        """A message of most customers that pay late, over the last eight weeks."""
        speakers = [one for one in self.story.customers if one.habit in SPEAKS]
        said = [self._say(number, customer) for number, customer in enumerate(speakers)]
        waiting = Domain("reading_state", "=", "waiting")
        waiting &= Domain("company_id", "=", self.story.company.id)
        self.env["collections.interaction"].search(waiting)._read(self.story.company)
        for message, topic in said:
            if topic:
                message.topic = topic

    def _say(self, number, customer):
        partner = self.story.ledger.partners[customer]
        own = SAID.get((partner.lang or "en")[:2], SAID["en"])
        in_trouble = customer.habit == "trouble"
        channel, topic, text = SHORT_OF_MONEY if in_trouble else own[number % len(own)]
        day = self.story.today - timedelta(days=2 + number * 5 % 56)
        said = self.env["collections.interaction"]._log(
            channel,
            "in",
            text,
            datetime.combine(day, time(9 + number % 8, 12)),
            case=self.story.cases[customer],
            lang=partner.lang,
        )
        return said, topic
