"""The two ends of a consent: leaving for the ledger's page, and coming back from it."""

import logging
import time
from datetime import timedelta

from odoo import fields, http
from odoo.http import request

from ..base import ConnectorError

_logger = logging.getLogger(__name__)
PENDING = "collections_consents"
LIFE = timedelta(minutes=15).total_seconds()
MOST_PENDING = 5
ADMIN = "collections_addon.group_collections_admin"


class ConsentController(http.Controller):
    """A consent belongs to the browser session that began it, and is taken once."""

    @http.route("/collections/connection/<int:connection_id>/connect", auth="user", sitemap=False)
    def collections_connect(self, connection_id, **_query):
        """Send a person to the ledger's page."""
        connection = self._connection(connection_id)
        if not connection:
            return request.not_found()
        try:
            begun = connection._begin_consent(fields.Datetime.now())
        except ConnectorError as error:
            return self._back(connection, str(error))
        pending = self._pending()
        while len(pending) >= MOST_PENDING:
            pending.pop(min(pending, key=lambda state: pending[state]["at"]))
        pending[begun.state] = {
            "connection": connection.id,
            "user": request.env.uid,
            "verifier": begun.verifier,
            "at": time.time(),
        }
        request.session[PENDING] = pending
        return request.redirect(begun.url, code=303, local=False)

    @http.route("/collections/oauth/callback", auth="user", methods=["GET"], sitemap=False)
    def collections_callback(self, state="", code="", realmId="", error="", **_query):
        """Take a person back from the ledger's page."""
        pending = self._pending()
        known = pending.pop(state, None)
        request.session[PENDING] = pending
        connection = known and self._connection(known["connection"])
        if not connection or known["user"] != request.env.uid:
            return self._refuse()
        if error or not code:
            return self._back(connection, self._declined(error))
        try:
            now = fields.Datetime.now()
            connection._finish_consent(code, known["verifier"], realmId, now)
        except ConnectorError as problem:
            return self._back(connection, str(problem))
        return self._back(connection)

    def _pending(self):
        """Consents begun in this session that may still come back."""
        known = request.session.get(PENDING) or {}
        return {state: each for state, each in known.items() if time.time() - each["at"] < LIFE}

    def _connection(self, connection_id):
        """The connection, where this user may change it; an empty recordset otherwise."""
        companies = request.env.user.company_ids.ids
        model = request.env["collections.connection"].with_context(allowed_company_ids=companies)
        connection = model.search([("id", "=", connection_id)])
        may = request.env.user.has_group(ADMIN) and connection.has_access("write")
        return connection if may else model

    def _declined(self, error):
        if error == "access_denied":
            return request.env._("The consent was not given: nothing was connected.")
        return request.env._("The ledger's page ended with an error: %s", error[:60] or "-")

    def _back(self, connection, problem=False):
        connection.sudo().problem = problem
        action = "collections_addon.action_collections_connection"
        return request.redirect(f"/odoo/action-{action}/{connection.id}")

    def _refuse(self):
        _logger.info("A consent came back that was not begun in this session.")
        text = request.env._(
            "This page was opened twice, or too late, or in another browser than the one that "
            "began. Open the connection and press Connect again."
        )
        return request.render("collections_addon.consent_refused", {"text": text}, status=400)
