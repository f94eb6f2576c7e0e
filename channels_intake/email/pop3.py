"""Talking to a POP3 server: connecting, listing what lies there, reading it, and deleting what is stored."""

import base64
import poplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from channels_intake.email import limits
from channels_intake.email.refusals import CannotFetch, LoginRefused, in_words, token_of, user_of
from channels_intake.models import Mailbox
from helpdesk.lib.secrets import Undecipherable
from notifications.oauth import CannotSignIn, xoauth2

TIMEOUT = 30
# Mail has lines that are longer than the 2,048 bytes of poplib; refusing them would block the mailbox for good.
poplib._MAXLINE = 20 * 1024 * 1024  # type: ignore[attr-defined]
_LINE = 78  # so long is a line of an attachment
_LATER = (b"[IN-USE]", b"[LOGIN-DELAY]", b"[SYS/TEMP]")


@contextmanager
def connected(mailbox: Mailbox, timeout: float = TIMEOUT) -> Iterator["Drop"]:
    """
    Log in; when it ends, the server deletes what was to be deleted.

    :raises CannotFetch: if that, or anything said to the server inside, fails.
    """
    client: poplib.POP3 | None = None
    try:
        client = _connect(mailbox, timeout)
        _log_in(client, mailbox)
        yield Drop(client)
    except (OSError, UnicodeError, poplib.error_proto, LoginRefused, CannotSignIn, Undecipherable) as error:
        raise CannotFetch(in_words(error, mailbox)) from error
    finally:
        _leave(client)


class Drop:
    """The mails of a POP3 account; numbers hold for one connection, the names that the server gives for ever."""

    def __init__(self, client: poplib.POP3) -> None:
        self._client = client

    def names(self) -> dict[int, str]:
        """List all mails by number, with their lasting names (UIDL); the names are empty where it gives none."""
        _, lines, _ = self._client.list()
        names = {int(line.split()[0]): "" for line in lines}
        with suppress(poplib.error_proto):
            _, lines, _ = self._client.uidl()
            for line in lines:
                number, _, name = line.decode("ascii", "replace").partition(" ")
                names[int(number)] = name.strip()[:200]
        return names

    def raw(self, number: int) -> bytes:
        """Read a mail, of a larger one about its first 40 MB."""
        answer: object = self._client.list(number)  # one line, where a number is given
        size = int(answer.split()[2]) if isinstance(answer, bytes) else 0
        lines: list[bytes] | None = None
        if size > limits.MAIL_BYTES:
            with suppress(poplib.error_proto):
                _, lines, _ = self._client.top(number, limits.MAIL_BYTES // _LINE)
        if lines is None:
            _, lines, _ = self._client.retr(number)
        return b"\r\n".join([*lines, b""])[: limits.MAIL_BYTES]

    def delete(self, number: int) -> None:
        """Let the server delete a mail when the connection ends in peace."""
        self._client.dele(number)


def _connect(mailbox: Mailbox, timeout: float) -> poplib.POP3:
    if mailbox.security == Mailbox.Security.TLS:
        context = ssl.create_default_context()
        return poplib.POP3_SSL(mailbox.host, mailbox.port, timeout=timeout, context=context)
    client = poplib.POP3(mailbox.host, mailbox.port, timeout=timeout)
    if mailbox.security == Mailbox.Security.STARTTLS:
        try:
            client.stls(ssl.create_default_context())
        except BaseException:
            with suppress(OSError):
                client.close()
            raise
    return client


def _log_in(client: poplib.POP3, mailbox: Mailbox) -> None:
    words = xoauth2(user_of(mailbox), token_of(mailbox)) if mailbox.grant_id is not None else ""
    password = mailbox.password
    try:
        if words:
            _log_in_by_token(client, words)
        else:
            client.user(mailbox.username)
            client.pass_(password)
    except poplib.error_proto as error:
        said = error.args[0] if error.args else b""
        if not isinstance(said, bytes) or any(word in said for word in _LATER):
            raise  # it broke off, or wants us to come again
        raise LoginRefused(said.decode("utf-8", "replace")) from error


def _log_in_by_token(client: poplib.POP3, words: str) -> None:
    client._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]
    said = client._shortcmd(base64.b64encode(words.encode()).decode())  # type: ignore[attr-defined]
    if not said.startswith(b"+OK"):
        client._shortcmd("")  # type: ignore[attr-defined]  # it said why, and waits before it refuses


def _leave(client: poplib.POP3 | None) -> None:
    if client is None:
        return
    try:
        client.quit()
    except (OSError, poplib.error_proto):
        with suppress(OSError):
            client.close()
