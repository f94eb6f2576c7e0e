"""Personal data in what people write, replaced by named masks; pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

# What a mask is called in the text of each language; the brackets are typed nowhere else.
BEGIN, END = "⟦", "⟧"
NAMES = {
    "de": {
        "email": "E-Mail-Adresse", "phone": "Telefonnummer", "name": "Name", "iban": "IBAN", "ip": "IP-Adresse",
        "user": "Benutzername", "host": "Rechnername", "ticket": "Ticketnummer",
    },
    "en": {
        "email": "e-mail address", "phone": "phone number", "name": "name", "iban": "IBAN", "ip": "IP address",
        "user": "user name", "host": "computer name", "ticket": "ticket number",
    },
}  # fmt: skip

_EMAIL = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_IPV4 = re.compile(r"(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])(?=[0-9A-Fa-f:]*::|(?:[0-9A-Fa-f]{1,4}:){7})[0-9A-Fa-f:]{3,39}(?![\w:])")
_TICKET = re.compile(
    r"(?<![\w&])#\d{1,12}\b|\b(?:Ticket|Ticketnummer|Vorgang|Fall|ticket number|case)\s?(?:Nr\.?|No\.?|:)?\s?\d{1,12}\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.,#-])(?:\+|00|\(?0)\(?\d[\d ()/.\u2011-]{5,18}\d(?![\w-])")
_EXTENSION = re.compile(
    r"(\b(?:Durchwahl|Tel(?:efon)?|Phone|Mobil|Handy|extension|ext|call me at|erreichbar unter)[.:]?\s+)"
    r"(\(?\+?[\d][\d ()/-]{1,18}\d)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(\b(?:Benutzername|Benutzer|Benutzerkennung|Kennung|User-?ID|user\s?name|account|login|Konto)\b(?:\s+(?:is|ist|lautet))?"
    r"\s*[:=]?\s+[»\"'„“]?)((?=[\w.\\-]*[\d_\\]|[\w-]+\.\w)[A-Za-z][\w.\\-]*\w)",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(\b(?:Rechner|PC|Laptop|Notebook|Computer|Computername|Rechnername|Hostname|Host|Server|Drucker|printer|machine)\b"
    r"(?:\s+(?:is|ist|heißt|lautet|named|called))?\s*[:=]?\s+[»\"'„“]?)((?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[\w-]{4,}[\w.-]*\w)",
    re.IGNORECASE,
)
_SHORTEST_NAME = 3
_TITLES = {"herr", "frau", "dr", "prof", "von", "van", "der", "den", "mr", "mrs", "ms", "the", "und", "and"}


class Person(NamedTuple):
    """What is known of somebody who stands on the ticket."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass
class Masked:
    """A text without personal data, and how often what was taken out."""

    text: str
    found: Counter[str] = field(default_factory=Counter)


def mask(text: str, people: Iterable[Person], language: str) -> Masked:
    """Replace what could name or reach a person; what is known of the people on the ticket goes first."""
    masked = Masked(text.replace(BEGIN, "[").replace(END, "]"))
    names = NAMES["de" if language == "de" else "en"]

    def put(kind: str, pattern: re.Pattern[str], group: int = 0) -> None:
        def one(match: re.Match[str]) -> str:
            masked.found[kind] += 1
            before = match[1] if group else ""
            return f"{before}{BEGIN}{names[kind]}{END}"

        masked.text = pattern.sub(one, masked.text)

    known = list(people)
    put("email", _EMAIL)
    put("iban", _IBAN)
    put("ip", _IPV4)
    put("ip", _IPV6)
    for kind, pattern in _known(known):
        put(kind, pattern)
    put("ticket", _TICKET)
    put("phone", _EXTENSION, group=1)
    put("phone", _PHONE)
    put("user", _ACCOUNT, group=1)
    put("host", _HOST, group=1)
    return masked


def masks_in(text: str) -> Counter[str]:
    """Count the masks that still stand in a text, by their names."""
    return Counter(re.findall(f"{BEGIN}([^{BEGIN}{END}\n]{{1,40}}){END}", text))


def _known(people: list[Person]) -> list[tuple[str, re.Pattern[str]]]:
    accounts, whole, parts, numbers = set(), set(), set(), set()
    for person in people:
        local = person.email.partition("@")[0]
        if len(local) >= _SHORTEST_NAME and (not local.isalpha() or local.lower() in person.name.lower().split()):
            accounts.add(local)
        words = [word.strip(".,") for word in person.name.split()]
        if "@" in person.name:
            continue
        whole.add(r"\s+".join(re.escape(word) for word in words))
        parts |= {w for w in words if len(w) >= _SHORTEST_NAME and w.lower() not in _TITLES and w.isprintable()}
        if len(words) > 1 and words[0] and words[-1]:
            accounts |= {f"{words[0][0]}{words[-1]}", f"{words[0]}.{words[-1]}", f"{words[-1]}.{words[0]}"}
        digits = re.sub(r"\D", "", person.phone)
        if len(digits) >= 6:
            numbers.add(r"[\s()/.-]*".join(digits))
    patterns = [("phone", rf"\+?{number}\b") for number in numbers]
    patterns += [("name", rf"(?<!\w){one}(?!\w)") for one in _longest(one for one in whole if one)]
    patterns += [("name", rf"(?<!\w){re.escape(one)}s?(?!\w)") for one in _longest(parts)]
    patterns += [("user", rf"(?<![\w.]){re.escape(one)}\d{{0,4}}(?!\w)") for one in _longest(accounts)]
    found = []
    for kind, pattern in patterns:
        # "Frank" is a name and "frank" is not; an account is the same either way.
        found.append((kind, re.compile(pattern, 0 if kind == "name" else re.IGNORECASE)))
    return found


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))
