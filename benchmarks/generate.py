"""Fills a database with open, overdue receivables: as many as asked, in seconds.

Set-based SQL instead of the ORM, on the tables every Odoo 19 has, so that the same
ledger can be made for any module. What is made holds together as Odoo would have
made it: posted invoices whose entries balance, installments of payment terms,
payments with their partial reconciliation, residuals that follow from them.

    python benchmarks/generate.py DATABASE LINES [--seed 1]

The same number and seed give the same ledger. Foreign keys and indexes are taken
off while rows are loaded and put back afterwards, which also proves the rows right.
"""

import argparse
import contextlib
import time
from datetime import date

from stand import connect

#: The day on which the ledger is looked at; every line is 11 to 120 days overdue.
TODAY = date(2026, 6, 30)
CURRENCIES = {"USD": (1.0, 50), "EUR": (0.92, 35), "GBP": (0.79, 15)}
TABLES = ("res_partner", "account_move", "account_move_line", "account_partial_reconcile")

#: Uniform in [0, 1), from a number and a salt: the same in every run and every plan.
UNIFORM = """
CREATE FUNCTION pg_temp.u(i bigint, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(i, salt::bigint * 7919 + %(seed)s) & 1073741823)::float8
          / 1073741824 $$
"""

SETUP = """
CREATE TEMP TABLE setup AS
SELECT company.id AS company_id, company.currency_id AS company_currency_id,
       sale.id AS sale_journal_id, bank.id AS bank_journal_id,
       receivable.value::int AS receivable_id,
       sale.default_account_id AS income_id, bank.default_account_id AS bank_account_id,
       %(today)s::date AS today, company.partner_id AS company_partner_id
  FROM res_company company
  JOIN LATERAL (SELECT id, default_account_id FROM account_journal
                 WHERE type = 'sale' AND company_id = company.id
              ORDER BY sequence, id LIMIT 1) sale ON TRUE
  JOIN LATERAL (SELECT id, default_account_id FROM account_journal
                 WHERE type = 'bank' AND company_id = company.id
              ORDER BY sequence, id LIMIT 1) bank ON TRUE
  JOIN LATERAL (SELECT json_value AS value FROM ir_default d
                  JOIN ir_model_fields f ON f.id = d.field_id
                 WHERE f.model = 'res.partner' AND f.name = 'property_account_receivable_id'
                   AND (d.company_id = company.id OR d.company_id IS NULL)
              ORDER BY d.company_id LIMIT 1) receivable ON TRUE
 ORDER BY company.id LIMIT 1
"""

#: Payment terms: id of the number of installments, days to the last one.
TERMS = """
WITH made AS (
    INSERT INTO account_payment_term (name, active, sequence, display_on_invoice,
                                      company_id, discount_percentage, discount_days,
                                      early_pay_discount_computation, early_discount)
    SELECT jsonb_build_object('en_US', v.name), TRUE, 100 + v.days, TRUE, NULL,
           2.0, 10, 'included', FALSE
      FROM (VALUES ('Benchmark: 15 Days', 15), ('Benchmark: 30 Days', 30),
                   ('Benchmark: 45 Days', 45), ('Benchmark: Two Halves', 60),
                   ('Benchmark: Three Parts', 90)) AS v(name, days)
 RETURNING id, sequence - 100 AS days)
SELECT id, days, CASE days WHEN 60 THEN 2 WHEN 90 THEN 3 ELSE 1 END AS parts
  INTO TEMP TABLE term FROM made
"""

TERM_LINES = """
INSERT INTO account_payment_term_line (payment_id, nb_days, value, delay_type, value_amount)
SELECT id, days - 30 * (parts - part), 'percent', 'days_after',
       CASE WHEN part = parts THEN 100.0 - (parts - 1) * trunc(100.0 / parts, 2)
            ELSE trunc(100.0 / parts, 2) END
  FROM term, generate_series(1, parts) AS part
"""

RATES = """
INSERT INTO res_currency_rate (name, rate, currency_id, company_id)
SELECT '2020-01-01'::date, v.rate, currency.id, NULL
  FROM currency v JOIN res_currency currency ON currency.id = v.id
ON CONFLICT DO NOTHING
"""

