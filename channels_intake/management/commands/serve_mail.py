"""A door for mail servers: they hand mail over to us directly, by SMTP or LMTP."""

import asyncio
import signal
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_intake.email.door import entrance

STORING = 4  # mails stored at the same moment, each by a database connection of its own


class Command(BaseCommand):
    """Runs beside web and workers; ends on SIGTERM and Ctrl-C."""

    help = "Take mail by SMTP or LMTP. Listen where only your own mail server can reach it: there is no login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=2525)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--socket", type=Path, help="listen on this UNIX socket in place of a port")
        parser.add_argument("--lmtp", action="store_true", help="speak LMTP: an answer for each recipient")
        parser.add_argument("--any-recipient", action="store_true", help="take mail for addresses of no mailbox, too")
        parser.add_argument("--connections", type=int, default=50, help="at most so many at once")
        parser.add_argument("--idle", type=float, default=300, help="seconds a connection may be silent")

    def handle(self, *args: Any, **options: Any) -> None:
        where = options["socket"] or f"{options['host']}:{options['port']}"
        try:
            asyncio.run(_serve(options))
        except OSError as error:
            raise CommandError(f"Cannot listen on {where}: {error.strerror}.") from None


async def _serve(options: dict[str, Any]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(ThreadPoolExecutor(STORING))
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    make = entrance(
        lmtp=options["lmtp"],
        any_recipient=options["any_recipient"],
        most=options["connections"],
        idle=options["idle"],
    )
    if options["socket"]:
        server = await loop.create_unix_server(make, options["socket"])
        options["socket"].chmod(0o660)
    else:
        server = await loop.create_server(make, options["host"], options["port"])
    async with server:
        await stop.wait()
    if options["socket"]:
        options["socket"].unlink(missing_ok=True)
