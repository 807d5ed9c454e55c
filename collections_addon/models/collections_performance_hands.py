from contextlib import contextmanager
from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.tools import SQL

#: A temporary table: customer -> collector and group on the last day of the month counted.
HANDS = SQL.identifier("collections_hands_then")


class CollectionsPerformance(models.Model):
    """Who looked after whom, and who was in which group, at the end of a month.

    Read from the history of each customer: core's tracking of the collector and the
    changes of the group. Before the first collector or group there was, that first one
    counts: the months before collections began in Odoo are then somebody's.
    """

    _inherit = "collections.performance"

    @contextmanager
    def _hands_of(self, company, last, today):
        """The parts of the customers on a day, in the temporary table `HANDS` meanwhile.

        :param datetime.date last: the day
        :param datetime.date today: the business date; of it the cases themselves tell
        """
        self.env["collections.case"].flush_model(["partner_id", "collector_id", "segment_id"])
        query = self._cases_sql(company)
        if last < today:
            query = self._cases_then_sql(company, last, query)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", HANDS))
        self.env.cr.execute(SQL("CREATE TEMP TABLE %s ON COMMIT DROP AS %s", HANDS, query))
        self.env.cr.execute(SQL("ANALYZE %s", HANDS))
        yield
        self.env.cr.execute(SQL("DROP TABLE %s", HANDS))

    def _cases_sql(self, company):
        return SQL(
            "SELECT id, partner_id, collector_id, segment_id FROM collections_case"
            " WHERE company_id = %s",
            company.id,
        )

    def _cases_then_sql(self, company, last, cases):
        """The same as of the end of a day; people and groups that are gone are nobody."""
        self.env["mail.message"].flush_model()
        self.env["mail.tracking.value"].flush_model()
        self.env["collections.segment.change"].flush_model()
        return SQL(
            """
            SELECT file.id, file.partner_id,
                   CASE WHEN hand.id IS NULL THEN file.collector_id ELSE person.id END
                        AS collector_id,
                   CASE WHEN move.id IS NULL THEN file.segment_id ELSE team.id END AS segment_id
              FROM (%(cases)s) file
         LEFT JOIN (%(hands)s) hand ON hand.id = file.id
         LEFT JOIN res_users person ON person.id = hand.was
         LEFT JOIN (%(groups)s) move ON move.id = file.id
         LEFT JOIN collections_segment team ON team.id = move.was
            """,
            cases=cases,
            hands=_next_change(self._changes_of_hands_sql(), self._end_of(company, last)),
            groups=_next_change(self._changes_of_group_sql(company), last),
        )

    def _changes_of_hands_sql(self):
        return SQL(
            """
            SELECT message.res_id AS file, message.date AS day, value.id AS place,
                   NULLIF(value.old_value_integer, 0) AS before,
                   NULLIF(value.new_value_integer, 0) AS after
              FROM mail_tracking_value value
              JOIN mail_message message ON message.id = value.mail_message_id
             WHERE value.field_id = %s AND message.model = 'collections.case'
            """,
            self.env["ir.model.fields"]._get("collections.case", "collector_id").id,
        )

    def _changes_of_group_sql(self, company):
        return SQL(
            """
            SELECT case_id AS file, date AS day, id AS place, old_segment_id AS before,
                   segment_id AS after
              FROM collections_segment_change
             WHERE company_id = %s AND segment_id IS DISTINCT FROM old_segment_id
            """,
            company.id,
        )

    def _end_of(self, company, day):
        """The last moment of a business date of a company, naive UTC."""
        zone = pytz.timezone(company.partner_id.tz or self.env.user.tz or "UTC")
        midnight = zone.localize(datetime.combine(day + timedelta(days=1), time()))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None) - timedelta(microseconds=1)


def _next_change(changes, moment):
    """File -> what it was before its first change after a moment.

    Of the very first change from nothing it is what it became.
    """
    return SQL(
        """
        SELECT DISTINCT ON (file) file AS id,
               CASE WHEN nth = 1 THEN COALESCE(before, after) ELSE before END AS was
          FROM (SELECT file, day, place, before, after,
                       row_number() OVER (PARTITION BY file ORDER BY day, place) AS nth
                  FROM (%s) change) change
         WHERE day > %s
      ORDER BY file, day, place
        """,
        changes,
        moment,
    )
