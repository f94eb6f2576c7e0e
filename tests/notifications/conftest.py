"""A real SMTP server, on a port of its own, that keeps what it gets."""

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings


@dataclass
class Mailman:
    """What the server got, and how it is to behave."""

    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    connections: int = 0
    answers: list[str] = field(default_factory=list)  # to the next mails; "drop" cuts the line after taking the mail
    refusals: dict[str, str] = field(default_factory=dict)  # by recipient

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return lines

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
        if answer == "drop":
            server.transport.abort()
        return answer


class FreePort(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def post(settings: Settings) -> Iterator[Mailman]:
    """Run an SMTP server and send through it."""
    mailman = Mailman()
    controller = FreePort(mailman, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "notifications.smtp.Backend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Muster GmbH <support@helpdesk.example>"
    yield mailman
    controller.stop()
