"""`make up` from the outside: what it says, what it leaves behind, and what kill -9 does to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from helpdesk.local.postgres import execute
from tests.product import ROOT, free_port

KEPT_OUT = ["DATABASE_URL", "REDIS_URL", "TEST_FOLDER", "PUBLIC_URL", "SECRET_KEY", "LOCAL_SMTP_PORT"]


class Up:
    """A `make up` on data of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def run(self, **settings: str) -> subprocess.Popen[str]:
        """Start it."""
        env = {name: value for name, value in os.environ.items() if name not in KEPT_OUT}
        env |= {"DATA_DIR": str(self.data), "PORT": str(self.port), "DEMO": "0", "PYTHONUNBUFFERED": "1"} | settings
        command = [sys.executable, "-m", "helpdesk.local.up"]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def start(self) -> None:
        """Start it and wait until it greets."""
        self.process = self.run()
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def kill(self) -> None:
        """Kill the launcher alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def remains(self) -> list[str]:
        """Return the processes that belong to these data."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                environment = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                if str(self.data).encode() in environment:
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
        return found

    def ask(self, statement: str) -> list[tuple[str, ...]]:
        """Ask the running database."""
        return execute(json.loads((self.data / "env.json").read_text())["DATABASE_URL"], statement)


@pytest.fixture(scope="module")
def up(server_folder: Path) -> Iterator[Up]:
    up = Up(server_folder / "up", free_port())
    up.start()
    yield up
    if up.process is not None and up.process.poll() is None:
        up.stop()


def eventually(happened: object, within: float = 30) -> bool:
    assert callable(happened)
    end = time.monotonic() + within
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_a_second_start_on_the_same_data_says_where_the_first_one_is(up: Up) -> None:
    second = up.run(PORT=str(free_port()))

    said, _ = second.communicate(timeout=20)

    assert second.returncode == 1
    assert f"already running: http://localhost:{up.port}" in said


def test_the_command_line_finds_the_running_database(up: Up) -> None:
    env = {name: value for name, value in os.environ.items() if name not in KEPT_OUT} | {"DATA_DIR": str(up.data)}
    code = "from django.db import connection; print(connection.settings_dict['HOST'])"

    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code], cwd=ROOT, env=env, capture_output=True, text=True
    )

    assert said.stdout.strip().startswith(str(up.data)), said.stderr


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_after_kill_9_of_the_launcher_nothing_stays_and_the_next_start_has_the_data(up: Up) -> None:
    up.ask("CREATE TABLE kept AS SELECT 42 AS n")
    up.kill()
    assert eventually(lambda: not up.remains()), up.remains()
    began = time.monotonic()

    up.start()

    assert up.ask("SELECT n FROM kept") == [(42,)]
    assert time.monotonic() - began < 30
    up.stop()
    assert up.remains() == []


def test_a_busy_port_is_named_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        said = Up(tmp_path, port).run().communicate(timeout=20)[0]

    assert said == f"Port {port} is busy; stop what uses it, or choose another one: make up PORT={port + 1}.\n"


def test_whatever_dies_is_started_again(server_folder: Path) -> None:
    up = Up(server_folder / "again", free_port())
    up.start()
    try:
        for name in [b"uvicorn", b"postgres\0-D", b"valkey-server"]:
            os.kill(_process(up.data, name), signal.SIGKILL)

        assert eventually(lambda: _is_well(up.port), within=40)
    finally:
        up.stop()


def _process(data: Path, name: bytes) -> int:
    """Return the number of a process that belongs to these data."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (folder / "cmdline").read_bytes()
            if name in line and (str(data).encode() in line + (folder / "environ").read_bytes()):
                return int(folder.name)
    raise AssertionError(name)


def _is_well(port: int) -> bool:
    with (
        suppress(OSError, ValueError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as response,
    ):
        return bool(json.load(response)["healthy"])
    return False
