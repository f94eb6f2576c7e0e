"""Senders who are blocked, and those who never are."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.models import Block
from people.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """What the list of senders says about one."""

    is_allowed: bool = False
    blocked_by: str = ""

    @property
    def is_barred(self) -> bool:
        """Tell whether this very address is blocked, not only its domain."""
        return bool(self.blocked_by) and not self.blocked_by.startswith("@")


def standing(envelope: Envelope) -> Standing:
    """
    Look a sender up; an entry that allows beats every other.

    It counts for nothing when our own server says that the sender is forged.
    """
    entries = list(Block.objects.about(envelope.from_address))
    is_forged = dmarc(envelope.authentication_results, envelope.from_address) in ("fail", "quarantine", "reject")
    if not is_forged and any(entry.kind == Block.Kind.ALLOW for entry in entries):
        return Standing(is_allowed=True)
    blocking = [entry.pattern for entry in entries if entry.kind == Block.Kind.BLOCK]
    return Standing(
        blocked_by=max(blocking, key=lambda pattern: (not pattern.startswith("@"), len(pattern)), default="")
    )


@transaction.atomic
def block_sender(address: str, *, note: str, by: User, now: datetime) -> Block:
    """Block an address from now on; one that was allowed is blocked as well."""
    entry, _ = Block.objects.update_or_create(
        pattern=address.lower(), defaults={"kind": Block.Kind.BLOCK, "note": note[:200], "by": by, "at": now}
    )
    return entry


@transaction.atomic
def unblock_sender(address: str) -> bool:
    """Take the block of this very address back and tell whether there was one."""
    removed, _ = Block.objects.filter(pattern=address.lower(), kind=Block.Kind.BLOCK).delete()
    return bool(removed)
