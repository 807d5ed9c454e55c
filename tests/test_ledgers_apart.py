"""Three ledgers, two companies, two currencies, one process: nothing of one gets to another."""

from datetime import date

from odoo.tests import new_test_user, tagged

from .common import SecondCompany
from .connection_common import ConnectionCommon

MAIL = "pay@cedar.example"
#: What belongs to a connection and has a company.
KEPT = (
    "collections.connection",
    "collections.connection.budget",
    "collections.external.ref",
    "collections.sync.log",
    "collections.drift",
    "collections.outbox",
    "collections.webhook.event",
)


@tagged("post_install", "-at_install")
class TestLedgersApart(SecondCompany, ConnectionCommon):
    """The same customer in Xero (twice, dollars) and in another company's QuickBooks (euros)."""

    def setUp(self):
        super().setUp()
        self.other.currency_id = self.env.ref("base.EUR")
        self.second = self._another("xero", 9, self.company, "second-app")
        self.foreign = self._another(
            "quickbooks", 11, self.other, "third-app", base="EUR", currency="EUR"
        )
        self.ledgers = {
            self.connection: self.service,
            self.second: self.second_service,
            self.foreign: self.foreign_service,
        }
        self.keys = {c: self._invoice_there(s) for c, s in self.ledgers.items()}

    def _another(self, provider, seed, company, app, currency="USD", **options):
        service = self._start(provider, self.START, seed=seed, **options)
        connection = self._connection(
            service, name=app, client_id=app, company_id=company.id, push_notes=True
        )
        self._connect(connection, service)
        self.assertEqual(connection.currency_id.name, currency)
        connection.is_import_started = True
        setattr(self, "second_service" if company == self.company else "foreign_service", service)
        return connection

    def _invoice_there(self, service):
        """A hundred owed by the same customer everywhere, under the same number."""
        day = date(2026, 2, 10)
        if service.name == "xero":
            customer = service.add_contact("Cedar Bakery", email=MAIL)
            key = service.add_invoice(customer, "100.00", due=day)
            service.ledger.invoice(key).number = "INV-1"
            return key
        customer = service.add_customer("Cedar Bakery", PrimaryEmailAddr={"Address": MAIL})
        key = service.add_invoice(customer, "100.00", due=day)
        service.books.get("Invoice", key).values["DocNumber"] = "INV-1"
        return key

    def _read_all(self):
        """Each is read in turn by the one process."""
        for connection, service in self.ledgers.items():
            service.clock.advance(minutes=30)
            log = connection._sync(now=service.clock.now().replace(tzinfo=None))
            self.assertEqual(log.state, "done", log.message)

    def _move(self, connection):
        domain = [("connection_id", "=", connection.id), ("stream", "=", "invoices")]
        return self.env["collections.external.ref"].search(domain).move_id

    def test_pitfall_1_every_ledger_hears_its_own_token_alone(self):
        self._read_all()
        heard = []
        for connection, service in self.ledgers.items():
            tokens = [_token(call) for call in service.calls() if "Bearer" in _token(call)]
            self.assertEqual(tokens[-1], f"Bearer {connection._token_row()._secret('access')}")
            heard.append(set(tokens))
        self.assertEqual(len(set.union(*heard)), sum(map(len, heard)), "a token went astray")

    def test_each_document_is_in_its_company_currency_and_journal(self):
        self._read_all()
        moves = [self._move(connection) for connection in self.ledgers]
        for connection, move in zip(self.ledgers, moves, strict=True):
            self.assertEqual(move.collections_connection_id, connection)
            self.assertEqual(move.company_id, connection.company_id)
            self.assertEqual(move.currency_id, connection.currency_id)
            self.assertEqual(move.journal_id, connection.journal_id)
            self.assertEqual(move.line_ids.company_id, connection.company_id)
            self.assertEqual((move.name, move.amount_residual), ("INV-1", 100))
        journals = [connection.journal_id for connection in self.ledgers]
        self.assertEqual(len(set(journals)), 3)
        self.assertEqual(len(set(moves)), 3)

    def test_paid_in_one_ledger_is_paid_there_alone(self):
        """One partner in all: its balances are compared ledger by ledger."""
        self._read_all()
        self.second_service.pay(self.keys[self.second])
        self._read_all()
        left = [self._move(connection).amount_residual for connection in self.ledgers]
        self.assertEqual(left, [100, 0, 100])
        for connection in self.ledgers:
            self.assertEqual(connection.drift_open_count, 0, connection.name)
        self.assertEqual(self._move(self.connection).partner_id.email, MAIL)

    def test_one_that_is_down_stops_its_own_customers_alone(self):
        self._read_all()
        self.connection._need_reconnect("The consent has ended.")
        why = {}
        for connection in self.ledgers:
            line = self._move(connection).line_ids.filtered("date_maturity")
            company_line = line.with_company(connection.company_id)
            day = date(2026, 3, 5)
            why[connection] = company_line._dunning_explain(day)[line.id]["reason_code"] or ""
        self.assertEqual(why[self.connection], "ledger_failing")
        self.assertNotIn("ledger", why[self.second])
        self.assertNotIn("ledger", why[self.foreign])
        self.assertTrue(self._told(self.company))
        self.assertFalse(self._told(self.other))

    def _told(self, company):
        overview = self.env["collections.overview"].with_company(company)
        return overview.with_context(allowed_company_ids=company.ids).get_overview()["ledgers"]

    def test_a_limit_of_one_holds_for_no_other(self):
        self.service.fault("day", retry_after=7200)
        self.service.clock.advance(minutes=30)
        self.assertEqual(self.sync().state, "paused")
        for connection in (self.second, self.foreign):
            service = self.ledgers[connection]
            log = connection._sync(now=service.clock.now().replace(tzinfo=None))
            self.assertEqual(log.state, "done")

    def test_an_administrator_of_one_company_sees_nothing_of_the_other(self):
        self._read_all()
        groups = "collections_addon.group_collections_admin,account.group_account_manager"
        ours, theirs = (
            new_test_user(self.env, f"admin_{c.id}", groups, company_id=c.id, company_ids=c.ids)
            for c in (self.company, self.other)
        )
        for user, company in ((ours, self.company), (theirs, self.other)):
            for model in KEPT:
                rows = self.env[model].with_user(user).search([])
                with self.subTest(model, company=company.name):
                    self.assertLessEqual(set(rows.sudo().company_id.ids), {company.id})
                    if model in KEPT[:4]:
                        self.assertTrue(rows)


def _token(call):
    return call.headers.get("authorization", "")
