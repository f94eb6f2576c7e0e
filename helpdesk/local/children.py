"""Starting and ending child processes so that nothing stays behind, whoever is killed."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5_000_000

Process = subprocess.Popen[bytes]


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    last_signal: signal.Signals = signal.SIGTERM,
    uid: int | None = None,
    gid: int | None = None,
) -> Process:
    """Start a process that gets `last_signal` when we die, and that Ctrl-C in the terminal does not reach."""
    groups: list[int] | None = None if uid is None else []
    with open_log(log) as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_die_with_parent(last_signal),
            user=uid,
            group=gid,
            extra_groups=groups,
        )


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; a long one is put aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def size(log: Path) -> int:
    """Return the length of a log, also of one that isn't there yet."""
    return log.stat().st_size if log.exists() else 0


def tail(log: Path, length: int = 4000, *, since: int = 0) -> str:
    """Return the end of a log, no further back than it had come at `since`."""
    if not log.exists():
        return ""
    written = log.read_bytes()
    return written[since if since < len(written) else 0 :][-length:].decode(errors="replace")


def stop(process: Process, *, by: signal.Signals = signal.SIGTERM, within: float = 15) -> None:
    """End a process, with SIGKILL for it and its children if it doesn't listen."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            kill_group(process)
            process.wait()


def kill_group(process: Process) -> None:
    """Kill a process and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()


def wait_until(ready: Callable[[], bool], *, within: float, pause: float = 0.02) -> bool:
    """Ask again and again until the answer is yes; False when time is up."""
    end = time.monotonic() + within
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def end_orphan(pid: int, program: str, folder: Path, *, by: signal.Signals = signal.SIGINT) -> None:
    """Wait for a server that a killed launcher left in this folder to end, and help it after a while."""
    if not wait_until(lambda: not runs_in(pid, program, folder), within=5):
        _send(pid, by)
        if not wait_until(lambda: not runs_in(pid, program, folder), within=10):
            _send(pid, signal.SIGKILL)
            wait_until(lambda: not runs_in(pid, program, folder), within=5)


def runs_in(pid: int, program: str, folder: Path) -> bool:
    """Tell whether this number still belongs to that program in that folder, and not to somebody else by now."""
    if not Path("/proc/self/exe").exists():
        listed = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(pid)], capture_output=True, text=True).stdout
        return program in listed and not listed.startswith("Z")
    try:
        return program in os.readlink(f"/proc/{pid}/exe") and Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    except OSError:
        return False


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Make the kernel end the child with us; must be used from the main thread, whose death is what counts."""
    if sys.platform != "linux":
        return lambda: None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return arm
