"""Moving a ticket sideways, to the queue it belongs to."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, Queue, Ticket
from tickets.operations import offers
from tickets.operations.saving import save
from tickets.permissions import can_work_in


class CannotRoute(Exception):
    """The ticket is done or already there."""


@transaction.atomic
def route(ticket: Ticket, *, to: Queue, by: User | None, now: datetime, reason: str = "") -> Ticket:
    """
    Move the ticket to another queue; an assignee who does not work there lets it go.

    :raises CannotRoute: if the ticket is done or already there.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open or ticket.queue_id == to.pk:
        raise CannotRoute(f"The ticket is done, or it is in {to} already.")
    offers.left(ticket, by=by, now=now)
    origin = move(ticket, to=to, now=now)
    save(ticket, "queue", "assignee", *offers.SAVED, now=now)
    events.record(ticket, Event.Kind.ROUTED, by=by, now=now, reason=reason, origin=origin, target=to.pk)
    return ticket


def move(ticket: Ticket, *, to: Queue, now: datetime) -> int:
    """Put a locked ticket into a queue, with that queue's promises, and return where it was; the caller saves."""
    origin, ticket.queue = ticket.queue_id, to
    if ticket.assignee is not None and not can_work_in(ticket.assignee, to):
        ticket.assignee = None
    clocks.rearm(ticket, now=now)
    return origin
