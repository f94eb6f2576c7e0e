"""Taking a shift of an on-call rota."""

from datetime import datetime

from django.db import transaction

from people import audit
from people.models import AuditEntry, User
from tickets.models import Rota, RotaSwap

FIELDS = ("rota", "user", "starts_at", "ends_at", "note")


class CannotSwap(Exception):
    """The time is none or over, or this person does not work here any more."""


@transaction.atomic
def take_shift(
    rota: Rota, *, user: User, starts_at: datetime, ends_at: datetime, by: User, now: datetime, note: str = ""
) -> RotaSwap:
    """
    Let somebody be on call for a time, whoever's turn it is; of two entries for one moment the later one counts.

    :raises CannotSwap: if the time is none or over, or they cannot be called.
    """
    if ends_at <= starts_at or ends_at <= now or not (user.is_active and user.is_agent):
        raise CannotSwap("A shift ends after it begins, not in the past, and an active agent takes it.")
    swap = RotaSwap.objects.create(
        rota=rota, user=user, starts_at=starts_at, ends_at=ends_at, note=note.strip(), made_by=by, made_at=now
    )
    changes = audit.differences({}, audit.snapshot(swap, FIELDS))
    audit.record(swap, AuditEntry.Action.CREATED, by=by, now=now, changes=changes)
    return swap


@transaction.atomic
def drop_shift(swap: RotaSwap, *, by: User, now: datetime) -> None:
    """Let the turns decide again; once only, though several may want it."""
    found = RotaSwap.objects.select_for_update(of=("self",)).select_related("rota", "user").filter(pk=swap.pk).first()
    if found is not None:
        changes = {name: [value, None] for name, value in audit.snapshot(found, FIELDS).items()}
        audit.record(found, AuditEntry.Action.REMOVED, by=by, now=now, changes=changes)
        found.delete()
