from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionsCharge(models.Model):
    _inherit = "collections.charge"

    plan_id = fields.Many2one(
        "collections.plan", string="Payment Plan", readonly=True, index="btree_not_null"
    )


class CollectionsPlan(models.Model):
    """What a plan costs, in the ledger: charges, whose invoices the plan pays off as well."""

    _inherit = "collections.plan"

    charge_ids = fields.One2many("collections.charge", "plan_id", string="Charges")

    def _create_charges(self, today):
        """Book fee and interest of the plan, so that its installments pay what is owed.

        :param datetime.date today: date of the debit notes
        :raises UserError: when the company cannot book charges, or their taxes have changed
        """
        self.ensure_one()
        values = [
            self._charge_values(kind, amount, today)
            for kind, amount in (("plan_fee", self.fee_net), ("plan_interest", self.interest_net))
            if self.currency_id.compare_amounts(amount, 0) > 0
        ]
        if not values:
            return
        invoices = self.env["collections.charge"].sudo().create(values)._book(today)
        booked = sum(invoices.mapped("amount_total"))
        if self.currency_id.compare_amounts(booked, self.fee_amount + self.interest_amount):
            raise UserError(
                self.env._("The taxes on charges have changed since: make a new schedule.")
            )
        self.sudo().item_ids = [
            Command.create({"move_id": invoice.id, "is_charge": True}) for invoice in invoices
        ]

    def _charge_values(self, kind, amount, today):
        lang = self.partner_id.lang
        texts = self.with_context(lang=lang)
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "plan_id": self.id,
            "kind": kind,
            "amount": amount,
            "date": today,
            "date_from": self.start_date if kind == "plan_interest" else False,
            "date_to": self.last_date if kind == "plan_interest" else False,
            "description": texts._charge_text(kind),
        }

    def _charge_text(self, kind):
        """The calculation in words, in the language of the environment."""
        if kind == "plan_fee":
            return self.env._("Fee of payment plan %s", self.name)
        return self.env._(
            "Payment plan %(plan)s: %(percent)s %% a year from %(first)s to %(last)s on what of "
            "the debt is still open by the schedule, simple, actual days / 365",
            plan=self.name,
            percent=f"{self.offer_id.interest_percent:g}",
            first=format_date(self.env, self.start_date),
            last=format_date(self.env, self.last_date),
        )
