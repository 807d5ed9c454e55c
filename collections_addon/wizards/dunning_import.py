from odoo import api, fields, models
from odoo.exceptions import UserError

from .dunning_importer import PolicyImporter


class DunningImport(models.TransientModel):
    """Takes over the reminder rules of another program: shows first, then does."""

    _name = "dunning.import"
    _description = "Import of Dunning Policies"

    source = fields.Selection(
        selection="_selection_source",
        string="From",
        default=lambda self: next(iter(self._selection_source()), (False,))[0],
    )
    with_choices = fields.Boolean(
        string="Customers, Invoices and Levels Reached",
        default=True,
        help="Takes over which customer, invoice and company uses which policy, who is left "
        "alone, who is responsible, and the last reminder of each open invoice.",
    )
    line_ids = fields.One2many(
        "dunning.import.line", "import_id", compute="_compute_line_ids", store=True
    )
    summary = fields.Text(compute="_compute_summary")

    # === COMPUTE METHODS === #

    @api.model
    def _selection_source(self):
        return self.env["dunning.import.source"]._available()

    @api.depends("source")
    def _compute_line_ids(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            rows = wizard._preview(today) if wizard.source else []
            wizard.line_ids = [
                fields.Command.clear(),
                *[fields.Command.create(row) for row in rows],
            ]

    @api.depends("source", "with_choices")
    def _compute_summary(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            lines = wizard._summary_lines(today) if wizard.source else []
            wizard.summary = "\n".join(lines)

    def _source(self):
        return self.env["dunning.import.source"].sudo()._by_code(self.source)

    def _importer(self, today):
        return PolicyImporter(self.env, self._source(), self.env.companies, today)

    # === PREVIEW === #

    def _preview(self, today):
        importer = self._importer(today)
        rows = []
        for plan in self._source()._plans(self.env.companies):
            known = bool(importer.find("policy", plan.key))
            outcome = "known" if known else "new" if plan.levels else "left"
            shared = {
                "policy_name": importer.text_of(plan.name),
                "company_id": plan.company_id,
                "outcome": outcome,
            }
            if plan.remarks or not plan.levels:
                rows.append({**shared, "remark": self._sentences(plan.remarks)})
            rows += [
                {
                    **shared,
                    "level_name": importer.text_of(level.name),
                    "days": str(level.days),
                    "channels": ", ".join(self._channel_name(code) for code in level.channels),
                    "remark": self._sentences(level.remarks),
                }
                for level in plan.levels
            ]
        return [{"sequence": number, **row} for number, row in enumerate(rows)]

    def _channel_name(self, code):
        return dict(self.env["collections.channel"]._selection()).get(code, code)

    def _sentences(self, remarks):
        return " ".join(self._sentence(remark.code, remark.values) for remark in remarks)

    def _sentence(self, code, values):
        values = dict(values)
        if "channel" in values:
            values["channel"] = self._channel_name(values["channel"])
        return {
            "does_nothing": self.env._(
                "Not made: it does nothing. Its customers are put on hold instead."
            ),
            "archived": self.env._("Not made: it is archived."),
            "no_levels": self.env._("Not made: it has no levels."),
            "no_account": self.env._(
                "It had no receivable account, so it never reminded anybody; here it will."
            ),
            "review": self.env._(
                "Some levels were sent automatically. Here somebody approves first, until you "
                "set the policy to automatic."
            ),
            "end_of_month": self.env._(
                "It fell on a month's end, %(first)s to %(last)s days past due; here on day "
                "%(days)s.",
                **_filled(values, "first", "last", "days"),
            ),
            "previous_date": self.env._(
                "It came %(gap)s days after the reminder before; here %(days)s days past due.",
                **_filled(values, "gap", "days"),
            ),
            "unknown_mode": self.env._(
                "“%(mode)s” is not known as a way of counting; here %(days)s days past due.",
                **_filled(values, "mode", "days"),
            ),
            "moved": self.env._(
                "Moved to day %(days)s: it would not come after the level before.",
                **_filled(values, "days"),
            ),
            "channel_missing": self.env._(
                "%(channel)s is not available here yet and is left out.",
                **_filled(values, "channel"),
            ),
            "channel_instead": self.env._(
                "No channel is left; it becomes: %(channel)s.", **_filled(values, "channel")
            ),
            "text_with_placeholders": self.env._(
                "Its text has placeholders of the other program; our own text is used."
            ),
            "text_of_customer": self.env._(
                "Its text was written for another document; our own text is used."
            ),
        }[code]

    def _summary_lines(self, today):
        plans = self._source()._plans(self.env.companies)
        made = [plan for plan in plans if plan.levels]
        lines = [
            self.env._(
                "Policies: %(policies)s, levels: %(levels)s.",
                policies=len(made),
                levels=sum(len(plan.levels) for plan in made),
            )
        ]
        if self.with_choices:
            choices = self._source()._choices(self.env.companies, today)
            counts = {
                self.env._("Default policy of companies: %s"): choices.defaults,
                self.env._("Customers with a policy of their own: %s"): choices.partners,
                self.env._("Invoices with a policy of their own: %s"): choices.moves,
                self.env._("Customers put on hold: %s"): choices.pauses,
                self.env._("Customers with somebody responsible: %s"): choices.collectors,
                self.env._("Open items with a level reached: %s"): choices.reached,
            }
            lines += [text % len(found) for text, found in counts.items() if found]
        return lines

    # === ACTION METHODS === #

    def action_import(self):
        """Make the policies that are not there yet, and show them.

        :raises UserError: when there is nothing to import from
        """
        self.ensure_one()
        if not self.source:
            raise UserError(
                self.env._(
                    "This database has neither policies of OCA credit control nor follow-up "
                    "levels of Odoo Enterprise."
                )
            )
        self.env["dunning.policy"].check_access("create")
        plans = self._source()._plans(self.env.companies)
        importer = self._importer(fields.Date.context_today(self))
        policies = importer.run(plans, self.with_choices)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Imported Policies"),
            "res_model": "dunning.policy",
            "view_mode": "list,form",
            "domain": [("id", "in", policies.ids)],
            "context": {"active_test": False},
        }


def _filled(values, *names):
    """The named values; empty ones where a remark has none of them."""
    return {name: values.get(name, "") for name in names}


class DunningImportLine(models.TransientModel):
    """A level that an import would make, and what is to be said about it."""

    _name = "dunning.import.line"
    _description = "Level to Import"
    _order = "sequence, id"

    import_id = fields.Many2one("dunning.import", required=True, ondelete="cascade")
    sequence = fields.Integer()
    policy_name = fields.Char(string="Policy")
    company_id = fields.Many2one("res.company")
    level_name = fields.Char(string="Level")
    days = fields.Char()
    channels = fields.Char()
    outcome = fields.Selection(
        [("new", "New"), ("known", "Imported Before"), ("left", "Left Out")], string="Result"
    )
    remark = fields.Char()
