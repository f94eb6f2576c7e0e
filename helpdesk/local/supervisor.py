"""Keeps the processes of the product running: restarts what died, and what lives but does nothing."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from helpdesk.local import children
from helpdesk.local.postgres import Postgres
from helpdesk.local.processes import Program
from helpdesk.local.refusal import Refusal
from helpdesk.local.valkey import Valkey

STARTS_WITHIN = 30
LOOK_EVERY = 0.5
LISTEN_EVERY = 5
LONGEST_PAUSE = 10

Server = Postgres | Valkey


@dataclass
class Kept:
    """A program that is kept running."""

    program: Program
    process: children.Process
    started_at: float = field(default_factory=time.monotonic)
    quick_deaths: int = 0
    again_at: float = 0


class Supervisor:
    """Starts programs in order, keeps them running, and stops them in reverse order."""

    def __init__(
        self, env: Mapping[str, str], logs: Path, servers: list[Server], say: Callable[[str], None] = print
    ) -> None:
        self.env = env
        self.logs = logs
        self.servers = servers
        self.say = say
        self.kept: list[Kept] = []

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        self.kept.append(Kept(program, program.start(self.env, self.logs)))

    def keep_running(self) -> None:
        """Look after everything, for ever."""
        listened_at = time.monotonic()
        while True:
            time.sleep(LOOK_EVERY)
            self.look()
            if time.monotonic() - listened_at > LISTEN_EVERY:
                listened_at = time.monotonic()
                self.listen()

    def look(self) -> None:
        """Restart what died."""
        for server in self.servers:
            if not server.alive():
                self.say(f"  {type(server).__name__} died and is started again.")
                try:
                    server.start()
                except Refusal as refusal:
                    self.say(f"  {refusal}")
                    time.sleep(2)
        now = time.monotonic()
        for kept in self.kept:
            if kept.process.poll() is None:
                continue
            if not kept.again_at:
                kept.quick_deaths = kept.quick_deaths + 1 if now - kept.started_at < LONGEST_PAUSE else 0
                kept.again_at = now + min(LONGEST_PAUSE, 2**kept.quick_deaths - 1)
            if now >= kept.again_at:
                self.say(
                    f"  {kept.program.name} died and is started again; its log is {self.logs / kept.program.name}.log."
                )
                self._start_again(kept)

    def listen(self) -> None:
        """Restart what has written no heartbeat for too long."""
        ages = heartbeats(self.env["DATABASE_URL"])
        now = time.monotonic()
        for kept in self.kept:
            name = kept.program.heartbeat
            if ages is None or name is None or now - kept.started_at < STARTS_WITHIN:
                continue
            silence = kept.program.silence
            if ages.get(name, silence + 1) > silence:
                self.say(f"  {name} has done nothing for {silence} s and is started again.")
                children.stop(kept.process, within=3)
                self._start_again(kept)

    def stop(self) -> None:
        """Stop everything, the newest first, the databases last."""
        for kept in reversed(self.kept):
            if kept.process.poll() is None:
                kept.process.terminate()
        for kept in reversed(self.kept):
            children.stop(kept.process, within=8)
        for server in reversed(self.servers):
            server.stop()

    def _start_again(self, kept: Kept) -> None:
        kept.process = kept.program.start(self.env, self.logs)
        kept.started_at, kept.again_at = time.monotonic(), 0


def heartbeats(database_url: str) -> dict[str, float] | None:
    """Return how many seconds ago each process was heard of; None when the database does not answer."""
    try:
        connection = psycopg2.connect(database_url, connect_timeout=2)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT name, extract(epoch FROM now() - at)::float FROM tickets_heartbeat")
                return dict(cursor.fetchall())
        finally:
            connection.close()
    except psycopg2.Error:
        return None
