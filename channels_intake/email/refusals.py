"""Why a mail server cannot be used, said so that an administrator knows what to do."""

import poplib
import socket
import ssl

from django.utils import timezone
from django.utils.translation import gettext

from channels_intake.models import Mailbox
from helpdesk.lib.secrets import Undecipherable
from notifications import oauth

_TLS_PORTS = (465, 993, 995)
_MICROSOFT = (".office365.com", ".outlook.com", ".office.com")
_GOOGLE = (".gmail.com", ".googlemail.com", ".google.com")
_NO_PASSWORDS = ("basic auth", "basicauth", "5.7.139", "logindisabled", "application-specific password")


class CannotFetch(Exception):
    """The mail server cannot be used; the message tells an administrator why."""


class LoginRefused(Exception):
    """The server knows no such user, or not this password or token; it carries the server's words."""


class NoFolder(Exception):
    """There is no such folder."""


def token_of(mailbox: Mailbox) -> str:
    """
    Give the token that opens this mailbox.

    :raises notifications.oauth.CannotSignIn: if there is none.
    """
    assert mailbox.grant is not None
    return oauth.access_token(mailbox.grant, now=timezone.now())


def user_of(mailbox: Mailbox) -> str:
    """Give the account: the one that signed in, where no other is named."""
    return mailbox.username or (mailbox.grant.account if mailbox.grant else "") or mailbox.address


def in_words(error: Exception, mailbox: Mailbox) -> str:
    """Say what is wrong, and where to look."""
    where = f"{mailbox.host}:{mailbox.port}"
    if isinstance(error, Undecipherable):
        return gettext("The stored password cannot be read any more; enter it again.")
    if isinstance(error, oauth.CannotSignIn):
        return str(error)
    if isinstance(error, LoginRefused):
        return refused_login(mailbox.host, user_of(mailbox), str(error), by_grant=mailbox.grant_id is not None)
    if isinstance(error, NoFolder):
        return gettext("There is no folder named %(folder)s.") % {"folder": mailbox.folder}
    if words := transport_in_words(error, mailbox.host, mailbox.port):
        return words
    if any(words in str(error).lower() for words in ("stls not supp", "tls not supp")):
        return gettext("%(where)s offers no STARTTLS; check the encryption.") % {"where": where}
    if mailbox.port in _TLS_PORTS and mailbox.security != Mailbox.Security.TLS:
        return gettext("%(where)s broke off; this port wants the encryption TLS.") % {"where": where}
    said = _said(error) if isinstance(error, poplib.error_proto) else str(error)
    if "HTTP/1." in said:
        words = gettext("%(where)s is no mail server: a web server answers; check server and port.")
        return words % {"where": where}
    return gettext("The mail server broke off: %(why)s") % {"why": said[:300]}


def transport_in_words(error: Exception, host: str, port: int) -> str:
    """Say why a server cannot even be talked to; nothing when it is something else."""
    where = f"{host}:{port}"
    if isinstance(error, socket.gaierror | UnicodeError):
        return gettext("There is no server named %(host)s.") % {"host": host}
    if isinstance(error, ssl.SSLCertVerificationError):
        words = gettext("The certificate of %(where)s is not valid: %(why)s")
        return words % {"where": where, "why": error.verify_message}
    if isinstance(error, ssl.SSLError):
        return gettext("%(where)s does not speak TLS; check port and encryption.") % {"where": where}
    if isinstance(error, ConnectionRefusedError):
        return gettext("%(where)s refuses the connection; check server and port.") % {"where": where}
    if isinstance(error, TimeoutError):
        if port in _TLS_PORTS:
            return gettext("%(where)s does not answer; this port wants the encryption TLS.") % {"where": where}
        return gettext("%(where)s does not answer.") % {"where": where}
    return ""


def refused_login(host: str, user: str, said: str, *, by_grant: bool) -> str:
    """Say why a login fails: large providers take no passwords any more."""
    server, said = f".{host.lower()}", " ".join(said.split())[:200]
    if by_grant:
        words = gettext("The server refuses the sign-in by OAuth for %(user)s; is it the account that signed in, and may "
                        "it be used by mail programs? (%(said)s)")  # fmt: skip
        return words % {"user": user, "said": said}
    if server.endswith(_MICROSOFT):
        return gettext("Microsoft 365 takes no passwords any more; use a sign-in by OAuth. (%(said)s)") % {"said": said}
    if server.endswith(_GOOGLE):
        return gettext("Google takes only passwords made for one app; use one, or a sign-in by OAuth. (%(said)s)") % {
            "said": said
        }
    if any(word in said.lower() for word in _NO_PASSWORDS):
        return gettext("The server takes no passwords any more; use a sign-in by OAuth. (%(said)s)") % {"said": said}
    return gettext("The server refuses user name or password.")


def _said(error: poplib.error_proto) -> str:
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
