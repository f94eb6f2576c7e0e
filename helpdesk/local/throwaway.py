"""A database server for one command that needs nothing of the live one, such as `manage.py triage_eval`."""

import atexit
import os
import secrets
from pathlib import Path
from typing import IO

from helpdesk.local import postgres, slot
from helpdesk.local.home import make_home
from helpdesk.local.postgres import Postgres
from helpdesk.local.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent.parent
AT_ONCE = 8


def start() -> None:
    """
    Start a server, say in the environment where it is, and stop it when this process ends.

    :raises Refusal: if it can't be started.
    """
    folder, lock = _free_folder()
    server = Postgres(make_home(folder), postgres.THROWAWAY)
    server.start()
    atexit.register(lock.close)
    atexit.register(server.stop)
    server.ensure("helpdesk")
    os.environ["DATABASE_URL"] = server.url("helpdesk")
    os.environ.setdefault("DATA_DIR", str(folder))
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))


def _free_folder() -> tuple[Path, IO[str]]:
    for number in range(1, AT_ONCE + 1):
        folder = ROOT / ".run" / "throwaway" / str(number)
        lock = slot.take(folder)
        if lock is not None:
            return folder, lock
    raise Refusal(f"{AT_ONCE} servers are running for commands; wait for one of them.")
