"""Greetings, closings and signatures around what somebody wrote; pure."""

import re

_GREETING = re.compile(
    r"^\s*(?:sehr geehrte[rs]?|liebe[rs]?|hallo|hi|hey|moin|servus|gr(?:ü|ue)(?:ß|ss) gott|guten (?:tag|morgen|abend)|dear|hello"
    r"|good (?:morning|afternoon|evening|day))\b[^\n.?:]{0,80}?(?:[,!.:]|$)\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:mit (?:freundlichen|besten|vielen|lieben|herzlichen) gr(?:ü|ue)(?:ß|ss)en?|(?:viele|beste|liebe|freundliche"
    r"|sch(?:ö|oe)ne|herzliche) gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)|lg|vg|mfg|bg|danke(?: (?:und|&) gru(?:ß|ss))?"
    r"|vielen dank(?: (?:im voraus|vorab))?|besten dank|danke (?:im voraus|vorab|sch(?:ö|oe)n)"
    r"|(?:kind|best|warm) regards|regards|best wishes|best|cheers"
    r"|(?:many )?thanks(?: in advance)?|thank you(?: (?:very much|in advance))?|sincerely|yours (?:sincerely|faithfully)"
    r"|i\.\s?a\.|von meinem \w+ gesendet|sent from my \w+)\b[^\n]{0,40}$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^\s*(?:--|__|—{2,})\s*$|^\s*-{2,} ?\n?$")
_MOST_BELOW = 15


def bare(text: str) -> str:
    """Give what was really said: without the greeting at the top, the closing and all below it."""
    lines = text.replace("\r\n", "\n").strip().split("\n")
    for number, line in enumerate(lines[:3]):
        if not line.strip():
            continue
        rest = _GREETING.sub("", line, count=1)
        if rest != line:
            lines[number] = rest[:1].upper() + rest[1:]
        break
    end = next((n for n, line in enumerate(lines) if n and _ends(lines, n, line)), len(lines))
    kept = "\n".join(line.rstrip() for line in lines[:end])
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _ends(lines: list[str], number: int, line: str) -> bool:
    """Tell whether a closing begins here; "Danke" in the middle of a long text is none."""
    if _SIGNATURE.match(line):
        return True
    return bool(_CLOSING.match(line)) and sum(bool(one.strip()) for one in lines[number + 1 :]) <= _MOST_BELOW
