"""The pytest plugin that gives a test run its own PostgreSQL and Valkey; loaded by `-p`, before the settings are."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from helpdesk.local import messages, postgres, slot, valkey
from helpdesk.local.home import make_home
from helpdesk.local.postgres import Postgres
from helpdesk.local.refusal import Refusal
from helpdesk.local.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS_AT_ONCE = 12
FIXED = {
    "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    "SECRET_KEY": "tests-sign-with-this-and-nobody-else-does-0123456789abcdef",
    "PLAIN_STATIC": "1",
    "PUBLIC_URL": "http://localhost:8000",
    "UNDO_SECONDS": "0",
}
FOREIGN = [
    "EMAIL_HOST",
    "EMAIL_USER",
    "EMAIL_PASSWORD",
    "HELPDESK_LOCAL",
    "DEBUG",
    "DATA_DIR",
    "SECRET_KEY_FALLBACKS",
    "FIELD_KEYS",
]


class CannotMigrate(Exception):
    """A migration fails; the message is what Django said."""


_to_stop: list[Callable[[], None]] = []
_locks: list[IO[str]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the servers before anything reads Django's settings."""
    try:
        if "PYTEST_XDIST_WORKER" not in os.environ:
            _start_run()
        _start_valkey()
    except Refusal as refusal:
        raise pytest.UsageError(str(refusal)) from None


def pytest_unconfigure() -> None:
    """Stop what this process started, the newest first."""
    while _to_stop:
        _to_stop.pop()()
    _locks.clear()


def _start_run() -> None:
    """Prepare the environment that this process and its xdist workers share."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(FIXED)
    folder, lock = _free_folder()
    _locks.append(lock)
    os.environ["TEST_FOLDER"] = os.environ["DATA_DIR"] = str(folder)
    server = Postgres(make_home(folder), postgres.THROWAWAY)
    server.start()
    _to_stop.append(server.stop)
    server.ensure("helpdesk")
    messages.compile_all()
    os.environ["DATABASE_URL"] = server.url("helpdesk")
    try:
        os.environ["TEST_TEMPLATE"] = _template(server)
    except CannotMigrate as failure:
        os.environ["TEST_TEMPLATE_FAILURE"] = (
            f"The migrations fail, and with them every test that needs the database:\n{failure}"
        )


def _start_valkey() -> None:
    """Give this process (an xdist worker, or the only one) its own Valkey, so that no test hears another's events."""
    name = f"valkey-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = Valkey(make_home(Path(os.environ["TEST_FOLDER"])), valkey.THROWAWAY, name)
    server.start()
    _to_stop.append(server.stop)
    os.environ["REDIS_URL"] = server.url


def _free_folder() -> tuple[Path, IO[str]]:
    """
    Take the first folder that no other test run uses.

    :raises Refusal: if there are too many test runs.
    """
    for number in range(1, RUNS_AT_ONCE + 1):
        folder = ROOT / ".run" / "test" / str(number)
        lock = slot.take(folder)
        if lock is not None:
            return folder, lock
    raise Refusal(f"{RUNS_AT_ONCE} test runs are under way in this checkout; wait for one of them.")


def _template(server: Postgres) -> str:
    """
    Return the database that has all migrations applied; it is made when a migration has changed.

    :raises CannotMigrate: if they can't be applied.
    """
    name = f"tpl_{_migrations_mark()}"
    present = server.databases()
    if name in present:
        return name
    for old in present - {"postgres", "template0", "template1", "helpdesk"}:
        server.drop(old)
    server.execute("CREATE DATABASE {} TEMPLATE template0", "building")
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": server.url("building"), "REDIS_URL": "unix:///nowhere?db=0"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise CannotMigrate(done.stdout + done.stderr)
    server.execute("ALTER DATABASE {} RENAME TO {}", "building", name)
    return name


def _migrations_mark() -> str:
    """Return a short name for the state of all migrations, ours and those of the packages."""
    mark = hashlib.sha256((ROOT / "requirements" / "runtime.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/**/*.py")):
        mark.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    mark.update((ROOT / "helpdesk" / "settings.py").read_bytes())
    return mark.hexdigest()[:16]
