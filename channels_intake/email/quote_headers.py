"""Lines that say "someone wrote", in the words of mail programs of a dozen languages."""

import re
from dataclasses import dataclass
from functools import lru_cache

from helpdesk.lib.quote_words import (
    DATED,
    FIELD,
    FORWARD,
    LEAD,
    SEPARATOR,
    STAMP,
    STRONG_START,
    VERB,
)

_WIDTH = 400
_WRAP = 6
_NARROW = 50  # no program wraps lines that are shorter


@dataclass(frozen=True, slots=True)
class Header:
    """Where the introduction of a quoted mail starts and where the quoted text begins."""

    start: int
    end: int
    is_sure: bool = True  # false: forms on web pages send such lists, too


def header_at(lines: list[str], at: int) -> Header | None:
    """Return the introduction of a quoted mail that starts on this line."""
    line = _bare(lines[at])
    if len(line) < 4:
        return None
    if line.endswith(">>>") and _GROUPWISE.fullmatch(lines[at][:_WIDTH].strip()) and DATED.search(line):
        return Header(at, at + 1)
    is_ruled = line[0] in "-_=–—#"
    if is_ruled and SEPARATOR.fullmatch(line):
        return Header(at, at + 1)
    if is_ruled and (_RULE.fullmatch(line) or _TITLE.fullmatch(line)):
        block = _after_blanks(lines, at + 1)
        if block is not None and (end := _block_end(lines, block)):
            return Header(at, end)
    elif end := _block_end(lines, at):
        return Header(at, end, is_sure=any(_TIMED.search(line[:_WIDTH]) for line in lines[at:end]))
    return _wrote(lines, at)


def begins_forward(line: str) -> bool:
    """Tell whether a forwarded mail starts on this line."""
    return bool(FORWARD.fullmatch(_bare(line)))


def _bare(line: str) -> str:
    return _stripped(line[:_WIDTH])


@lru_cache(maxsize=64)  # each line is looked at from several lines above it
def _stripped(line: str) -> str:
    if not line.isascii() or "&nbsp;" in line:
        line = _MARKS.sub(lambda mark: " " if mark[0] == "&nbsp;" else "", line)
    return line.strip(" \t\xa0*").lstrip("> ").strip("* \t")


_TITLE = re.compile(r"[-_=]{3,40}\s?[\"']?[^\W\d_][^-_=\n]{3,120}\s?[-_=]{3,40}")
_GROUPWISE = re.compile(r">>>\s[^<>]{1,100}(?:<[^<>]{3,200}>)?[^<>]{0,60}>>>")
_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|&nbsp;")
_TIMED = re.compile(r"\b\d{1,2}[:.h]\d{2}\b(?!\.?\d)")
_RULE = re.compile(r"[_\-=–—]{8,}")


def _block_end(lines: list[str], at: int) -> int | None:
    """Return where a block of mail headers ends that starts here, if it is one."""
    kinds: set[str] = set()
    number, misses = at, 0
    while number < min(len(lines), at + 14):
        line = _bare(lines[number])
        match = _field(line)
        if match and match.lastgroup and match.lastgroup not in kinds:
            kinds.add(match.lastgroup)
            end, misses = number + 1, 0
        elif match:
            end, misses = number + 1, 0
        elif not kinds or misses >= (1 if line else 2):
            break
        else:
            misses += 1
        number += 1
    first = _field(_bare(lines[at]))
    if first is None or first.lastgroup not in ("sender", "sent", "subject", "to"):
        return None
    strong = kinds & {"sender", "sent", "to", "subject"}
    if len(strong) >= 3 or (
        len(strong) == 2 and "sender" in strong and kinds & {"sent", "subject"} and _has_address(lines[at:end])
    ):
        return end
    return None


def _field(line: str) -> re.Match[str] | None:
    return FIELD.match(line + " ") if ":" in line[:40] or "\uff1a" in line[:40] else None


def _has_address(lines: list[str]) -> bool:
    return any("@" in line[:_WIDTH] for line in lines)


_MAILBOX = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}")


