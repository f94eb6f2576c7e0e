"""Mails as they come in from outside, taken in by the real intake; and our letters, as they go out."""

import re
from base64 import encodebytes
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote, unquote
from uuid import uuid4

from channels_intake.email.arriving import process, store
from channels_intake.envelope import Attached
from helpdesk.untrusted.world import World
from notifications.headers import recipient
from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from tickets.models import Event, Message, Ticket

# A red dot.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63"
    "f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
_CID = re.compile(r"cid:([^\s\"'<>)&;]{1,180})", re.IGNORECASE)


def pictures(html: str) -> list[Attached]:
    """Make a picture for each one that the HTML wants to show from its own mail."""
    ids = dict.fromkeys(unquote(found) for found in _CID.findall(html))
    return [
        Attached(f"picture-{number}.png", "image/png", "image/png", PNG, inline=True, content_id=one)
        for number, one in enumerate(list(ids)[:20], start=1)
        if one.isascii() and one.isprintable()
    ]


def arrive(world: World, raw: bytes) -> Message:
    """
    Take in a mail.

    :raises RuntimeError: if the intake refuses it.
    """
    stored = store(raw, now=world.now)
    acceptance = process(stored.arrival.pk, now=world.now)
    if acceptance is None or acceptance.message is None:
        stored.arrival.refresh_from_db()
        raise RuntimeError(f"The mail was not taken in: {stored.arrival.reason}")
    return acceptance.message


def html_mail(world: World, html: str, *, subject: str = "Printer in the hall") -> bytes:
    """Write a mail of the requester with this HTML, byte for byte, and the pictures that it shows."""
    boundary = f"part-{uuid4().hex}"
    parts = [_part("text/html; charset=utf-8", html.encode(), "Content-Transfer-Encoding: 8bit")]
    parts += [_picture(file) for file in pictures(html)]
    kind = f'multipart/related; boundary="{boundary}"; type="text/html"'
    return _head(world, subject, kind) + _joined(boundary, parts)


def file_mail(world: World, name: str, *, encoded: bool) -> bytes:
    """Write a mail with a file of this name: encoded as the standard says, or raw as bad programs do."""
    boundary = f"part-{uuid4().hex}"
    raw = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\r\n ")
    given = f"filename*=utf-8''{quote(name, safe='')}" if encoded else f'filename="{raw}"'
    parts = [
        _part("text/plain; charset=utf-8", b"See the file.", "Content-Transfer-Encoding: 8bit"),
        _part("application/octet-stream", b"A file.", f"Content-Disposition: attachment; {given}"),
    ]
    return _head(world, "A file for you", f'multipart/mixed; boundary="{boundary}"') + _joined(boundary, parts)


def letters(ticket: Ticket) -> list[tuple[str, str]]:
    """Tell everybody of all that happened to a ticket, and give each letter's kind and HTML."""
    for event in Event.objects.filter(ticket=ticket).order_by("pk"):
        tell(event)
    mails = Delivery.objects.filter(event__ticket=ticket, medium=Delivery.Medium.MAIL)
    found = []
    for delivery in mails.select_related("event__ticket", "event__by", "recipient").order_by("pk"):
        page = build(delivery, write(delivery))[0].get_body(("html",))
        assert isinstance(page, EmailMessage)
        found.append((str(delivery.event.kind), str(page.get_content())))
    return found


def _head(world: World, subject: str, kind: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = recipient(world.requester.name, world.requester.email)
    mail["To"] = "support@helpdesk.example"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{uuid4().hex}@kunde.example>"
    mail["Date"] = world.now
    mail["MIME-Version"] = "1.0"
    return mail.as_bytes().rstrip(b"\r\n") + f"\r\nContent-Type: {kind}\r\n\r\n".encode()


def _joined(boundary: str, parts: list[bytes]) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + one + b"\r\n" for one in parts) + mark + b"--\r\n"


def _part(kind: str, body: bytes, *headers: str) -> bytes:
    return "\r\n".join([f"Content-Type: {kind}", *headers, "", ""]).encode() + body


def _picture(file: Attached) -> bytes:
    return _part(
        f'image/png; name="{file.name}"', encodebytes(file.data), f"Content-ID: <{file.content_id}>",
        "Content-Transfer-Encoding: base64", f'Content-Disposition: inline; filename="{file.name}"',
    )  # fmt: skip
