"""The door for mail servers: SMTP, and LMTP with an answer for each recipient; yes is said after the commit."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from channels_intake.email import limits
from channels_intake.email.arriving import store
from channels_intake.email.fetch import wake
from channels_intake.models import Mailbox
from notifications.models import Sender

log = logging.getLogger(__name__)

MOST_RECIPIENTS = 1_000
LATER = "451 4.3.0 Cannot store the mail now, try again later"
FULL = "452 4.3.1 There is no room for the mail now, try again later"
NOT_OURS = "550 5.1.1 There is no such mailbox here"
TOO_MUCH = f"552 5.3.4 A mail may have {limits.MAIL_BYTES} bytes"
BUSY = b"421 4.3.2 Too many connections, come again later\r\n"
_DISK_FULL = "53100"  # PostgreSQL's code
_END = b"\r\n.\r\n"


class NotOurs(Exception):
    """The address belongs to no mailbox."""


class Door:
    """What is done with recipients and mails; one a connection."""

    def __init__(self, bell: "_Bell", *, one_by_one: bool, any_recipient: bool) -> None:
        self._bell = bell
        self.one_by_one = one_by_one
        self._any_recipient = any_recipient
        self._boxes: dict[str, Mailbox | None] = {}

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient who is one of our mailboxes."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            self._boxes[address] = await asyncio.to_thread(_asked, lambda: mailbox_of(address))
        except NotOurs:
            if not self._any_recipient:
                return NOT_OURS
            self._boxes[address] = None
        except (DatabaseError, InterfaceError) as error:
            log.warning("A recipient was put off: %s", error)
            return LATER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the mail once for each mailbox it is for."""
        sender = "".join((envelope.mail_from or "").split()).strip("<>")
        raw = traced(envelope.original_content or b"", sender)
        envelope.original_content = envelope.content = None  # it may be forty megabytes
        boxes = [self._boxes[address] for address in envelope.rcpt_tos]
        known = [box for box in boxes if box is not None]
        answers: dict[int | None, str] = {}
        for box in dict.fromkeys(known) if known else [None]:
            answers[box.pk if box else None] = await asyncio.to_thread(_take, raw, box, envelope.rcpt_tos)
        if any(answer.startswith("2") for answer in answers.values()):
            self._bell.ring()
        if self.one_by_one:
            usual = answers[known[0].pk if known else None]
            return "\r\n".join(answers.get(box.pk if box else None, usual) for box in boxes)
        return max(answers.values())  # an error, if there was one: whoever comes again makes no copies


