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
    event = make(ticket, kind, by=by, now=now, message=message, clock=clock, **facts)
    event.save(force_insert=True)
    _wake_after_commit(ticket)
    return event


def make(
    ticket: Ticket,
    kind: Event.Kind,
    *,
    by: User | None,
    now: datetime,
    message: Message | None = None,
    clock: Clock | None = None,
    **facts: Any,
) -> Event:
    """Make an event for `record_all`."""
    relay_at = now if relay.is_heard(kind) else None
    return Event(ticket=ticket, kind=kind, at=now, by=by, message=message, clock=clock, facts=facts, relay_at=relay_at)


def record_all(made: list[Event]) -> None:
    """Write what happened to many tickets, in this order; else like `record`."""
    Event.objects.bulk_create(made)
    for event in made:
        _wake_after_commit(event.ticket)


def _wake_after_commit(ticket: Ticket) -> None:
    """Wake once for all that a transaction does to a ticket."""
    for _, hook, _ in transaction.get_connection().run_on_commit:
        if isinstance(hook, _Wake) and hook.row.pk == ticket.pk:
            hook.row = ticket
            return
    transaction.on_commit(_Wake(ticket), robust=True)


class _Wake:
    """What is done after the commit; a class, so that it can be recognised among other hooks."""

    def __init__(self, row: Ticket) -> None:
        self.row = row
        self.__qualname__ = "wake"  # the name Django's log gives a hook that fails

    def __call__(self) -> None:
        relay.wake(self.row.pk, self.row.version, self.row.requester_id)
