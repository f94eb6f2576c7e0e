"""Recording what happened; the only thing that schedules work."""

from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import User
from tickets import relay
from tickets.models import Clock, Event, Message, Ticket


def record(
    ticket: Ticket,
    kind: Event.Kind,
    *,
    by: User | None,
    now: datetime,
    message: Message | None = None,
    clock: Clock | None = None,
    **facts: Any,
) -> Event:
    """
    Write an event and have its subscribers told after the commit.

    Call it under the ticket's lock, in the transaction of the change.
    """
    event = Event.objects.create(
        ticket=ticket,
        kind=kind,
        at=now,
        by=by,
        message=message,
        clock=clock,
        facts=facts,
        relay_at=now if relay.is_heard(kind) else None,
    )
    number, version, requester = ticket.pk, ticket.version, ticket.requester_id

    def after_commit() -> None:
        relay.wake(number, version, requester)

    transaction.on_commit(after_commit, robust=True)
    return event
