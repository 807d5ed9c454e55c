"""Makes policies, and what belongs to them, from the plans of an import."""

import logging
from datetime import date, datetime, time, timedelta

from odoo import Command, fields
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)


class PolicyImporter:
    """Imports the rules of one source. What was imported before is left as it is.

    :param env: environment of the user; rights are the caller's business
    :param source: `dunning.import.source.<code>`
    :param companies: `res.company`, whose rules are taken over
    :param datetime.date today: date of the import
    """

    def __init__(self, env, source, companies, today):
        self.env = env(su=True)
        self.code = source._name.rpartition(".")[2]
        self.source = source.with_env(self.env)
        self.companies = companies.with_env(self.env)
        self.today = today
        self.languages = [code for code, _name in self.env["res.lang"].get_installed()]

    def find(self, kind, key):
        """What an earlier import has made.

        :param str kind: `policy` or `level`
        :rtype: recordset, empty when there is none
        """
        found = self.env.ref(self._xmlid(kind, key), raise_if_not_found=False)
        return found or self.env[f"dunning.{kind}"]

    def _xmlid(self, kind, key):
        return f"__import__.collections_{self.code}_{kind}_{key}"

    def run(self, plans, with_choices):
        """Make what is missing.

        :param list[PolicyPlan] plans: of the source
        :param bool with_choices: also customers, invoices, defaults and levels reached
        :return: the policies of the plans, those of earlier imports included
        """
        policies = self.env["dunning.policy"]
        for plan in (plan for plan in plans if plan.levels):
            policies |= self.find("policy", plan.key) or self._create_policy(plan)
        if with_choices:
            self._apply(self.source._choices(self.companies, self.today))
        return policies

    # === POLICIES === #

    def _create_policy(self, plan):
        policy = self.env["dunning.policy"].create(
            {
                "name": self.text_of(plan.name),
                "company_id": plan.company_id,
                "mode": "review",
                "level_ids": [Command.create(self._level_values(lv)) for lv in plan.levels],
            }
        )
        self._translate(policy, "name", plan.name)
        self._remember("policy", plan.key, policy)
        by_days = {level.days: level for level in policy.level_ids}
        for level_plan in plan.levels:
            self._translate(by_days[level_plan.days], "name", level_plan.name)
            self._remember("level", level_plan.key, by_days[level_plan.days])
        _logger.info("Imported policy %s from %s", policy.id, self._xmlid("policy", plan.key))
        return policy

    def _level_values(self, plan):
        template = self._create_text(plan)
        return {
            "name": self.text_of(plan.name),
            "days": plan.days,
            "requires_approval": plan.requires_approval,
            "step_ids": [
                Command.create(
                    {
                        "channel_code": code,
                        "sequence": 10 * position,
                        **({"template": template.id} if template and position == 1 else {}),
                    }
                )
                for position, code in enumerate(plan.channels, 1)
            ],
        }

    def _create_text(self, plan):
        """A text for contacts that says what the level said."""
        model = self.env["mail.template"]
        if not plan.text:
            return model
        usual = self.env.ref(
            "collections_addon.mail_template_reminder_friendly", raise_if_not_found=False
        )
        template = model.create(
            {
                "name": self.env._("Imported: %s", self.text_of(plan.name)),
                "model_id": self.env["ir.model"]._get_id("dunning.action"),
                "lang": "{{ object.recipient_lang }}",
                "subject": usual.subject if usual else "{{ object.company_name }}",
                "body_html": self._html(self.text_of(plan.text)),
            }
        )
        for lang in self.languages if usual else ():
            template.with_context(lang=lang).subject = usual.with_context(lang=lang).subject
        self._translate(template, "body_html", plan.text, self._html)
        return template

    def _html(self, text):
        return text if "<" in text else plaintext2html(text.strip())

    def text_of(self, value):
        """One language of a text that may be there in several."""
        if not isinstance(value, dict):
            return value or ""
        wanted = (self.env.lang, "en_US", *value)
        return next((value[code] for code in wanted if value.get(code)), "")

    def _translate(self, record, name, value, convert=str):
        if isinstance(value, dict):
            for lang, text in value.items():
                if lang in self.languages and text:
                    record.with_context(lang=lang)[name] = convert(text)

    def _remember(self, kind, key, record):
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": self._xmlid(kind, key), "record": record, "noupdate": True}]
        )

    # === CHOICES === #

    def _apply(self, choices):
        for company_id, key in choices.defaults.items():
            company = self.env["res.company"].browse(company_id)
            policy = self.find("policy", key)
            usable = policy and policy._is_open_to(company)
            if usable and not company.dunning_policy_id:
                company.dunning_policy_id = policy
        for (partner_id, company_id), key in choices.partners.items():
            self._choose(self._customer(partner_id, company_id), self.find("policy", key))
        for move_id, key in choices.moves.items():
            self._choose(self._move(move_id), self.find("policy", key))
        self._set_tolerances(choices.tolerances)
        for (partner_id, company_id), (day, reason) in choices.pauses.items():
            self._pause(self._customer(partner_id, company_id), company_id, day, reason)
        for (partner_id, company_id), user_id in choices.collectors.items():
            self._set_collector(partner_id, company_id, user_id)
        self._reach(choices.reached)

    def _customer(self, partner_id, company_id):
        company = self.env["res.company"].browse(company_id)
        partner = self.env["res.partner"].browse(partner_id).exists().commercial_partner_id
        belongs = partner.company_id in (company, self.env["res.company"])
        return partner.with_company(company) if belongs else partner.browse()

    def _move(self, move_id):
        move = self.env["account.move"].browse(move_id).exists()
        return move.filtered(lambda move: move.company_id in self.companies)

    def _choose(self, record, policy):
        company = record.company_id if record._name == "account.move" else record.env.company
        usable = policy and policy._is_open_to(company)
        if record and usable and not record.dunning_policy_id:
            record.dunning_policy_id = policy

    def _set_tolerances(self, tolerances):
        for (key, currency_id), amount in tolerances.items():
            policy = self.find("policy", key)
            known = policy.tolerance_ids.currency_id.ids
            if policy and currency_id not in known and amount > 0:
                policy.tolerance_ids = [
                    Command.create({"currency_id": currency_id, "amount": amount})
                ]

    def _pause(self, customer, company_id, day, reason):
        """A hold that says where it comes from; none for a date that has passed."""
        last = fields.Date.to_date(day) - timedelta(days=1) if day else None
        known = self.env["collections.hold"].search_count(
            [("partner_id", "=", customer.id), ("company_id", "=", company_id)], limit=1
        )
        if not customer or known or (last and last < self.today):
            return
        self.env["collections.hold"].create(
            {
                "partner_id": customer.id,
                "company_id": company_id,
                "reason": reason,
                "date_start": self.today,
                "date_end": last,
            }
        )

    def _set_collector(self, partner_id, company_id, user_id):
        customer = self._customer(partner_id, company_id)
        user = self.env["res.users"].browse(user_id).exists()
        if not customer or not user.active or company_id not in user.company_ids.ids:
            return
        case = self.env["collections.case"]._of(customer, customer.env.company)
        if not case.collector_id:
            case.collector_id = user

    # === LEVELS REACHED === #

    def _reach(self, reached):
        """Write down the last reminders as contacts, so that nobody starts again at the
        first level: one per customer, company, currency and day."""
        groups = {}
        for line_id, key, day in reached:
            line = self.env["account.move.line"].browse(line_id).exists()
            level = self.find("level", key)
            if self._goes_on(line, level):
                owner = (line.partner_id.commercial_partner_id, line.company_id)
                groups.setdefault((*owner, line.currency_id, self._past(day)), []).append(
                    (line, level)
                )
        for group, items in groups.items():
            self._create_contact(*group, items)

    def _goes_on(self, line, level):
        return (
            level
            and line.partner_id
            and not line.reconciled
            and line.parent_state == "posted"
            and line.amount_residual_currency > 0
            and not line.dunning_level_id
        )

    def _past(self, day):
        """A day of the other program, not in the future."""
        return min(fields.Date.to_date(day) or date.min, self.today)

    def _create_contact(self, customer, company, currency, day, items):
        level = max((level for _line, level in items), key=lambda level: level.days)
        total = sum(line.amount_residual_currency for line, _level in items)
        self.env["dunning.action"].create(
            {
                "case_id": self.env["collections.case"]._of(customer, company).id,
                "partner_id": customer.id,
                "recipient_id": customer._dunning_recipient().id,
                "company_id": company.id,
                "currency_id": currency.id,
                "level_id": level.id,
                "channel_code": level._first_steps()[:1].channel_code,
                # Made by the other program: it never was a draft here.
                "state": "sent",
                "sent_at": datetime.combine(day, time(12)),
                "contact_date": day,
                "subject": self.env._("Imported: the last reminder of the former program"),
                "amount_total": total,
                "amount_overdue": total,
                "item_ids": [Command.create(self._item_values(*item, day)) for item in items],
            }
        )
        lines = [line.id for line, _level in items]
        self.env["account.move.line"]._dunning_recompute_levels(lines)

    def _item_values(self, line, level, day):
        return {
            "move_line_id": line.id,
            "move_id": line.move_id.id,
            "level_id": level.id,
            "is_step": True,
            "days_overdue": (day - (line.date_maturity or line.date)).days,
            "amount_residual": line.amount_residual_currency,
        }
