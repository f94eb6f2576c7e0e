"""Lines by which mail programs introduce what they quote or forward, as they stand in HTML."""

import re

from helpdesk.lib.quote_words import DATED, FIELD, FORWARD, SEPARATOR, VERB

_MARKED = re.compile(r"\d|@")
_TURNS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_EDGE = re.compile(r"\W{0,3}")
_HEADS = frozenset({"sender", "sent", "to", "subject"})


def is_wrote(text: str) -> bool:
    """Tell whether this is only a line like "On Monday somebody wrote:"."""
    text = re.sub(r"\s+", " ", _TURNS.sub("", text)).strip()
    if not 8 <= len(text) <= 400 or not _MARKED.search(text[:300]):
        return False
    is_dated = "@" in text and DATED.search(text) is not None
    if not text.endswith((":", "\uff1a")):  # these words are in other sentences, too
        return is_dated and VERB.search(text) is not None and text.endswith((">", ")"))
    verb = VERB.search(text)
    return (verb is not None and len(text) - verb.end() <= 160) or is_dated


def begins_forward(text: str, *, at_end: bool = False) -> bool:
    """Tell whether a text starts (or ends) by announcing a forwarded mail."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return False
    return bool(FORWARD.match(lines[-1 if at_end else 0]))


def may_be_head(first: str) -> bool:
    """Tell cheaply whether headers of an older mail may start with this piece of text."""
    return first[:1] in "-_=*–—#" or bool(_field(f"{first}:")) or ":" in first[:20] or "\uff1a" in first[:20]


def is_head_block(text: str) -> bool:
    """Tell whether a text starts with the headers of an older mail, as Outlook writes them, or announces them."""
    start = text.lstrip()[:1_000]
    if SEPARATOR.match(start):
        return True
    lines = [line for line in start.split("\n") if line.strip()][:6]
    kinds = [_field(line) for line in lines]
    return bool(kinds) and kinds[0] in ("sender", "sent") and len(_HEADS.intersection(kinds)) >= 3


def _field(line: str) -> str:
    """Name the header of a mail that a line is, or nothing."""
    line = line[:400]
    edge = _EDGE.match(line)
    found = FIELD.match(f"{line[edge.end() if edge else 0 :]} ")
    return found.lastgroup or "" if found else ""
