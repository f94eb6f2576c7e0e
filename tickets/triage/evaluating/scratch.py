"""A database of its own for measuring: made, migrated and dropped; the live one is never touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.core.management import call_command
from django.db import connection, connections
from psycopg2 import errors, sql

_SUFFIX = "_triage_eval"
_LOCK = 0x7121AE7
_LONGEST_NAME = 63


class CannotMeasure(Exception):
    """There can be no scratch database now; the message says why."""


@contextmanager
def scratch_database() -> Iterator[None]:
    """
    Let everything inside happen in a fresh database, and drop it afterwards; what a killed run left is dropped, too.

    :raises CannotMeasure: if another run is under way, or the account may not make databases.
    """
    live = str(connection.settings_dict["NAME"])
    scratch = live[: _LONGEST_NAME - len(_SUFFIX)] + _SUFFIX
    server = _server(scratch)
    try:
        _make(server, scratch)
        _switch(scratch)
        try:
            call_command("migrate", verbosity=0, skip_checks=True)
            yield
        finally:
            _switch(live)
            _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", scratch)
    finally:
        server.close()


def _server(scratch: str) -> Any:
    """Connect beside the live database, and be the only one who measures there."""
    try:
        server = psycopg2.connect(**{**connection.get_connection_params(), "dbname": "postgres"})
    except psycopg2.OperationalError as error:
        raise CannotMeasure(f"The database server can't be reached: {error}") from None
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK, scratch])
        if not cursor.fetchone()[0]:
            server.close()
            raise CannotMeasure("Another triage_eval is under way in this database.")
    return server


def _make(server: Any, name: str) -> None:
    try:
        _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _run(server, "CREATE DATABASE {} TEMPLATE template0", name)
    except errors.InsufficientPrivilege as error:
        raise CannotMeasure(
            f"Measuring needs a database of its own, and this account may not make one: {error}"
        ) from None


def _run(server: Any, statement: str, name: str) -> None:
    with server.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _switch(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name
