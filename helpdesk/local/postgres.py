"""An embedded PostgreSQL: the binaries of a wheel, our own launcher, one socket and no port."""

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from helpdesk.local import children
from helpdesk.local.home import Home
from helpdesk.local.refusal import Refusal, check_space, disk_full

CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C"}
LASTING = ["shared_buffers=256MB", "random_page_cost=1.1", "jit=off"]
THROWAWAY = [
    *["fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"],
    *["autovacuum=off", "io_method=sync", "jit=off", "max_connections=200", "shared_buffers=128MB"],
]
COMMON = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_checkpoints=off",
]

# The children of a killed server need a moment to notice; until then their memory is in the way.
LEFT_OVER, LEFT_OVER_TRIES = "shared memory block", 30


class Postgres:
    """One server in one folder."""

    def __init__(self, home: Home, settings: Sequence[str] = LASTING) -> None:
        self.home = home
        self.data = home.folder / "postgres"
        self.log = home.logs / "postgres.log"
        self.settings = [*COMMON, *settings]
        self.process: children.Process | None = None

    def start(self) -> None:
        """
        Start the server, on a new data folder if there is none, and wait until it answers.

        :raises Refusal: if it can't.
        """
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._clear_pid()
        for _ in range(LEFT_OVER_TRIES):
            began = children.size(self.log)
            self._launch()
            children.wait_until(lambda: self.ready() or not self.alive(), within=120)
            if self.alive():
                return
            if LEFT_OVER not in children.tail(self.log, since=began):
                break
            time.sleep(0.3)
        self.stop()
        raise Refusal(self._reason(children.tail(self.log, since=began)))

    def stop(self) -> None:
        """End the server in an orderly way; clients are sent off."""
        if self.process is not None:
            children.stop(self.process, by=signal.SIGINT, within=20)

    def alive(self) -> bool:
        """Tell whether the process we started is still there."""
        return self.process is not None and self.process.poll() is None

    def ready(self) -> bool:
        """Tell whether the server takes connections."""
        lines = self._pid_file()
        return (
            len(lines) > 7
            and lines[7].strip() == "ready"
            and self.process is not None
            and lines[0] == str(self.process.pid)
        )

    def url(self, name: str) -> str:
        """Return the address of a database as DATABASE_URL wants it."""
        return f"postgresql://postgres@/{name}?host={quote(str(self.home.sockets))}"

    def ensure(self, name: str) -> None:
        """Make a database unless it is there."""
        if name not in self.databases():
            self.execute("CREATE DATABASE {} TEMPLATE template0", name)

    def copy(self, template: str, name: str) -> None:
        """Make a database that is a copy of another, in place of an older one of that name."""
        self.drop(name)
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, template)

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def databases(self) -> set[str]:
        """Return the names of all databases."""
        return {row[0] for row in self.execute("SELECT datname FROM pg_database")}

    def execute(self, statement: str, *names: str) -> list[tuple[str, ...]]:
        """Run one statement outside of any transaction; each {} in it is a name."""
        return execute(self.url("postgres"), statement, *names)

    def _launch(self) -> None:
        flags = [part for setting in self.settings for part in ("-c", setting)]
        self.process = children.start(
            [self.home.postgres / "postgres", "-D", self.data, "-k", self.home.sockets, *flags],
            log=self.log,
            env=CLEAN,
            cwd=self.data,
            last_signal=signal.SIGINT,
            uid=self.home.uid,
            gid=self.home.gid,
        )

    def _create(self) -> None:
        """Make the data folder; a half made one is never taken for a whole one."""
        check_space(self.home.folder)
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.home.own(fresh)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        done = subprocess.run(
            [
                self.home.postgres / "initdb",
                "-D",
                fresh,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                *locale,
                "--no-sync",
                "--no-instructions",
            ],
            env=CLEAN,
            cwd="/",
            user=self.home.uid,
            group=self.home.gid,
            extra_groups=None if self.home.uid is None else [],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise Refusal(self._reason(done.stdout + done.stderr))
        fresh.rename(self.data)

    def _clear_pid(self) -> None:
        """Remove what a killed server left, after it has really ended."""
        lines = self._pid_file()
        if lines and lines[0].isdigit():
            children.end_orphan(int(lines[0]), "postgres", self.data)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _reason(self, output: str) -> str:
        if disk_full(output):
            return f"The disk that holds {self.home.folder} is full; the database can't start."
        lines = [line for line in output.splitlines() if "FATAL" in line or "error" in line] or output.splitlines()[-1:]
        return f"The database did not start ({lines[-1].strip() if lines else 'no message'}); see {self.log}."


def execute(url: str, statement: str, *names: str) -> list[tuple[str, ...]]:
    """Run one statement on a database, outside of any transaction; each {} in it is a name."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()
