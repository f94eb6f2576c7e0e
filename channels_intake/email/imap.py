"""Talking to an IMAP server: connecting, finding new mail, and marking what is stored."""

import imaplib
import io
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import cast

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.idle import get_socket_poller
from imap_tools.utils import encode_folder

from channels_intake.email import limits
from channels_intake.email.refusals import CannotFetch as CannotFetch
from channels_intake.email.refusals import LoginRefused, NoFolder, in_words, token_of, user_of
from channels_intake.models import Mailbox
from helpdesk.lib.secrets import Undecipherable
from notifications.oauth import CannotSignIn, xoauth2

TIMEOUT = 30
REFUSALS = (LoginRefused, NoFolder, CannotSignIn, Undecipherable)


@contextmanager
def connected(mailbox: Mailbox, timeout: float = TIMEOUT) -> Iterator["Folder"]:
    """
    Log in and open the mailbox's folder.

    :raises CannotFetch: if that, or anything said to the server inside, fails.
    """
    box: BaseMailBox | None = None
    try:
        box = _connect(mailbox, timeout)
        _log_in(box, mailbox)
        _open(box, mailbox)
        yield Folder(box, mailbox)
    except (OSError, UnicodeError, imaplib.IMAP4.error, ImapToolsError, *REFUSALS) as error:
        raise CannotFetch(in_words(error, mailbox)) from error
    finally:
        _leave(box)


class Folder:
    """The open folder of a mailbox; mails are named by UID, never by their place."""

    def __init__(self, box: BaseMailBox, mailbox: Mailbox) -> None:
        self._box, self._mailbox = box, mailbox
        _, answer = box.client.capability()  # after the login, when the server tells all of it
        self._capabilities = set(answer[-1].decode("ascii", "replace").upper().split())
        self.uidvalidity = self._number("UIDVALIDITY")
        self.uidnext = self._number("UIDNEXT")

    def uids(self, criteria: str) -> set[int]:
        """Search."""
        return {int(uid) for uid in self._box.uids(f"{criteria} UNDELETED")}

    def since(self, day: date) -> set[int]:
        """Find what arrived on this day or later."""
        return self.uids(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def refresh(self) -> None:
        """Let the server tell what is new."""
        self._box.client.noop()

    def raw(self, uid: int) -> bytes | None:
        """Read a mail without marking it, its first 40 MB at most; `None` when it is gone meanwhile."""
        size = self._fetch(uid, "(RFC822.SIZE)")
        found = re.search(rb"RFC822\.SIZE (\d+)", size[0]) if size else None
        part = f"<0.{limits.MAIL_BYTES}>" if found and int(found[1]) > limits.MAIL_BYTES else ""
        answer = self._fetch(uid, f"(BODY.PEEK[]{part})")
        return answer[1] if len(answer) > 1 else None

    def mark(self, uid: int) -> None:
        """Mark a stored mail as read, or move it where the mailbox says; nobody else's mail is expunged."""
        target = self._mailbox.move_to
        if not target:
            self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
            return
        if not self._box.folder.exists(target):
            self._box.folder.create(target)
        if "MOVE" in self._capabilities:
            self._uid("MOVE", uid, _quoted(target))
            return
        self._uid("COPY", uid, _quoted(target))
        self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)")
        if "UIDPLUS" in self._capabilities:
            self._uid("EXPUNGE", uid)

    @property
    def can_idle(self) -> bool:
        """Tell whether the server calls when mail arrives."""
        return "IDLE" in self._capabilities

    def idle(self, seconds: int, until: Callable[[], bool] = lambda: False) -> bool:
        """Wait for the server to call, or until `until` says so, and tell whether it called."""
        with self._box.idle:
            for _ in range(seconds):
                if self._is_called(within=1):
                    return True
                if until():
                    break
        return False

    def _is_called(self, within: int) -> bool:
        """Tell whether the server says something, or has gone; what it says is read as whole lines when IDLE ends."""
        client = self._box.client
        timeout = client.sock.gettimeout()
        client.sock.settimeout(0)
        try:
            with suppress(ssl.SSLWantReadError):  # nothing yet
                if cast(io.BufferedReader, client.file).peek(1):
                    return True
        finally:
            client.sock.settimeout(timeout)
        return bool(get_socket_poller(client.sock, within))

    def _number(self, name: str) -> int:
        _, data = self._box.client.response(name)
        if data and data[0]:
            return int(data[0])
        return int(self._box.folder.status(self._mailbox.folder, [name])[name])

    def _uid(self, verb: str, uid: int, *rest: str) -> None:
        status, answer = self._box.client.uid(verb, str(uid), *rest)
        if status != "OK":
            raise imaplib.IMAP4.error(f"{status} {answer!r}")

    def _fetch(self, uid: int, parts: str) -> list[bytes]:
        status, data = self._box.client.uid("FETCH", str(uid), parts)
        if status != "OK":
            raise imaplib.IMAP4.error(f"{status} {data!r}")
        first = next((item for item in data if item), None)
        return [] if first is None else [first] if isinstance(first, bytes) else [bytes(piece) for piece in first]


def _quoted(folder: str) -> str:
    return bytes(encode_folder(folder)).decode("ascii")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _connect(mailbox: Mailbox, timeout: float) -> BaseMailBox:
    if mailbox.security == Mailbox.Security.TLS:
        context = ssl.create_default_context()
        return MailBox(mailbox.host, mailbox.port, timeout=timeout, ssl_context=context)
    if mailbox.security == Mailbox.Security.STARTTLS:
        context = ssl.create_default_context()
        return MailBoxStartTls(mailbox.host, mailbox.port, timeout=timeout, ssl_context=context)
    return MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=timeout)


def _log_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    if mailbox.grant_id is not None:
        _log_in_by_token(box, xoauth2(user_of(mailbox), token_of(mailbox)))
        return
    password = mailbox.password
    try:
        if mailbox.username.isascii() and password.isascii():
            box.login(mailbox.username, password, initial_folder=None)
        else:
            box.login_utf8(mailbox.username, password, initial_folder=None)
    except MailboxLoginError as error:
        raise LoginRefused(_said(error.command_result[1])) from error
    except imaplib.IMAP4.error as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        raise LoginRefused(str(error)) from error


def _log_in_by_token(box: BaseMailBox, words: str) -> None:
    answers = [words.encode()]
    try:
        # A server that refuses says why first, and waits for an empty answer.
        box.client.authenticate("XOAUTH2", lambda said: answers.pop() if answers else b"")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise LoginRefused(str(error)) from error


def _open(box: BaseMailBox, mailbox: Mailbox) -> None:
    try:
        box.folder.set(mailbox.folder)
    except MailboxFolderSelectError as error:
        raise NoFolder(mailbox.folder) from error


def _said(data: object) -> str:
    parts = data if isinstance(data, list) else [data]
    return " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts)


def _leave(box: BaseMailBox | None) -> None:
    if box is None:
        return
    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        with suppress(OSError):
            box.client.shutdown()
