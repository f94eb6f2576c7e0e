"""Split a reply into what is new, what it quotes and the signature. One pass, line by line."""

import re
from dataclasses import dataclass

from channels_intake.email import quote_headers, signatures

_MAX_LINES = 2_000
_INITIALS = re.compile(r"[A-Z]{1,3}>(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply's three parts; `new` is never empty unless the text is."""

    new: str
    quoted: str
    signature: str


def split_reply(text: str, forwarded: bool = False) -> Reply:
    """Split a mail's text; `forwarded` keeps a block of mail headers, which then belongs to what is sent."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rest = lines[_MAX_LINES:]
    lines = lines[:_MAX_LINES]
    cut = _first_header(lines, forwarded)
    if cut is not None and not _has_words(lines[: cut.start]) and (below := _answers_below(lines, cut)):
        return below
    if cut is not None:
        above, quoted = lines[: cut.start], lines[cut.start :] + rest
    else:
        above, quoted = lines + ([] if _ends_in_quote(lines) else rest), rest if _ends_in_quote(lines) else []
    new, cited = _drop_quotes(above)
    body, signature = signatures.split_signature(new)
    if not _has_words(body):
        body, signature = new, []
    if not _has_words(body):
        return Reply(text.strip(), "", "")
    return Reply(_join(body), _join(cited + quoted), _join(signature))


def _first_header(lines: list[str], forwarded: bool) -> quote_headers.Header | None:
    """Find where the quoted mail begins; everything from there on is quoted."""
    at = 0
    while at < len(lines):
        if quote_headers.begins_forward(lines[at]):
            return None
        header = quote_headers.header_at(lines, at)
        if header and forwarded and header.is_block:
            return None
        if header and not (_answers_between(lines, header) and _has_words(lines[:at])):
            return header
        at = header.end if header else at + 1
    return None


def _answers_below(lines: list[str], header: quote_headers.Header) -> Reply | None:
    """Read a mail whose author wrote below the quote: drop its header and its quoted lines."""
    below = lines[header.end :]
    if not any(_is_quoted(line) for line in below):
        return None
    new, cited = _drop_quotes(below)
    body, signature = signatures.split_signature(new)
    if not _has_words(body):
        return None
    return Reply(_join(body), _join(lines[: header.end] + cited), _join(signature))


def _answers_between(lines: list[str], header: quote_headers.Header) -> bool:
    """Tell whether marked quotes follow the header and the author goes on below them."""
    below = lines[header.end :]
    start = next((number for number, line in enumerate(below) if line.strip()), None)
    if start is None or not _is_quoted(below[start]):
        return False
    new, _ = _drop_quotes(below)
    body, _ = signatures.split_signature(new)
    return _has_words(body)


def _drop_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """Separate quoted lines from the author's; headers that only introduce a quote go with it."""
    new: list[str] = []
    cited: list[str] = []
    at = 0
    while at < len(lines):
        header = quote_headers.header_at(lines, at)
        if header and _quote_follows(lines, header.end):
            cited.extend(lines[at : header.end])
            at = header.end
            continue
        quoted = (_is_quoted(lines[at]) and not _is_decoration(lines[at])) or _is_wrapped_quote(lines, at)
        (cited if quoted else new).append(lines[at])
        at += 1
    return new, cited


def _quote_follows(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return _is_quoted(following)


def _is_quoted(line: str) -> bool:
    stripped = line.lstrip(" \t\xa0*")[:400]
    return stripped.startswith((">", "&gt;", "|> ")) or _INITIALS.match(stripped) is not None


def _is_wrapped_quote(lines: list[str], at: int) -> bool:
    """Tell the tail of a long quoted line that some program wrapped without marking it."""
    if at == 0 or not _is_quoted(lines[at - 1]):
        return False
    if "http" in lines[at - 1] and " " not in lines[at].strip() and re.search(r"[=/&%]", lines[at][:400]):
        return True
    if at == len(lines) - 1 or not lines[at][:1].islower():
        return False
    return len(lines[at - 1]) >= 55 and _is_quoted(lines[at + 1])


def _is_decoration(line: str) -> bool:
    """Tell lines like ">>> visit us <<<", which quote nothing."""
    return line.rstrip().endswith("<<") and line.lstrip().startswith(">>")


def _ends_in_quote(lines: list[str]) -> bool:
    last = next((line for line in reversed(lines) if line.strip()), "")
    return _is_quoted(last)


def _has_words(lines: list[str]) -> bool:
    return any(char.isalnum() for line in lines for char in line[:400])


def _join(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n ")
