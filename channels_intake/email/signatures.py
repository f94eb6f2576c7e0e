"""Find the signature below a mail's text: the marked ones, those of phones and of mailing lists."""

import re

_MARKED = re.compile(r"(?:--|—|––|–)[ \xa0\t]{0,3}|__|_{20,}")
_DEVICE = re.compile(
    r"[(\[*_<]{0,2}(?:"
    r"(?:sent|written|typed|gesendet|versendet|geschrieben|verschickt) (?:from|via|with|using|by|mit|von|vom|über|"
    r"aus)\b.{2,70}|"
    r"(?:von|vom) (?:mein(?:em|er)?|unterwegs|iphone|ipad|handy|smartphone|samsung|android|outlook|yahoo|gmx|web\.de|"
    r"mobile?n?)\b.{0,40}(?:gesendet|versendet|geschickt|verschickt)|"
    r"von (?:unterwegs|mein(?:em|er) \w[\w-]{1,20}(?: \w[\w-]{1,12})?)|"
    r"(?:get|holen sie sich|hol dir|laden sie|télécharge[rz]|obtenir|obtener|obter|scarica|ottieni|download|hämta|hent|"
    r"hanki|stáhnout|скачать|pobierz(?: aplikację)?)?\s?(?:the )?outlook (?:for|för|für|pour|para|per|voor|dla|til|pro|для)"
    r"(?: systemu)? (?:ios|android|mac|windows|iphone|ipad)(?: herunter| downloaden|\s?を入手)?\W{0,10}|"
    r"(?:az |나의 |从我的\s?|從我的\s?)?(?:iphone|ipad|galaxy|android|xperia)\S{0,12}\s?"
    r"(?:gönderildi|küldve|から送信|发送|傳送|에서 보냄|보냄)|[发發]自我的[^的]{2,20}|נשלח מ.{2,30}|"
    r"(?:odoslané z|надіслано з|trimis de pe|στάλθηκε από|đã gửi từ|dikirim dari|enviat des)\b.{2,50}|"
    r"(?:envoyé (?:de|depuis|à partir)|enviado (?:desde|do|de)|inviato (?:da|dal)|verzonden (?:vanaf|via|met|van)|"
    r"verstuurd vanaf|skickat från|"
    r"sendt fra|wysłan[eo] z|odesláno z|отправлено (?:с|из)|lähetetty)\b.{2,70}|"
    r"(?:diese nachricht wurde|this (?:email|e-mail|message) was sent) (?:von|mit|from|via)\b.{2,60})[)\]>*_.!]{0,3}",
    re.I,
)
_GADGET = re.compile(
    r"iphon|ipad|ipod|imachine|android|blackberry|samsung|galaxy|huawei|xiaomi|nokia|htc|sony|xperia|lumia|"
    r"windows phone|windows mail|"
    r"\bmail for windows|mail für windows|outlook|yahoo|gmail|gmx|web\.de|t-online|mobile?\b|mobilger|handy|"
    r"smartphone|phone|tablet|pixel\b|oneplus|motorola|\btuta|"
    r"\bapp\b|thunderbird|proton|sparrow|spark|airmail|mailbox|verizon|at&t|t-mobile|telekom|posteo|nine\b|k-9|"
    r"bluemail|zimbra|unterwegs|application mail|яндекс|"
    r"(?:mail|correo|poczta|e-post) (?:para|voor|for|för|für|pour|per|dla) windows",
    re.I,
)
# What only a program says, whatever sentences it makes.
_ADVERT = re.compile(
    r"(?:sicher gesendet mit|secured with|sent securely with|sent with) (?:tuta|proton)\b.{0,150}|"
    r"sent via the (?:samsung|galaxy|iphone)\b[^,]{0,40},? an? [^,]{2,30} (?:smartphone|tablet|device)|"
    r"(?:virenfrei|virus-free|sans virus|libre de virus)\.?\s?(?:www\.\S{3,40})?|"
    r"(?:diese e-?mail wurde|this e-?mail has been|cet e-?mail a été|(?:este|el) (?:correo|e-?mail)) .{0,60}"
    r"\b(?:viren|viruses|virus)\b.{0,60}",
    re.I,
)
_LIST_FOOTER = re.compile(r"mailing list\b|unsubscribe|mailman|abbestellen|listinfo|google groups", re.I)
_REACH = 30


def split_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines above the signature and the signature, which may be empty."""
    body, footer = _cut(lines, _list_footer(lines))
    body, marked = _cut(body, _marked(body))
    body, device = _cut(body, _device(body))
    return body, device + marked + footer


def _cut(lines: list[str], at: int | None) -> tuple[list[str], list[str]]:
    return (lines, []) if at is None else (lines[:at], lines[at:])


def _marked(lines: list[str]) -> int | None:
    """Find the last "-- " near the end that has words above it."""
    for at in range(len(lines) - 1, max(-1, len(lines) - 1 - _REACH), -1):
        if _MARKED.fullmatch(lines[at].rstrip("\r")) and not lines[at].startswith("__"):
            while at and (earlier := _marked_just_above(lines, at)) is not None:
                at = earlier
            return at if _words(lines[:at]) else None
    return None


def _marked_just_above(lines: list[str], at: int) -> int | None:
    for earlier in range(at - 1, max(-1, at - 8), -1):
        if lines[earlier].rstrip("\r") in ("-- ", "--") and _words(lines[:earlier]):
            return earlier
    return None


def _list_footer(lines: list[str]) -> int | None:
    for at in range(len(lines) - 1, max(-1, len(lines) - 10), -1):
        if re.fullmatch(r"[_-]{2,}\s*", lines[at][:400]) and lines[at].strip() != "--":
            below = [line for line in lines[at + 1 :] if line.strip()]
            short = len(lines[at].strip()) >= 10 and 0 < len(below) <= 3
            return (
                at if (short or any(_LIST_FOOTER.search(line[:400]) for line in below)) and _words(lines[:at]) else None
            )
    return None


def _device(lines: list[str]) -> int | None:
    """Find a last line like "Sent from my iPhone"; a sentence that only begins so is none."""
    last = [number for number, line in enumerate(lines) if line.strip()][-3:]
    for at in reversed(last):
        line = lines[at].strip()
        if len(line) <= 400 and _names_a_program(re.sub(r"<?https?://\S+", "", line).strip()):
            return at if _words(lines[:at]) else None
    return None


def _names_a_program(line: str) -> bool:
    if _ADVERT.fullmatch(line):
        return True
    return bool(_DEVICE.fullmatch(line) and _GADGET.search(line) and not re.search(r",\s|\.\s+\w", line))


def _words(lines: list[str]) -> bool:
    return any(char.isalnum() for line in lines for char in line[:400])
