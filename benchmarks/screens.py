"""How many queries it takes to open a list, at 80 and at 800 rows.

    python benchmarks/screens.py DATABASE

The lists are opened as the web client does: `web_search_read` with all fields of the
list view, by the administrator with access checks, on a cold cache.
"""

import json
import sys

from lxml import etree
from stand import environment

ROWS = (80, 800)


def specification(model, view_id=None):
    """Fields of a model's list view as the web client asks for them.

    :rtype: dict
    """
    arch = model.get_views([(view_id, "list")])["views"]["list"]["arch"]
    names = {node.get("name") for node in etree.fromstring(arch).iter("field")}
    spec = {}
    for name in names & set(model._fields):
        kind = model._fields[name].type
        spec[name] = {"fields": {"display_name": {}}} if kind in ("many2one", "many2many") else {}
    return spec


def count_queries(env, model_name, domain, view_id, rows):
    """Queries and rows of one opening."""
    model = env[model_name]
    spec = specification(model, view_id)
    env.flush_all()
    env.invalidate_all()
    env.registry.clear_cache("default")
    model.web_search_read(domain, spec, limit=rows)  # warms what is cached for all users
    env.invalidate_all()
    before = env.cr.sql_log_count
    records = model.web_search_read(domain, spec, limit=rows)["records"]
    return env.cr.sql_log_count - before, len(records)


def main():
    """Print the counts as JSON."""
    [database] = sys.argv[1:]
    figures = {}
    with environment(database) as env:
        user = env(su=False)
        user.user.group_ids |= env.ref("collections_addon.group_collections_admin")
        invoices = env.ref("account.view_out_invoice_tree").id
        lists = {
            "cases": ("collections.case", [], None),
            "invoices": ("account.move", [("move_type", "=", "out_invoice")], invoices),
        }
        for name, (model, domain, view_id) in lists.items():
            for rows in ROWS:
                queries, found = count_queries(user, model, domain, view_id, rows)
                figures[f"{name}_{rows}"] = {"queries": queries, "rows": found}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
