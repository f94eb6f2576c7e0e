"""Mails as people write them: plain or with HTML, quotes, files, German and English, and answers to each other."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from bench.make_tickets import ANSWERS, SENTENCES

ANSWERS_SHARE, HTML_SHARE, FILES_SHARE = 0.3, 0.6, 0.12
PEOPLE = 9_000
_SUBJECTS = {
    "de": ["VPN bricht ab", "Drucker im 3. Stock druckt nicht", "Zugriff auf Laufwerk M:", "Passwort abgelaufen"],
    "en": ["VPN disconnects", "Printer on third floor is offline", "No access to shared drive", "Password expired"],
}
_GREETINGS = {"de": ("Guten Tag,", "Mit freundlichen Grüßen"), "en": ("Hello,", "Kind regards")}
_QUOTED = {"de": "Am {:%d.%m.%Y um %H:%M} schrieb Support:", "en": "On {:%b %d, %Y at %H:%M}, Support wrote:"}


@dataclass(frozen=True, slots=True)
class _Sent:
    message_id: str
    person: int
    subject: str
    language: str


def mails(number: int, seed: int = 1) -> Iterator[bytes]:
    """Write that many mails; an answer comes some time after what it answers."""
    dice = random.Random(seed)
    sent: list[_Sent] = []
    for index in range(number):
        answered = dice.choice(sent) if sent and dice.random() < ANSWERS_SHARE else None
        language = answered.language if answered else dice.choice(["de", "de", "en"])
        subject = answered.subject if answered else f"{dice.choice(_SUBJECTS[language])} ({index})"
        person = answered.person if answered else dice.randrange(PEOPLE)
        one = _Sent(f"<bench.{seed}.{index}@firm.example>", person, subject, language)
        yield _write(one, answered, dice, index)
        sent.append(one)


def _write(one: _Sent, answered: _Sent | None, dice: random.Random, index: int) -> bytes:
    at = datetime.now(UTC) - timedelta(seconds=60)
    mail = EmailMessage()
    mail["Received"] = f"from mx.firm.example by mx.helpdesk.example; {format_datetime(at)}"
    mail["From"] = f"Jürgen Person {one.person} <person{one.person}@firm.example>"
    mail["To"] = "Support <support@helpdesk.example>"
    mail["Subject"] = f"{'AW' if one.language == 'de' else 'Re'}: {one.subject}" if answered else one.subject
    mail["Message-ID"] = one.message_id
    mail["Date"] = format_datetime(at)
    if answered:
        mail["In-Reply-To"] = mail["References"] = answered.message_id
    text = _text(one, answered, dice, at)
    mail.set_content(text)
    if dice.random() < HTML_SHARE:
        mail.add_alternative(_html(text), subtype="html")
    if dice.random() < FILES_SHARE:
        size = dice.choice([20_000, 60_000, 200_000])
        mail.add_attachment(dice.randbytes(size), maintype="image", subtype="png", filename=f"Bild {index}.png")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def _text(one: _Sent, answered: _Sent | None, dice: random.Random, at: datetime) -> str:
    hello, bye = _GREETINGS[one.language]
    sentences = SENTENCES[one.language].split("|")
    body = "\n".join(dice.choices(sentences, k=dice.randint(2, 6)))
    lines = [hello, "", body, "", bye, f"Person {one.person}", "", "-- ", "Firm GmbH · Hauptstraße 1 · Köln"]
    if answered:
        quoted = ANSWERS[one.language].split("|")
        lines += ["", _QUOTED[one.language].format(at), *(f"> {line}" for line in quoted)]
    return "\n".join(lines)


def _html(text: str) -> str:
    lines = "".join(f"<p style='margin:0;font-family:Calibri'>{line or '&nbsp;'}</p>" for line in text.split("\n"))
    return f"<html><head><style>p {{ margin: 0 }}</style></head><body>{lines}</body></html>"
