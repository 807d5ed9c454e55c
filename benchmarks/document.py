"""The document that the programs write their figures into, each between two marks of its own."""

from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def write(name, text):
    """Put a text between the marks of a program; the rest of the document is left alone.

    :param str name: `<!-- name -->` begins, `<!-- end of name -->` ends
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _begin, rest = DOCUMENT.read_text().partition(begin)
    _old, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{DOCUMENT.name} has no place for the figures: {begin}")
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}")
