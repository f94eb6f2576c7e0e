"""Lines by which mail programs introduce what they quote or forward, in the large languages."""

import re

_WROTE = re.compile(
    r"(?=.{0,300}(?:\d|@))[^\n]{0,300}\b(?:schrieb|geschrieben|wrote|writes|a écrit|écrit|escribió|escreveu|"
    r"ha scritto|scritto|schreef|skrev|kirjoitti|napisał(?:\(a\))?|napsal(?:\(a\))?|написал(?:\(а\))?|пишет|yazdı)"
    r"\b[^\n]{0,160}?\s*:?\s*",
    re.I | re.S,
)
_FORWARD = re.compile(
    r"[-_=*\s]{0,40}(?:begin(?:ning)? (?:of )?forwarded message|(?:begin )?forwarded (?:message|by)\b|"
    r"(?:anfang der )?weitergeleitete(?:n)? (?:nachricht|e-?mail)|"
    r"(?:début du )?message (?:réexpédié|transféré)|mensaje reenviado|mensagem encaminhada|"
    r"(?:inizio )?messaggio inoltrato|doorgestuurd bericht|vidarebefordrat meddelande|"
    r"videresendt (?:meddelelse|melding)|wiadomość przekazana|přeposlaná zpráva|пересылаемое сообщение)",
    re.I,
)
_ORIGINAL = re.compile(
    r"\s*[-_=*–—]{2,40}\s*(?:original(?:e|t)?[ -](?:message|nachricht|e?-?mail|appointment)|"
    r"urspr(?:ü|ue)ngliche (?:nachricht|e-?mail)|originalnachricht|message d'origine|message original|"
    r"mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|"
    r"oprindelig meddelelse|alkuperäinen viesti|(?:wiadomość oryginalna|oryginalna wiadomość)|původní zpráva|"
    r"исходное сообщение)",
    re.I,
)
_FIELDS = (
    re.compile(r"^\W{0,3}(?:from|von|de|da|van|från|fra|od|от|lähettäjä)\s?:", re.I | re.M),
    re.compile(r"^\W{0,3}(?:sent|date|gesendet(?: am)?|datum|envoyé(?: le)?|enviad[oa](?: el| em)?|fecha|data|"
               r"inviato|verzonden|wysłano|skickat|sendt|odesláno|дата|отправлено)\s?:", re.I | re.M),
    re.compile(r"^\W{0,3}(?:to|an|à|para|per|a|aan|do|till|til|komu|кому|vastaanottaja)\s?:", re.I | re.M),
    re.compile(r"^\W{0,3}(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|předmět|тема)\s?:",
               re.I | re.M),
)  # fmt: skip


def is_wrote(text: str) -> bool:
    """Tell whether this is only a line like "On Monday somebody wrote:"."""
    text = re.sub(r"\s+", " ", text).strip()
    return 8 <= len(text) <= 400 and bool(_WROTE.fullmatch(text))


def begins_forward(text: str, *, at_end: bool = False) -> bool:
    """Tell whether a text starts (or ends) by announcing a forwarded mail."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return False
    return bool(_FORWARD.match(lines[-1 if at_end else 0]))


def may_be_head(first: str) -> bool:
    """Tell cheaply whether headers of an older mail may start with this piece of text."""
    return first[:1] in "-_=*–—" or any(field.match(f"{first}:") for field in _FIELDS[:2]) or ":" in first[:20]


def is_head_block(text: str) -> bool:
    """Tell whether a text starts with the headers of an older mail, as Outlook writes them, or announces them."""
    start = text.lstrip()[:1_000]
    if _ORIGINAL.match(start):
        return True
    if not _FIELDS[0].match(start) and not _FIELDS[1].match(start):
        return False
    lines = "\n".join([line for line in start.split("\n") if line.strip()][:6])
    return sum(bool(field.search(lines)) for field in _FIELDS) >= 3
