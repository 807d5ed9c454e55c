"""The firm that the tests of this module play with.

A story is told day by day: :meth:`CollectionsCommon._live` runs the evaluation and
the dispatch of every day as the scheduler does, and gives back the days on which
something was sent. A day that is not in the result is a day on which nothing happened.
"""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, api, fields
from odoo.tests import new_test_user

from .quick_common import QuickAccountingCommon

CONTACTED = ("sent", "delivered", "opened")
#: Group -> login; each is a person who also has what the job needs in accounting.
GROUPS = ("viewer", "collector", "manager", "admin")


class CollectionsCommon(QuickAccountingCommon):
    """A company in UTC with a three-level policy, and a customer of it.

    The policy is automatic, has no minimum gap and no tolerance: a test says what it
    is about. Reminders: friendly 5, firm 15 and final 30 days after the due date.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.company.write({"dunning_policy_id": False, "collections_stopped": False})
        cls.company.partner_id.tz = "UTC"
        cls.company.email = "accounts@firm.example"
        cls.policy = cls._policy("House Rules", Friendly=5, Firm=15, Final=30)
        cls.company.dunning_policy_id = cls.policy
        cls.customer = cls._customer("Debtor Ltd")
        cls.users = cls._ready_users() or {group: cls._user(group) for group in GROUPS}

    # === FACTORIES === #

    @classmethod
    def _user(cls, group, **values):
        """A person of a collections group of this company, who may read accounting."""
        groups = f"collections_addon.group_collections_{group},account.group_account_readonly"
        return new_test_user(
            cls.env,
            login=values.pop("login", f"collections_{group}"),
            groups=values.pop("groups", groups),
            company_id=cls.company.id,
            tz="UTC",
            **values,
        )

    @classmethod
    def _ready_users(cls):
        """The same people where `scripts/inside/ready_company.py` has made them; else none.

        They wait archived, so that nobody else's tests meet them.
        """
        logins = [f"collections_{group}" for group in GROUPS]
        domain = [("login", "in", logins), ("active", "=", False)]
        users = cls.env["res.users"].search(domain)
        if len(users) != len(GROUPS):
            return {}
        users.active = True
        if users.company_ids != cls.company:
            company = {"company_ids": [Command.set(cls.company.ids)], "company_id": cls.company.id}
            users.write(company)
        by_login = users.grouped("login")
        return {group: by_login[f"collections_{group}"] for group in GROUPS}

    @classmethod
    def _customer(cls, name, **values):
        email = f"{name.lower().replace(' ', '.')}@example.com"
        return cls.env["res.partner"].create(
            {"name": name, "email": email, "tz": "UTC", "lang": "en_US", **values}
        )

    @classmethod
    def _policy(cls, name, company=None, values=None, **levels):
        """A policy with one e-mail per level: `_policy("Mild", Friendly=5, Final=30)`.

        A level may also be a dict of values of `dunning.level`.
        """
        rows = [level if isinstance(level, dict) else {"days": level} for level in levels.values()]
        for level_name, row in zip(levels, rows, strict=True):
            row.setdefault("name", level_name.replace("_", " "))
        return cls.env["dunning.policy"].create(
            {
                "name": name,
                "company_id": (company or cls.company).id,
                "mode": "automatic",
                "min_gap_days": 0,
                "level_ids": [Command.create(row) for row in rows],
                **(values or {}),
            }
        )

    @classmethod
    def _steps(cls, *codes, fallback=()):
        """Values of `step_ids`: the channels of a level, then its fallbacks."""
        return [Command.create({"channel_code": code}) for code in codes] + [
            Command.create({"channel_code": code, "fallback_only": True, "sequence": 50 + n})
            for n, code in enumerate(fallback)
        ]

    def _level(self, name, policy=None):
        return (policy or self.policy).level_ids.filtered(lambda level: level.name == name)

    @classmethod
    def _terms(cls, *days):
        """Payment terms in equal installments, in whole percent, after so many days."""
        shares = [100 // len(days)] * len(days)
        shares[-1] += 100 - sum(shares)
        return cls.env["account.payment.term"].create(
            {
                "name": " + ".join(map(str, days)),
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": nb_days})
                    for share, nb_days in zip(shares, days, strict=True)
                ],
            }
        )

    @classmethod
    def _invoice(cls, partner, amount, due=None, currency=None, terms=None, issued=None, **args):
        """A posted customer invoice without tax.

        :param due: due date, where there are no `terms`
        :param issued: invoice date, a month before the due date when not given
        """
        due = fields.Date.to_date(due)
        issued = fields.Date.to_date(issued) or due - timedelta(days=30)
        args.setdefault("move_type", "out_invoice")
        company = args.pop("company", None) or cls.company
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "partner_id": partner.id,
                    "invoice_date": issued,
                    "date": issued,
                    "invoice_date_due": due,
                    "invoice_payment_term_id": terms.id if terms else False,
                    "currency_id": (currency or company.currency_id).id,
                    "invoice_line_ids": [cls._prepare_invoice_line(price_unit=amount, name="Work")],
                    **args,
                }
            )
        )
        for line in move.invoice_line_ids:
            line.tax_ids = False
        move.action_post()
        return move

    @classmethod
    def _credit(cls, partner, amount, day, currency=None, **args):
        """A posted credit note that nobody has allocated to an invoice."""
        return cls._invoice(
            partner, amount, due=day, issued=day, currency=currency, move_type="out_refund", **args
        )

    @classmethod
    def _pay(cls, invoice, amount=None, day=None):
        """A payment registered on an invoice; the whole of it when no amount is given."""
        values = {"payment_date": fields.Date.to_date(day), "payment_difference_handling": "open"}
        if amount is not None:
            values["amount"] = amount
        return cls._register_payment(invoice, **values)

    @classmethod
    def _pay_unallocated(cls, partner, amount, day, currency=None):
        """A payment received of which nobody has said what it is for."""
        payment = cls.env["account.payment"].create(
            {
                "amount": amount,
                "date": day,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "currency_id": (currency or cls.company.currency_id).id,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def _bounce(cls, payment):
        """The bank takes a payment back: what it had paid is open again."""
        payment.action_draft()
        payment.action_cancel()

    @classmethod
    def _hold(cls, target, reason="Asked for a copy", start=None, end=None, user=None):
        """A hold on a customer or an invoice, by a collector unless said otherwise."""
        field = "move_id" if target._name == "account.move" else "partner_id"
        return (
            cls.env["collections.hold"]
            .with_user(user or cls.users["collector"])
            .create(
                {
                    field: target.id,
                    "company_id": cls.company.id,
                    "reason": reason,
                    "date_start": start,
                    "date_end": end,
                }
            )
        )

    def _lines(self, moves):
        return moves._dunning_lines().sorted(lambda line: (line.date_maturity, line.id))

    # === TIME === #

    @contextmanager
    def day(self, day, hour=12):
        """It is that day, at that hour UTC, for the clock and for the transaction."""
        self._days_cost_little()
        now = self._at(day, hour)
        with freeze_time(now), patch.object(self.env.cr, "now", lambda: now):
            yield now

    @staticmethod
    def _at(day, hour=12):
        whole, rest = int(hour), round((hour % 1) * 60)
        return datetime.combine(fields.Date.to_date(day), time(whole, rest))

    # === WHAT THE SCHEDULER DOES === #

    @property
    def _scheduler(self):
        return self.env(user=api.SUPERUSER_ID, context={})

    def _run(self, day, company=None):
        company = (company or self.company).with_env(self._scheduler)
        run = self._scheduler["dunning.run"].with_company(company)._execute(company, day)
        return run.with_env(self.env)

    def _dispatch(self, now):
        counts = self._scheduler["dunning.action"]._dispatch(now=now)
        self._refresh()
        return counts

    def _refresh(self):
        """The figures follow what has happened, as the scheduler makes them."""
        while self._scheduler["collections.refresh"]._refresh_batch():
            pass

    def _live(self, first, last, events=None, hour=12):
        """Every day from the first to the last: events, evaluation, dispatch.

        :param dict events: date -> callable, what happens on that morning
        :return: date -> list of (customer, level, total), days with contacts only
        """
        events = {fields.Date.to_date(when): what for when, what in (events or {}).items()}
        first, last = fields.Date.to_date(first), fields.Date.to_date(last)
        unknown = [when for when in events if not first <= when <= last]
        self.assertFalse(unknown, "an event outside the story never happens")
        before = self._contacts()
        for offset in range((last - first).days + 1):
            today = first + timedelta(days=offset)
            with self.day(today, hour) as now:
                if today in events:
                    events[today]()
                self._run(today)
                self._dispatch(now)
        return self._diary(self._contacts() - before)

    # === WHAT HAPPENED === #

    def _actions(self, domain=()):
        return self.env["dunning.action"].search(
            [("company_id", "=", self.company.id), *domain], order="id"
        )

    def _contacts(self):
        return self._actions([("state", "in", CONTACTED)])

    def sent(self):
        """Every contact made so far: date -> list of (customer, level, total)."""
        return self._diary(self._contacts())

    def _diary(self, actions):
        diary = {}
        for action in actions.sorted(lambda a: (a.contact_date, a.partner_id.name, a.id)):
            row = (action.partner_id.name, action.level_id.name, action.amount_total)
            diary.setdefault(fields.Date.to_string(action.contact_date), []).append(row)
        return diary

    def _levels_sent(self):
        """The story in short: date -> names of the levels sent."""
        return {when: [row[1] for row in rows] for when, rows in self.sent().items()}

    def _why(self, line_or_move, day):
        """The reason code that the explanation gives for an open item."""
        lines = line_or_move
        if line_or_move._name == "account.move":
            lines = self._lines(line_or_move)
        lines.ensure_one()
        return lines._dunning_explain(fields.Date.to_date(day))[lines.id]["reason_code"]

    def _case(self, partner=None, company=None):
        return self.env["collections.case"].search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("company_id", "=", (company or self.company).id),
            ]
        )


def days(first, last):
    """Every date from the first to the last, as text."""
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    return [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]


class SecondCompany:
    """Mixin: another company with its own policy and ledger, `cls.other`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company(name="Other Firm")
        cls.other = cls.other_data["company"]
        cls.other.partner_id.tz = "UTC"
        cls.other.email = "accounts@other.example"
        cls.other_policy = cls._policy("Other Rules", company=cls.other, Only=10)
        cls.other.dunning_policy_id = cls.other_policy
