"""Fetches the mail of all mailboxes, for as long as it runs."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from channels_intake.email.fetch import fetch
from channels_intake.email.fetcher import Fetcher
from channels_intake.email.imap import CannotFetch
from channels_intake.models import Mailbox


class Command(BaseCommand):
    """Runs beside web and workers; ends on SIGTERM and Ctrl-C."""

    help = "Fetch mail from all active mailboxes until stopped; --once: fetch once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="fetch each mailbox once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self._fetch_once()
            return
        fetcher = Fetcher()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: fetcher.stop())
        fetcher.run()

    def _fetch_once(self) -> None:
        for mailbox in Mailbox.objects.filter(is_active=True).exclude(host=""):
            try:
                count = fetch(mailbox, clock=timezone.now)
                self.stdout.write(f"{mailbox.address}: {count} new")
            except CannotFetch as error:
                self.stderr.write(f"{mailbox.address}: {error}")
