"""A real POP3 server for these tests: what it is told to delete it deletes at QUIT, as the RFC says."""

import base64
import hashlib
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.channels_intake.tls import server_context


@dataclass
class Pop3Server:
    """One account; its switches make it behave like the odd ones."""

    user: str = "support@helpdesk.example"
    password: str = "pop-password"
    certificate: Path | None = None
    by_tls: bool = False
    takes_token: Callable[[str], bool] = lambda token: False
    explains_refusals: bool = False  # as Google does: why first, and the refusal after an empty line
    has_names: bool = True
    deletes: bool = True  # Google can be told to keep what is deleted
    hangs_up_after: int = 0  # so many mails it gives, then it breaks off
    refuses_with: str = ""
    mails: list[bytes] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def __enter__(self) -> "Pop3Server":
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Session(server, self).run()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._tcp = Server(("127.0.0.1", 0), Handler)
        self.host, self.port = "127.0.0.1", int(self._tcp.server_address[1])
        threading.Thread(target=self._tcp.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._tcp.shutdown()
        self._tcp.server_close()

    def put(self, *mails: bytes) -> None:
        """Let mails arrive."""
        self.mails += mails


class _Session:
    def __init__(self, server: Pop3Server, handler: socketserver.StreamRequestHandler) -> None:
        self.server, self.socket = server, handler.request
        self.user, self.is_in, self.given = "", False, 0
        self.snapshot = list(server.mails)
        self.doomed: set[int] = set()

    def run(self) -> None:
        try:
            if self.server.by_tls:
                self._encrypt()
            self.file = self.socket.makefile("rb")
            self.say("+OK ready")
            while line := self.file.readline():
                words = line.decode("utf-8", "replace").split()
                if not self.obey(words[0].upper() if words else "", words[1:]):
                    return
        except (OSError, ssl.SSLError):
            return
        finally:
            self.socket.close()

    def obey(self, verb: str, rest: list[str]) -> bool:
        known = {"CAPA": self.capa, "STLS": self.stls, "USER": self.name, "PASS": self.word, "AUTH": self.auth}
        inside = {"LIST": self.sizes, "UIDL": self.uidl, "RETR": self.retr, "TOP": self.retr, "DELE": self.dele}
        if verb == "QUIT":
            self.quit()
            return False
        action = known.get(verb) or (inside.get(verb) if self.is_in else None)
        if action is None:
            self.say("-ERR what?")
            return True
        return action(rest) is not False

    def capa(self, rest: list[str]) -> None:
        offers = ["USER", "UIDL", "TOP", "SASL XOAUTH2"] + ["STLS"] * (self.server.certificate is not None)
        self.say("+OK", *offers, ".")

    def stls(self, rest: list[str]) -> None:
        self.say("+OK go ahead")
        self._encrypt()
        self.file = self.socket.makefile("rb")

    def name(self, rest: list[str]) -> None:
        self.user = rest[0]
        self.say("+OK")

    def word(self, rest: list[str]) -> None:
        if self.server.refuses_with:
            self.say(self.server.refuses_with)
        else:
            self._enter(self.user == self.server.user and rest[0] == self.server.password, "password")

    def auth(self, rest: list[str]) -> None:
        assert rest == ["XOAUTH2"]
        self.say("+ ")
        said = base64.b64decode(self.file.readline()).decode()
        user, token = said.removeprefix("user=").removesuffix("\x01\x01").split("\x01auth=Bearer ")
        is_right = user == self.server.user and self.server.takes_token(token)
        if not is_right and self.server.explains_refusals:
            self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
            assert self.file.readline() == b"\r\n"
        self._enter(is_right, "token")

    def sizes(self, rest: list[str]) -> None:
        if rest:
            self.say(f"+OK {rest[0]} {len(self.snapshot[int(rest[0]) - 1])}")
        else:
            self.say("+OK", *(f"{number} {len(raw)}" for number, raw in enumerate(self.snapshot, 1)), ".")

    def uidl(self, rest: list[str]) -> None:
        if not self.server.has_names:
            self.say("-ERR not here")
            return
        names = (hashlib.sha256(raw).hexdigest()[:30] for raw in self.snapshot)
        self.say("+OK", *(f"{number} {name}" for number, name in enumerate(names, 1)), ".")

    def retr(self, rest: list[str]) -> bool:
        if self.server.hangs_up_after and self.given == self.server.hangs_up_after:
            return False
        self.given += 1
        number = int(rest[0])
        self.server.read.append(number)
        head, _, body = self.snapshot[number - 1].partition(b"\r\n\r\n")
        lines = body.split(b"\r\n")[: int(rest[1]) if len(rest) > 1 else None]
        lines = [*head.split(b"\r\n"), b"", *(lines[:-1] if lines[-1:] == [b""] else lines)]
        stuffed = (b"." + line if line.startswith(b".") else line for line in lines)
        self.socket.sendall(b"+OK\r\n" + b"\r\n".join([*stuffed, b".", b""]))
        return True

    def dele(self, rest: list[str]) -> None:
        self.doomed.add(int(rest[0]))
        self.say("+OK")

    def quit(self) -> None:
        if self.server.deletes:
            for number in self.doomed:
                self.server.mails.remove(self.snapshot[number - 1])
        self.say("+OK bye")

    def say(self, *lines: str) -> None:
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _enter(self, is_right: bool, how: str) -> None:
        self.is_in = is_right
        if is_right:
            self.server.logins.append(how)
        self.say("+OK in" if is_right else "-ERR [AUTH] wrong user or password")

    def _encrypt(self) -> None:
        assert self.server.certificate is not None
        self.socket = server_context(self.server.certificate).wrap_socket(self.socket, server_side=True)
