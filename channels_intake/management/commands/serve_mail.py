"""An SMTP door: mail servers hand mail over to us directly."""

import asyncio
import logging
import signal
from argparse import ArgumentParser
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from channels_intake.email import limits
from channels_intake.email.arriving import store
from channels_intake.email.fetch import wake

log = logging.getLogger(__name__)


class Door:
    """Answers 250 only when the mail is committed, so that the other side keeps it until then."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        """Store the mail."""
        raw = envelope.original_content or b""
        sender = "".join((envelope.mail_from or "").split()).strip("<>")
        return await sync_to_async(_take)(_traced(raw, sender), list(envelope.rcpt_tos))


class Command(BaseCommand):
    """Runs beside web and workers; ends on SIGTERM and Ctrl-C."""

    help = "Take mail by SMTP. Listen where only your own mail server can reach it: there is no login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=2525)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(_serve(options["host"], options["port"]))
        except OSError as error:
            raise CommandError(f"Cannot listen on {options['host']}:{options['port']}: {error.strerror}.") from None


async def _serve(host: str, port: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)

    def door() -> SMTP:
        return SMTP(Door(), data_size_limit=limits.MAIL_BYTES, enable_SMTPUTF8=True, ident="helpdesk", loop=loop)

    server = await loop.create_server(door, host, port)
    async with server:
        await stop.wait()


def _take(raw: bytes, recipients: list[str]) -> str:
    close_old_connections()
    try:
        stored = store(raw, now=timezone.now(), recipients=recipients)
    except (DatabaseError, InterfaceError) as error:
        log.warning("A mail was put off: %s", error)
        connection.close()
        return "451 4.3.0 Cannot store the mail now, try again later"
    wake()
    return f"250 2.0.0 Stored as {stored.arrival.pk}"


def _traced(raw: bytes, sender: str) -> bytes:
    """Keep the sender of the SMTP envelope: a mail from nobody (`<>`) is a machine's."""
    return b"Return-Path: <" + sender.encode("utf-8", "replace") + b">\r\n" + raw
