"""Renders rows: each in a world of its own that is gone afterwards."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone, translation

from helpdesk.untrusted.places import Places, filename, html, markdown, template, text
from helpdesk.untrusted.shadow import shadow_tables
from helpdesk.untrusted.world import World, again, make_world

GROUPS: dict[str, Places] = {
    "html": html.places,
    "markdown": markdown.places,
    "text": text.places,
    "filename": filename.places,
    "template": template.places,
}
_SETTINGS = {
    "ALLOWED_HOSTS": ["testserver"],
    "AUTO_REPLIES_PER_HOUR": 1000,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


@dataclass(frozen=True)
class Row:
    """Something a stranger wrote, and what kind of thing it is."""

    id: object
    group: str
    payload: str


@dataclass(frozen=True)
class Shown:
    """What one place shows of a row; `failure` says why nothing could be shown."""

    id: object
    place: str
    html: str = ""
    failure: str = ""


class BadRow(Exception):
    """A line is no row."""


def read(line: str) -> Row:
    """
    Read a row.

    :raises BadRow: if it is none.
    """
    try:
        given = json.loads(line)
        group, payload = given["group"], given["payload"]
        row = Row(given["id"], group, payload.encode(errors="replace").decode().replace("\x00", "\ufffd"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRow(f"This is no row with id, group and payload ({error}): {line[:80]}") from error
    if group not in GROUPS:
        raise BadRow(f"There is no group {group!r}, only {', '.join(GROUPS)}.")
    return row


@contextmanager
def stage() -> Iterator[World]:
    """Give a world in tables of our own; whatever is done there, nothing of it stays."""
    with override_settings(**_SETTINGS), translation.override("en"), transaction.atomic():
        try:
            shadow_tables()
            yield make_world(timezone.now())
        finally:
            transaction.set_rollback(True)


def render(world: World, row: Row, wanted: Callable[[str], bool] = lambda place: True) -> Iterator[Shown]:
    """Show a row in every place of its group, or only in those that are wanted."""
    with _undone():
        places = GROUPS[row.group](again(world), row.payload)
        while True:
            try:
                name, show = next(places)
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 told by the command, which goes on
                yield Shown(row.id, "(rows)", failure=f"{type(error).__name__}: {error}")
                return
            if not wanted(name):
                continue
            try:
                with transaction.atomic():
                    shown = Shown(row.id, name, html=show())
            except Exception as error:  # noqa: BLE001 told by the command, which goes on
                shown = Shown(row.id, name, failure=f"{type(error).__name__}: {error}")
            yield shown


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
