from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import dialog
from ..domain.dialog_types import Heard, State

#: What a debtor can do beside saying something.
KINDS = [
    ("text", "Says or Writes"),
    ("digits", "Presses Keys"),
    ("silence", "Says Nothing"),
    ("hangup", "Hangs Up"),
]


class CollectionsDialogSimulator(models.TransientModel):
    """Try a conversation: nothing is sent, recorded or changed.

    The conversation is the real one, with the facts of a real customer; what would come
    of it is listed instead of being done.
    """

    _name = "collections.dialog.simulator"
    _description = "Try a Conversation"

    script_id = fields.Many2one(
        "collections.dialog.script", required=True, default=lambda self: self._first_script()
    )
    case_id = fields.Many2one(
        "collections.case", string="Customer", help="Empty: somebody we do not know."
    )
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.interaction"]._channel_selection(),
        string="Channel",
        required=True,
        default="sms",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: self.env.lang,
    )
    identified = fields.Boolean(
        string="Opened the Link", help="The customer comes from its signed page."
    )
    live = fields.Boolean(string="Person Available", help="Somebody could take over at once.")
    kind = fields.Selection(KINDS, string="The Customer", required=True, default="text")
    said = fields.Char(string="Text")
    dialog_state = fields.Json()
    transcript = fields.Html(readonly=True, sanitize=False)
    ended = fields.Boolean(readonly=True)
    secret = fields.Char(
        compute="_compute_secret",
        string="Right Answer",
        help="What this customer has to say to be told amounts.",
    )

    @api.model
    def _first_script(self):
        return self.env["collections.dialog.script"].search([], limit=1)

    @api.depends("script_id", "case_id")
    def _compute_secret(self):
        for trial in self:
            asks = trial.script_id.identify in ("customer_number", "postcode")
            partner = trial.case_id.sudo().partner_id
            trial.secret = trial.script_id._answer(partner) if asks and partner else False

    @api.onchange("case_id")
    def _onchange_case_id(self):
        spoken = self.case_id.sudo()._customer_author().lang if self.case_id else None
        if spoken in dict(self.env["res.lang"].get_installed()):
            self.lang = spoken

    # === ACTION METHODS === #

    def action_start(self):
        """Begin, or begin anew."""
        self._check_may_see()
        self.write({"transcript": False, "ended": False, "dialog_state": False, "said": False})
        self._show(dialog.start(self._facts(fields.Datetime.now())))
        return self._again()

    def action_say(self):
        """Say the next thing."""
        self._check_may_see()
        if not self.dialog_state:
            return self.action_start()
        state = State.load(self.dialog_state)
        said = (self.said or "").strip()
        labels = dict(self.env["collections.dialog.simulator"]._fields["kind"].selection)
        heard = self._bubble("in", said if self.kind in ("text", "digits") else labels[self.kind])
        self._show(
            dialog.hear(state, Heard(self.kind, said), self._facts(fields.Datetime.now())), heard
        )
        self.write({"said": False, "kind": "text"})
        return self._again()

    def _check_may_see(self):
        """A conversation tells what a customer owes: who may not see that tries in vain."""
        self.ensure_one()
        if self.case_id:
            self.case_id.check_access("read")
        if not self.script_id:
            raise UserError(self.env._("Choose a script."))

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try a Conversation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === THE CONVERSATION === #

    def _facts(self, now):
        company = self.case_id.company_id or self.env.company
        return self.script_id.sudo()._facts(
            self.case_id,
            self.channel_code,
            self.lang,
            now,
            company,
            identified=self.identified,
            live=self.live,
        )

    def _show(self, turn, heard=""):
        """Write down a turn, the newest first: what is said and can be chosen, what would
        be done."""
        script, languages = self.script_id.sudo(), self.script_id._languages()
        lang = languages.get(turn.state.lang, self.lang)
        self.lang = lang
        says = [script._say(say, lang, self.channel_code) for say in turn.says]
        choices = [f"{one.key} {script._say(one.label, lang)}" for one in turn.choices]
        rows = [heard, self._bubble("out", *says, *choices)]
        for effect in turn.effects:
            values = ", ".join(f"{name}: {value}" for name, value in effect.values.items())
            rows.append(self._bubble("effect", f"{effect.kind} {values}".strip()))
        if turn.ended:
            person = self.env._("A person takes over.") if turn.hand_over else ""
            over = self.env._("The conversation has ended.")
            rows.append(self._bubble("effect", f"{over} {person}".strip()))
        self.transcript = Markup("").join(rows) + (self.transcript or Markup(""))
        self.write({"dialog_state": turn.state.dump(), "ended": turn.ended})

    def _bubble(self, who, *texts):
        """Right what the customer says, left what we say, between them what would be done."""
        style = {
            "in": "ms-auto bg-primary-subtle",
            "out": "bg-light border",
            "effect": "mx-auto text-bg-warning small",
        }[who]
        text = Markup("<br/>").join(texts)
        return Markup('<div class="rounded p-2 my-1 w-75 {}">{}</div>').format(style, text)
