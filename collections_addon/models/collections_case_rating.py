from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

#: What a customer can choose, from content to not at all: the values of core's ratings.
RATINGS = (5, 3, 1)
#: A rating of no more than this is taken as a complaint.
BAD = 1
#: Who has answered is not asked again for so long.
ASKED_AGAIN_AFTER = timedelta(days=30)
#: A second answer within so long replaces the first.
CORRECTED_WITHIN = timedelta(days=1)


class CollectionsCase(models.Model):
    """How satisfied a customer is with how it is treated, and what it complains about."""

    _inherit = "collections.case"

    complaint_ids = fields.One2many("collections.complaint", "case_id", string="Complaints")
    open_complaint_id = fields.Many2one(
        "collections.complaint", compute="_compute_open_complaint_id", string="Open Complaint"
    )
    satisfaction = fields.Float(
        compute="_compute_satisfaction",
        string="Satisfaction",
        digits=(2, 1),
        help="Average of the customer's answers, from 1 to 5; 0 when there is none.",
    )
    rating_url = fields.Char(
        compute="_compute_rating_url",
        compute_sudo=True,
        groups="collections_addon.group_collections_collector",
        help="The page that asks how satisfied the customer is.",
    )

    def _compute_open_complaint_id(self):
        complaints = self.env["collections.complaint"].search(
            [("case_id", "in", self.ids), ("state", "=", "open")]
        )
        by_case = complaints.grouped("case_id")
        for case in self:
            case.open_complaint_id = by_case.get(case, complaints.browse())[:1]

    def _compute_satisfaction(self):
        rows = (
            self.env["rating.rating"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("consumed", "=", True),
                    ("rating", ">=", 1),
                ],
                ["res_id"],
                ["rating:avg"],
            )
        )
        averages = dict(rows)
        for case in self:
            case.satisfaction = averages.get(case.id, 0.0)

    def _compute_rating_url(self):
        today = fields.Date.context_today(self)
        for case in self:
            case.rating_url = case._portal_url(today, "/rate")

    def action_open_ratings(self):
        """What the customer answered."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "rating.rating",
            "name": self.env._("Satisfaction"),
            "view_mode": "list,form",
            "domain": [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("consumed", "=", True),
            ],
        }

    def action_open_complaints(self):
        """The complaints of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_complaint"
        )
        context = {"default_case_id": self.id}
        return {**action, "domain": [("case_id", "=", self.id)], "context": context}

    def action_new_complaint(self):
        """Take down what the customer complains about, or says of us in public."""
        self.ensure_one()
        if self.open_complaint_id:
            return self.action_open_complaints()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complaint or Public Mention"),
            "res_model": "collections.complaint",
            "views": [
                [self.env.ref("collections_addon.view_collections_complaint_form_quick").id, "form"]
            ],
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _rating_get_operator(self):
        """Override of `rating`: who looks after the customer is the one rated."""
        return self.collector_id.partner_id

    # === WHAT THE CUSTOMER DOES === #

    def _may_be_asked(self, now):
        """Whether it is time to ask the customer how satisfied it is.

        :param datetime.datetime now: naive UTC
        """
        latest = self._latest_rating()
        return not latest or latest.write_date < now - ASKED_AGAIN_AFTER

    def _latest_rating(self):
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("consumed", "=", True),
        ]
        return self.env["rating.rating"].sudo().search(domain, order="id desc", limit=1)

    def _customer_rate(self, value, text, now):
        """The customer says how satisfied it is; a bad answer is a complaint.

        :param int value: one of `RATINGS`
        :param datetime.datetime now: naive UTC
        :return: whether it became a complaint
        :raises UserError: for any other value
        """
        self.ensure_one()
        if value not in RATINGS:
            raise UserError(self.env._("Please choose one of the answers."))
        text = self._customer_text(text)
        rating = self._latest_rating()
        if not rating or rating.write_date < now - CORRECTED_WITHIN:
            rating = (
                self.env["rating.rating"]
                .sudo()
                .create(
                    {
                        "res_model_id": self.env["ir.model"]._get_id(self._name),
                        "res_id": self.id,
                        "partner_id": self._customer_author().id,
                        "rated_partner_id": self._rating_get_operator().id,
                        "is_internal": False,
                    }
                )
            )
        self.rating_apply(value, rating=rating, feedback=text)
        self._note_rating(text, now)
        if value <= BAD:
            today = self.company_id._collections_today(now)
            text = text or self.env._("Not satisfied at all.")
            self._customer_complain(text, today, kind="rating")
        return value <= BAD

    def _customer_complain(self, text, today, source="portal", kind="complaint"):
        """The customer complains: automation stops, a manager is told.

        A second complaint while one is open is added to it.

        :raises UserError: without a text
        """
        self.ensure_one()
        text = self._customer_text(text)
        if not text:
            raise UserError(self.env._("Please tell us what went wrong."))
        complaint = self.open_complaint_id
        if not complaint:
            complaint = self.env["collections.complaint"].create(
                {
                    "case_id": self.id,
                    "text": text,
                    "source": source,
                    "kind": kind,
                    "opened_on": today,
                }
            )
        complaint._customer_post(self._customer_author(), text)
        return complaint
