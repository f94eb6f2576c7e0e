"""Lines that say "someone wrote", in the words of mail programs of a dozen languages."""

import re
from dataclasses import dataclass

_WIDTH = 400
_WRAP = 6


@dataclass(frozen=True, slots=True)
class Header:
    """Where the introduction of a quoted mail starts and where the quoted text begins."""

    start: int
    end: int
    is_block: bool = False  # a list of mail headers, which replies and forwards share


def header_at(lines: list[str], at: int) -> Header | None:
    """Return the introduction of a quoted mail that starts on this line."""
    line = _bare(lines[at])
    if len(line) < 4:
        return None
    if _SEPARATOR.fullmatch(line):
        return Header(at, at + 1)
    if _RULE.fullmatch(line) or _TITLE.fullmatch(line):
        block = _after_blanks(lines, at + 1)
        if block is not None and (end := _block_end(lines, block)):
            return Header(at, end, is_block=True)
    elif end := _block_end(lines, at):
        return Header(at, end, is_block=True)
    return _wrote(lines, at)


def begins_forward(line: str) -> bool:
    """Tell whether a forwarded mail starts on this line."""
    return bool(_FORWARD.fullmatch(_bare(line)))


def _bare(line: str) -> str:
    return line[:_WIDTH].strip(" \t\xa0*").lstrip("> ").strip("* \t")


_SEPARATOR = re.compile(
    r"[-_=*–—\s]{2,40}(?:original(?:e|t)?\s+(?:message|nachricht|e?-?mail|appointment)|urspr(?:ü|ue|"
    r"u)ngliche\s+(?:nachricht|e-?mail|mail)|"
    r"originalnachricht|original-?(?:nachricht|mail)|message\s+d'origine|message\s+original|mensaje\s+original|"
    r"mensagem\s+original|"
    r"messaggio\s+originale|oorspronkelijk\s+bericht|oprindelig\s+meddelelse|opprinnelig\s+melding|"
    r"ursprungligt\s+meddelande|"
    r"originalmeddelande|alkuperäinen\s+viesti|wiadomość\s+oryginalna|oryginalna\s+wiadomość|"
    r"treść\s+oryginalnej\s+wiadomości|"
    r"původní\s+(?:zpráva|e-mail)|исходное\s+сообщение|reply\s+message|antwort\s+nachricht)[-_=*–—:\s]{0,40}",
    re.I,
)
_TITLE = re.compile(r"[-_=]{3,40}\s?[^\W\d_][^-_=\n]{3,60}\s?[-_=]{3,40}")
_RULE = re.compile(r"[_\-=–—]{8,}")
_FORWARD = re.compile(
    r"[-_=*\s]{0,40}(?:begin(?:ning)? (?:of )?forwarded message|(?:begin )?forwarded (?:message|by)\b.{0,80}|"
    r"(?:anfang der )?weitergeleitete(?:n)? (?:nachricht|e-?mail)|"
    r"début du message (?:réexpédié|transféré)|message (?:transféré|réexpédié)|mensaje reenviado|"
    r"mensagem encaminhada|messaggio inoltrato|inizio messaggio inoltrato|"
    r"doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat brev|videresendt (?:meddelelse|melding)|"
    r"edelleenlähetetty viesti|wiadomość przekazana|treść przekazanej wiadomości|přeposlaná zpráva|"
    r"пересылаемое сообщение|перенаправленное сообщение)"
    r"[-_=*:\s]{0,40}",
    re.I,
)

_FROM = r"from|von|de|da|van|od|från|fra|lähettäjä|от|отправитель|remitente|mittente"
_SENT = (
    r"sent|date|gesendet(?: am)?|datum|envoyé(?: le)?|enviad[oa](?: el| em)?|fecha|data|inviato|verzonden|wysłano|"
    r"skickat|sendt|"
    r"lähetetty|päivämäärä|odesláno|дата|отправлено|dato"
)
_TO = r"to|an|à|a|para|per|aan|do|till|til|vastaanottaja|komu|кому|destinatario|destinataire"
_REST = r"cc|kopie|kopia|copia|cópia|bcc|reply[- ]to|antwort an|priority|importance|wichtigkeit|копия|organi[sz]ation"
_SUBJECT = r"subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|předmět|тема|re"
_FIELD = re.compile(
    rf"\*{{0,2}}(?:(?P<sender>{_FROM})|(?P<sent>{_SENT})|(?P<to>{_TO})|(?P<rest>{_REST})|(?P<subject>{_SUBJECT}))"
    rf"\s{{0,3}}\*{{0,2}}\s?[::]\s{{0,3}}\*{{0,2}}(?:\s|\S)",
    re.I,
)


def _block_end(lines: list[str], at: int) -> int | None:
    """Return where a block of mail headers ends that starts here, if it is one."""
    kinds: set[str] = set()
    number, misses = at, 0
    while number < min(len(lines), at + 14):
        line = _bare(lines[number])
        match = _FIELD.match(line + " ")
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
    first = _FIELD.match(_bare(lines[at]) + " ")
    if first is None or first.lastgroup not in ("sender", "sent", "subject", "to"):
        return None
    strong = kinds & {"sender", "sent", "to", "subject"}
    if len(strong) >= 3 or (
        len(strong) == 2 and "sender" in strong and kinds & {"sent", "subject"} and _has_address(lines[at:end])
    ):
        return end
    return None


