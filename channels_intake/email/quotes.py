"""Split a reply into what is new, what it quotes and the signature. One pass, line by line."""

import re
from dataclasses import dataclass, field

from channels_intake.email import quote_headers, signatures

_MAX_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply's three parts; `new` is never empty unless the text is."""

    new: str
    quoted: str
    signature: str


def split_reply(text: str, forwarded: bool = False, answers: bool = True) -> Reply:
    """
    Split a mail's text.

    `forwarded` keeps the mail below the first introduction, which then is what is sent; in one that `answers` nothing,
    what looks like mail headers may be the fields of a form.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    sorted_lines = _sort(lines[:_MAX_LINES], forwarded, answers)
    new, quoted, rest = sorted_lines.new, sorted_lines.quoted, lines[_MAX_LINES:]
    if not _has_words(new):
        return Reply(text.strip(), "", "")
    if rest and (sorted_lines.in_quote or _is_quoted(lines[_MAX_LINES - 1])):
        quoted, rest = quoted + rest, []
    body, signature = (new, []) if rest or sorted_lines.kept else signatures.split_signature(new)
    said = _join(body + sorted_lines.kept + rest)
    return Reply(re.sub(r"\n{3,}", "\n\n", said) if quoted else said, _join(quoted), _join(signature))


@dataclass(slots=True)
class _Sorted:
    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # a forwarded mail
    in_quote: bool = False  # everything from the last introduction on is quoted


def _sort(lines: list[str], forwarded: bool, answers: bool) -> _Sorted:
    """Sort lines into the author's and the quoted; answers between quotes are the author's."""
    found = _Sorted()
    at = 0
    while at < len(lines):
        if quote_headers.begins_forward(lines[at]):
            found.kept = lines[at:]
            break
        header = quote_headers.header_at(lines, at)
        if header is not None and _quote_follows(lines, header.end):
            found.quoted.extend(lines[at : header.end])
            at = header.end
        elif header is not None and (forwarded or not (answers or header.is_sure)):
            found.kept = lines[at:]
            break
        elif header is not None:
            found.quoted.extend(lines[at:])
            found.in_quote = True
            break
        else:
            (found.quoted if _is_citation(lines, at) else found.new).append(lines[at])
            at += 1
    return found


def _quote_follows(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return _is_quoted(following)


def _is_citation(lines: list[str], at: int) -> bool:
    return (_is_quoted(lines[at]) and not _is_decoration(lines[at])) or _is_wrapped_quote(lines, at)


_INITIALS = re.compile(r"[A-Z]{1,3}>(?:\s|$)")


def _is_quoted(line: str) -> bool:
    stripped = line[:400].lstrip(" \t\xa0*")
    return stripped.startswith((">", "&gt;", "|> ")) or _INITIALS.match(stripped) is not None


def _is_decoration(line: str) -> bool:
    """Tell lines like ">>> visit us <<<", which quote nothing."""
    return line.rstrip().endswith("<<") and line.lstrip().startswith(">>")


def _is_wrapped_quote(lines: list[str], at: int) -> bool:
    """Tell the tail of a long quoted line that some program wrapped without marking it."""
    if at == 0 or not _is_quoted(lines[at - 1]):
        return False
    line, before = lines[at][:400], lines[at - 1]
    if "http" in before and " " not in line.strip() and re.search(r"[=/&%]", line):
        return True
    return at < len(lines) - 1 and line[:1].islower() and len(before) >= 55 and _is_quoted(lines[at + 1])


def _has_words(lines: list[str]) -> bool:
    return any(char.isalnum() for line in lines for char in line[:400])


def _join(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n ")
