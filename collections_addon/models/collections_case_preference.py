from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_duration

#: At least so many hours must be left, or nobody is ever reached.
LEAST_HOURS = 1


class CollectionsCase(models.Model):
    """How and when a customer wants to be contacted.

    Its wishes narrow what the policy allows and never widen it. A wish that a later
    policy leaves no room for is put aside.
    """

    _inherit = "collections.case"

    contact_from = fields.Float(
        string="Contact From", tracking=True, help="The customer's wish, in its own time zone."
    )
    contact_to = fields.Float(string="Contact Until", tracking=True)
    contact_weekdays = fields.Char(
        string="Contact on Weekdays",
        tracking=True,
        help="Digits of the weekdays on which the customer wants to be contacted, "
        "0 for Monday to 6 for Sunday. Empty: any day.",
    )
    opt_out_ids = fields.One2many("collections.opt.out", "case_id", string="Opt-Outs")

    _contact_hours = models.Constraint(
        "CHECK(contact_from >= 0 AND contact_to <= 24 AND contact_from <= contact_to)",
        "The hours of contact must lie between 0:00 and 24:00, the first before the last.",
    )

    @api.constrains("contact_weekdays")
    def _check_contact_weekdays(self):
        for case in self:
            if set(case.contact_weekdays or "") - set("0123456"):
                raise ValidationError(
                    self.env._("Weekdays are digits from 0 (Monday) to 6 (Sunday).")
                )

    # === WHAT IS WISHED === #

    def _weekdays(self):
        """Weekdays on which the customer wants contact; None for any.

        :rtype: frozenset[int]|None
        """
        self.ensure_one()
        return frozenset(map(int, self.contact_weekdays)) if self.contact_weekdays else None

    def _narrowed(self, window):
        """A policy's window within the customer's wishes.

        :param ContactWindow window: when the policy allows contact
        :rtype: ContactWindow
        """
        self.ensure_one()
        return window.narrowed(self.contact_from, self.contact_to, self._weekdays())

    def _offered_hours(self):
        """(first, last) full hours between which the policy allows contact."""
        policy = self.sudo()._customer_policy()
        if policy.send_from == policy.send_to:
            return 0, 24
        return int(policy.send_from), int(-(-policy.send_to // 1))

    def _offered_channels(self):
        """(code, name) of the channels that the policy uses, to prefer one."""
        levels = self.sudo()._customer_policy().level_ids
        used = set(levels.step_ids.mapped("channel_code"))
        return [pair for pair in self.env["collections.channel"]._selection() if pair[0] in used]

    # === WHAT THE CUSTOMER CHANGES === #

    def _customer_preferences(
        self, channel, lang, hours, weekdays, refused, today, source="portal"
    ):
        """The customer says how and when it wants to be contacted.

        :param str|None channel: code of the channel it prefers
        :param str lang: code of an installed language
        :param tuple hours: first and last hour; (0, 0) for any
        :param set weekdays: 0 (Monday) to 6; empty for any
        :param set refused: codes of the channels it does not want
        :raises UserError: when that is not possible
        """
        self.ensure_one()
        if channel and channel not in dict(self._offered_channels()):
            raise UserError(self.env._("Please choose one of the channels offered."))
        if channel in refused:
            raise UserError(
                self.env._("You cannot prefer a channel and not want it at the same time.")
            )
        if lang not in dict(self.env["res.lang"].get_installed()):
            raise UserError(self.env._("Please choose one of the languages offered."))
        self._check_wished_hours(*hours)
        if weekdays - set(range(7)):
            raise UserError(self.env._("Please choose days of the week."))
        self.write(
            {
                "preferred_channel": channel or False,
                "contact_from": hours[0],
                "contact_to": hours[1],
                "contact_weekdays": "".join(map(str, sorted(weekdays)))
                if len(weekdays) < 7
                else "",
            }
        )
        self._customer_author().lang = lang
        self._refuse_channels(refused, today, source)

    def _check_wished_hours(self, first, last):
        if first == last == 0:
            return
        earliest, latest = self._offered_hours()
        wished = 0 <= first < last <= 24
        if not wished or min(last, latest) - max(first, earliest) < LEAST_HOURS:
            raise UserError(
                self.env._(
                    "Please leave us at least one hour between %(first)s and %(last)s.",
                    first=format_duration(earliest),
                    last=format_duration(latest),
                )
            )

    def _refuse_channels(self, codes, today, source):
        """Make exactly these channels the ones the customer does not want."""
        if codes - set(dict(self.env["collections.channel"]._selection_to_refuse())):
            raise UserError(self.env._("Please choose one of the channels offered."))
        active = self.opt_out_ids.filtered(lambda row: not row.date_end)
        for row in active.filtered(lambda row: row.channel_code not in codes):
            row.date_end = max(today, row.date)
        self.env["collections.opt.out"].create(
            [
                {"case_id": self.id, "channel_code": code, "date": today, "source": source}
                for code in sorted(codes - set(active.mapped("channel_code")))
            ]
        )