#: One customer in ten has an invoice contact of its own.
CUSTOMERS = """
INSERT INTO res_partner (id, name, complete_name, commercial_company_name, is_company, active,
                         type, lang, tz, email, email_normalized, street, city, zip, country_id,
                         commercial_partner_id, parent_id, partner_share, customer_rank,
                         supplier_rank, autopost_bills, color, create_date, write_date)
SELECT %(first)s + n, name, name, name, TRUE, TRUE, 'contact', 'en_US', 'Europe/Brussels',
       mail, mail, 'Market Street ' || n, 'Springfield', lpad(n::text, 6, '0'), country.id,
       %(first)s + n, NULL::int, TRUE, 1, 0, 'ask', 0, now(), now()
  FROM (SELECT n, 'Customer ' || lpad(n::text, 6, '0') AS name,
               'customer' || n || '@example.com' AS mail
          FROM generate_series(1, %(customers)s) AS n) AS c,
       (SELECT id FROM res_country WHERE code = 'BE') AS country
 UNION ALL
SELECT %(first)s + %(customers)s + n, 'Accounts ' || n,
       'Customer ' || lpad((n * 10)::text, 6, '0') || ', Accounts ' || n,
       'Customer ' || lpad((n * 10)::text, 6, '0'), FALSE, TRUE, 'invoice', 'en_US',
       'Europe/Brussels', 'accounts' || n || '@example.com', 'accounts' || n || '@example.com',
       'Market Street ' || n * 10, 'Springfield', lpad(n::text, 6, '0'), country.id,
       %(first)s + n * 10, %(first)s + n * 10, TRUE, 0, 0, 'ask', 0, now(), now()
  FROM generate_series(1, %(customers)s / 10) AS n,
       (SELECT id FROM res_country WHERE code = 'BE') AS country
"""

#: Invoices until the wanted number of installments is reached; the last is cut short.
INVOICES = """
CREATE TEMP TABLE invoice AS
WITH wish AS (
    SELECT i, CASE WHEN pg_temp.u(i, 1) < 0.80 THEN 1
                   WHEN pg_temp.u(i, 1) < 0.93 THEN 2 ELSE 3 END AS parts
      FROM generate_series(1, %(lines)s) AS i),
counted AS (SELECT i, parts, sum(parts) OVER (ORDER BY i) AS upto FROM wish),
kept AS (
    SELECT i, upto - parts AS before, least(parts, %(lines)s - (upto - parts)) AS parts,
           1 + floor(%(customers)s * power(pg_temp.u(i, 2), 1.5))::int AS customer
      FROM counted WHERE upto - parts < %(lines)s)
SELECT %(first_move)s + k.i AS move_id, k.i, k.before, k.parts::int AS parts,
       %(first_partner)s + k.customer AS partner_id,
       currency.id AS currency_id, currency.rate,
       term.id AS term_id, setup.today - due.overdue AS last_due,
       setup.today - due.overdue - term.days AS invoice_date,
       round((50 + 4000 * power(pg_temp.u(k.i, 3), 3))::numeric, 2) AS amount
  FROM kept k
 CROSS JOIN setup
  JOIN LATERAL (SELECT CASE WHEN pg_temp.u(k.i, 4) < 0.02
                            THEN pg_temp.u(k.customer, 6) ELSE pg_temp.u(k.customer, 5)
                       END AS draw) pick ON TRUE
  JOIN currency ON pick.draw >= currency.low AND pick.draw < currency.high
  JOIN LATERAL (SELECT 11 + floor(110 * pg_temp.u(k.i, 7))::int AS overdue) due ON TRUE
  JOIN LATERAL (SELECT id, days FROM term WHERE term.parts = k.parts
              ORDER BY pg_temp.u(k.i, 8 + term.days), id LIMIT 1) term ON TRUE
"""

#: One row per installment, with what is still open of it.
INSTALLMENTS = """
CREATE TEMP TABLE installment AS
SELECT invoice.before + part AS n, invoice.i, move_id, partner_id, currency_id, rate,
       invoice_date, last_due - 30 * (parts - part) AS due, share AS amount,
       CASE WHEN pg_temp.u(invoice.before + part, 20) < 0.2
            THEN round(share * (0.1 + 0.7 * pg_temp.u(invoice.before + part, 21))::numeric, 2)
            ELSE 0 END AS paid
  FROM invoice
 CROSS JOIN LATERAL generate_series(1, parts) AS part
 CROSS JOIN LATERAL (SELECT CASE WHEN part < parts THEN trunc(amount / parts, 2)
                    ELSE amount - (parts - 1) * trunc(amount / parts, 2) END AS share) AS s
"""

