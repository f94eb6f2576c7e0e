"""Trying mail servers with what is typed: nothing is saved, no mail is touched, none is sent."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core import mail
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from channels_intake.email.fetch import connected
from channels_intake.email.pop3 import Drop
from channels_intake.email.refusals import CannotFetch, refused_login, transport_in_words
from channels_intake.models import Mailbox
from helpdesk.lib.secrets import Undecipherable
from notifications import oauth
from notifications.models import Sender

TIMEOUT = 10.0
_TLS_PORTS = (465,)


def try_fetching(mailbox: Mailbox) -> tuple[bool, str]:
    """Log in where mail is fetched, and tell what is there, or why it fails."""
    if not mailbox.host:
        return False, gettext("Not tried: enter the mail server first.")
    try:
        with connected(mailbox, TIMEOUT) as place:
            if isinstance(place, Drop):
                return True, _found_drop(len(place.names()))
            return True, _found_folder(mailbox.folder, len(place.uids("UNSEEN")))
    except CannotFetch as error:
        return False, str(error)


def try_sending(sender: Sender) -> tuple[bool, str]:
    """Log in where mail leaves, and tell whether that works, or why not."""
    if not sender.host:
        return _try_default()
    try:
        with _greeted(sender) as server:
            _log_in(server, sender)
            server.noop()
    except Undecipherable:
        return False, gettext("The stored password cannot be read any more; enter it again.")
    except oauth.CannotSignIn as error:
        return False, str(error)
    except (OSError, UnicodeError) as error:  # smtplib's exceptions are, too
        return False, _in_words(error, sender)
    return True, gettext("It works: %(where)s would take mail.") % {"where": f"{sender.host}:{sender.port}"}


def _found_folder(folder: str, count: int) -> str:
    return ngettext(
        "It works: logged in, %(folder)s holds %(count)s unread mail.",
        "It works: logged in, %(folder)s holds %(count)s unread mails.",
        count,
    ) % {"folder": folder, "count": count}


def _found_drop(count: int) -> str:
    return ngettext(
        "It works: logged in, %(count)s mail lies there.", "It works: logged in, %(count)s mails lie there.", count
    ) % {"count": count}


def _try_default() -> tuple[bool, str]:
    """Try the server of the whole helpdesk, which the operator set."""
    house = mail.get_connection()
    try:
        house.open()
        house.close()
    except OSError as error:
        words = transport_in_words(error, settings.EMAIL_HOST, settings.EMAIL_PORT) or str(error)[:300]
        return False, gettext("The server of the whole helpdesk does not work: %(why)s") % {"why": words}
    return True, gettext("It works: mail leaves by the server of the whole helpdesk.")


@contextmanager
def _greeted(sender: Sender) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if sender.security == Sender.Security.TLS:
        server = smtplib.SMTP_SSL(sender.host, sender.port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(sender.host, sender.port, timeout=TIMEOUT)
    try:
        server.ehlo()
        if sender.security == Sender.Security.STARTTLS:
            server.starttls(context=context)
            server.ehlo()
        yield server
        server.quit()
    finally:
        server.close()


def _log_in(server: smtplib.SMTP, sender: Sender) -> None:
    if sender.grant is not None:
        token = oauth.access_token(sender.grant, now=timezone.now())
        user = sender.username or sender.grant.account or sender.address
        words = iter((oauth.xoauth2(user, token), ""))
        # A server that refuses says why first, and waits for an empty answer.
        server.auth("XOAUTH2", lambda challenge=None: next(words, ""))
    elif sender.username:
        server.login(sender.username, sender.password)


def _in_words(error: Exception, sender: Sender) -> str:
    where = f"{sender.host}:{sender.port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        user = sender.username or (sender.grant.account if sender.grant else "") or sender.address
        return refused_login(sender.host, user, f"{error.smtp_code} {said}", by_grant=sender.grant is not None)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        if "STARTTLS" in str(error):
            return gettext("%(where)s offers no STARTTLS; check the encryption.") % {"where": where}
        return gettext("%(where)s takes no login here; check port and encryption.") % {"where": where}
    if "timed out" in str(error):
        error = TimeoutError()
    if words := transport_in_words(error, sender.host, sender.port):
        return words
    if sender.port in _TLS_PORTS and sender.security != Sender.Security.TLS:
        return gettext("%(where)s broke off; this port wants the encryption TLS.") % {"where": where}
    return gettext("The mail server broke off: %(why)s") % {"why": str(error)[:300]}
