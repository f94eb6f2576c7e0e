"""The processes of the product, as `make up` and the story tests start them."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.local import children

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Program:
    """A command; `heartbeat` is the name under which it reports its work, without an essential one nothing goes."""

    name: str
    arguments: list[str]
    heartbeat: str | None = None
    is_essential: bool = True
    silence: int = 20  # seconds without a heartbeat after which it counts as deaf
    settings: Mapping[str, str] = field(default_factory=dict)

    def start(self, env: Mapping[str, str], logs: Path) -> children.Process:
        """Start it, with its output in a log of its own."""
        return children.start(
            [sys.executable, *self.arguments], log=logs / f"{self.name}.log", env={**env, **self.settings}, cwd=ROOT
        )


def web(port: int, host: str = "127.0.0.1") -> Program:
    """The pages and the event streams."""
    options = ["--http", "httptools", "--loop", "asyncio", "--lifespan", "on", "--timeout-graceful-shutdown", "5"]
    quiet = ["--log-level", "warning", "--no-access-log", "--no-server-header", "--no-proxy-headers"]
    return Program(
        "web", ["-m", "uvicorn", "helpdesk.asgi:application", "--host", host, "--port", str(port), *options, *quiet]
    )


def worker(threads: int = 4) -> Program:
    """The Celery worker."""
    options = [
        "--pool",
        "threads",
        "--concurrency",
        str(threads),
        "--without-mingle",
        "--without-gossip",
        "--loglevel",
        "WARNING",
    ]
    return Program("worker", ["-m", "celery", "-A", "helpdesk.celery", "worker", *options], heartbeat="worker")


def beat() -> Program:
    """The clock; its intervals are short, so it remembers nothing across a restart."""
    options = ["--pidfile=", "--loglevel", "WARNING"]
    return Program("beat", ["-m", "celery", "-A", "helpdesk.celery", "beat", *options], heartbeat="beat")


def fetcher() -> Program:
    """The mail fetcher."""
    return Program("fetcher", ["manage.py", "fetch_mail"], heartbeat="fetcher", is_essential=False, silence=45)


def smtp_door(port: int) -> Program:
    """The SMTP server for trying things out."""
    return Program("smtp", ["manage.py", "serve_mail", "--port", str(port)], is_essential=False)


def has_command(name: str) -> bool:
    """Tell whether manage.py knows a command."""
    places = [*ROOT.glob(f"*/management/commands/{name}.py"), *ROOT.glob(f"*/*/management/commands/{name}.py")]
    return bool(places)