def _has_address(lines: list[str]) -> bool:
    return any("@" in line[:_WIDTH] for line in lines)


_LEAD = re.compile(
    r"(?:on|at|in a message dated|am|um|le|el|il|em|op|w dniu|dnia|den|på|pe|dne|i|a|в|quoting|pada|il giorno|no dia|"
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    r"lun|mar|mer|jeu|ven|sam|dim|пн|вт|ср|чт|пт|сб|вс)\b\.?,?\s*|(?=\d|[\"'<]?[\w.+-]{1,64}@)|(?=[^\W\d_])",
    re.I,
)
_STRONG_START = re.compile(
    r"(?:on|at|am|um|le|el|il|em|op|w dniu|dnia|den|på|pe|dne|в|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|"
    r"so)\b.{0,40}\d|\d",
    re.I,
)
_VERB = re.compile(
    r"\b(?:wrote|writes|schrieb(?:en)?|geschrieben|hat\s.{0,200}geschrieben|a\s+écrit|écrit|ha\s+scritto|scrive|"
    r"escribi[oó]|escribió|escreveu|"
    r"schreef|geschreven|napisał(?:\(a\)|a)?|pisze|skrev|skriver|skreiv|kirjoitti|napsal(?:\(a\)|a)?|píše|пишет|"
    r"писал(?:\(а\)|а)?|"
    r"написал(?:\(а\)|а)?|yazdı|írta|said|sent\sthe\sfollowing)",
    re.I,
)
_DATED = re.compile(
    r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|"
    r"\b(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])",
    re.I,
)
_STAMP = re.compile(
    r"(?:\w{2,12}\.?,?\s+)?(?:(?:19|20)\d{2}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}|"
    r"\d{1,2}[-/. ]{1,2}\w{1,10}[-/. ]{1,2}\d{2,4}|\w{3,9} \d{1,2}, \d{4})"
)
_MAILBOX = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}")


def _wrote(lines: list[str], at: int) -> Header | None:
    """Match "On Monday, X wrote:", wrapped over a few lines, and its many kin."""
    first = _bare(lines[at])
    if not _LEAD.match(first.lstrip("- ")) or not any(
        _ends_introduction(_bare(line)) for line in lines[at : at + _WRAP]
    ):
        return None
    joined = ""
    for number in range(at, min(len(lines), at + _WRAP)):
        line = _bare(lines[number])
        if not line:
            if (
                number > at + 1
                or not _DATED.search(joined)
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
            later = range(at + 1, number + 1) if not _STRONG_START.match(first.lstrip("- ")) else ()
            if any(_STRONG_START.match(_bare(lines[other])) and _wrote(lines, other) for other in later):
                return None
            return Header(at, number + 1)
    return None


def _ends_introduction(line: str) -> bool:
    return line.endswith((":", ":", ">", "…", "...", "--"))


def _angle_follows(lines: list[str], at: int) -> bool:
    return lines[at + 1 : at + 2] != [] and lines[at + 1].lstrip().startswith("<")


def _has_sender(text: str) -> bool:
    return "@" in text or "<" in text


def _starts_anew(line: str) -> bool:
    """Tell a line that begins an introduction of its own, so that none reaches across it."""
    return bool(re.match(r"(?:On|Am|Le|El|Il|Op)\s", line) and _DATED.search(line))


def _is_introduction(text: str, lines: list[str], at: int, single: bool) -> bool:
    dashed = text.startswith("--") and text.endswith("--")
    ends = text.endswith((":", ":")) or dashed
    text = text.strip("- ") if dashed else text
    verb = _VERB.search(text)
    if verb and (ends or (text.endswith((">", "…", "...")) and _DATED.search(text[: verb.start() + 1]))):
        tail = text[verb.end() :].strip(" :*")
        known = _DATED.search(text) or "@" in text or _quote_below(lines, at)
        return bool(known) and len(tail) <= 150 and not re.search(r"[^\W\d]{4,}[.!?]\s+[A-ZÄÖÜ]", tail)
    stamp = _STAMP.search(text[:120])
    mailbox = _MAILBOX.search(text)
    if text.endswith(">") and at + 1 < len(lines) and _VERB.match(_bare(lines[at + 1])):
        return False
    if stamp and mailbox and (ends or (text.endswith(">") and _quote_below(lines, at, within=3))):
        outside = text[: stamp.start()] + text[stamp.end() :]
        return len(outside) <= 200 and (stamp.start() < 60)
    return bool(mailbox and ends and single and _quote_below(lines, at, within=3) and len(text) <= 160)


def _quote_below(lines: list[str], at: int, within: int = 3) -> bool:
    following = next((line for line in lines[at + 1 : at + 1 + within] if line.strip()), "")
    return following.lstrip(" \t\xa0*").startswith(">")


def _after_blanks(lines: list[str], at: int) -> int | None:
    for number in range(at, min(len(lines), at + 3)):
        if lines[number].strip(" \t\xa0>"):
            return number
    return None
