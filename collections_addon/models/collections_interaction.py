from odoo import api, fields, models
from odoo.exceptions import UserError

DIRECTIONS = [("in", "From the Customer"), ("out", "To the Customer")]
#: What a customer wants, as a person or a program understood it.
INTENTS = [
    ("pay", "Wants to Pay"),
    ("paid", "Has Paid"),
    ("promise", "Promises a Date"),
    ("plan", "Needs a Payment Plan"),
    ("cannot", "Cannot Pay"),
    ("refuse", "Refuses to Pay"),
    ("dispute", "Contests"),
    ("question", "Asks Something"),
    ("complaint", "Complains"),
    ("wrong_person", "Wrong Person"),
    ("stop", "Wants No Messages"),
    ("human", "Wants a Person"),
    ("other", "Something Else"),
]
#: Characters of what was said that lists show.
SHOWN = 120
#: What stays as it was said; the rest is somebody's reading of it.
EVIDENCE = frozenset(
    ("text", "audio_id", "direction", "channel_code", "date", "case_id", "company_id")
)


class CollectionsInteraction(models.Model):
    """Anything said between a customer and us, on whatever channel, both ways.

    What was said is evidence and never changes. How it is understood (`intent`,
    `sentiment`, `reason_id`) is read by programs and put right by people
    (`human_intent`), from whom the programs learn.
    """

    _name = "collections.interaction"
    _description = "Interaction with a Customer"
    _order = "date desc, id desc"
    _check_company_auto = True
    _rec_name = "text"

    case_id = fields.Many2one("collections.case", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        index="btree_not_null",
        help="Empty while nobody knows who it was.",
    )
    channel_code = fields.Selection(
        selection=lambda self: self._channel_selection(),
        string="Channel",
        required=True,
        readonly=True,
    )
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    text = fields.Text(readonly=True)
    active = fields.Boolean(
        default=True, readonly=True, help="Not active: noted by mistake, and taken back."
    )
    summary = fields.Char(string="Said", compute="_compute_summary")
    audio_id = fields.Many2one("ir.attachment", string="Recording", readonly=True, copy=False)
    lang = fields.Char(string="Language", readonly=True, help="Code such as en_US.")
    date = fields.Datetime(required=True, readonly=True)
    conversation_id = fields.Many2one(
        "collections.conversation", index="btree_not_null", readonly=True, ondelete="set null"
    )
    action_id = fields.Many2one(
        "dunning.action",
        string="Contact",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="The contact that was made, or answered.",
    )
    external_id = fields.Char(
        string="Provider's Number", readonly=True, copy=False, help="Of the message or call."
    )

    # How it is understood
    intent = fields.Selection(INTENTS, readonly=True)
    confidence = fields.Float(
        readonly=True, digits=(3, 2), help="How sure the reading is, from 0 to 1."
    )
    sentiment = fields.Float(
        readonly=True, digits=(3, 2), help="From -1 (angry) to 1 (content); 0 is neutral."
    )
    reason_id = fields.Many2one("collections.dispute.reason", string="Reason")
    human_intent = fields.Selection(
        INTENTS, string="Corrected", help="What the customer really wanted, said by a person."
    )
    human_user_id = fields.Many2one("res.users", string="Corrected By", readonly=True)

    _once = models.UniqueIndex(
        "(company_id, channel_code, external_id) WHERE external_id IS NOT NULL",
        "This message is here already.",
    )
    _case_date = models.Index("(case_id, date)")

    @api.depends("case_id.partner_id", "conversation_id.partner_id")
    def _compute_partner_id(self):
        for said in self:
            said.partner_id = said.case_id.partner_id or said.conversation_id.partner_id

    @api.depends("text")
    def _compute_summary(self):
        for said in self:
            line = " ".join((said.text or "").split())
            said.summary = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"

    @api.model
    def _channel_selection(self):
        """(code, name) of every channel on which something can be said."""
        _ = self.env._
        talk = [
            ("sms", _("SMS")),
            ("whatsapp", _("WhatsApp")),
            ("voice", _("Phone")),
            ("chat", _("Web Chat")),
            ("email", _("E-mail")),
            ("portal", _("Customer's Page")),
        ]
        known = self.env["collections.channel"]._selection()
        return known + [pair for pair in talk if pair[0] not in dict(known)]

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: what was said stays; who corrects the reading is noted."""
        if EVIDENCE & vals.keys() and not self.env.su:
            raise UserError(self.env._("What was said cannot be changed."))
        if "human_intent" in vals:
            vals = {**vals, "human_user_id": vals["human_intent"] and self.env.uid}
        return super().write(vals)

    # === BUSINESS METHODS === #

    @api.model
    def _log(self, channel_code, direction, text, now, case=None, external_id=None, **values):
        """Write down something said. The same message of a provider is written once.

        :param str channel_code: such as `sms`
        :param str direction: `in` or `out`
        :param datetime.datetime now: naive UTC, when it was said
        :param case: `collections.case`, None while nobody knows who it was
        :param str|None external_id: the provider's number of the message
        :param values: other fields: `company_id` (needed without a case), `conversation_id`,
            `action_id`, `lang`, `intent`, …
        :rtype: `collections.interaction`, with superuser rights
        """
        company_id = case.company_id.id if case else values["company_id"]
        if external_id:
            domain = [
                ("company_id", "=", company_id),
                ("channel_code", "=", channel_code),
                ("external_id", "=", external_id),
            ]
            if known := self.sudo().search(domain, limit=1):
                return known
        return self.sudo().create(
            {
                **values,
                "case_id": case.id if case else False,
                "company_id": company_id,
                "channel_code": channel_code,
                "direction": direction,
                "text": text,
                "date": now,
                "external_id": external_id,
            }
        )


class CollectionsCase(models.Model):
    """What was said between the customer and us."""

    _inherit = "collections.case"

    interaction_ids = fields.One2many("collections.interaction", "case_id", string="Interactions")
    interaction_count = fields.Integer(compute="_compute_interaction_count")

    def _compute_interaction_count(self):
        rows = self.env["collections.interaction"]._read_group(
            [("case_id", "in", self.ids)], ["case_id"], ["__count"]
        )
        counts = {case.id: count for case, count in rows}
        for case in self:
            case.interaction_count = counts.get(case.id, 0)

    def action_open_interactions(self):
        """What was said between this customer and us."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_interaction"
        )
        return {**action, "domain": [("case_id", "=", self.id)], "context": {"create": False}}
