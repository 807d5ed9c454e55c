from odoo import api, models


class CollectionsPredictionWords(models.AbstractModel):
    """What a reason of a score is called, where it raises the chance and where it lowers it."""

    _name = "collections.prediction.words"
    _description = "Words of a Prediction"

    @api.model
    def _sentences(self):
        """Code -> (sentence that raises, sentence that lowers), in the user's language.

        :rtype: dict[str, tuple[str, str]]
        """
        _ = self.env._
        return {
            "age": (
                _("Invoices of this age are often paid"),
                _("Invoices of this age are seldom paid soon"),
            ),
            "history": (
                _("The customer's earlier invoices were paid sooner than others'"),
                _("The customer's earlier invoices were paid later than others'"),
            ),
            "unpaid": (
                _("Little else is overdue"),
                _("Older invoices of the customer are still unpaid"),
            ),
            "trend": (_("The last payments came sooner"), _("The last payments came later")),
            "terms": (_("The payment term helps"), _("The payment term speaks against it")),
            "amount": (
                _("Amounts like this are paid sooner"),
                _("Amounts like this are paid later"),
            ),
            "season": (_("A good time of the year"), _("A slow time of the year")),
            "silence": (_("The customer paid something lately"), _("No payment for long")),
            "exposure": (
                _("The customer has little open with us"),
                _("The customer has much open with us"),
            ),
            "partial": (
                _("The customer rarely pays in parts"),
                _("The customer often pays in parts"),
            ),
            **self._said(),
        }

    def _said(self):
        _ = self.env._
        told = {
            "shortage": _("The customer said it cannot pay"),
            "refusal": _("The customer refused to pay"),
            "handed_over": _("The customer has been handed over"),
        }
        return {
            **{code: (sentence, sentence) for code, sentence in told.items()},
            "disputed": (_("Contested"), _("The invoice is contested")),
            "promise_open": (_("Payment is promised"), _("Payment is promised")),
            "promise_broken": (_("A promise was broken"), _("A promise was broken lately")),
            "promise_kept": (_("Promises were kept lately"), _("Promises were kept lately")),
            "announced": (_("A payment is on its way"), _("A payment is on its way")),
            "in_plan": (_("It is in a payment plan"), _("It is in a payment plan")),
        }

    @api.model
    def _tell(self, reasons):
        """Sentences of stored reasons, the strongest first, with an arrow up or down.

        :param list reasons: of [code, effect]
        :rtype: str
        """
        sentences = self._sentences()
        return "\n".join(
            f"{'▲' if effect > 0 else '▼'} {sentences[code][effect < 0]}"
            for code, effect in reasons or []
            if code in sentences and effect
        )
