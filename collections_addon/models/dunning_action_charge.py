import logging
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models

from .collections_charge import UNBOOKED
from .collections_charge_words import ChargeWords
from .dunning_action import CONTACTED

_logger = logging.getLogger(__name__)


class ShownCharge(NamedTuple):
    """A charge as a message shows it, in the reader's language."""

    label: str
    basis: str
    amount: float


class DunningAction(models.Model):
    """What a contact charges: said in the message, claimed once it has been made.

    Worked out when the contact is handed to its channel and kept with it, so that what
    is claimed is what was said, whenever the channel reports that it was sent.
    """

    _inherit = "dunning.action"

    charge_plan = fields.Json(readonly=True, copy=False)
    charge_ids = fields.One2many("collections.charge", "action_id", string="Charges")

    # === BEFORE SENDING === #

    def _may_charge(self):
        """Whether anything may be charged with this contact at all."""
        self.ensure_one()
        partner = self.partner_id.sudo()
        return not self.policy_id.test_mode and not partner.collections_no_charges

    def _plan_charges(self, now):
        """Work out what these contacts charge, and keep it with them.

        :param datetime.datetime now: naive UTC
        """
        charging = self.filtered(lambda action: action.item_ids.level_id._charges())
        for company, actions in charging.grouped("company_id").items():
            today = company._collections_today(now)
            plans = self.env["collections.charge.planner"].sudo()._plan(actions.sudo(), today)
            for action in actions.sudo():
                items = sorted(action.item_ids.ids)
                action.charge_plan = {"items": items, "charges": plans[action.id]}
        (self - charging).filtered("charge_plan").sudo().charge_plan = False

    def _send_by_channel(self, code, now):
        """Override: what is charged is settled before the message is written."""
        self._plan_charges(now)
        return super()._send_by_channel(code, now)

    def _recheck(self, now):
        """Override: a letter or call whose items have changed charges anew."""
        ready = super()._recheck(now)
        ready.filtered(lambda action: action._is_plan_stale())._plan_charges(now)
        return ready

    def _is_plan_stale(self):
        plan = self.charge_plan
        return bool(plan) and plan["items"] != sorted(self.item_ids.ids)

    # === AFTER SENDING === #

    def _mark_sent(self, now, state="sent"):
        """Override: a contact that was made claims what it has said."""
        super()._mark_sent(now, state)
        made = self.filtered(lambda action: action.state in CONTACTED and not action.test_mode)
        for action in made.filtered("charge_plan"):
            action._claim_charges()

    def _claim_charges(self):
        """Write the planned charges of this contact; what is there already stays."""
        created = self.env["collections.charge"].sudo()
        for planned in self.charge_plan["charges"]:
            created |= self._claim_charge(planned)
        if any(created.mapped("book_itself")):
            cron = self.env.ref(
                "collections_addon.cron_collections_charge", raise_if_not_found=False
            )
            if cron:
                cron.sudo()._trigger()

    def _claim_charge(self, planned):
        charges = self.env["collections.charge"].sudo()
        line = self.env["account.move.line"].sudo().browse(planned["line"]).exists()
        key = [("move_line_id", "=", line.id), ("kind", "=", planned["kind"])]
        if not line or charges.search_count([*key, ("level_id", "=", planned["level"])], limit=1):
            return charges  # gone, or claimed by another channel of the level
        book = planned["mode"] == "book"
        values = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "move_line_id": line.id,
            "level_id": planned["level"],
            "action_id": self.id,
            "kind": planned["kind"],
            "amount": float(planned["amount"]),
            "date": self.contact_date,
            "date_from": planned.get("first"),
            "date_to": planned.get("last"),
            "terms": planned["terms"],
            "state": "draft" if book else "mentioned",
            "book_itself": book,
        }
        try:
            with self.env.cr.savepoint():
                return charges.create(values)
        except psycopg2.errors.UniqueViolation:
            _logger.info("Item %s was charged by another contact already", line.id)
            return charges

    # === IN THE MESSAGE === #

    def _charges_shown(self, today):
        """What these contacts say is charged: now, and before without being booked.

        What has been booked is an open item of its own, so not here.

        :param datetime.date today: for contacts that are not under way yet
        :return: action id -> charges, empty for those that charge nothing
        :rtype: dict[int, list[ShownCharge]]
        """
        actions = self.sudo()
        unplanned = actions.filtered(lambda action: not action.charge_plan)
        plans = self.env["collections.charge.planner"].sudo()._plan(unplanned, today)
        earlier = self._unbooked_charges().grouped("move_line_id")
        words = ChargeWords(self.env)
        shown = {}
        for action in actions:
            before = [c for line in action.item_ids.move_line_id for c in earlier.get(line, ())]
            known = {(c.move_line_id.id, c.level_id.id, c.kind) for c in before}
            planned = action.charge_plan["charges"] if action.charge_plan else plans[action.id]
            shown[action.id] = [self._shown(charge, words) for charge in before] + [
                self._shown_plan(row, action, words)
                for row in planned
                if (row["line"], row["level"], row["kind"]) not in known
            ]
        return shown

    def _unbooked_charges(self):
        charges = self.env["collections.charge"].sudo()
        lines = self.sudo().item_ids.move_line_id
        domain = [("move_line_id", "in", lines.ids), ("state", "in", UNBOOKED)]
        return charges.search(domain, order="date, id") if lines else charges

    def _shown(self, charge, words):
        basis = charge.description or words.basis(
            charge.kind, charge.terms, charge.amount, charge.currency_id
        )
        return ShownCharge(self._charge_label(charge.kind, charge.move_id), basis, charge.amount)

    def _shown_plan(self, row, action, words):
        move = self.env["account.move.line"].sudo().browse(row["line"]).move_id
        amount = float(row["amount"])
        basis = words.basis(row["kind"], row["terms"], amount, action.currency_id)
        return ShownCharge(self._charge_label(row["kind"], move), basis, amount)

    @api.model
    def _charge_label(self, kind, move):
        labels = dict(
            self.env["collections.charge"]._fields["kind"]._description_selection(self.env)
        )
        return f"{labels[kind]}, {move.name}" if move.name else labels[kind]
