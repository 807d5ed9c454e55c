"""Times the nightly refresh of predictions, profiles and groups, and that after one event.

    python benchmarks/profiles.py DATABASE

The database is one that `generate.py` has filled. Everybody is contacted, then three invoices
of four are settled, as far as predictions look. Nothing is kept: all is rolled back.
"""

import json
import resource
import sys
import time
from contextlib import contextmanager
from unittest.mock import patch

from generate import TODAY
from ours import prepare
from stand import environment

CHANGED = (
    "account_move_line", "account_partial_reconcile", "collections_case", "dunning_action",
    "dunning_action_item",
)  # fmt: skip
SENT = "UPDATE dunning_action SET state = 'sent', contact_date = %s::date - 25"
PAID = """
WITH paid AS (
    UPDATE account_move_line SET reconciled = TRUE, amount_residual = 0
     WHERE parent_state = 'posted' AND display_type = 'payment_term' AND balance > 0 AND id %% 4 > 0
 RETURNING id, company_id, currency_id, date_maturity, balance)
INSERT INTO account_partial_reconcile (
    debit_move_id, credit_move_id, debit_currency_id, credit_currency_id, company_id, max_date,
    amount, debit_amount_currency, credit_amount_currency)
SELECT paid.id, (SELECT min(credit_move_id) FROM account_partial_reconcile), currency_id,
       currency_id, company_id, least(date_maturity + (paid.id * 7 %% 60)::int - 9, %s::date - 1),
       balance, balance, balance
  FROM paid
"""

#: Method -> what it does, in the order of the work.
STEPS = {
    ("collections.prediction.ledger", "_gather"): "read the ledger",
    ("collections.prediction.scorer", "_scores"): "score",
    ("collections.prediction.scorer", "_write"): "write predictions",
    ("collections.case", "_write_profiles"): "write profiles",
    ("collections.case", "_write_groups"): "write groups",
}


@contextmanager
def watched(env, seconds):
    """Count the seconds of each step while inside."""
    patches = [_watch(env, seconds, *key, title) for key, title in STEPS.items()]
    for one in patches:
        one.start()
    yield
    for one in patches:
        one.stop()


def _watch(env, seconds, model, method, title):
    kind = type(env[model])
    real = getattr(kind, method)

    def timed(*args, **kwargs):
        begun = time.perf_counter()
        value = real(*args, **kwargs)
        seconds[title] = round(seconds.get(title, 0) + time.perf_counter() - begun, 1)
        return value

    return patch.object(kind, method, timed)


def refresh(env, partner_ids=None):
    """Refresh everybody or some customers, and tell how long it took."""
    seconds = {}
    begun = time.perf_counter()
    with watched(env, seconds):
        env["collections.prediction.scorer"]._refresh(env.company, TODAY, partner_ids)
    return {"seconds": round(time.perf_counter() - begun, 2), **seconds}


def set_the_stage(env):
    """Contacts with everybody, which make the cases, and a past."""
    prepare(env)
    env["dunning.run"]._execute(env.company, TODAY)
    env.flush_all()
    env.cr.execute(SENT, [TODAY])
    env.cr.execute(PAID, [TODAY])
    env.cr.execute("ANALYZE " + ", ".join(CHANGED))  # as the database does by itself, later
    env.invalidate_all()


def main():
    """Print the figures as JSON."""
    with environment(sys.argv[1]) as env:
        set_the_stage(env)
        cases = env["collections.case"].search_count([("company_id", "=", env.company.id)])
        figures = {"customers": cases, "everybody": refresh(env)}
        figures["items"] = env["collections.prediction"].search_count([])
        one = env["collections.prediction"].search([], limit=1, order="id desc")
        figures["one customer"] = refresh(env, one.partner_id.ids)
        figures["most memory, GB"] = round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2
        )
        env.cr.rollback()
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
