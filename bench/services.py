"""The bench's own PostgreSQL and Valkey, and the programs of the product as in production."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from helpdesk.local import children
from helpdesk.local.home import make_home
from helpdesk.local.postgres import LASTING, Postgres, execute
from helpdesk.local.processes import Program
from helpdesk.local.refusal import Refusal
from helpdesk.local.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
COUNTING = ["shared_preload_libraries=pg_stat_statements", "pg_stat_statements.max=5000"]
DATABASE = "bench"


class Services:
    """What runs while we measure; `stop` ends all of it."""

    def __init__(self, folder: Path) -> None:
        home = make_home(folder)
        self.folder = folder
        self.postgres = Postgres(home, [*LASTING, *COUNTING])
        self.valkey = Valkey(home)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.programs: list[children.Process] = []

    def start(self) -> None:
        """
        Start the servers.

        :raises Refusal: if one can't be started.
        """
        self.postgres.start()
        self.valkey.start()

    def stop(self) -> None:
        """End programs and servers."""
        for program in self.programs:
            children.stop(program)
        self.valkey.stop()
        self.postgres.stop()

    def env(self, database: str = DATABASE) -> dict[str, str]:
        """Give the environment of the product's processes, free of anything from around us."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DATABASE_URL": self.postgres.url(database),
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": self._secret(),
            "PUBLIC_URL": self.url,
            "DATA_DIR": str(self.folder),
            "STATIC_ROOT": str(self.folder / "static"),
            "WEB_THREADS": "2",
            "LOG_LEVEL": "WARNING",
        }

    def run(self, *arguments: str, database: str = DATABASE) -> str:
        """
        Run Python with these arguments and return its output.

        :raises Refusal: if it fails.
        """
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env(database), capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Refusal(f"{' '.join(arguments)} failed:\n{done.stdout[-500:]}{done.stderr[-3000:]}")
        return done.stdout

    def start_web(self) -> children.Process:
        """
        Start the web processes as in production and wait until they answer.

        :raises Refusal: if they don't.
        """
        here = {"HOST": "127.0.0.1", "PORT": str(self.port), "WEB_WORKERS": "2", "WEB_THREADS": "2"}
        program = Program("web", ["-m", "helpdesk.serve"]).start({**self.env(), **here}, self.folder / "log")
        self.programs.append(program)
        if not children.wait_until(lambda: self._answers() or program.poll() is not None, within=60, pause=0.2):
            raise Refusal(f"The pages do not come; see {self.folder / 'log' / 'web.log'}.")
        time.sleep(1)  # the other worker
        return program

    def sql(self, statement: str, *names: str) -> list[tuple[str, ...]]:
        """Run a statement on the database that is measured; each {} in it is a name."""
        return execute(self.postgres.url(DATABASE), statement, *names)

    def statements(self) -> int:
        """Count the statements sent so far; BEGIN and COMMIT aside, and what foreign keys look up by themselves."""
        rows = self.postgres.execute(
            "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
            f"WHERE d.datname = '{DATABASE}' AND query NOT IN ('BEGIN', 'COMMIT', 'ROLLBACK') "
            "AND query NOT LIKE 'SELECT % FROM ONLY % FOR KEY SHARE OF x'"
        )
        return int(rows[0][0])

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/health/", timeout=2) as response:
            return "issues" in json.load(response)
        return False

    def _secret(self) -> str:
        path = self.folder / "secret_key"
        if not path.exists():
            path.write_text(secrets.token_urlsafe(50))
        return path.read_text()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
