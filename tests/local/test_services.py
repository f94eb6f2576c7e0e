"""The embedded servers start, survive kill -9 and keep their data."""

import os
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
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("home"))


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


def test_a_data_folder_with_a_long_name_gets_short_sockets(tmp_path: Path) -> None:
    home = make_home(tmp_path / ("long" * 20) / "data")

    assert len(str(home.sockets)) < 80
