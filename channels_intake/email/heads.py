"""What identifies a mail, read from its head alone."""

import hashlib
import logging
from dataclasses import dataclass

from channels_intake.email import limits
from channels_intake.email.addresses import first_sender
from channels_intake.email.headers import message_id_of, subject_of
from channels_intake.email.structure import split_mail
from channels_intake.models import key_of

log = logging.getLogger(__name__)

_SENDERS = ("from", "reply-to", "sender", "return-path")


@dataclass(frozen=True, slots=True)
class Head:
    """The same mail has the same key, whatever way it came."""

    key: str
    sender: str = ""
    subject: str = ""


def head_of(raw: bytes) -> Head:
    """Read what identifies a mail; one that cannot be read is identified by its bytes."""
    by_bytes = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    try:
        root, _ = split_mail(raw[: limits.HEADER_BLOCK_BYTES])
        _, sender = first_sender([value for name in _SENDERS for value in root.all(name)])
        return Head(key_of(message_id_of(root) or by_bytes, sender), sender, subject_of(root))
    except Exception:  # storing must not fail for what is in a mail
        log.exception("The head of a mail could not be read.")
        return Head(key_of(by_bytes, ""))
