"""`manage.py render_untrusted`: show what strangers may write in every place that shows it."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from helpdesk.untrusted.rendering import BadRow, Row, Shown, read, render, stage
from helpdesk.untrusted.world import World

_ROWS_AT_ONCE = 4


class Command(BaseCommand):
    """Render untrusted rows."""

    help = "Write the HTML of every place that shows such content, made by the real pages; the helpdesk stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--in", dest="source", type=Path, required=True, help='lines of {"id", "group", "payload"}')
        parser.add_argument("--out", dest="target", type=Path, required=True, help='gets {"id", "place", "html"}')
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes that work at once")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = options["source"].read_text(encoding="utf-8").split("\n")
            rows = [read(line) for line in lines if line.strip()]
            target = options["target"].open("w", encoding="utf-8")
        except (OSError, ValueError, BadRow) as error:
            raise CommandError(str(error)) from error
        failures = 0
        with target:
            for shown in _all(rows, max(1, min(options["jobs"], len(rows) // _ROWS_AT_ONCE))):
                if shown.failure:
                    failures += 1
                    self.stderr.write(f"{shown.id}: {shown.place}: {shown.failure}")
                else:
                    line = {"id": shown.id, "place": shown.place, "html": shown.html}
                    target.write(json.dumps(line) + "\n")
        if failures:
            raise CommandError(f"{failures} places could not be shown.")


def _all(rows: list[Row], jobs: int) -> Iterator[Shown]:
    """Render the rows in their order, by one process or by several, each with a connection and a world of its own."""
    if jobs == 1:
        with stage() as world:
            for row in rows:
                yield from render(world, row)
        return
    connections.close_all()
    groups = [rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE)]
    with ProcessPoolExecutor(jobs, get_context("fork"), initializer=_begin) as pool:
        for shown in pool.map(_some, groups):
            yield from shown


_stage = ExitStack()  # stays open as long as a working process lives; its transaction ends with it
_worlds: list[World] = []


def _begin() -> None:
    connections.close_all()
    _worlds.append(_stage.enter_context(stage()))


def _some(rows: list[Row]) -> list[Shown]:
    return [shown for row in rows for shown in render(_worlds[0], row)]
