from itertools import pairwise

from odoo import api, fields, models

from ..domain.aging import Bucket


class CollectionsAgingBucket(models.Model):
    """A column of the aging report, in days past due.

    A bucket begins on a day and ends where the next one begins, so that the
    buckets of a database can have neither gap nor overlap. The first one takes
    everything younger, the last one everything older.
    """

    _name = "collections.aging.bucket"
    _description = "Aging Bucket"
    _order = "days_from, id"

    name = fields.Char(required=True, translate=True)
    days_from = fields.Integer(
        string="From Day",
        required=True,
        help="First day past due of this bucket; 1 is the day after the due date.",
    )
    days_to = fields.Integer(string="To Day", compute="_compute_days_to")

    _unique_start = models.UniqueIndex("(days_from)", "Another bucket begins on this day already.")

    @api.depends("days_from")
    def _compute_days_to(self):
        ends = {bucket.code: bucket.days_to for bucket in self._all()}
        for bucket in self:
            bucket.days_to = ends.get(bucket.id) or 0

    @api.model
    def _all(self):
        """Every bucket as a value of the domain, youngest first; the code is the record's id.

        :rtype: tuple[Bucket, ...]
        """
        records = self.search([])
        ends = [after.days_from - 1 for _before, after in pairwise(records)]
        starts = [None, *records.mapped("days_from")[1:]]
        return tuple(
            Bucket(record.id, start, end, record.name)
            for record, start, end in zip(records, starts, [*ends, None], strict=True)
        )
