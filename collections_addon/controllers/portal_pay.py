"""Paying on the customer's page: choose, pay through a provider, see what came of it.

Card data never come here: core's payment form gives them to the provider. What is
paid is computed from the ledger when the page is shown and again when the payment
begins; an amount that does not agree, an item of somebody else and a provider that
was not offered are refused.
"""

import re
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from .portal_base import CollectionsPortal, portal_page
from .portal_visit import Visit

#: What core's payment form sends to begin a transaction.
FORM_KEYS = {
    "provider_id",
    "payment_method_id",
    "token_id",
    "amount",
    "flow",
    "tokenization_requested",
    "landing_route",
    "is_validation",
    "access_token",
    "csrf_token",
}
#: Installments shown beside those that are due.
NEXT_INSTALLMENTS = 3
#: The parts of 1111.11 as it is written: before, between thousands, before cents, after.
WRITTEN = re.compile(r"(\D*)1(\D?)111(?:(\D)1+)?(\D*)", re.DOTALL)


class PayPortal(CollectionsPortal):
    # === CHOOSE === #

    @portal_page("/pay")
    def collections_pay(self, visit, **_query):
        """What can be paid, to choose from; each currency by itself."""
        return self._choose_page(visit)

    def _choose_page(self, visit, error=None):
        case = visit.case
        sections = [
            self._choice(visit, currency) for currency in case._checkout_currencies().sorted("name")
        ]
        values = {"sections": sections, "error": error, "form": self._asked()}
        return self._page(visit, "collections_addon.portal_pay", values, 422 if error else 200)

    def _choice(self, visit, currency):
        """One currency of the page: its items, what is suggested, what may be paid at most."""
        case, asked = visit.case, self._asked()
        items = case._checkout_items(currency, visit.today)
        rows = case._checkout_installments(currency, visit.today)
        keys, lines, _due = case._checkout_suggestion(currency, visit.today, items, rows)
        is_chosen = asked["items"] or asked["installments"]
        planned = case._planned_lines(currency)
        payable = [item for item in items if item.left]
        return {
            "currency": currency,
            "items": [item for item in items if item.key not in set(planned.ids)],
            "lines": {line.id: line for line in planned.browse(item.key for item in items)},
            "chosen": asked["items"] if is_chosen else keys,
            "chosen_installments": asked["installments"] if is_chosen else lines,
            "credit": case._checkout_free_credit(currency, visit.today),
            "most": case._checkout_most(currency, visit.today, payable),
            "announced": set(case._announced_lines().ids),
            "plans": [
                self._installment_choice(visit, plan, rows)
                for plan in case._checkout_plans(currency)
            ],
            "written": self._written(visit, currency),
        }

    def _installment_choice(self, visit, plan, rows):
        """A running plan: installments late and the next ones, and paying it off at once."""
        own = [(line, amount) for line, amount, _keys in rows if line.plan_id == plan]
        late = sum(line.date <= visit.today for line, _amount in own)
        reserved = visit.case._checkout_reserved(plan.currency_id, visit.today)
        choice = {"way": "plan", "plan": plan.id, "currency": plan.currency_id.id}
        return {
            "plan": plan,
            "rows": own[: late + NEXT_INSTALLMENTS],
            "reserved": {line.id: reserved.get(line.id, 0) for line, _amount in own[late:]},
            "settlement": plan._settlement(visit.today) if own else None,
            "url": visit.url(f"/pay/checkout?{urlencode(choice)}"),
        }

    def _written(self, visit, currency):
        """How an amount is written, for the script that adds up what is ticked."""
        text = visit.money(currency.round(1111.11), currency)
        before, thousands, point, after = WRITTEN.fullmatch(text).groups()
        return {
            "before": before,
            "thousands": thousands,
            "point": point or "",
            "after": after,
            "places": currency.decimal_places,
        }

    def _asked(self):
        """What the address says was chosen; amount and currency as text."""
        args = request.httprequest.args
        items, installments = (
            {int(key) for key in args.getlist(name) if key.isdecimal()}
            for name in ("item", "installment")
        )
        return {
            "items": items,
            "installments": installments,
            "plan": args.get("plan", ""),
            "currency": args.get("currency", ""),
            "amount": args.get("amount", "").strip(),
            "way": args.get("way", ""),
        }

    def _quote(self, visit):
        """The currency chosen and what paying would come to.

        :raises UserError: with a sentence for the customer
        :raises NotFound: when the address is no choice of this page
        """
        asked = self._asked()
        currencies = visit.case._checkout_currencies()
        currency = visit.own(currencies, [asked["currency"]])
        plan, amount = None, None
        if asked["way"] == "plan":
            plan = visit.own(visit.case._checkout_plans(currency), [asked["plan"]])
        elif asked["way"] != "items" and asked["amount"]:
            try:
                amount = Decimal(asked["amount"].replace(",", "."))
            except InvalidOperation as error:
                raise UserError(visit.env._("Please enter an amount as a number.")) from error
            if not amount.is_finite():
                raise UserError(visit.env._("Please enter an amount as a number."))
        lines = asked["installments"]
        keys = asked["items"] if asked["items"] or lines or amount is None else None
        quote = visit.case._checkout_quote(currency, visit.today, keys, amount, lines, plan)
        return currency, quote

    # === PAY === #

    @portal_page("/pay/checkout")
    def collections_checkout(self, visit, **_query):
        """What was chosen, and core's payment form for it."""
        try:
            currency, quote = self._quote(visit)
        except UserError as error:
            return self._choose_page(visit, str(error))
        lines = visit.env["account.move.line"].browse(share.key for share in quote.shares)
        values = {
            "quote": quote,
            "lines": {line.id: line for line in lines},
            "saved": visit.case._checkout_saved(quote, visit.today),
            **self._form_values(visit, currency, float(quote.amount)),
            "transaction_route": self._with_choice(visit.url("/pay/transaction")),
        }
        return self._page(visit, "collections_addon.portal_checkout", values)

    def _with_choice(self, path):
        asked = self._asked()
        choice = [("item", key) for key in sorted(asked["items"])]
        choice += [("installment", key) for key in sorted(asked["installments"])]
        names = ("currency", "amount", "way", "plan")
        choice += [(name, asked[name]) for name in names if asked[name]]
        return f"{path}?{urlencode(choice)}"

    def _form_values(self, visit, currency, amount, **kwargs):
        """What `payment.form` needs: providers, methods and tokens that may be used here."""
        report = {}
        providers = self._providers(visit, currency, amount, report, **kwargs)
        methods = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, visit.partner.id, currency_id=currency.id, report=report, **kwargs
            )
        )
        return {
            "mode": "payment",
            "currency": currency,
            "amount": amount,
            "partner_id": visit.partner.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": self._tokens(visit, providers),
            "availability_report": report,
            "show_tokenize_input_mapping": self._may_save(visit, providers),
            "landing_route": visit.url("/pay/done"),
            "access_token": None,
            "reference_prefix": None,
            "res_company": visit.company,
        }

    def _providers(self, visit, currency, amount, report=None, **kwargs):
        return (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                visit.company.id,
                visit.partner.id,
                amount,
                currency_id=currency.id,
                report=report,
                **kwargs,
            )
        )

    def _tokens(self, visit, providers):
        """Saved methods are for who is logged in: a link may have been passed on."""
        tokens = request.env["payment.token"].sudo()
        if visit.by_link:
            return tokens.browse()
        return tokens._get_available_tokens(providers.ids, visit.partner.id)

    def _may_save(self, visit, providers):
        if visit.by_link:
            return dict.fromkeys(providers.ids, False)
        return PaymentPortal._compute_show_tokenize_input_mapping(providers)

    # === TRANSACTION === #

    @http.route(
        [
            "/collections/<int:collections_case>/<string:collections_token>/pay/transaction",
            "/my/collections/<int:collections_case>/pay/transaction",
        ],
        type="jsonrpc",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
    )
    def collections_transaction(self, collections_case, collections_token=None, **kwargs):
        """Begin the payment that the page showed.

        :return: what core's payment form needs to go on
        :rtype: dict
        :raises ValidationError: the amount is no longer that of the page, or was never
        """
        visit = self._visit_by_script(collections_case, collections_token)
        self._check_form(visit, kwargs)
        currency, quote = self._quote_again(visit, kwargs.get("amount"))
        provider = self._check_way(visit, currency, quote, kwargs)
        transaction = PaymentPortal()._create_transaction(
            provider_id=provider.id,
            payment_method_id=kwargs.get("payment_method_id"),
            token_id=kwargs.get("token_id"),
            amount=float(quote.amount),
            currency_id=currency.id,
            partner_id=visit.partner.id,
            flow=kwargs["flow"],
            tokenization_requested=not visit.by_link and bool(kwargs.get("tokenization_requested")),
            landing_route=visit.url("/pay/done"),
            reference_prefix=visit.case._checkout_reference(quote),
            custom_create_values=visit.case._checkout_transaction_values(
                quote, currency, visit.today
            ),
        )
        return transaction._get_processing_values()

    def _visit_by_script(self, case_id, token):
        """The visit of a script of one of our pages.

        :raises ValidationError: the same for whoever may not come in
        """
        now = fields.Datetime.now()
        visit = None if self._is_refused(now) else self._visit(case_id, token, now)
        limits = request.env["collections.portal.limit"].sudo()
        if not isinstance(visit, Visit):
            limits._count("refused", limits._key(request.httprequest.remote_addr), now)
            raise ValidationError(request.env._("This link does not open an account."))
        key = self._limit_key(visit)
        if limits._is_exceeded("act", key, now):
            raise ValidationError(visit.env._("Please wait a little and try again."))
        limits._count("act", key, now)
        return visit

    def _check_form(self, visit, kwargs):
        if set(kwargs) - FORM_KEYS or kwargs.get("flow") not in ("direct", "redirect", "token"):
            raise ValidationError(visit.env._("This form was changed on its way."))

    def _quote_again(self, visit, amount):
        try:
            currency, quote = self._quote(visit)
        except NotFound as error:
            raise ValidationError(visit.env._("This form was changed on its way.")) from error
        try:
            agrees = currency.compare_amounts(float(amount), float(quote.amount)) == 0
        except (TypeError, ValueError):
            agrees = False
        if not agrees:
            raise ValidationError(
                visit.env._("The amount has changed meanwhile. Please go back and choose again.")
            )
        return currency, quote

    def _check_way(self, visit, currency, quote, kwargs):
        """The provider, if it and the method or token are among those offered.

        :rtype: `payment.provider`, with superuser rights
        """
        values = self._form_values(visit, currency, float(quote.amount))
        provider = values["providers_sudo"].filtered(lambda p: p.id == kwargs.get("provider_id"))
        if kwargs["flow"] == "token":
            way = values["tokens_sudo"].filtered(
                lambda token: token.id == kwargs.get("token_id") and token.provider_id == provider
            )
        else:
            way = values["payment_methods_sudo"].filtered(
                lambda method: (
                    method.id == kwargs.get("payment_method_id") and provider in method.provider_ids
                )
            )
        if not provider or not way:
            raise ValidationError(visit.env._("This way to pay is not offered."))
        return provider

    # === AFTERWARDS === #

    @portal_page("/pay/done")
    def collections_paid(self, visit, **_query):
        """What became of the payment of this browser; without one, the overview."""
        tx_id = request.session.get(PaymentPostProcessing.MONITORED_TX_ID_KEY)
        transaction = request.env["payment.transaction"].sudo().browse(tx_id or 0).exists()
        if not transaction or transaction.collections_case_id.id != visit.case.id:
            return self._back(visit)
        values = {
            "tx": transaction,
            "left": sum(line.amount_residual > 0 for line in visit.debts),
        }
        return self._page(visit, "collections_addon.portal_paid", values)
