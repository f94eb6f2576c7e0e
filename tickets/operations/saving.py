"""What every operation does last."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F

from tickets.models import Ticket


def save(ticket: Ticket, *fields: str, now: datetime) -> None:
    """Save these fields and count the version up, so that open pages know they are old."""
    ticket.version += 1
    ticket.updated_at = now
    ticket.save(update_fields=[*fields, "version", "updated_at"])


def save_all(tickets: Collection[Ticket], *, now: datetime, **fields: Any) -> None:
    """Give these locked tickets the same values and count their versions up."""
    chosen = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets])
    chosen.update(**fields, version=F("version") + 1, updated_at=now)
    for ticket in tickets:
        ticket.version, ticket.updated_at = ticket.version + 1, now
        for name, value in fields.items():
            setattr(ticket, name, value)
