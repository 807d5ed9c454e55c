"""What somebody wrote in an e-mail, without what the mail program added below or above it."""

import re
import unicodedata

#: Lines that begin a quotation, in the languages of the texts we send and some others.
_ON_WROTE = re.compile(
    r"^\s*(?:>|(?:on|am|em|le|op|el|il|în|in data|la data)\s.{4,200}"
    r"(?:wrote|schrieb|escreveu|a écrit|schreef|escribió|ha scritto|a scris)\s*:?\s*$"
    r"|am\s.{4,200}\sschrieb\s.{1,200}:\s*$"
    r"|.{6,200}(?:tarihinde|rašė)\b.{0,120}:?\s*$"
    r"|-{2,}\s*(?:original|forwarded|mensagem|orijinal|originalus|mesaj|ursprüngliche|pradinis)"
    r"|_{10,}\s*$)",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^\s*\*?(?:from|von|de|gönderen|kimden|de la|nuo|da)\*?\s*:\s.*@", re.IGNORECASE
)
_SIGNATURE = re.compile(r"^(?:-- ?|sent from my .*|envoyé de mon .*)$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def written(text):
    """The part of a plain text that its author wrote anew.

    A text that is a quotation from its first line on has nothing of its own, unless
    something stands below the lines marked by `>`.

    :rtype: str
    """
    kept = []
    for line in (text or "").splitlines():
        if line.lstrip().startswith(">"):
            continue
        if _ON_WROTE.match(line) or _HEADER.match(line) or _SIGNATURE.match(line.strip()):
            if "".join(kept).strip() or not _opens_quote(line):
                break
            continue
        kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _opens_quote(line):
    """Whether the quotation may be followed by an answer below it: one that announces marked
    lines may, a forwarded message's header may not."""
    return line.rstrip().endswith(":") and not _HEADER.match(line)


def first_line(text):
    """The first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def plain(text):
    """A text as it is compared with others: no case, accents of keyboards, signs or spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    letters = (char if char.isalnum() else " " for char in folded if not _is_mark(char))
    return _SPACES.sub(" ", "".join(letters)).strip()


def _is_mark(char):
    return unicodedata.combining(char) > 0


def answer_in(text, labels):
    """The answer whose very words begin a text: tapped, or typed.

    :param str text: what was written
    :param labels: (words, code) pairs
    :return: the code; None when none, or more than one, begins it
    """
    said = plain(first_line(text))
    codes = {code for words, code in labels if said and said == plain(words)}
    return codes.pop() if len(codes) == 1 else None
