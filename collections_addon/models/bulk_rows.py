"""Many rows into the database at once, by COPY and one statement."""

import csv
import io
from contextlib import contextmanager

from odoo.tools import SQL


@contextmanager
def loaded(env, like, columns, rows):
    """A temporary table with rows in it, gone afterwards.

    :param str like: the table that has these columns
    :param tuple columns: names
    :param rows: of values in that order; None is NULL
    :return: the table's name, to be used in queries
    :rtype: SQL
    """
    table = SQL.identifier("collections_loaded")
    names = SQL(", ").join(map(SQL.identifier, columns))
    env.cr.execute(
        SQL(
            "CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA",
            table,
            names,
            SQL.identifier(like),
        )
    )
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    copy = SQL("COPY %s FROM STDIN WITH CSV", table)
    env.cr.copy_expert(copy.code, text)
    env.cr.execute(SQL("ANALYZE %s", table))
    try:
        yield table
    finally:
        env.cr.execute(SQL("DROP TABLE %s", table))


def upsert(env, target, columns, key, table):
    """Insert the loaded rows, or write them over those with the same key."""
    names = SQL(", ").join(map(SQL.identifier, columns))
    changes = SQL(", ").join(
        SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
        for name in columns
        if name != key
    )
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s ON CONFLICT (%s) DO UPDATE SET %s",
            SQL.identifier(target),
            names,
            names,
            table,
            SQL.identifier(key),
            changes,
        )
    )
