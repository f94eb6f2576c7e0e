"""An IMAP server that takes tokens: it asks for one, then leads on to a server that knows only passwords."""

import base64
import socket
import socketserver
import threading
from collections.abc import Callable

from tests.channels_intake.mails import ImapServer


class TokenDoor:
    """Stands before an IMAP server, and lets in who brings a valid token for its user."""

    def __init__(self, behind: ImapServer, takes_token: Callable[[str], bool]) -> None:
        self.behind, self.takes_token = behind, takes_token
        self.explains_refusals = True

    def __enter__(self) -> "TokenDoor":
        door = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                door.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._tcp = Server(("127.0.0.1", 0), Handler)
        self.host, self.port = "127.0.0.1", int(self._tcp.server_address[1])
        threading.Thread(target=self._tcp.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._tcp.shutdown()
        self._tcp.server_close()

    def serve(self, handler: socketserver.StreamRequestHandler) -> None:
        """Ask for a token, then pass on what both sides say."""
        handler.wfile.write(b"* OK ready\r\n")
        while line := handler.rfile.readline():
            tag, verb, *rest = line.decode().split()
            if verb.upper() == "CAPABILITY":
                handler.wfile.write(f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n{tag} OK done\r\n".encode())
            elif verb.upper() == "AUTHENTICATE" and rest == ["XOAUTH2"]:
                handler.wfile.write(b"+ \r\n")
                if self._is_right(base64.b64decode(handler.rfile.readline()).decode()):
                    self._lead_on(handler, tag)
                    return
                if self.explains_refusals:
                    handler.wfile.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
                    assert handler.rfile.readline() == b"\r\n"
                handler.wfile.write(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n".encode())
            elif verb.upper() == "LOGOUT":
                handler.wfile.write(f"* BYE\r\n{tag} OK done\r\n".encode())
                return
            else:
                handler.wfile.write(f"{tag} NO not here\r\n".encode())

    def _is_right(self, said: str) -> bool:
        user, token = said.removeprefix("user=").removesuffix("\x01\x01").split("\x01auth=Bearer ")
        return user == self.behind.user and self.takes_token(token)

    def _lead_on(self, handler: socketserver.StreamRequestHandler, tag: str) -> None:
        with socket.create_connection((self.behind.host, self.behind.port), 10) as inner:
            reader = inner.makefile("rb")
            reader.readline()
            inner.sendall(f'{tag} LOGIN "{self.behind.user}" "{self.behind.password}"\r\n'.encode())
            while not (line := reader.readline()).startswith(tag.encode()):
                assert line
            handler.wfile.write(line)
            inner.settimeout(None)
            threading.Thread(target=_pass_on, args=(reader, handler.wfile), daemon=True).start()
            while line := handler.rfile.readline():
                inner.sendall(line)


def _pass_on(reader: object, writer: object) -> None:
    try:
        while piece := reader.read1(65_536):  # type: ignore[attr-defined]
            writer.write(piece)  # type: ignore[attr-defined]
    except (OSError, ValueError):
        return
