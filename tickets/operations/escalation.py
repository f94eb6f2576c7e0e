"""Handing a ticket up to the next support level."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, Queue, Ticket
from tickets.operations.routing import move
from tickets.operations.saving import save


class CannotEscalate(Exception):
    """The ticket is done, its queue has no next level, or it was moved meanwhile."""


@transaction.atomic
def escalate(ticket: Ticket, *, reason: str, by: User | None, now: datetime, to: Queue | None = None) -> Ticket:
    """
    Move the ticket to the next level's queue; the case owner stays, so the requester keeps one contact.

    `by` is `None` when the clock does it; `to` names another queue than the next level's.

    :raises CannotEscalate: if it is done, there is nowhere to go, or it left the queue the caller saw it in.
    """
    seen_in = ticket.queue
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.queue_id == seen_in.pk:
        ticket.queue = seen_in  # with what was read of it before
    target = to or ticket.next_level
    if not ticket.is_open or target is None or ticket.queue_id != seen_in.pk:
        raise CannotEscalate(f"{ticket.number} is done, was moved, or {ticket.queue} has no next level.")
    ticket.case_owner_id = ticket.case_owner_id or ticket.assignee_id or (by.pk if by else None)
    origin = move(ticket, to=target, now=now)
    save(ticket, "queue", "assignee", "case_owner", *clocks.SAVED, now=now)
    events.record(ticket, Event.Kind.ESCALATED, by=by, now=now, reason=reason, origin=origin, target=target.pk)
    return ticket
