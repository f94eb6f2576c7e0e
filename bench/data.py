"""The tickets to measure on: loaded once, copied for each run, so that every run begins with the same."""

import json
import time
from pathlib import Path

from bench.make_tickets import lines
from bench.services import DATABASE, Services
from helpdesk.local.postgres import execute
from helpdesk.local.steps import step

SEED = 1
LOADED = "loaded"


def prepare(services: Services, tickets: int) -> float | None:
    """Load that many tickets unless they are there, copy them, and return how long loading took, if it was done."""
    seconds = None
    mark = f"{tickets} tickets, seed {SEED}, {_migrations()}"
    if LOADED not in services.postgres.databases() or _mark(services) != mark:
        seconds = _load(services, tickets, mark)
    with step("Copy for this run"):
        services.postgres.drop(DATABASE)
        services.postgres.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", DATABASE, LOADED)
        services.postgres.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        services.postgres.execute("CHECKPOINT")
    return seconds


def _load(services: Services, tickets: int, mark: str) -> float:
    services.postgres.drop(LOADED)
    services.postgres.ensure(LOADED)
    with step("Database structure"):
        services.run("manage.py", "migrate", "--verbosity", "0", database=LOADED)
        services.run("manage.py", "createcachetable", database=LOADED)
    file = services.folder / "tickets.jsonl"
    with step(f"Make {tickets:,} tickets"):
        write(file, tickets)
    with step("Load them"):
        began = time.monotonic()
        services.run("manage.py", "load_tickets", str(file), database=LOADED)
        seconds = time.monotonic() - began
    file.unlink()
    with step("Tidy, as autovacuum does"):
        execute(services.postgres.url(LOADED), "VACUUM (ANALYZE)")
    services.postgres.execute(f"COMMENT ON DATABASE {{}} IS '{mark}'", LOADED)
    return seconds


def write(file: Path, tickets: int, requesters: int = 10_000) -> None:
    """Write the tickets into a file."""
    with file.open("w", encoding="utf-8") as output:
        for line in lines(tickets, SEED, requesters=requesters):
            output.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _mark(services: Services) -> str:
    rows = services.postgres.execute(
        f"SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = '{LOADED}'"
    )
    return rows[0][0]


def _migrations() -> str:
    """Name the newest migration of each app: other tables, other data."""
    newest = sorted(max(folder.glob("0*.py")).stem for folder in Path().glob("*/migrations"))
    return " ".join(newest)
