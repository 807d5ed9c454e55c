"""Pages on which customers act: opened by a signed link, or by a login.

How to add a page
-----------------
Write a subclass of :class:`CollectionsPortal` in a file of your own here::

    class PlanPortal(CollectionsPortal):
        @portal_page("/plan")
        def plan(self, visit):
            return self._page(visit, "collections_addon.portal_plan", {"offers": …})

        @portal_page("/plan/accept", act="act")
        def plan_accept(self, visit, plan_id=None, **form):
            plan = visit.own(visit.case.plan_ids, [plan_id])
            done, error = self._try(visit, plan._accept, form.get("name"))
            if error:
                return self._page(visit, …, {"error": error}, status=422)
            visit.flash(visit.env._("Thank you …"))
            return self._back(visit)

`portal_page` serves `/collections/<case>/<token>/plan` and `/my/collections/<case>/plan`
alike; the method gets a :class:`~.portal_visit.Visit`, which holds the case and everything
that belongs to it. With `act` the page takes only POST (with Odoo's CSRF token) and is
counted against that limit of `collections.portal.limit`. GET must never change anything:
mail scanners open links.

Records are taken from the visit (`visit.own(records, ids)`), never by an id of the request:
a foreign or guessed id raises `NotFound`, which shows the same page as a wrong link.

How to add to the overview
--------------------------
Values: override `_overview_values(visit)` in your subclass. Markup: inherit
`collections_addon.portal_overview` and put sections into `#collections_sections`, buttons
into `#collections_actions`; inherit `collections_addon.portal_layout` and put `<li>` into
`#collections_nav` (navigation). What is to be said about an open item comes from
`collections.portal.account._item_notes` (a model to inherit).
"""

import logging
from http import HTTPStatus

from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from .portal_visit import Visit

_logger = logging.getLogger(__name__)
LANG = "collections_lang"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "SAMEORIGIN",
}


def portal_page(path="", act=None, **options):
    """Route of a page of a customer's account.

    :param str path: below the account, with a leading slash; converters as in `http.route`
    :param str|None act: limit against which it is counted; it then takes only POST,
        unless `methods` says otherwise
    """
    paths = [
        f"/collections/<int:collections_case>/<string:collections_token>{path}",
        f"/my/collections/<int:collections_case>{path}",
    ]
    options.setdefault("methods", ["POST"] if act else ["GET"])

    def decorate(method):
        def page(self, collections_case, collections_token=None, **form):
            return self._serve(method, act, collections_case, collections_token, form)

        page.__name__, page.__doc__ = method.__name__, method.__doc__
        route = http.route(
            paths, type="http", auth="public", website=True, multilang=False, sitemap=False,
            **options,
        )  # fmt: skip
        return route(page)

    return decorate


