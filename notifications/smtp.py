"""Django's SMTP backend, which also keeps what the server answered."""

import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from notifications.headers import Built


class Outgoing(EmailMessage):
    """A mail that goes out exactly as it was built, to exactly one address."""

    answer = ""

    def __init__(self, built: Built, *, sender: str, to: str) -> None:
        super().__init__(from_email=sender, to=[to])
        self.built = built

    def message(self) -> Built:  # type: ignore[override]
        """Give the mail as it was built."""
        return self.built


class Backend(smtp.EmailBackend):
    """Sends by SMTP and writes the server's answer to the mail."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Give the class that remembers the answer."""
        return _RememberingTls if self.use_ssl else _Remembering

    def _send(self, email_message: EmailMessage) -> bool:
        sent = bool(super()._send(email_message))  # type: ignore[misc]
        if (
            sent
            and isinstance(email_message, Outgoing)
            and isinstance(self.connection, (_Remembering, _RememberingTls))
        ):
            email_message.answer = self.connection.answer
        return sent


class _Remembering(smtplib.SMTP):
    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, text = super().data(msg)
        self.answer = f"{code} {text.decode('utf-8', 'replace')}"[:1_000]
        return code, text


class _RememberingTls(smtplib.SMTP_SSL):
    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, text = super().data(msg)
        self.answer = f"{code} {text.decode('utf-8', 'replace')}"[:1_000]
        return code, text
