"""Writing to the helpdesk as a customer would, from the demo post office."""

import os
import re
import smtplib
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.local.post_office import card_of, keep, read, text_of
from notifications.headers import POLICY, one_line


class DoorClosed(Exception):
    """The SMTP door did not take the mail; the message is what it said."""


def answer_to(key: str, text: str, files: Iterable[tuple[str, str, bytes]] = ()) -> EmailMessage:
    """
    Write the answer a mail program would: from the mailbox's owner, with quote and thread.

    :raises NoSuchMail: if there is no mail to answer.
    """
    original, card = read(key), card_of(key)
    named = {address.addr_spec.lower(): address.display_name for address in addresses_of(original, "To")}
    back = addresses_of(original, "Reply-To") or addresses_of(original, "From")
    subject = str(original["Subject"] or "")
    quoted = "\n".join(f"> {line}".rstrip() for line in text_of(original).strip().splitlines())
    at = date_format(card.at, "DATETIME_FORMAT")
    head = _("On %(date)s %(name)s wrote:") % {"date": at, "name": card.sender}
    reply = compose(
        name=named.get(card.mailbox, ""),
        sender=card.mailbox,
        to=back[0].addr_spec if back else settings.DEFAULT_FROM_EMAIL,
        subject=subject if subject.lower().startswith(("re:", "aw:")) else f"Re: {subject}",
        text=f"{text.strip()}\n\n{head}\n{quoted}\n",
        files=files,
    )
    before = str(original["Message-ID"] or "")
    reply["In-Reply-To"] = before
    reply["References"] = f"{original['References'] or ''} {before}".strip()
    return reply


def compose(
    *, name: str, sender: str, to: str, subject: str, text: str, files: Iterable[tuple[str, str, bytes]] = ()
) -> EmailMessage:
    """
    Write a mail as its sender's mail program would; `files` are names, types and bytes.

    :raises ValueError: if an address is none.
    """
    reply = EmailMessage(policy=POLICY)
    reply["From"] = Address(one_line(name), addr_spec=one_line(sender))
    reply["To"] = Address(addr_spec=one_line(to))
    reply["Subject"] = one_line(subject)
    reply["Date"] = format_datetime(datetime.now().astimezone())
    reply["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    reply["User-Agent"] = "Demo post office"
    reply.set_content(text, cte="quoted-printable")
    for file, kind, data in files:
        main, _, sub = kind.partition("/")
        usable = (
            bool(sub) and main not in ("message", "multipart") and re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind, re.ASCII)
        )
        reply.add_attachment(data, *(main, sub) if usable else ("application", "octet-stream"), filename=one_line(file))
    return reply


def hand_in(message: EmailMessage) -> None:
    """
    Give a mail to the SMTP door of the helpdesk, and keep a copy in its sender's mailbox.

    :raises DoorClosed: if nobody opens or the mail is refused.
    """
    [sender], [to] = addresses_of(message, "From"), addresses_of(message, "To")
    try:
        with smtplib.SMTP("127.0.0.1", door(), timeout=15) as connection:
            connection.sendmail(sender.addr_spec, [to.addr_spec], message.as_bytes())
    except OSError as error:
        raise DoorClosed(str(error) or type(error).__name__) from error
    keep(message.as_bytes(), of=sender.addr_spec, sent=True)


def door() -> int:
    """Give the port of the SMTP door on this machine."""
    return int(os.environ.get("LOCAL_SMTP_PORT") or 2525)


def addresses_of(message: EmailMessage, header: str) -> list[Address]:
    """Give the addresses in a header."""
    value = message[header]
    return list(value.addresses) if value is not None else []
