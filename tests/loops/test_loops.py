"""Helpdesks and machines wired at each other fall silent."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from helpdesk.local.postgres import execute
from tests.loops.world import NAMES, PEERS, World

SECONDS = 25


@pytest.fixture
def world(server_folder: Path) -> Iterator[World]:
    """Give three instances, each with a database of its own."""
    server, databases = os.environ["DATABASE_URL"], {}
    for name in NAMES:
        own = f"loops_{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", own)
        execute(server, "CREATE DATABASE {} TEMPLATE {}", own, os.environ["TEST_TEMPLATE"])
        databases[name] = urlunsplit(urlsplit(server)._replace(path=f"/{own}"))
    world = World(server_folder, databases)
    try:
        world.start()
        yield world
    finally:
        world.stop()
        for url in databases.values():
            execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", urlsplit(url).path[1:])


def test_nobody_exchanges_more_than_three_automatic_mails_with_us(world: World) -> None:
    world.write_first_mails()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and world.is_quiet:
        time.sleep(0.5)

    print(world.table())
    assert world.is_quiet, world.table()
    assert all(world.passed[peer] for peer in PEERS), "each heard of us at least once"
