"""Changing on-call rotas, with their audit entries."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from people import audit
from people.models import AuditEntry, User
from tickets.models import Queue, Rota, RotaMember

_FIELDS = ("name", "timezone", "first_day", "handover", "days", "is_active")


@transaction.atomic
def save_rota(rota: Rota, *, queues: Sequence[Queue], people: Sequence[User], by: User, now: datetime) -> Rota:
    """Store a new or changed rota with its queues and its people in their order, and what differs."""
    stored = Rota.objects.select_for_update().filter(pk=rota.pk).first()
    before = _facts(stored) if stored else {}
    rota.save()
    rota.queues.set(queues)
    rota.members.all().delete()
    RotaMember.objects.bulk_create(
        RotaMember(rota=rota, user=user, position=position) for position, user in enumerate(people)
    )
    changes = audit.differences(before, _facts(rota))
    if changes:
        action = AuditEntry.Action.CHANGED if stored else AuditEntry.Action.CREATED
        audit.record(rota, action, by=by, now=now, changes=changes)
    return rota


@transaction.atomic
def remove_rota(rota: Rota, *, by: User, now: datetime) -> None:
    """Delete a rota, its turns and swapped shifts; the record keeps what it was."""
    changes = {name: [value, None] for name, value in _facts(rota).items()}
    audit.record(rota, AuditEntry.Action.REMOVED, by=by, now=now, changes=changes)
    rota.delete()


def _facts(rota: Rota) -> dict[str, object]:
    people = RotaMember.objects.filter(rota=rota).select_related("user")
    return audit.snapshot(rota, _FIELDS) | {
        "queues": [queue.name_de for queue in rota.queues.order_by("pk")],
        "members": [str(member.user) for member in people],
    }
