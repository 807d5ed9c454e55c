"""The floor: the least a database can do for the same answer, without any module's code.

Bare SQL that picks the level every open receivable line takes, and inserts the result
into a table with a primary key and three indexes. No customer is protected by it:
credits, tolerances, holds, gaps and contacts under way are not looked at.
"""

TABLE = """
CREATE TABLE bench_floor (
    id serial PRIMARY KEY, move_line_id int NOT NULL, move_id int NOT NULL,
    partner_id int NOT NULL, currency_id int NOT NULL, level_id int NOT NULL,
    days_overdue int NOT NULL, amount_residual numeric NOT NULL
)
"""
INDEXES = (
    "CREATE INDEX ON bench_floor (move_line_id)",
    "CREATE INDEX ON bench_floor (move_id)",
    "CREATE INDEX ON bench_floor (partner_id, currency_id)",
)
LINES = """
SELECT line.id, line.move_id, partner.commercial_partner_id, line.currency_id, step.id,
       %(today)s::date - line.date_maturity, line.amount_residual_currency
  FROM account_move_line line
  JOIN account_account account ON account.id = line.account_id
  JOIN res_partner partner ON partner.id = line.partner_id
  LEFT JOIN LATERAL (
        SELECT level.id
          FROM dunning_level level
         WHERE level.policy_id = %(policy)s
           AND level.days <= %(today)s::date - line.date_maturity
           AND level.days > COALESCE((SELECT present.days FROM dunning_level present
                                       WHERE present.id = line.dunning_level_id), -1000)
      ORDER BY level.days
         LIMIT 1) step ON TRUE
 WHERE account.account_type = 'asset_receivable'
   AND line.reconciled IS NOT TRUE
   AND line.parent_state = 'posted'
   AND line.company_id = %(company)s
   AND line.amount_residual_currency > 0
"""
INSERT = f"""
INSERT INTO bench_floor (move_line_id, move_id, partner_id, currency_id, level_id,
                         days_overdue, amount_residual)
SELECT * FROM ({LINES}) AS line WHERE id_of_level IS NOT NULL
""".replace("step.id,", "step.id AS id_of_level,")
FETCH_SIZE = 20_000


def fill(cr, today, policy_id, company_id):
    """Make the table and fill it.

    :return: how many lines take a step
    :rtype: int
    """
    cr.execute(TABLE)
    for statement in INDEXES:
        cr.execute(statement)
    cr.execute(INSERT, {"today": today, "policy": policy_id, "company": company_id})
    return cr.rowcount


def read(cr, today, policy_id, company_id):
    """Pick the level of every line and read the rows to Python, thousands at a time.

    :return: how many lines there are
    :rtype: int
    """
    cr.execute("SET LOCAL cursor_tuple_fraction = 1")
    cr.execute(
        f"DECLARE bench_lines NO SCROLL CURSOR FOR {LINES}",
        {"today": today, "policy": policy_id, "company": company_id},
    )
    count = 0
    while True:
        cr.execute(f"FETCH FORWARD {FETCH_SIZE} FROM bench_lines")
        rows = cr.fetchall()
        count += len(rows)
        if len(rows) < FETCH_SIZE:
            cr.execute("CLOSE bench_lines")
            return count
