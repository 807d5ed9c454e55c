"""Automatic payment on the customer's page: agree, give a method, see what comes, stop."""

from odoo import fields, http
from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.exceptions import ValidationError
from odoo.http import request

from .portal_base import portal_page
from .portal_form import amount_of
from .portal_pay import PayPortal


class AutopayPortal(PayPortal):
    @portal_page("/autopay")
    def collections_autopay(self, visit, **_query):
        """What was agreed and what is collected next; else, what can be agreed to."""
        return self._autopay_page(visit)

    def _autopay_page(self, visit, error=None, form=None):
        case = visit.case
        coming = case.autopay_charge_ids.filtered(
            lambda one: one.state in ("announced", "charging", "pending", "retrying", "unknown")
        )
        providers = self._saving_providers(visit)
        values = {
            "autopay": case.autopay_id,
            "coming": coming.sorted("next_date"),
            "scopes": case.env["collections.autopay"]
            ._fields["scope"]
            ._description_selection(case.env),
            "consent": case._autopay_consent(),
            "can_save": bool(providers),
            "form": form or {},
            "error": error,
        }
        status = 422 if error else 200
        return self._page(visit, "collections_addon.portal_autopay", values, status)

    def _saving_providers(self, visit, report=None):
        return self._providers(
            visit, visit.company.currency_id, 0.0, report, force_tokenization=True,
            is_validation=True,
        )  # fmt: skip

    # === AGREE === #

    @portal_page("/autopay/agree", act="act")
    def collections_autopay_agree(self, visit, scope="", name="", agreed="", limit="", **_form):
        """Note the consent and go on to the payment method."""
        form = {"scope": scope, "name": name, "limit": limit}
        if not agreed:
            text = visit.env._("Please tick that you agree.")
            return self._autopay_page(visit, text, form)
        most = amount_of(limit)
        _autopay, error = self._try(
            visit,
            visit.env["collections.autopay"]._agree,
            visit.case,
            scope,
            name,
            visit.case._autopay_consent(most if (most or 0) > 0 else None),
            visit.address(),
            visit.now,
            limit=most,
        )
        if error:
            return self._autopay_page(visit, error, form)
        return self._back(visit, "/autopay/method")

    @portal_page("/autopay/method")
    def collections_autopay_method(self, visit, **_query):
        """Core's form to save a payment method; the provider keeps it."""
        autopay = visit.case._autopay_waiting()
        if not autopay:
            return self._back(visit, "/autopay")
        values = {
            **self._form_values(
                visit, visit.company.currency_id, 0.0, force_tokenization=True, is_validation=True
            ),
            "mode": "validation",
            "amount": None,
            "allow_token_selection": False,
            "tokens_sudo": request.env["payment.token"].sudo(),
            "transaction_route": visit.url("/autopay/transaction"),
            "landing_route": visit.url("/autopay"),
        }
        return self._page(visit, "collections_addon.portal_autopay_method", values)

    @http.route(
        [
            "/collections/<int:collections_case>/<string:collections_token>/autopay/transaction",
            "/my/collections/<int:collections_case>/autopay/transaction",
        ],
        type="jsonrpc",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
    )
    def collections_autopay_transaction(self, collections_case, collections_token=None, **kwargs):
        """Begin to save a method for the consent that waits for one.

        :return: what core's payment form needs to go on
        :rtype: dict
        :raises ValidationError: nobody agreed before, or the provider was not offered
        """
        visit = self._visit_by_script(collections_case, collections_token)
        self._check_form(visit, kwargs)
        autopay = visit.case._autopay_waiting()
        provider = self._saving_providers(visit).filtered(
            lambda one: one.id == kwargs.get("provider_id")
        )
        method = provider.payment_method_ids.filtered(
            lambda one: one.id == kwargs.get("payment_method_id") and one.support_tokenization
        )
        if not autopay or not method or kwargs["flow"] == "token":
            raise ValidationError(visit.env._("This way to pay is not offered."))
        transaction = PaymentPortal()._create_transaction(
            provider_id=provider.id,
            payment_method_id=method.id,
            token_id=None,
            amount=None,
            currency_id=None,
            partner_id=visit.partner.id,
            flow=kwargs["flow"],
            tokenization_requested=True,
            landing_route=visit.url("/autopay"),
            is_validation=True,
            custom_create_values={
                "collections_autopay_id": autopay.id,
                "collections_case_id": visit.case.id,
            },
        )
        return transaction._get_processing_values()

    # === STOP === #

    @portal_page("/autopay/stop", act="act")
    def collections_autopay_stop(self, visit, **_form):
        """Nothing more is collected."""
        autopay = visit.case.autopay_id
        if autopay:
            day = visit.day(fields.Datetime.now())
            autopay._revoke(visit.env._("Ended by the customer on %s.", day))
            visit.flash(visit.env._("Automatic payment has ended. Nothing more is collected."))
        return self._back(visit, "/autopay")
