"""The embedded servers start, survive kill -9 and keep their data."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from helpdesk.local import postgres, valkey
from helpdesk.local.home import Home, make_home
from helpdesk.local.postgres import Postgres, execute
from helpdesk.local.valkey import Valkey


@pytest.fixture
def home(server_folder: Path) -> Home:
    return make_home(server_folder)


@pytest.fixture
def database(home: Home) -> Iterator[Postgres]:
    server = Postgres(home, postgres.THROWAWAY)
    server.start()
    server.ensure("helpdesk")
    yield server
    server.stop()


def test_rows_are_still_there_after_the_database_was_killed(database: Postgres) -> None:
    execute(database.url("helpdesk"), "CREATE TABLE kept AS SELECT 42 AS n")
    execute(database.url("helpdesk"), "CHECKPOINT")
    assert database.process is not None
    os.kill(database.process.pid, signal.SIGKILL)
    database.process.wait()

    database.start()

    assert execute(database.url("helpdesk"), "SELECT n FROM kept") == [(42,)]


def test_a_pid_file_whose_number_somebody_else_has_now_is_not_believed(database: Postgres) -> None:
    database.stop()
    pid_file = database.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{database.data}\n")

    database.start()

    assert database.ready()


def test_the_database_sorts_and_searches_the_same_on_every_machine(database: Postgres) -> None:
    execute(database.url("helpdesk"), "CREATE EXTENSION unaccent")

    rows = execute(
        database.url("helpdesk"),
        "SELECT n FROM (VALUES ('Zander'), ('Ärger'), ('Adler')) v (n) ORDER BY unaccent(lower(n))",
    )

    assert rows == [("Adler",), ("Ärger",), ("Zander",)]


def test_valkey_starts_again_after_it_was_killed(home: Home) -> None:
    server = Valkey(home, valkey.THROWAWAY)
    server.start()
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    server.start()

    try:
        assert redis.Redis.from_url(server.url).ping()
    finally:
        server.stop()


def test_a_data_folder_with_a_long_name_gets_short_sockets(server_folder: Path) -> None:
    home = make_home(server_folder / ("long" * 20) / "data")

    assert len(str(home.sockets)) < 80


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_below_a_folder_that_is_closed_to_others_the_servers_live_elsewhere(server_folder: Path) -> None:
    server_folder.chmod(0o700)
    home = make_home(server_folder / "data")
    server = Valkey(home, valkey.THROWAWAY)

    server.start()

    try:
        assert redis.Redis.from_url(server.url).ping()
        assert str(home.folder).startswith("/var/tmp/helpdesk-")
        assert server_folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
        shutil.rmtree(home.folder)
