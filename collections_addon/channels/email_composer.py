"""What a reminder by e-mail says: text, list of open items, statement to attach."""

from typing import NamedTuple

from markupsafe import Markup

from odoo.tools import SQL

from ..models.debtor_format import DebtorFormat
from ..models.invoice_links import InvoiceLinks
from .email_words import late_text, transfer_text, words

KILOBYTE = 1024
DOCTYPE = Markup("<!DOCTYPE html>\n")


class Email(NamedTuple):
    """One message, ready to be put into the outbox.

    :param text: the written part without the list, as shown in the chatter
    :param body: the whole document that is sent
    :param files: documents that exist already, `ir.attachment` ids
    """

    action: object
    lang: str
    subject: str
    text: Markup
    body: Markup
    statement_name: str
    statement: bytes
    files: tuple


class Row(NamedTuple):
    """An open item with everything formatted; empty strings for what is not shown.

    :param details: further lines under the number
    """

    number: str
    invoice_date: str
    due_date: str
    days: int
    late: str
    original: str
    open: str
    credit: str
    disputed: str
    asked: str
    details: list
    url: str | None


class EmailComposer:
    """Writes the messages of one company in one language.

    Reads only.

    :param odoo.api.Environment env: with the rights to read the invoices
    :param company: `res.company`
    :param str lang: code of an active language
    :param datetime.datetime now: naive UTC
    """

    def __init__(self, env, company, lang, now):
        self._env = env(context={**env.context, "lang": lang})
        self._company = company.with_env(self._env)
        self._lang = lang
        self._form = DebtorFormat(self._env, lang)
        self._today = company._collections_today(now)
        self._base_url = company.get_base_url()
        self._banks, self._lateness, self._answers = {}, {}, {}
        self._links = InvoiceLinks(self._env)
        self._say = words(self._env)
        self._common = self._common_values()

    def compose(self, actions):
        """Write these contacts' messages.

        :param actions: `dunning.action`
        :rtype: list[Email]
        """
        actions = actions.with_env(self._env)
        lines = actions._statement_lines()
        self._links.look_up(line.move_id for rows in lines.values() for line in rows)
        actions._fill_text_items(lines, self._form)
        files = self._invoice_files(actions, lines)
        texts = self._texts(actions)
        accounts = self._with_account(actions)
        charges = actions._charges_shown(self._today)
        return [
            self._email(
                action,
                texts[action.id],
                lines[action.id],
                files[action.id],
                action in accounts,
                charges[action.id],
            )
            for action in actions
        ]

    def _email(self, action, text, lines, files, has_account, charges):
        subject, text = text
        values = {
            **self._common,
            **self._amounts(action, lines),
            **self._charges(action, charges),
            **self._payment(action, lines),
            **self._customer(action, has_account),
            **self._portal(action),
            "notes": self._notes(lines, files),
            "subject": subject,
            "text": text,
        }
        return Email(
            action,
            self._lang,
            subject,
            text,
            DOCTYPE + self._render("layout", values),
            values["statement_name"],
            (DOCTYPE + self._render("statement", values)).encode(),
            tuple(file.id for file in files),
        )

    def _render(self, name, values):
        view = f"collections_addon.email_{name}"
        return self._env["ir.qweb"]._render(view, values, minimal_qcontext=True)

    # === TEXT === #

    def _texts(self, actions):
        """Action id -> (subject, text), from the level's template."""
        written = actions.filtered("message_text")
        texts = {a.id: (self._subject(a, t[0]), t[1]) for a in written for t in (a._level_text(),)}
        steps = (actions - written).grouped(lambda action: (action.step_id, action.level_id))
        for group in steps.values():
            template = group[:1]._text_template().with_env(self._env).sudo()
            subjects = template._render_field("subject", group.ids)
            bodies = template._dunning_bodies(group)
            for action in group:
                texts[action.id] = (self._subject(action, subjects[action.id]), bodies[action.id])
        return texts

    def _subject(self, action, text):
        """One line, whatever was typed into it: a line break would end the header."""
        line = " ".join(str(text).split())
        return f"[TEST] {line}" if action.test_mode else line

    # === VALUES === #

    def _common_values(self):
        company, rtl = self._company, self._form.is_rtl
        return {
            "say": self._say,
            "iso_lang": self._lang.replace("_", "-"),
            "direction": "rtl" if rtl else "ltr",
            "start": "right" if rtl else "left",
            "end": "left" if rtl else "right",
            "company_name": company.name,
            "company_lines": self._company_lines(),
            "statement_name": f"{self._say.statement} {self._today}.html",
        }

    def _company_lines(self):
        company = self._company
        reach = (company.phone, company.email, company.website)
        lines = (
            ", ".join(self._address(company.partner_id)),
            " · ".join(part for part in reach if part),
            company.vat,
        )
        return [line for line in lines if line]

    def _address(self, partner):
        town = " ".join(part for part in (partner.zip, partner.city) if part)
        parts = (partner.street, partner.street2, town, partner.country_id.name)
        return [part for part in parts if part]

    def _customer(self, action, has_account):
        recipient = action.recipient_id
        name = recipient.name or action.partner_id.name
        notice = self._env._(
            "This is a test. Without test mode this message would have gone to %(name)s, "
            "%(email)s.",
            name=name,
            email=recipient.email,
        )
        return {
            "customer_name": action.partner_id.name,
            "customer_lines": self._address(recipient),
            "account_url": f"{self._base_url}/my/invoices" if has_account else None,
            "test_notice": notice if action.test_mode else None,
        }

    def _amounts(self, action, lines):
        currency = action.currency_id

        def money(amount):
            return self._form.amount(amount, currency)

        rows = [self._row(line, money) for line in lines]
        late = sum(line.is_overdue for line in lines)
        disputed = sum(line.disputed for line in lines)
        asides = [
            (self._say.credits_total, money(action.amount_credit))
            if action.amount_credit
            else None,
            (self._say.disputed, money(disputed)) if disputed else None,
        ]
        return {
            "all_rows": rows,
            "sections": self._sections(rows[:late], rows[late:]),
            "is_overdue": late > 0,
            "total": money(action.amount_total),
            "overdue": money(action.amount_overdue),
            "credit": action.amount_credit,
            "disputed": disputed,
            "asides": [aside for aside in asides if aside],
            "statement_scope": self._scope(action),
        }

    def _charges(self, action, charges):
        """What is charged beside the items: label, calculation, amount."""
        currency = action.currency_id
        rows = [
            (charge.label, charge.basis.split("\n"), self._form.amount(charge.amount, currency))
            for charge in charges
        ]
        total = action.amount_total + sum(charge.amount for charge in charges)
        return {"charges": rows, "with_charges": self._form.amount(total, currency)}

    def _sections(self, overdue, other):
        """Heading, rows, and whether their sum is given, for each part of the list."""
        sections = ((self._say.overdue, overdue, bool(other)), (self._say.not_due, other, False))
        return [section for section in sections if section[1]]

    def _scope(self, action):
        """What the attached list holds, in words."""
        values = {"date": self._form.date(self._today), "currency": action.currency_id.name}
        if action.plan_line_id:
            return self._env._(
                "Installments overdue on %(date)s, and the next one. Amounts in %(currency)s.",
                **values,
            )
        return self._env._("All open items on %(date)s. Amounts in %(currency)s.", **values)

    def _row(self, line, money):
        row = Row(
            number=line.number,
            invoice_date=self._form.date(line.invoice_date),
            due_date=self._form.date(line.due_date),
            days=line.days_overdue,
            late=self._late(line.days_overdue),
            original=money(line.original),
            open=money(line.open),
            credit=money(line.credit) if line.credit else "",
            disputed=money(line.disputed) if line.disputed else "",
            asked=money(line.asked),
            details=[],
            url=self._pay_url(line),
        )
        row.details.extend(self._details(row))
        return row

    def _late(self, days):
        if days not in self._lateness:
            self._lateness[days] = late_text(self._env, days) if days > 0 else ""
        return self._lateness[days]

    def _details(self, row):
        """What stands under the number of an item: dates, and how its amount came about."""
        say = self._say
        original = row.original if row.original not in (row.open, row.asked) else ""
        rest = row.open if row.open != row.asked else ""
        facts = (
            (say.due_date, row.due_date),
            (say.invoice_date, row.invoice_date),
            (say.original, original),
            (say.open, rest),
            (say.credit, row.credit),
            (say.disputed, row.disputed),
        )
        return [f"{label}: {value}" for label, value in facts if value]

    # === PAYMENT === #

    def _pay_url(self, line):
        """The page of an item's invoice, which opens without a login."""
        payable = line.is_invoice and line.asked > 0
        return self._links.url(line.move_id, self._base_url) if payable else None

    def _payment(self, action, lines):
        """The button, and the other ways to pay."""
        if action.plan_line_id:
            return self._plan_payment(action, lines)
        payable = {line.move_id: line for line in reversed(lines) if self._pay_url(line)}
        single = next(iter(payable.values())) if len(payable) == 1 else None
        first = next((line for line in lines if line.move_id in payable), None)
        reference = single and (single.reference or single.number)
        transfer = transfer_text(self._env, self._bank(action, lines), reference)
        ways = [self._say.one_by_one if len(payable) > 1 else "", transfer]
        url = first and self._pay_url(first)
        return {
            **action.case_id._pay_button(url, first and first.number, len(payable), self._today),
            "transfer": transfer,
            "ways": [way for way in ways if way],
        }

    def _plan_payment(self, action, lines):
        """Installments are paid on the page of their plan, or by transfer with its number."""
        plan = action.plan_line_id.plan_id
        transfer = transfer_text(self._env, self._bank(action, lines), plan.name)
        return {
            "pay_url": action.case_id._portal_url(self._today, f"/plan/{plan.id}"),
            "pay_label": self._env._("View your plan and pay"),
            "transfer": transfer,
            "ways": [way for way in (transfer,) if way],
        }

    def _bank(self, action, lines):
        """The account printed on all invoices, else the company's."""
        printed = {line.bank_id for line in lines if line.is_invoice}
        if len(printed) == 1 and (bank_id := printed.pop()):
            bank = self._env["res.partner.bank"].browse(bank_id)
            if bank.partner_id == self._company.partner_id:
                return bank
        currency = action.currency_id
        if currency not in self._banks:
            none = self._env["account.move"]
            self._banks[currency] = self._company._collections_bank(currency, none)
        return self._banks[currency]

    def _portal(self, action):
        """The customer's own page, and the answers of one tap where it is asked why."""
        level, url = action.level_id, action.case_id._portal_url(self._today)
        if level not in self._answers:
            labels = action.case_id._answer_labels() if level._asks_why() else {}
            self._answers[level] = labels.items()
        return {
            "portal_url": url,
            "wishes_url": f"{url}/preferences",
            "answers": [(label, f"{url}/why/{answer}") for answer, label in self._answers[level]],
        }

    def _with_account(self, actions):
        """Those whose recipient can sign in to the portal."""
        users = self._env["res.users"].search([("partner_id", "in", actions.recipient_id.ids)])
        partners = users.partner_id
        return actions.filtered(lambda action: action.recipient_id in partners)

    # === ATTACHMENTS === #

    def _invoice_files(self, actions, lines):
        """Invoices that exist as documents, the oldest debts first, while they fit.

        :return: action id -> list of `ir.attachment`
        """
        move_ids = {line.move_id for items in lines.values() for line in items if line.move_id}
        documents = self._documents(move_ids)
        limit = self._company.collections_attachment_limit * KILOBYTE
        chosen = {}
        for action in actions:
            left, chosen[action.id] = limit, []
            for move_id in dict.fromkeys(line.move_id for line in lines[action.id]):
                document = documents.get(move_id)
                if document and document.file_size <= left:
                    left -= document.file_size
                    chosen[action.id].append(document)
        return chosen

    def _documents(self, move_ids):
        """Move id -> its generated document.

        :rtype: dict[int, ir.attachment]
        """
        query = SQL(
            """
            SELECT DISTINCT ON (res_id) res_id, id FROM ir_attachment
             WHERE res_model = 'account.move' AND res_field = 'invoice_pdf_report_file'
               AND res_id = ANY(%s)
          ORDER BY res_id, id DESC
            """,
            list(move_ids),
        )
        found = dict(self._env.execute_query(query))
        attachments = self._env["ir.attachment"].sudo()
        return {move_id: attachments.browse(found[move_id]) for move_id in found}

    def _notes(self, lines, files):
        """What is attached, and where the rest is."""
        attached = {file.res_id for file in files}
        names = [self._common["statement_name"]]
        names += dict.fromkeys(line.number for line in lines if line.move_id in attached)
        notes = [self._env._("Attached: %s.", ", ".join(names))]
        if attached and any(line.move_id not in attached for line in lines if self._pay_url(line)):
            notes.append(self._say.left_out)
        return notes
