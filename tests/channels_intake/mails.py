"""Mails for these tests, one per situation, and the servers that hold them."""

import imaplib
import os
import shutil
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from channels_intake.accept import Acceptance
from channels_intake.email import arriving
from channels_intake.models import Arrival, Mailbox
from tests.factories import NOW

_numbers = count(1)


def mail(
    sender: str = "Petra Person <petra@kunde.example>",
    *,
    to: str = "support@helpdesk.example",
    cc: str = "",
    subject: str = "Der Drucker druckt nicht",
    text: str = "Guten Tag, der Drucker im dritten Stock druckt seit heute nicht mehr.",
    message_id: str | None = None,
    answers: str = "",
    references: str = "",
    **headers: str,
) -> bytes:
    """Write a mail; `message_id=""` leaves it out, `answers` is what it replies to."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    if cc:
        message["Cc"] = cc
    if message_id is None:
        message_id = f"<mail-{next(_numbers)}@kunde.example>"
    raw = b""
    for name, value in {"Message-ID": message_id, "In-Reply-To": answers, "References": references}.items():
        raw += f"{name}: {value}\r\n".encode() if value else b""
    for name, value in headers.items():
        raw += f"{name.replace('_', '-')}: {value}\r\n".encode()
    message.set_content(text)
    return raw + message.as_bytes().replace(b"\n", b"\r\n")


def bounce(
    original: str,
    *,
    recipient: str = "petra@kunde.example",
    subject: str = "Undelivered Mail Returned to Sender",
    action: str = "failed",
    references: str = "",
) -> bytes:
    """Write the report that the mail with this Message-ID did not reach its recipient."""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: support@helpdesk.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <bounce-{next(_numbers)}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you that your message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\n{f'Action: {action}' if action else 'X-Action: none'}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {original}\r\nReferences: {references}\r\n"
        "Subject: Re: Drucker\r\n\r\nHallo\r\n--b--\r\n"
    ).encode()


def receive(raw: bytes, *, now: object = NOW, mailbox: Mailbox | None = None) -> Acceptance:
    """Take a mail in as every door does: store it, then accept it."""
    stored = arriving.store(raw, now=now, mailbox=mailbox)
    acceptance = arriving.process(stored.arrival.pk, now=now)
    assert acceptance is not None, Arrival.objects.get(pk=stored.arrival.pk).reason
    return acceptance


class ImapServer:
    """A real IMAP server with one account; every test works in a folder of its own."""

    user, password = "demouser", "demopass"

    def __init__(self, command: list[str], port: int, folder: Path) -> None:
        self.host, self.port = "127.0.0.1", port
        self._log = (folder / "imap.log").open("wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT)
        self._wait()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    def client(self, folder: str = "") -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.host, self.port, timeout=10)
        client.login(self.user, self.password)
        if folder:
            client.select(folder)
        return client

    def create(self, folder: str) -> None:
        self.client().create(folder)

    def put(self, folder: str, *mails: bytes, flags: str = "") -> None:
        client = self.client()
        for raw in mails:
            status, answer = client.append(folder, flags or None, None, raw)
            assert status == "OK", answer

    def search(self, folder: str, criteria: str = "ALL") -> list[int]:
        return [int(uid) for uid in self.client(folder).uid("SEARCH", criteria)[1][0].split()]

    def _wait(self) -> None:
        for _ in range(150):
            try:
                self.client().logout()
            except (OSError, imaplib.IMAP4.error):
                assert self._process.poll() is None, "the IMAP server ended"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("The IMAP server does not answer.")


def start_pymap(folder: Path) -> ImapServer:
    """Start an IMAP server written in Python, with its mail in memory."""
    port = free_port()
    pymap = str(Path(sys.executable).with_name("pymap"))
    services = ["--no-service", "admin", "--no-service", "managesieve"]
    return ImapServer([pymap, *services, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"], port, folder)


def find_dovecot() -> str | None:
    """Look for Dovecot, the server most mailboxes live on."""
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/dovecot")


def start_dovecot(folder: Path) -> ImapServer:
    """Start Dovecot with an account of its own in this folder."""
    port, me = free_port(), os.environ.get("USER") or "root"
    account = "nobody" if os.geteuid() == 0 else me
    config = folder / "dovecot.conf"
    mail_home = folder / "mail"
    mail_home.mkdir()
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(mail_home, account)
    (folder / "users").write_text(f"{ImapServer.user}:{{PLAIN}}{ImapServer.password}\n")
    config.write_text(_DOVECOT.format(folder=folder, port=port, account=account))
    return ImapServer([find_dovecot() or "dovecot", "-F", "-c", str(config)], port, folder)


_DOVECOT = """
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
ssl = no
disable_plaintext_auth = no
default_internal_user = {account}
default_login_user = {account}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
first_valid_gid = 0
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={account} gid=nogroup home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
