"""`make up`: the whole product on this machine."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from helpdesk.local import env, messages, processes, slot
from helpdesk.local.home import make_home
from helpdesk.local.postgres import Postgres
from helpdesk.local.refusal import Refusal, check_space, disk_full
from helpdesk.local.steps import step
from helpdesk.local.supervisor import Server, Supervisor
from helpdesk.local.valkey import Valkey
from helpdesk.local.welcome import welcome

ROOT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN = 90
SMTP_PORT = 2525


class Ended(BaseException):
    """Somebody asked us to stop."""


def main() -> None:
    """
    Start everything, look after it, and stop it when told to.

    :raises Refusal: if something is in the way.
    """
    for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
        signal.signal(number, _end)
    data, port = env.data_folder(), _port()
    url = os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    check_space(data)
    lock = slot.take(data)
    if lock is None:
        raise Refusal(
            f"The helpdesk on these data is already running: {slot.read(data).strip() or 'it is just starting'}."
        )
    slot.write(lock, f"{url} (process {os.getpid()})")
    _check_free(port)
    servers: list[Server] = []
    supervisor: Supervisor | None = None
    try:
        _start_servers(data, servers)
        environment = _environment(data)
        supervisor = Supervisor(environment, data / "log", servers, _say)
        with step("Translations"):
            messages.compile_all()
        _prepare(environment)
        _start_programs(supervisor, port, int(environment["LOCAL_SMTP_PORT"]))
        env.leave(
            data,
            {
                name: environment[name]
                for name in sorted(environment.keys() - _before.keys() | _OURS & environment.keys())
            },
        )
        with step("Everything answers"):
            issues = _wait_for(port, supervisor)
        _greet(url, environment, issues)
        supervisor.keep_running()
    except Ended:
        print("\n  Stopping", flush=True)
    finally:
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
            signal.signal(number, signal.SIG_IGN)
        env.take_away(data)
        (supervisor or Supervisor({}, data, servers)).stop()
        lock.close()


_before = dict(os.environ)
_OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL"}


def _port() -> int:
    """
    Return the port for the pages.

    :raises Refusal: if PORT is not a port.
    """
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Refusal(f"PORT must be a number between 1 and 65535, not {text!r}.")
    return int(text)


def _check_free(port: int) -> None:
    """
    Look whether we can listen on the port.

    :raises Refusal: if not.
    """
    try:
        _bind(port).close()
    except PermissionError:
        raise Refusal(f"Port {port} is reserved for root; choose another one: make up PORT=8000.") from None
    except OSError:
        raise Refusal(
            f"Port {port} is busy; stop what uses it, or choose another one: make up PORT={port + 1}."
        ) from None


def _bind(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    return listener


def _start_servers(data: Path, servers: list[Server]) -> None:
    """Start the servers that the environment doesn't name, and name them."""
    if "DATABASE_URL" not in os.environ:
        database = Postgres(make_home(data))
        servers.append(database)
        with step("PostgreSQL"):
            database.start()
            database.ensure("helpdesk")
        os.environ["DATABASE_URL"] = database.url("helpdesk")
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(make_home(data))
        servers.append(valkey)
        with step("Valkey"):
            valkey.start()
        os.environ["REDIS_URL"] = valkey.url


def _environment(data: Path) -> dict[str, str]:
    """Return the environment of all our processes."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "PLAIN_STATIC": "1",
        "WEB_THREADS": "4",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": _secret(data / "secret_key"),
        **os.environ,
        "DATA_DIR": str(data),
        "LOCAL_SMTP_PORT": str(_smtp_port()),
    }
    if not environment.get("EMAIL_HOST"):
        environment["HELPDESK_LOCAL"] = "1"
    return environment


def _secret(path: Path) -> str:
    """Return the key that signs and encrypts here; it stays as long as the data do."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _prepare(environment: dict[str, str]) -> None:
    """
    Bring the database up to date.

    :raises Refusal: if that fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "helpdesk.local.prepare"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        if disk_full(done.stderr):
            raise Refusal("The disk is full; the database can't be brought up to date.")
        raise Refusal(f"The database can't be brought up to date:\n{done.stderr[-3000:]}")


def _start_programs(supervisor: Supervisor, port: int, smtp_port: int) -> None:
    """Start our processes."""
    supervisor.start(processes.web(port))
    supervisor.start(processes.worker())
    supervisor.start(processes.beat())
    if processes.has_command("fetch_mail"):
        supervisor.start(processes.fetcher())
    if processes.has_command("serve_mail"):
        supervisor.start(processes.smtp_door(smtp_port))


def _smtp_port() -> int:
    """Return the usual port for the SMTP door, or any free one if that is busy."""
    for port in [int(os.environ.get("LOCAL_SMTP_PORT") or SMTP_PORT), 0]:
        with suppress(OSError), _bind(port) as listener:
            free: int = listener.getsockname()[1]
            return free
    raise Refusal("There is no free port for the SMTP door.")


def _wait_for(port: int, supervisor: Supervisor) -> list[str]:
    """
    Wait until web, worker and beat have answered; return what is still amiss.

    :raises Refusal: if a process ends again and again, or the pages never come.
    """
    issues = ["nothing answers"]
    end = time.monotonic() + READY_WITHIN
    while issues and time.monotonic() < end:
        time.sleep(0.1)
        supervisor.look()
        for kept in supervisor.kept:
            if kept.quick_deaths > 2 and kept.program.is_essential:
                log = supervisor.logs / f"{kept.program.name}.log"
                raise Refusal(f"{kept.program.name} does not start; its log {log} ends with:\n{_last_lines(log)}")
        with suppress(OSError, ValueError):
            issues = _ask(port)
    if issues == ["nothing answers"]:
        raise Refusal(f"The pages did not come within {READY_WITHIN} s; see {supervisor.logs / 'web.log'}.")
    return issues


def _ask(port: int) -> list[str]:
    """Return what /health/ complains about."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as response:
            return list(json.load(response)["issues"])
    except urllib.error.HTTPError as error:
        return [f"/health/ answers {error.code}"]


def _say(text: str) -> None:
    print(f"\n{text}", end="", flush=True)


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])


def _greet(url: str, environment: dict[str, str], issues: list[str]) -> None:
    for issue in issues:
        print(f"  Note: {issue}")
    smtp_port = int(environment["LOCAL_SMTP_PORT"]) if processes.has_command("serve_mail") else None
    office = environment.get("HELPDESK_LOCAL") == "1"
    text = welcome(url, database_url=environment["DATABASE_URL"], smtp_port=smtp_port, has_post_office=office)
    print(text, flush=True)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise Ended


if __name__ == "__main__":
    try:
        main()
    except Ended:
        pass
    except Refusal as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        if not disk_full(error):
            raise
        sys.exit(f"The disk that holds {env.data_folder()} is full.")
