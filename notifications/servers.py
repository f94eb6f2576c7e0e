"""The mail servers of one run: each is opened once, and one that fails is left alone until the next run."""

import logging
import smtplib
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from helpdesk.lib.secrets import Undecipherable
from notifications import oauth
from notifications.models import Sender
from notifications.smtp import Backend, Outgoing

log = logging.getLogger(__name__)

_AUTHENTICATION = (454, 530, 534, 535, 538)  # our configuration is wrong, not the mail
_MOST_LOST = 2  # connections in a row


class Refused(Exception):
    """The mail will never be taken."""


class Away(Exception):
    """The server cannot be reached, or does not let us in."""


class LeftAlone(Exception):
    """The server was away a moment ago; this mail was not tried."""


class Servers:
    """The connections of one run, by sender; those without a server of their own share the one of the house."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._open: dict[int | None, BaseEmailBackend] = {}
        self._lost: Counter[int | None] = Counter()
        self._away: set[int | None] = set()

    def send(self, outgoing: Outgoing, sender: Sender | None) -> str:
        """
        Hand a mail to its sender's server and return the answer.

        :raises LeftAlone: if the server failed in this run already.
        :raises Away: if there is no server to talk to.
        :raises Refused: if it will never take this mail.
        :raises OSError: if it did not take it this time, or nobody knows.
        """
        key = _key(sender)
        if key in self._away:
            raise LeftAlone("The mail server could not be reached.")
        connection = self._connection(key, sender)
        try:
            connection.send_messages([outgoing])
        except smtplib.SMTPRecipientsRefused as error:
            self._end(key)
            _refuse(*next(iter(error.recipients.values())))
            raise
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            self._end(key)
            _refuse(error.smtp_code, error.smtp_error)
            raise
        except OSError as error:  # smtplib's exceptions are, too
            self._lose(key, sender, error)
            raise
        self._lost[key] = 0
        _note(sender, last_sent_at=timezone.now(), last_error="", failures=0)
        return outgoing.answer

    def close(self) -> None:
        """End all connections."""
        for key in self._open:
            self._end(key)

    def _connection(self, key: int | None, sender: Sender | None) -> BaseEmailBackend:
        try:
            if key not in self._open:
                self._open[key] = _connect(sender, self._now)
            self._open[key].open()
        except (OSError, oauth.CannotSignIn, Undecipherable) as error:
            self._away.add(key)
            _note(sender, last_error=said(error), failures=F("failures") + 1)
            raise Away(said(error)) from error
        return self._open[key]

    def _lose(self, key: int | None, sender: Sender | None, error: OSError) -> None:
        """Go on after one lost connection; a server that hangs again and again would hold up everybody's mail."""
        self._end(key)
        _note(sender, last_error=said(error), failures=F("failures") + 1)
        self._lost[key] += 1
        if self._lost[key] >= _MOST_LOST:
            self._away.add(key)

    def _end(self, key: int | None) -> None:
        try:
            self._open[key].close()
        except OSError as error:
            log.info("The mail server did not say goodbye: %s", error)


def said(error: Exception) -> str:
    """Give what is kept of an error."""
    return str(error)[:1_000] or type(error).__name__


def _key(sender: Sender | None) -> int | None:
    return sender.pk if sender is not None and sender.host else None


def _connect(sender: Sender | None, now: datetime) -> BaseEmailBackend:
    """
    Give the server of this sender, not yet opened.

    :raises Undecipherable: if its password cannot be read any more.
    """
    if sender is None or not sender.host:
        return mail.get_connection()
    by_password = sender.grant is None
    return Backend(
        host=sender.host,
        port=sender.port,
        username=sender.username if by_password else "",
        password=sender.password if by_password else "",
        use_tls=sender.security == Sender.Security.STARTTLS,
        use_ssl=sender.security == Sender.Security.TLS,
        sign_in=None if by_password else _by_oauth(sender, now),
    )


def _by_oauth(sender: Sender, now: datetime) -> Callable[[smtplib.SMTP], None]:
    def sign_in(connection: smtplib.SMTP) -> None:
        assert sender.grant is not None
        token = oauth.access_token(sender.grant, now=now)
        user = sender.username or sender.grant.account or sender.address

        def answer(challenge: bytes | None = None) -> str:
            return (
                oauth.xoauth2(user, token) if challenge is None else ""
            )  # a challenge says why not, and wants nothing

        connection.ehlo_or_helo_if_needed()
        connection.auth("XOAUTH2", answer)

    return sign_in


def _refuse(code: int, text: bytes | str) -> None:
    if 500 <= code < 600 and code not in _AUTHENTICATION:
        raise Refused(f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")


def _note(sender: Sender | None, **fields: object) -> None:
    """Write down how the sender does, for the settings."""
    if sender is not None:
        Sender.objects.filter(pk=sender.pk).update(**fields)
