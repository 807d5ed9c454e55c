"""What a contact says where there is little room: one text, one link."""

import re
from typing import NamedTuple

from markupsafe import Markup, escape

from odoo.tools import html2plaintext

from ..domain.sms_text import fit, measure
from ..models.debtor_format import DebtorFormat

MOST_SEGMENTS = 3
#: Tags that core would write as stars.
EMPHASIS = re.compile(r"</?(?:strong|b|em|i)\b[^>]*>")


class Short(NamedTuple):
    """A text, ready to be handed over.

    :param link: at the end of the text: to the customer's own page, or to the page on which
        the ledger of the only invoice is paid
    :param segments: messages it is sent as by SMS
    """

    lang: str
    subject: str
    text: str
    link: str
    segments: int
    is_unicode: bool

    @property
    def html(self):
        """The text as it is shown in a preview or in the chatter."""
        return Markup("<p>{}</p>").format(Markup("<br/>").join(escape(self.text).split("\n")))


def compose(actions, today, most=MOST_SEGMENTS):
    """Write contacts of one company, each in its recipient's language.

    :param actions: `dunning.action` with the rights to read the invoices
    :param datetime.date today: from which their links are valid
    :param int most: segments
    :return: action id -> Short
    :rtype: dict[int, Short]
    """
    found, elsewhere = {}, _links_elsewhere(actions)
    by_text = actions.grouped(lambda a: (a.recipient_lang, a.step_id, a.level_id))
    for (lang, _step, _level), group in by_text.items():
        group = group.with_context(lang=lang)
        group._fill_text_items(group._statement_lines(), DebtorFormat(group.env, lang))
        template = group[:1]._text_template().with_env(group.env).sudo()
        subjects = template._render_field("subject", group.ids)
        bodies = template._dunning_bodies(group)
        for action in group:
            body = html2plaintext(EMPHASIS.sub("", bodies[action.id]), include_references=False)
            subject = " ".join(str(subjects[action.id]).split())
            if action.message_text:
                subject, body = action._level_text()[0], action.message_text
            link = elsewhere.get(action.id) or _own_link(action, today)
            found[action.id] = _short(action, lang, subject, body, link, most)
    return found


def _links_elsewhere(actions):
    """Contacts about one invoice that is paid on a page of its ledger -> that page."""
    single = {
        action.id: action.item_ids.move_id
        for action in actions
        if len(action.item_ids.move_id) == 1 and not action.plan_line_id
    }
    moves = actions.env["account.move"].browse({move.id for move in single.values()})
    links = moves._pay_links() if moves else {}
    return {id_: links[move.id] for id_, move in single.items() if move.id in links}


def _own_link(action, today):
    """The customer's page, or that of the plan it is about."""
    plan = action.plan_line_id.plan_id
    return action.case_id._portal_url(today, f"/plan/{plan.id}" if plan else "")


def _short(action, lang, subject, body, link, most):
    body = " ".join(body.split())
    if action.test_mode:
        subject, body = f"[TEST] {subject}", f"[TEST] {body}"
    text = fit(body, link, most)
    size = measure(text)
    return Short(lang, subject, text, link, size.segments, size.is_unicode)
