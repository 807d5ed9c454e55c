from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain.aging import Bucket, validate_buckets


class CollectionsAgingBucket(models.Model):
    """A column of the aging report, in days past due. Records, not columns."""

    _name = "collections.aging.bucket"
    _description = "Aging Bucket"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    days_from = fields.Integer(help="First day past due; ignored for the first bucket.")
    days_to = fields.Integer(help="Last day past due; ignored for the last bucket.")
    is_first = fields.Boolean(string="Open Start", help="Everything before the last day.")
    is_last = fields.Boolean(string="Open End", help="Everything after the first day.")

    @api.constrains("days_from", "days_to", "is_first", "is_last")
    def _check_buckets(self):
        try:
            validate_buckets(self.search([])._to_domain())
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def _to_domain(self):
        """These buckets as values of the domain, in the order of their days."""
        buckets = [
            Bucket(
                str(bucket.id),
                None if bucket.is_first else bucket.days_from,
                None if bucket.is_last else bucket.days_to,
            )
            for bucket in self
        ]
        return sorted(buckets, key=lambda b: (b.days_from is not None, b.days_from or 0))