MOVES = """
INSERT INTO account_move (
    id, name, sequence_prefix, sequence_number, journal_id, company_id, currency_id, move_type,
    state, auto_post, posted_before, checked, date, invoice_date, invoice_date_due, partner_id,
    commercial_partner_id, partner_shipping_id, invoice_partner_display_name,
    invoice_payment_term_id, payment_reference, payment_state, invoice_currency_rate,
    amount_untaxed, amount_tax, amount_total, amount_residual, amount_untaxed_signed,
    amount_untaxed_in_currency_signed, amount_tax_signed, amount_total_signed,
    amount_total_in_currency_signed, amount_residual_signed, create_date, write_date)
SELECT v.move_id, 'INV/B/' || lpad(v.i::text, 7, '0'), 'INV/B/', v.i, setup.sale_journal_id,
       setup.company_id, v.currency_id, 'out_invoice', 'posted', 'no', TRUE, TRUE,
       v.invoice_date, v.invoice_date, v.last_due, v.partner_id, v.partner_id, v.partner_id,
       partner.name, v.term_id, 'INV/B/' || lpad(v.i::text, 7, '0'),
       CASE WHEN paid.total > 0 THEN 'partial' ELSE 'not_paid' END, v.rate,
       v.amount, 0, v.amount, v.amount - paid.total, paid.value, v.amount, 0, paid.value,
       v.amount, paid.value - paid.value_paid, now(), now()
  FROM invoice v
  JOIN (SELECT move_id, sum(paid) AS total, sum(round(amount / rate, 2)) AS value,
               sum(round(paid / rate, 2)) AS value_paid
          FROM installment GROUP BY move_id) paid USING (move_id)
  JOIN res_partner partner ON partner.id = v.partner_id
 CROSS JOIN setup
 UNION ALL
SELECT %(first_payment)s + n, 'BNK1/B/' || lpad(n::text, 7, '0'), 'BNK1/B/', n,
       setup.bank_journal_id, setup.company_id, currency_id, 'entry', 'posted', 'no', TRUE, TRUE,
       due, NULL, NULL, partner_id, partner_id, NULL, NULL, NULL, NULL, 'not_paid', rate,
       0, 0, paid, 0, 0, 0, 0, round(paid / rate, 2), paid, 0, now(), now()
  FROM installment CROSS JOIN setup
 WHERE paid > 0
"""

LINE_COLUMNS = """
    id, move_id, move_name, parent_state, journal_id, company_id, company_currency_id,
    currency_id, account_id, partner_id, sequence, display_type, name, date, invoice_date,
    date_maturity, amount_currency, balance, debit, credit, amount_residual_currency,
    amount_residual, reconciled, matching_number, price_unit, quantity, price_subtotal,
    price_total, create_date, write_date
"""

#: Receivable lines; the company amount of the residual is amount less what was paid of it.
RECEIVABLES = f"""
INSERT INTO account_move_line ({LINE_COLUMNS})
SELECT %(first_line)s + n, move_id, 'INV/B/' || lpad(i::text, 7, '0'), 'posted',
       setup.sale_journal_id, setup.company_id, setup.company_currency_id, currency_id,
       setup.receivable_id, partner_id, 100, 'payment_term', 'INV/B/' || lpad(i::text, 7, '0'),
       invoice_date, invoice_date, due, amount, value, value, 0, amount - paid,
       value - round(paid / rate, 2), FALSE,
       CASE WHEN paid > 0 THEN 'P' || %(first_partial)s + n END, 0, 0, 0, 0, now(), now()
  FROM (SELECT *, round(amount / rate, 2) AS value FROM installment) v CROSS JOIN setup
"""

#: The other side balances the receivable lines exactly, to the cent of each.
REVENUES = f"""
INSERT INTO account_move_line ({LINE_COLUMNS})
SELECT %(first_revenue)s + i, move_id, 'INV/B/' || lpad(i::text, 7, '0'), 'posted',
       setup.sale_journal_id, setup.company_id, setup.company_currency_id, currency_id,
       setup.income_id, partner_id, 10, 'product', 'Goods', invoice_date, invoice_date, NULL,
       -amount, -value, 0, value, 0, 0, FALSE, NULL, amount, 1, amount, amount, now(), now()
  FROM (SELECT i, move_id, currency_id, partner_id, invoice_date, sum(amount) AS amount,
               sum(round(amount / rate, 2)) AS value
          FROM installment GROUP BY 1, 2, 3, 4, 5) v CROSS JOIN setup
"""

PAYMENTS = f"""
INSERT INTO account_move_line ({LINE_COLUMNS})
SELECT %(first_payment_line)s + 2 * n + side, %(first_payment)s + n,
       'BNK1/B/' || lpad(n::text, 7, '0'), 'posted', setup.bank_journal_id, setup.company_id,
       setup.company_currency_id, currency_id,
       CASE side WHEN 0 THEN setup.receivable_id ELSE setup.bank_account_id END, partner_id, 10,
       CASE side WHEN 0 THEN 'payment_term' ELSE 'product' END, 'Part payment', due, NULL,
       CASE side WHEN 0 THEN due END,
       CASE side WHEN 0 THEN -paid ELSE paid END, CASE side WHEN 0 THEN -value ELSE value END,
       side * value, (1 - side) * value, 0, 0, side = 0,
       CASE side WHEN 0 THEN 'P' || %(first_partial)s + n END, 0, 0, 0, 0, now(), now()
  FROM (SELECT *, round(paid / rate, 2) AS value FROM installment WHERE paid > 0) v
 CROSS JOIN setup CROSS JOIN generate_series(0, 1) AS side
"""

