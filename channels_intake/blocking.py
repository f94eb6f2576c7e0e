"""Senders who are blocked, and those who never are."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.models import Block
from people import audit
from people.models import AuditEntry, User

FIELDS = ("pattern", "kind", "note")


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
    """Block an address from now on, also one that was allowed, and record who did it."""
    known = Block.objects.select_for_update().filter(pattern=address.lower()).first()
    before = audit.snapshot(known, FIELDS)
    entry = known or Block(pattern=address.lower())
    entry.kind, entry.note, entry.by, entry.at = Block.Kind.BLOCK, note[:200], by, now
    entry.save()
    changes = audit.differences(before, audit.snapshot(entry, FIELDS))
    audit.record(
        entry, AuditEntry.Action.CHANGED if known else AuditEntry.Action.CREATED, by=by, now=now, changes=changes
    )
    return entry


@transaction.atomic
def unblock_sender(address: str, *, by: User, now: datetime) -> None:
    """Take the block of this very address back, if there is one, and record who did it."""
    entry = Block.objects.select_for_update().filter(pattern=address.lower(), kind=Block.Kind.BLOCK).first()
    if entry is not None:
        remove_entry(entry, by=by, now=now)


@transaction.atomic
def remove_entry(entry: Block, *, by: User, now: datetime) -> None:
    """Delete an entry; what it said stays in the record."""
    said = {name: [value, None] for name, value in audit.snapshot(entry, FIELDS).items()}
    audit.record(entry, AuditEntry.Action.REMOVED, by=by, now=now, changes=said)
    entry.delete()
