"""What is wrong with a file or a row of it, for the person who brought it."""

from ..file.columns import LABELS


def file_sentence(env, error):
    """Say why a file cannot be read.

    :param error: `connectors.file.reader.UnreadableFile`
    """
    sentences = {
        "empty": env._("The file is empty."),
        "old_workbook": env._(
            "This is a workbook of an old Excel. Save it as “Excel Workbook (.xlsx)” or CSV."
        ),
        "not_a_table": env._("This is neither a CSV nor an XLSX file."),
        "encoding": env._("The text is not written in the encoding that was chosen."),
        "broken": env._("The file is broken at line %s.", error.detail),
        "too_large": env._("The file is too large to be unpacked."),
        "no_sheet": env._("The workbook has no sheet “%s”.", error.detail),
        "no_headers": env._("No line with names of columns was found in the file."),
    }
    return sentences[error.code]


def row_sentence(env, problem):
    """Say why a row is left out.

    :param problem: `connectors.file.rows.RowProblem`
    """
    label, value = LABELS.get(problem.field, problem.field), problem.value
    sentences = {
        "missing": env._("“%s” is empty.", label),
        "not_a_date": env._(
            "%(field)s: “%(value)s” is not a date as chosen.", field=label, value=value
        ),
        "absurd_date": env._(
            "%(field)s: %(value)s is not a believable date.", field=label, value=value
        ),
        "not_an_amount": env._(
            "%(field)s: “%(value)s” is not an amount.", field=label, value=value
        ),
        "negative": env._("An invoice cannot be below zero: %s.", value),
        "decimals": env._("%s has more decimals than its currency.", value),
        "currency": env._("“%s” is not the code of a currency, such as EUR.", value),
        "unknown_currency": env._("The currency %s is not active here.", value),
        "kind": env._("“%s” is not known as a kind of document.", value),
        "repeated": env._(
            "Document “%(number)s” of this customer is already on line %(line)s. Where both are"
            " right, choose a column as key that tells them apart.",
            number=problem.field,
            line=value,
        ),
        "too_much": env._("More is open than the total: %s.", value),
        "no_amount": env._("There is no amount."),
    }
    return sentences[problem.code]
