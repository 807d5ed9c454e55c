from odoo import models
from odoo.tools import SQL

from .bulk_rows import loaded

#: Of the rows that say who changes hands: those of `collections.assignment.move`.
HANDS = ("case_id", "old_user_id", "user_id")


class CollectionsCase(models.Model):
    """Many customers change hands at once, by a few statements, each with its history."""

    _inherit = "collections.case"

    def _give_to(self, user):
        """Give these customers to a collector.

        :param user: `res.users`; empty: they are nobody's
        :return: how many changed hands
        :rtype: int
        """
        rows = [(case.id, case.collector_id.id or None, user.id or None) for case in self]
        return self._change_hands([row for row in rows if row[1] != row[2]])

    def _change_hands(self, rows):
        """Write who looks after whom; who has changed hands meanwhile stays.

        The history of each customer says so, as after any other change of the collector.
        All of it happens in the transaction, or nothing.

        :param rows: of (case id, collector id until now, collector id), None for nobody
        :return: how many changed hands
        :rtype: int
        :raises AccessError: where the user may not write the cases
        """
        cases = self.browse(case_id for case_id, _old, _new in rows)
        cases.check_access("write")
        self.flush_model()
        self.env["collections.worklist.item"].flush_model()
        if not rows:
            return 0
        with loaded(self.env, "collections_assignment_move", HANDS, rows) as table:
            moved = self._write_hands(table)
            self._write_hands_history(table, moved)
        self.invalidate_model(["collector_id"], flush=False)
        self.env["collections.worklist.item"].invalidate_model(flush=False)
        cases.invalidate_recordset(["message_ids"], flush=False)
        return len(moved)

    def _write_hands(self, table):
        """The collector of the cases, and whose list they are on.

        :return: ids of the cases that changed
        :rtype: list[int]
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE collections_case c
                   SET collector_id = hands.user_id, write_uid = %s,
                       write_date = now() AT TIME ZONE 'UTC'
                  FROM %s hands
                 WHERE hands.case_id = c.id
                   AND c.collector_id IS NOT DISTINCT FROM hands.old_user_id
             RETURNING c.id
                """,
                self.env.uid,
                table,
            )
        )
        moved = [case_id for [case_id] in rows]
        self.env.cr.execute(
            SQL(
                """
                UPDATE collections_worklist_item item SET user_id = hands.user_id
                  FROM %s hands WHERE hands.case_id = item.case_id AND item.case_id = ANY(%s)
                   AND COALESCE(item.tasks, '') NOT LIKE '%%complaint%%'
                """,
                table,
                moved,
            )
        )
        return moved

    def _write_hands_history(self, table, moved):
        """A note with the old and the new collector, as core's tracking writes it."""
        author = self.env.user.partner_id
        self.env["mail.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH notes AS (
                    INSERT INTO mail_message
                           (model, res_id, message_type, subtype_id, author_id,
                            email_from, is_internal, body, date, message_id,
                            create_uid, write_uid, create_date, write_date)
                    SELECT 'collections.case', c.id, 'notification', %(note)s,
                           %(author)s, %(email)s, TRUE, '', now() AT TIME ZONE 'UTC',
                           '<' || gen_random_uuid() || '-collections-hands>',
                           %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                      FROM collections_case c WHERE c.id = ANY(%(moved)s)
                 RETURNING id, res_id)
                INSERT INTO mail_tracking_value
                       (mail_message_id, field_id, old_value_integer, old_value_char,
                        new_value_integer, new_value_char,
                        create_uid, write_uid, create_date, write_date)
                SELECT notes.id, %(field)s, COALESCE(hands.old_user_id, 0),
                       COALESCE(old_person.name, ''), COALESCE(hands.user_id, 0),
                       COALESCE(person.name, ''), %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM notes JOIN %(table)s hands ON hands.case_id = notes.res_id
             LEFT JOIN res_users old_user ON old_user.id = hands.old_user_id
             LEFT JOIN res_partner old_person ON old_person.id = old_user.partner_id
             LEFT JOIN res_users new_user ON new_user.id = hands.user_id
             LEFT JOIN res_partner person ON person.id = new_user.partner_id
                """,
                note=self.env.ref("mail.mt_note").id,
                author=author.id,
                email=author.email_formatted or None,
                uid=self.env.uid,
                moved=moved,
                field=self.env["ir.model.fields"]._get(self._name, "collector_id").id,
                table=table,
            )
        )
        for name in ("mail.message", "mail.tracking.value"):
            self.env[name].invalidate_model(flush=False)