class CollectionsPortal(http.Controller):
    """The account of a customer. See the module's docstring for how to extend it."""

    # === WHO COMES IN === #

    def _serve(self, method, act, case_id, token, form):
        """Open the account and show one of its pages; the same answer to whoever may not."""
        now = fields.Datetime.now()
        if self._is_refused(now):
            return self._too_often()
        visit = self._visit(case_id, token, now)
        if not visit:
            return self._nothing_here(now)
        if isinstance(visit, http.Response):
            return visit
        limits, key = visit.env["collections.portal.limit"], self._limit_key(visit)
        if limits._is_exceeded(act or "view", key, now):
            return self._too_often(visit)
        limits._count(act or "view", key, now)
        try:
            with visit.env.cr.savepoint():
                return method(self, visit, **form)
        except NotFound:
            return self._nothing_here(now)

    def _visit(self, case_id, token, now):
        """The visit of who holds a valid link or is logged in for the customer; None else."""
        cases = request.env["collections.case"].sudo()
        if token is None:
            if request.env.user._is_public():
                return request.redirect_query("/web/login", {"redirect": request.httprequest.path})
            case = cases.browse(case_id).exists() & self._own_cases()
            base = f"/my/collections/{case_id}"
        else:
            case = cases._portal_case(case_id, token, now)
            base = f"/collections/{case_id}/{token}"
        if not case:
            return None
        visit = Visit(case, base, now, request.session.get(LANG))
        request.update_context(lang=visit.lang.code, tz=visit.env.context["tz"])
        request.lang = visit.lang
        return visit

    def _own_cases(self):
        """The cases of the user's own commercial partner, in the user's companies.

        :rtype: `collections.case`, with superuser rights
        """
        user = request.env.user
        return (
            request.env["collections.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", user.partner_id.commercial_partner_id.id),
                    ("company_id", "in", user.company_ids.ids),
                ]
            )
        )

    # === LIMITS === #

    def _is_refused(self, now):
        limits = request.env["collections.portal.limit"].sudo()
        return limits._is_exceeded("refused", limits._key(request.httprequest.remote_addr), now)

    def _limit_key(self, visit):
        return visit.env["collections.portal.limit"]._key("case", visit.case.id)

    def _nothing_here(self, now):
        """What everybody gets who may not come in, whatever the reason."""
        limits = request.env["collections.portal.limit"].sudo()
        limits._count("refused", limits._key(request.httprequest.remote_addr), now)
        values = {"no_header": True, "no_footer": True}
        return self._respond("collections_addon.portal_nothing", values, HTTPStatus.NOT_FOUND)

    def _too_often(self, visit=None):
        values = {"no_header": True, "no_footer": True, "visit": visit}
        response = self._respond(
            "collections_addon.portal_too_often", values, HTTPStatus.TOO_MANY_REQUESTS
        )
        response.headers["Retry-After"] = "600"
        return response

    # === ANSWERS === #

    def _page(self, visit, template, values=None, status=HTTPStatus.OK):
        """A page of the account.

        :param str template: its content; it calls `collections_addon.portal_layout`
        :param dict values: beside `visit`, `error` (a sentence) and `form` (what was entered)
        """
        values = {
            "error": None,
            "form": {},
            **(values or {}),
            "visit": visit,
            "flash": visit.take_flash(),
            "no_header": True,
            "no_footer": True,
        }
        return self._respond(template, values, status)

    def _respond(self, template, values, status):
        response = request.render(template, values)
        response.status_code = int(status)
        response.headers.extend(HEADERS)
        return response

    def _back(self, visit, path=""):
        """Show another page of the account after a form was taken."""
        return request.redirect(visit.url(path), code=HTTPStatus.SEE_OTHER)

    def _file(self, content, name, mimetype="application/pdf"):
        """A document to download."""
        headers = {
            **HEADERS,
            "Content-Type": mimetype,
            "Content-Disposition": http.content_disposition(name),
        }
        return request.make_response(content, list(headers.items()))

    def _try(self, visit, method, *args, **kwargs):
        """Do something wholly or not at all.

        :return: what the method gives, and None; or None and the sentence to show
        :rtype: tuple
        """
        try:
            with visit.env.cr.savepoint():
                return method(*args, **kwargs), None
        except UserError as error:  # ValidationError is one
            visit.env.invalidate_all(flush=False)
            return None, str(error)

    # === PAGES === #

    @portal_page()
    def collections_overview(self, visit, **_query):
        """What is owed, and what can be done about it."""
        values = self._overview_values(visit)
        return self._page(visit, "collections_addon.portal_overview", values)

    def _overview_values(self, visit):
        """Hook: what the overview shows. Extend it in a subclass."""
        account = visit.env["collections.portal.account"]
        return {"sections": account._sections(visit.case, visit.today)}

    @http.route("/my/collections", type="http", auth="user", website=True, multilang=False)
    def collections_accounts(self, **_query):
        """The accounts of who is logged in: at once the only one, else a list."""
        cases = self._own_cases()
        if len(cases) == 1:
            return request.redirect(f"/my/collections/{cases.id}")
        values = {"no_header": True, "no_footer": True, "cases": cases}
        return self._respond("collections_addon.portal_accounts", values, HTTPStatus.OK)

    @portal_page("/invoice/<int:move_id>")
    def collections_invoice(self, visit, move_id, **_query):
        """The page of one open invoice, which Odoo shows to who holds its own link."""
        move = visit.own(visit.invoices, [move_id])
        return request.redirect(move.get_portal_url())

    @portal_page("/language", act="act")
    def collections_language(self, visit, code=None, **_form):
        """Show the account in another language, from now on in this browser."""
        if code not in dict(visit.env["res.lang"].get_installed()):
            raise NotFound()
        request.session[LANG] = code
        return self._back(visit)
