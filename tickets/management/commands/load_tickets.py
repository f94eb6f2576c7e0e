"""`manage.py load_tickets FILE.jsonl`: fill an empty helpdesk with many tickets, for measuring."""

import gzip
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.loading import AGENT, NotEmpty, load


class Command(BaseCommand):
    """Load tickets by COPY."""

    help = "Load tickets from JSON lines (also .gz) by COPY into an empty helpdesk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--password", default="bench-password", help=f"of the agent {AGENT}")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        start = monotonic()
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            try:
                count = load(lines, now=timezone.now(), password=options["password"])
            except (NotEmpty, ValueError, KeyError) as error:
                raise CommandError(f"Nothing was loaded: {error}") from error
        self.stdout.write(f"{count} tickets loaded in {monotonic() - start:.1f} s.")
