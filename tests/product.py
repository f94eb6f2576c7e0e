"""The real product for story tests: web, worker, beat and what else a story needs, on a database of its own."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

from helpdesk.local import children, processes, valkey
from helpdesk.local.home import make_home
from helpdesk.local.processes import Program
from helpdesk.local.supervisor import heartbeats
from helpdesk.local.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent


class Product:
    """A running product; `url` is its address, `env` the environment of its processes."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.valkey = Valkey(make_home(folder), valkey.THROWAWAY)
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PUBLIC_URL": self.url,
            "DATA_DIR": str(folder),
            "WEB_THREADS": "4",
            **settings,
        }
        self.processes: dict[str, children.Process] = {}

    def start(self) -> None:
        """Start Valkey, web, worker and beat, and wait until each has really answered."""
        self.valkey.start()
        self.env["REDIS_URL"] = self.valkey.url
        for program in [processes.web(self.port), processes.worker(), processes.beat()]:
            self.run(program)
        self.wait()

    def run(self, program: Program) -> children.Process:
        """Start one more program, for instance `processes.fetcher()`."""
        self.processes[program.name] = program.start(self.env, self.folder / "log")
        return self.processes[program.name]

    def wait(self, within: float = 60) -> None:
        """Wait until the pages come and worker and beat have been heard of."""
        assert children.wait_until(self.is_well, within=within, pause=0.1), self.logs()

    def is_well(self) -> bool:
        """Tell whether /health/ finds nothing amiss."""
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/health/", timeout=5) as response:
            return bool(json.load(response)["healthy"])
        return False

    def manage(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run a management command on the product's database and return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, input=stdin, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def kill(self, name: str) -> None:
        """Kill a process (-9)."""
        self.processes[name].kill()
        self.processes[name].wait()

    def silence(self, name: str) -> float | None:
        """Return how many seconds ago a process was heard of."""
        return (heartbeats(self.env["DATABASE_URL"]) or {}).get(name)

    def stop(self) -> None:
        """Stop everything."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            children.stop(process, within=8)
        self.valkey.stop()

    def logs(self) -> str:
        """Return the ends of all logs, for a failing test."""
        return "\n".join(f"--- {log.name}\n{children.tail(log)}" for log in sorted((self.folder / "log").glob("*.log")))


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