class _Bell:
    """Wakes a worker once for the mails of a moment."""

    MOMENT = 0.03

    def __init__(self) -> None:
        self._is_waiting = False

    def ring(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            asyncio.get_running_loop().call_later(self.MOMENT, self._wake)

    def _wake(self) -> None:
        self._is_waiting = False
        asyncio.get_running_loop().run_in_executor(None, wake)


class _Entrance:
    """Reads mails up to CRLF.CRLF and nothing else: what else looks like an end belongs to the mail."""

    line_length_limit = 64 * 1024  # lines of commands; those of mails may be as long as they are

    async def smtp_DATA(self: Any, arg: str | None) -> None:  # noqa: N802 aiosmtpd's name
        """Take the mail and answer."""
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        if content is None:
            await self._refuse(TOO_MUCH)
        else:
            self.envelope.content = self.envelope.original_content = content
            del content
            await self.push(await self._call_handler_hook("DATA"))
        self._set_post_data_state()

    async def _refuse(self: Any, answer: str) -> None:
        times = len(self.envelope.rcpt_tos) if self.event_handler.one_by_one else 1
        for _ in range(times):
            await self.push(answer)

    async def _content(self: Any) -> bytes | None:
        data, size = bytearray(b"\r\n"), 0  # a dot in the very first line is the end as well
        while True:
            if not (piece := await self._reader.read(1 << 24)):
                self._writer.close()
                raise asyncio.CancelledError  # they hung up: it is their mail still
            self._reset_timeout()
            size += len(piece)
            look_from = max(0, len(data) - len(_END))
            data += piece
            if (end := data.find(_END, look_from)) >= 0:
                # Nobody may speak before our answer; if somebody does, these are commands and no second mail's lines.
                self._reader.feed_data(bytes(data[end + len(_END) :]))
                del data[end + 2 :]
                return None if size > self.data_size_limit + len(_END) else _undotted(data)
            if size > self.data_size_limit + len(_END):
                del data[: -len(_END)]  # read on to the end, as the protocol wants, but keep nothing


class _SmtpEntrance(_Entrance, SMTP): ...


class _LmtpEntrance(_Entrance, LMTP): ...


class _Busy(asyncio.Protocol):
    """Sends whoever is one too many away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(BUSY)
        transport.close()


def entrance(*, lmtp: bool, any_recipient: bool, most: int, idle: float) -> Callable[[], asyncio.Protocol]:
    """Give what makes a protocol for each connection; at most that many at once, each silent for that long."""
    loop = asyncio.get_running_loop()
    kind = _LmtpEntrance if lmtp else _SmtpEntrance
    inside: set[int] = set()
    bell = _Bell()

    class Counted(kind):  # type: ignore[valid-type,misc]
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            inside.add(id(self))
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            inside.discard(id(self))
            super().connection_lost(error)

    def make() -> asyncio.Protocol:
        if len(inside) >= most:
            return _Busy()
        made: asyncio.Protocol = Counted(
            Door(bell, one_by_one=lmtp, any_recipient=any_recipient),
            data_size_limit=limits.MAIL_BYTES,
            enable_SMTPUTF8=True,
            ident="helpdesk",
            hostname=settings.MAIL_DOMAIN,
            timeout=idle,
            loop=loop,
        )
        return made

    return make


def mailbox_of(address: str) -> Mailbox | None:
    """
    Find the mailbox of an address, its other addresses and address+anything included.

    `None`: it is ours, but no mailbox's; that is so for every address as long as there are no mailboxes.

    :raises NotOurs: if it is no address of ours.
    """
    boxes = list(Mailbox.objects.all())
    wanted = _variants(address)
    for box in boxes:
        if wanted & {box.address.lower(), *(str(one).lower() for one in box.aliases)}:
            return box
    senders = {one.lower() for one in Sender.objects.values_list("address", flat=True)}
    if boxes and not wanted & (senders | {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}):
        raise NotOurs(address)
    return None


def traced(raw: bytes, sender: str) -> bytes:
    """Keep the sender of the SMTP envelope: a mail from nobody (`<>`) is a machine's."""
    return b"Return-Path: <" + sender.encode("utf-8", "replace") + b">\r\n" + raw


def _variants(address: str) -> set[str]:
    local, _, domain = address.lower().rpartition("@")
    return {f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"}


def _undotted(data: bytearray) -> bytes:
    """Take away the dot that was put before each line that begins with one, and the line break put in front by us."""
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n")
    return bytes(memoryview(data)[2:])


def _asked(question: Callable[[], Mailbox | None]) -> Mailbox | None:
    close_old_connections()
    try:
        return question()
    except (DatabaseError, InterfaceError):
        connection.close()
        raise


def _take(raw: bytes, mailbox: Mailbox | None, recipients: Iterable[str]) -> str:
    close_old_connections()
    try:
        stored = store(raw, now=timezone.now(), mailbox=mailbox, recipients=recipients)
    except (DatabaseError, InterfaceError) as error:
        log.warning("A mail was put off: %s", error)
        is_full = getattr(error.__cause__, "pgcode", None) == _DISK_FULL
        connection.close()
        return FULL if is_full else LATER
    return f"250 2.0.0 Stored as {stored.arrival.pk}"