PARTIALS = """
INSERT INTO account_partial_reconcile (
    id, debit_move_id, credit_move_id, debit_currency_id, credit_currency_id, company_id,
    max_date, amount, debit_amount_currency, credit_amount_currency, create_date, write_date)
SELECT %(first_partial)s + n, %(first_line)s + n, %(first_payment_line)s + 2 * n, currency_id,
       currency_id, setup.company_id, due, round(paid / rate, 2), paid, paid, now(), now()
  FROM installment CROSS JOIN setup
 WHERE paid > 0
"""


def generate(database, lines, seed=1, customers=None):
    """Fill a database.

    :param str database: has Odoo's accounting with a chart of accounts, no such ledger yet
    :param int lines: how many open overdue receivable lines to make
    :param int seed: another seed, another ledger
    :param int customers: at most so many; a tenth of the lines when not given
    :return: counts of what was made, and the seconds it took
    :rtype: dict
    """
    started = time.perf_counter()
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cr:
        connection.autocommit = False
        for setting in ("maintenance_work_mem = '512MB'", "work_mem = '256MB'", "jit = off"):
            cr.execute(f"SET {setting}")
        cr.execute(UNIFORM, {"seed": seed})
        _prepare(cr)
        with _unburdened(cr):
            counts = _load(cr, lines, customers or max(lines // 10, 1))
        connection.commit()
        connection.autocommit = True
        cr.execute("VACUUM ANALYZE " + ", ".join(TABLES))
    return counts | {"seconds": round(time.perf_counter() - started, 1)}


def _prepare(cr):
    cr.execute(SETUP, {"today": TODAY})
    cr.execute("SELECT count(*) FROM setup")
    if cr.fetchone() != (1,):
        raise SystemExit("The database has no company with sales and bank journals.")
    cr.execute("UPDATE res_currency SET active = TRUE WHERE name IN %s", [tuple(CURRENCIES)])
    cr.execute("CREATE TEMP TABLE currency (id int, rate numeric, low float8, high float8)")
    low = 0.0
    for name, (rate, weight) in CURRENCIES.items():
        high = low + weight / 100
        cr.execute(
            "INSERT INTO currency SELECT id, %s, %s, %s FROM res_currency WHERE name = %s",
            [rate, low, high, name],
        )
        low = high
    cr.execute(RATES)
    cr.execute(TERMS)
    cr.execute(TERM_LINES)


def _load(cr, lines, customers):
    values = {"lines": lines, "customers": customers}
    first = values["first"] = values["first_partner"] = _last(cr, "res_partner")
    cr.execute(CUSTOMERS, values)
    move = values["first_move"] = _last(cr, "account_move")
    values["first_payment"] = move + lines
    line = values["first_line"] = _last(cr, "account_move_line")
    values["first_revenue"] = line + lines
    values["first_payment_line"] = line + 2 * lines
    values["first_partial"] = _last(cr, "account_partial_reconcile")
    for statement in (INVOICES, INSTALLMENTS, MOVES, RECEIVABLES, REVENUES, PAYMENTS, PARTIALS):
        cr.execute(statement, values)
        if "TEMP TABLE" in statement:
            cr.execute("ANALYZE " + statement.split()[3])
    for table in TABLES:
        cr.execute(f"SELECT setval('{table}_id_seq', max(id)) FROM {table}")
    cr.execute(
        "SELECT count(DISTINCT partner_id), count(DISTINCT move_id), count(*),"
        " count(*) FILTER (WHERE paid > 0), count(DISTINCT (partner_id, currency_id))"
        " FROM installment"
    )
    names = ("customers", "invoices", "lines", "part_paid", "customer_currencies")
    return dict(zip(names, cr.fetchone(), strict=True)) | {"first_partner": first}


def _last(cr, table):
    cr.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")
    return cr.fetchone()[0]


@contextlib.contextmanager
def _unburdened(cr):
    """Take foreign keys and indexes off the tables meanwhile."""
    cr.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text IN %s",
        [TABLES],
    )
    keys = cr.fetchall()
    cr.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid::regclass::text IN %s AND NOT indisprimary"
        " AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)",
        [TABLES],
    )
    indexes = cr.fetchall()
    for table, name, _definition in keys:
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cr.execute(definition)
    for table in TABLES:
        added = ", ".join(f'ADD CONSTRAINT "{k[1]}" {k[2]}' for k in keys if k[0] == table)
        if added:
            cr.execute(f"ALTER TABLE {table} {added}")


def main():
    """Fill the database named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database")
    parser.add_argument("lines", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(generate(arguments.database, arguments.lines, arguments.seed))


if __name__ == "__main__":
    main()