def _wrote(lines: list[str], at: int) -> Header | None:
    """Match "On Monday, X wrote:", wrapped over a few lines, and its many kin."""
    first = _bare(lines[at])
    if not LEAD.match(first.lstrip("- (")) or not any(
        _ends_introduction(_bare(line)) for line in lines[at : at + _WRAP]
    ):
        return None
    joined = ""
    for number in range(at, min(len(lines), at + _WRAP)):
        line = _bare(lines[number])
        if _is_marked(lines[number]) > _is_marked(lines[at]) and joined.count("<") <= joined.count(">"):
            return None  # what somebody wrote above a quote is no part of it
        if not line:
            if (
                number > at + 1
                or not DATED.search(joined)
                or not (_has_sender(joined) or _angle_follows(lines, number))
            ):
                return None
            continue
        if number > at and _starts_anew(line):
            return None
        joined = f"{joined} {line}".strip()
        if len(joined) > _WIDTH:
            return None
        if _ends_introduction(line) and _is_introduction(joined, lines, number, single=number == at):
            begins = STRONG_START.match(first.lstrip("- (")) or ("@" in first and DATED.search(first))
            later = () if begins else range(at + 1, number + 1)
            if any(_begins_itself(lines, other) and _wrote(lines, other) for other in later):
                return None
            return Header(at, number + 1)
    return None


def _begins_itself(lines: list[str], at: int) -> bool:
    """Tell whether an introduction rather starts here than on the line above, which was not wrapped for want of room."""
    line, above = _bare(lines[at]), _bare(lines[at - 1])
    if STRONG_START.match(line):
        return True
    word = line.split(" ", 1)[0]
    return above.endswith((".", "!", "?", ":")) or len(above) + len(word) < _NARROW


def _is_marked(line: str) -> bool:
    return line[:_WIDTH].lstrip(" \t\xa0*").startswith(">")


def _ends_introduction(line: str) -> bool:
    return line.endswith((":", "\uff1a", "…", "...", "--")) or (line.endswith(">") and "@" in line)


def _angle_follows(lines: list[str], at: int) -> bool:
    return lines[at + 1 : at + 2] != [] and lines[at + 1].lstrip().startswith("<")


def _has_sender(text: str) -> bool:
    return "@" in text or "<" in text


def _starts_anew(line: str) -> bool:
    """Tell a line that begins an introduction of its own, so that none reaches across it."""
    return bool(re.match(r"(?:On|Am|Le|El|Il|Op)\s", line) and DATED.search(line))


def _is_introduction(text: str, lines: list[str], at: int, single: bool) -> bool:
    dashed = text.startswith("--") and text.endswith("--")
    ends = text.endswith((":", "\uff1a")) or dashed
    text = text.strip("- ") if dashed else text
    verb = VERB.search(text)
    if verb and (ends or (text.endswith((">", "…", "...")) and DATED.search(text[: verb.start() + 1]))):
        tail = text[verb.end() :].strip(" :\uff1a*")
        known = DATED.search(text) or "@" in text or _quote_below(lines, at)
        return bool(known) and len(tail) <= 150 and not re.search(r"[^\W\d]{4,}[.!?]\s+[A-ZÄÖÜ]", tail)
    stamp = STAMP.search(text[:120])
    mailbox = _MAILBOX.search(text)
    if text.endswith(">") and at + 1 < len(lines) and VERB.match(_bare(lines[at + 1])):
        return False
    if stamp and mailbox and (ends or (text.endswith(">") and _quote_below(lines, at, within=3))):
        outside = text[: stamp.start()] + text[stamp.end() :]
        return len(outside) <= 200 and (stamp.start() < 90)
    return bool(mailbox and ends and single and _quote_below(lines, at, within=3) and len(text) <= 160)


def _quote_below(lines: list[str], at: int, within: int = 3) -> bool:
    following = next((line for line in lines[at + 1 : at + 1 + within] if line.strip()), "")
    return following.lstrip(" \t\xa0*").startswith(">")


def _after_blanks(lines: list[str], at: int) -> int | None:
    for number in range(at, min(len(lines), at + 3)):
        if lines[number].strip(" \t\xa0>"):
            return number
    return None
