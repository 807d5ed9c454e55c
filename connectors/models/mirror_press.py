"""Many documents of one kind, written at once.

The first of a kind is made by Odoo with all that core and other modules make of it. The
others are copies of its rows in the database, with values of their own: what differs
between two mirrored documents of a kind is known, and is not much.
"""

import re

from odoo.tools import SQL

#: Fewer than so many are made by Odoo, one like the other.
WORTH_IT = 8
MOVE = "account_move"
LINE = "account_move_line"


class Press:
    """Makes documents after the example of one.

    :param move: `account.move`, posted, matched with nothing
    :param entry: what it was made of
    """

    def __init__(self, env, move, entry):
        self.env, self.move, self.entry = env, move, entry
        self.is_invoice = entry.move_type != "entry"
        self.item = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.other = move.line_ids - self.item

    def make(self, entries, heads, items):
        """Write the others.

        :param entries: of the same kind, currency and sign as the example
        :param heads: for each, the values of its document
        :param items: for each, the values of its receivable item
        :return: `account.move` records in the order of the entries
        """
        self.env.flush_all()
        ids = self._new_ids(MOVE, len(entries))
        rows = list(zip(ids, entries, heads, items, strict=True))
        self._insert(MOVE, self.move, [self._head(*row) for row in rows])
        self._insert(LINE, self.item, [self._item(*row) for row in rows], LINE)
        self._insert(LINE, self.other, [self._counterpart(*row) for row in rows], LINE)
        moves = self.env["account.move"].browse(ids)
        self._tell(moves, entries)
        return moves

    def _tell(self, moves, entries):
        """What posting does beside the document itself."""
        partners = self.env["res.partner"].union(*[entry.partner for entry in entries])
        partners |= partners.commercial_partner_id
        for partner in partners.filtered(lambda partner: not partner.customer_rank):
            partner.customer_rank = 1
        self.env["collections.refresh"]._add(partners, self.move.company_id)
        self.env["account.move"].invalidate_model(flush=False)
        self.env["account.move.line"].invalidate_model(flush=False)

    # === ROWS === #

    def _head(self, move_id, entry, head, _item):
        prefix, number = self._split(head["name"])
        partner = entry.partner
        values = {name: value or None for name, value in head.items()}
        values |= {
            "id": move_id,
            "sequence_prefix": prefix,
            "sequence_number": number,
            "commercial_partner_id": partner.commercial_partner_id.id,
            "invoice_partner_display_name": partner.display_name,
            "access_token": None,
            "made_sequence_gap": False,
        }
        return values | self._totals(entry)

    def _totals(self, entry):
        total = abs(entry.amount)
        if not self.is_invoice:
            return {
                "amount_total": total,
                "amount_total_signed": abs(entry.balance),
                "amount_total_in_currency_signed": total,
            }
        names = ("amount_untaxed", "amount_total", "amount_residual")
        signed = (f"{name}_signed" for name in names)
        return {
            **dict.fromkeys(names, total),
            **dict.fromkeys(signed, entry.balance),
            "amount_untaxed_in_currency_signed": entry.amount,
            "amount_total_in_currency_signed": entry.amount,
        }

    def _item(self, move_id, entry, head, item):
        return self._line(move_id, entry, head, self.item, 1) | {
            "name": item["name"] or None,
            "date_maturity": item["date_maturity"],
            "amount_residual": entry.balance,
            "amount_residual_currency": entry.amount,
        }

    def _counterpart(self, move_id, entry, head, _item):
        return self._line(move_id, entry, head, self.other, -1)

    def _line(self, move_id, entry, head, example, sign):
        balance = sign * entry.balance
        return {
            "move_id": move_id,
            "move_name": head["name"],
            "ref": head["ref"] or None,
            "date": entry.date,
            "invoice_date": entry.date if self.is_invoice else None,
            "partner_id": entry.partner.commercial_partner_id.id,
            "balance": balance,
            "debit": max(balance, 0.0),
            "credit": max(-balance, 0.0),
            "amount_currency": sign * entry.amount,
            **{
                name: self._like(example[name], entry)
                for name in ("price_unit", "price_subtotal", "price_total")
            },
        }

    def _like(self, value, entry):
        """A price that is, of the example, its amount, the same below zero, or nothing."""
        return round(value / self.entry.amount) * entry.amount if value else 0.0

    def _split(self, name):
        """Prefix and number of a name, as core tells them apart."""
        moves = self.env["account.move"]
        regex = moves._make_regex_non_capturing(moves._sequence_fixed_regex.replace(r"?P<seq>", ""))
        matching = re.match(regex, name)
        return name[: matching.start(1)], int(matching.group(1) or 0)

    # === DATABASE === #

    def _new_ids(self, table, count):
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                table,
                count,
            )
        )
        return [row[0] for row in rows]

    def _insert(self, table, example, rows, ids_of=None):
        """Copy the row of the example once for each row of values."""
        if ids_of:
            for row_id, row in zip(self._new_ids(ids_of, len(rows)), rows, strict=True):
                row["id"] = row_id
        types = self._types(table)
        own = [name for name in rows[0] if name in types]
        same = [name for name in types if name not in own]
        query = SQL(
            "INSERT INTO %(table)s (%(names)s) SELECT %(values)s FROM %(table)s example,"
            " (VALUES %%s) AS own(%(own)s) WHERE example.id = %(example)s",
            table=SQL.identifier(table),
            names=_list(SQL.identifier(name) for name in own + same),
            own=_list(SQL.identifier(name) for name in own),
            values=_list(
                [SQL("own.%s::%s", SQL.identifier(n), SQL(types[n])) for n in own]
                + [SQL("example.%s", SQL.identifier(name)) for name in same]
            ),
            example=SQL(str(example.id)),
        )
        values = [tuple(row[name] for name in own) for row in rows]
        self.env.cr.execute_values(query.code.replace("%%", "%"), values, page_size=len(rows))

    def _types(self, table):
        rows = self.env.execute_query(
            SQL(
                "SELECT column_name, udt_name FROM information_schema.columns"
                " WHERE table_schema = current_schema AND table_name = %s"
                " AND is_generated = 'NEVER'",
                table,
            )
        )
        return dict(rows)


def _list(parts):
    return SQL(", ").join(parts)
