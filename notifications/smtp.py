"""Django's SMTP backend, which keeps what the server answered, sends mail that is from nobody, and signs in by OAuth."""

import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from notifications.headers import Built


class Outgoing(EmailMessage):
    """A mail that goes out exactly as it was built, to exactly one address; without a sender it cannot come back."""

    answer = ""

    def __init__(self, built: Built, *, sender: str, to: str) -> None:
        super().__init__(from_email=sender, to=[to])
        self.built = built
        self.envelope_from = sender

    def message(self) -> Built:  # type: ignore[override]
        """Give the mail as it was built."""
        return self.built


class Backend(smtp.EmailBackend):
    """Sends by SMTP and writes the server's answer to the mail."""

    def __init__(self, *args: Any, sign_in: Callable[[smtplib.SMTP], None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sign_in = sign_in

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Give the class that remembers the answer."""
        return _RememberingTls if self.use_ssl else _Remembering

    def open(self) -> bool | None:
        """Connect and sign in."""
        opened = super().open()
        if opened and self.sign_in is not None and self.connection is not None:
            try:
                self.sign_in(self.connection)
            except BaseException:
                self.close()
                raise
        return opened

    def _send(self, email_message: EmailMessage) -> bool:
        if not isinstance(email_message, Outgoing) or self.connection is None:
            return bool(super()._send(email_message))  # type: ignore[misc]
        content = email_message.built.as_bytes(linesep="\r\n")
        try:
            self.connection.sendmail(email_message.envelope_from, email_message.to, content)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
            if email_message.envelope_from or not 500 <= refusal.smtp_code < 600:
                raise
            # Submission servers may let an account send under its own address alone; Exchange says so after the mail.
            self.connection.sendmail(_header_from(email_message.built), email_message.to, content)
        if isinstance(self.connection, (_Remembering, _RememberingTls)):
            email_message.answer = self.connection.answer
        return True


def _header_from(built: Built) -> str:
    return str(built["From"].addresses[0].addr_spec)


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
