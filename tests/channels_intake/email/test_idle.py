"""Waiting for the server to call: nothing it says is overheard or torn, however the network cuts it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from channels_intake.email.imap import CannotFetch, Folder, connected
from channels_intake.models import Mailbox

Say = Callable[[socket.socket], None]


def _serve(listener: socket.socket, while_idle: Say) -> None:
    client, _ = listener.accept()
    with client, client.makefile("rb") as lines:
        client.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE] here\r\n")
        tag = b""
        for line in lines:
            words = line.split()
            if words[0] == b"DONE":
                client.sendall(tag + b" OK done\r\n")
            elif words[1].upper() == b"CAPABILITY":
                client.sendall(b"* CAPABILITY IMAP4rev1 IDLE\r\n" + words[0] + b" OK done\r\n")
            elif words[1].upper() == b"IDLE":
                tag = words[0]
                while_idle(client)
            elif words[1].upper() == b"LOGOUT":
                client.sendall(b"* BYE see you\r\n" + words[0] + b" OK done\r\n")
            else:
                client.sendall(
                    b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n" + words[0] + b" OK done\r\n"
                )


@contextmanager
def _folder(while_idle: Say) -> Iterator[Folder]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, while_idle), daemon=True).start()
        box = Mailbox(
            name="Support", address="support@helpdesk.example", host="127.0.0.1", port=listener.getsockname()[1],
            security=Mailbox.Security.NONE, username="support", folder="INBOX",
        )  # fmt: skip
        box.password = "secret"
        with connected(box, timeout=10) as folder:
            yield folder


def _in_one_piece(client: socket.socket) -> None:
    client.sendall(b"+ idling\r\n* 5 EXISTS\r\n")


def _torn(client: socket.socket) -> None:
    client.sendall(b"+ idling\r\n")
    time.sleep(0.2)
    client.sendall(b"* 5 EXISTS\r\n* 5 FETCH (")
    time.sleep(0.2)
    client.sendall(b"FLAGS (\\Flagged))\r\n")


@pytest.mark.parametrize("while_idle", [_in_one_piece, _torn])
def test_a_call_ends_the_waiting_and_the_connection_stays_good(while_idle: Say) -> None:
    with _folder(while_idle) as folder:
        assert folder.idle(8)
        folder.refresh()


def test_without_a_call_the_waiting_ends_by_itself() -> None:
    with _folder(lambda client: client.sendall(b"+ idling\r\n")) as folder:
        assert not folder.idle(1)
        assert not folder.idle(25, until=lambda: True)
        folder.refresh()


def test_a_server_that_goes_ends_the_waiting() -> None:
    def leave(client: socket.socket) -> None:
        client.sendall(b"+ idling\r\n")
        client.shutdown(socket.SHUT_RDWR)

    with pytest.raises(CannotFetch), _folder(leave) as folder:
        folder.idle(8)
        folder.refresh()
