"""A real SMTP server, on a port of its own, that keeps what it gets."""

import base64
import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pytest_django import Settings

from tests.notifications.certificates import Authority, make_authority


@dataclass
class Mailman:
    """What the server got, and how it is to behave."""

    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)  # as in MAIL FROM; empty: from nobody
    under_tls: list[bool] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)  # who came in, and how
    users: dict[str, str] = field(default_factory=dict)  # with their passwords
    tokens: dict[str, str] = field(default_factory=dict)
    refuses_nobody: bool = False
    port: int = 0
    connections: int = 0
    answers: list[str] = field(default_factory=list)  # to the next mails; "drop" cuts the line after taking the mail
    refusals: dict[str, str] = field(default_factory=dict)  # by recipient

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return lines

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        address = "" if address == "<>" else address
        if not address and self.refuses_nobody:
            return "550 5.7.60 Client does not have permissions to send as this sender"
        envelope.mail_from = address or "<>"
        envelope.mail_options.extend(options)
        return "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
        """Let in who knows the password."""
        assert isinstance(data, LoginPassword)
        login, password = data.login.decode(), data.password.decode()
        if self.users.get(login) != password:
            return AuthResult(success=False, handled=False)
        self.logins.append((login, how))
        return AuthResult(success=True, auth_data=data)

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:
        """Let in who has the token, as Google and Microsoft do; say why not in a challenge, which wants nothing."""
        said = base64.b64decode(words[1]).decode()
        user, token = said.removeprefix("user=").removesuffix("\x01\x01").split("\x01auth=Bearer ")
        if self.tokens.get(user) == token:
            self.logins.append((user, "XOAUTH2"))
            return AuthResult(success=True, auth_data=user)
        assert await server.challenge_auth(b'{"status":"400"}') == b""
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 Ok: queued as 4XyZ"
        content = envelope.content
        assert isinstance(content, bytes)
        if answer == "drop" or answer.startswith("250"):
            self.raw.append(content)
            mail = email.message_from_bytes(content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
            self.senders.append("" if envelope.mail_from == "<>" else envelope.mail_from or "?")
            self.under_tls.append(session.ssl is not None)
        if answer == "drop":
            server.transport.abort()
        return answer


class FreePort(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


Start = Callable[..., Mailman]


@pytest.fixture
def start() -> Iterator[Start]:
    """Give what starts a further SMTP server: `tls` is for its whole line, `starttls` from that word on."""
    running: list[FreePort] = []

    def start(mailman: Mailman | None = None, *, tls: Any = None, starttls: Any = None) -> Mailman:
        mailman = mailman or Mailman()
        controller = FreePort(
            mailman,
            hostname="127.0.0.1",
            port=0,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=starttls is not None,
            auth_required=bool(mailman.users or mailman.tokens),
            authenticator=mailman.authenticate,
            auth_exclude_mechanism=[] if mailman.tokens else ["XOAUTH2"],
        )
        controller.start()
        running.append(controller)
        mailman.port = controller.port
        return mailman

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Make an authority and trust it, as an operator does by adding it to the system's."""
    made = make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


@pytest.fixture
def post(settings: Settings, start: Start) -> Mailman:
    """Run an SMTP server and send through it."""
    mailman = start()
    settings.EMAIL_BACKEND = "notifications.smtp.Backend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = mailman.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Muster GmbH <support@helpdesk.example>"
    settings.PUBLIC_URL = "https://hilfe.example"
    return mailman
