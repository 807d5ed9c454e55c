"""Bring ``i18n/*.po`` in line with a template that Odoo exported.

Run by ``make translations``: ``translations.py EXPORTED.pot FOLDER``. The template is
tidied (nothing of the tests, no date that changes with every export) and put beside the
languages; each language keeps what it has, loses what is gone and is told what it lacks.
"""

import sys
from pathlib import Path

import polib

MODULE = "collections_addon"
#: Where a debtor reads: pages, letters, messages and what stands in them.
DEBTOR = (
    f"{MODULE}.portal_",
    f"{MODULE}.print_",
    f"{MODULE}.plan_preview",
    "model:mail.template,",
    "model:collections.dispute.reason,",
    "model:collections.plan.offer,",
    "model_terms:collections.plan.offer,",
    "/controllers/portal_",
    "/channels/email_",
)
#: Odoo writes the moment of the export and empty fields; the rest is the same each time.
METADATA = {
    "Project-Id-Version": f"{MODULE} 19.0",
    "Report-Msgid-Bugs-To": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "",
}


def is_debtors(entry):
    """Whether a term is one that a debtor reads.

    :param polib.POEntry entry: a term of the template
    """
    return any(word in place for place, _line in entry.occurrences for word in DEBTOR)


def tidy(template):
    """Leave out what only tests say, and what differs from one export to the next.

    :param polib.POFile template: as exported; changed in place
    """
    for entry in list(template):
        entry.occurrences = [one for one in entry.occurrences if f"{MODULE}/tests/" not in one[0]]
        if not entry.occurrences:
            template.remove(entry)
    template.metadata = dict(METADATA)
    template.header = f"Terms of {MODULE}; made by `make translations`."


def merge(language, template):
    """Give a language the terms of the template; terms that are gone are forgotten.

    :param polib.POFile language: changed in place
    :param polib.POFile template: as tidied
    :return: the terms that have no translation
    :rtype: list[polib.POEntry]
    """
    known = {entry.msgid: entry.msgstr for entry in language if not entry.obsolete}
    language.clear()
    for entry in template:
        language.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=known.get(entry.msgid, ""),
                comment=entry.comment,
                occurrences=entry.occurrences,
            )
        )
    return language.untranslated_entries()


def open_file(path):
    """A file of translations that keeps its entries one to a term, in Odoo's wrapping."""
    return polib.pofile(str(path), wrapwidth=78)


def main(exported, folder):
    """Tidy, merge, write and report.

    :param str exported: the template as Odoo exported it
    :param str folder: where the languages are
    """
    template = open_file(exported)
    tidy(template)
    template.save(str(Path(folder) / f"{MODULE}.pot"))
    print(f"{len(template)} terms, {sum(map(is_debtors, template))} of them read by debtors")
    for path in sorted(Path(folder).glob("*.po")):
        language = open_file(path)
        missing = merge(language, template)
        language.save(str(path))
        theirs = [entry for entry in missing if is_debtors(entry)]
        print(f"{path.name}: {len(missing)} without translation, {len(theirs)} of debtors")
        for entry in theirs:
            print(f"    {entry.msgid!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
