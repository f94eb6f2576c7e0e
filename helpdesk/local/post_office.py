"""The demo post office: keeps outgoing mail as files, as long as no SMTP server is configured."""

import os
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from helpdesk.lib.html_text import to_text
from notifications.headers import one_line

_KEY = re.compile(r"[0-9]{20}-[0-9a-f]{8}", re.ASCII)
_NEWEST = 1_000
_TO, _SENT = "X-Post-Office-For", "X-Post-Office-Sent"


class NoSuchMail(Exception):
    """There is no mail of this key."""


class Backend(BaseEmailBackend):
    """Keeps mail instead of sending it; a mail is safely on the disk when it counts as sent."""

    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        """Keep the mails, one file for each recipient, and answer as an SMTP server would."""
        for message in email_messages:
            content = message.message().as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            keys = [keep(content, of=recipient) for recipient in message.recipients()]
            if hasattr(message, "answer"):
                message.answer = f"250 2.0.0 Ok: kept in the post office as {', '.join(keys)}"
        return len(email_messages)


@dataclass(frozen=True, slots=True)
class Postcard:
    """A mail in a list: its headers only."""

    key: str
    mailbox: str
    is_sent: bool
    subject: str
    sender: str
    at: datetime


def folder() -> Path:
    """Give the folder of all mail."""
    return Path(settings.DATA_DIR) / "post"


def keep(content: bytes, *, of: str, sent: bool = False) -> str:
    """Write a mail into the mailbox `of` this address, so that it survives whatever happens next, and give its key."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    address = getaddresses([of])[0][1].lower()
    key = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    own = f"{_TO}: {one_line(address)}\r\n" + (f"{_SENT}: yes\r\n" if sent else "")
    fresh = place / f"{key}.new"
    with fresh.open("xb") as file:
        file.write(own.encode() + content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(place / f"{key}.eml")
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return key


def postcards(mailbox: str = "") -> list[Postcard]:
    """Give the newest mails, of one mailbox or of all, the newest first."""
    keys = sorted((path.stem for path in folder().glob("*.eml") if _KEY.fullmatch(path.stem)), reverse=True)
    cards = (_postcard(key) for key in keys[:_NEWEST])
    return [card for card in cards if not mailbox or card.mailbox == mailbox.lower()]


def mailboxes() -> list[tuple[str, int, Postcard]]:
    """Give the mailboxes, each with its number of mails and its newest, the most recently used first."""
    boxes: dict[str, list[Postcard]] = {}
    for card in postcards():
        boxes.setdefault(card.mailbox, []).append(card)
    return [(address, len(cards), cards[0]) for address, cards in boxes.items()]


def read(key: str) -> EmailMessage:
    """
    Read a mail.

    :raises NoSuchMail: if there is none.
    """
    try:
        found = message_from_bytes(_path(key).read_bytes(), policy=default)
    except FileNotFoundError:
        raise NoSuchMail(key) from None
    assert isinstance(found, EmailMessage)
    return found


def card_of(key: str) -> Postcard:
    """
    Give a mail's headers.

    :raises NoSuchMail: if there is none.
    """
    try:
        return _postcard(key)
    except FileNotFoundError:
        raise NoSuchMail(key) from None


def source_of(key: str) -> str:
    """
    Give a mail as it travelled, without our own marks.

    :raises NoSuchMail: if there is none.
    """
    try:
        text = _path(key).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except FileNotFoundError:
        raise NoSuchMail(key) from None
    return re.sub(rf"\A(?:(?:{_TO}|{_SENT}): [^\n]*\n)+", "", text)


def text_of(message: EmailMessage) -> str:
    """Give the readable text of a mail."""
    part = message.get_body(["plain"])
    if part is not None:
        return str(part.get_content()).replace("\r\n", "\n")
    return to_text(str(part.get_content())) if (part := message.get_body(["html"])) is not None else ""


def _path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise NoSuchMail(key)
    return folder() / f"{key}.eml"


def _postcard(key: str) -> Postcard:
    with _path(key).open("rb") as file:
        headers = BytesHeaderParser(policy=default).parse(file)
    is_sent = headers[_SENT] is not None
    people = headers["To" if is_sent else "From"]
    first = people.addresses[0] if people is not None and people.addresses else None
    try:
        at = parsedate_to_datetime(str(headers["Date"])).astimezone()
    except ValueError:
        at = datetime.fromtimestamp(int(key[:20]) / 1e9).astimezone()
    return Postcard(
        key=key,
        mailbox=str(headers[_TO] or ""),
        is_sent=is_sent,
        subject=str(headers["Subject"] or ""),
        sender=(first.display_name or first.addr_spec) if first else "",
        at=at,
    )
