"""What stands in the headers of our mails; nothing a person typed reaches a header unwashed."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail.message import sanitize_address
from django.utils.encoding import punycode

LOOP_HEADER = "X-Helpdesk-Loop"
MAX_REFERENCES = 20
_LOOP_SALT = "notifications.loop"
_ID = re.compile(r"<?([\x21-\x3b\x3d\x3f-\x7e]{3,240})>?", re.ASCII)
_PREFIX = re.compile(r"^(?:(?:re|aw|antw|antwort|fw|fwd|wg|sv)\s*:\s*)+", re.IGNORECASE)


class BadAddress(Exception):
    """No mail can be sent to this address."""


class _FoldsIds(EmailPolicy):
    """Puts each Message-ID on a line of its own; the standard policy would encode long ones and break the thread."""

    def fold(self, name: str, value: str) -> str:
        return _one_a_line(name, value) if name in ("References", "In-Reply-To") else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name in ("References", "In-Reply-To"):
            return _one_a_line(name, value).encode("ascii")
        return super().fold_binary(name, value)


POLICY = _FoldsIds(linesep="\r\n")


class Built(EmailMessage):
    """A finished mail that any of Django's backends can send."""

    def as_bytes(self, unixfrom: bool = False, policy: "Policy[Any] | None" = None, linesep: str = "\r\n") -> bytes:
        return super().as_bytes(unixfrom, (policy or self.policy).clone(linesep=linesep))


def one_line(text: str, limit: int = 250) -> str:
    """
    Give the text without line breaks, control and invisible characters.

    What looks like an encoded word is broken up: Python would decode it, line breaks and all, into further headers.
    """
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if _is_shown(c))
    return " ".join("".join(kept).replace("=?", "= ?").split())[:limit].strip()


def subject_of(subject: str, number: int) -> str:
    """Give the subject that all mails about this ticket share, so that mail programs keep them together."""
    bare = _PREFIX.sub("", one_line(subject).replace(f"[#{number}]", "").strip())
    return " ".join(f"Re: {bare} [#{number}]".split())


def sender(name: str, house: str = "", address: str = "") -> Address:
    """
    Say whom our mail is from: a person of ours, with the name of the house; without an address, the one of the house.

    :raises BadAddress: if the address is none.
    """
    default_house, default_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    house, address = house or default_house, address or default_address
    shown = f"{one_line(name, 80)} ({one_line(house, 80)})" if name and house else one_line(name or house, 80)
    return Address(shown, addr_spec=ascii_address(address))


def recipient(name: str, address: str) -> Address:
    """
    Say whom our mail is to.

    :raises BadAddress: if no mail can be sent there.
    """
    return Address(one_line(name, 80), addr_spec=ascii_address(address))


def ascii_address(address: str) -> str:
    """
    Give the address as SMTP wants it.

    :raises BadAddress: if it is none, or only servers with SMTPUTF8 would take it.
    """
    local, at, domain = address.rpartition("@")
    try:
        plain = f"{local}{at}{punycode(domain)}"
        if not (local and domain) or not plain.isascii() or Address(addr_spec=plain).addr_spec != plain:
            raise BadAddress(f"No mail can be sent to {address!r}.")
        return sanitize_address(plain, "utf-8")
    except (ValueError, IndexError, MessageError):
        raise BadAddress(f"No mail can be sent to {address!r}.") from None


def bracketed(message_id: str) -> str:
    """Give a Message-ID in angle brackets, or nothing if it could harm a header."""
    found = _ID.fullmatch(message_id.strip())
    return f"<{found[1]}>" if found else ""


def references(ids: Iterable[str]) -> Sequence[str]:
    """Give the thread's Message-IDs, each once: the first one, by which mail programs find the thread, and the last."""
    known = list(dict.fromkeys(filter(None, map(bracketed, ids))))
    return known if len(known) <= MAX_REFERENCES else [known[0], *known[1 - MAX_REFERENCES :]]


def loop_mark(message_id: str) -> str:
    """Make what proves, when a mail comes back to us, that we wrote it."""
    return signing.Signer(salt=_LOOP_SALT).sign(message_id.strip("<>"))


def is_loop_mark(value: str) -> bool:
    """Tell whether this came from a mail of ours."""
    try:
        signing.Signer(salt=_LOOP_SALT).unsign("".join(value.split()))
    except signing.BadSignature:
        return False
    return True


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cf", "Cs", "Co", "Cn") or character == "\u200d"


def _one_a_line(name: str, value: str) -> str:
    return f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n"
