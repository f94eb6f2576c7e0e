"""Waiting for the requester, for others, or for a day."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, Ticket
from tickets.operations.saving import save

WAITING = (Ticket.State.PENDING_CUSTOMER, Ticket.State.PENDING_THIRD, Ticket.State.SCHEDULED)


class CannotHold(Exception):
    """The ticket is done, or a reminder has no date in the future."""


@transaction.atomic
def hold(
    ticket: Ticket,
    *,
    state: Ticket.State,
    by: User,
    now: datetime,
    until: datetime | None = None,
) -> Ticket:
    """
    Put the ticket on hold; which clocks stand still meanwhile, the terms of the ticket say.

    :raises CannotHold: if the ticket is done, the state is no waiting one, or a reminder has no date to come.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open or state not in WAITING:
        raise CannotHold("Only an open ticket can wait.")
    if state == Ticket.State.SCHEDULED and (until is None or until <= now):
        raise CannotHold("A reminder needs a time to come.")
    origin, ticket.state, ticket.pending_until = ticket.state, state, until
    clocks.pause(ticket, now=now)
    save(ticket, "state", "pending_until", *clocks.SAVED, now=now)
    events.record(
        ticket, Event.Kind.HELD, by=by, now=now, origin=origin, state=state, until=until.isoformat() if until else None
    )
    return ticket


@transaction.atomic
def resume(ticket: Ticket, *, by: User | None, now: datetime) -> Ticket:
    """
    Go on with a ticket that waited; `by` is `None` when its day has come.

    :raises CannotHold: if it does not wait.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_waiting:
        raise CannotHold("The ticket does not wait.")
    origin, ticket.state, ticket.pending_until = ticket.state, Ticket.State.OPEN, None
    clocks.resume(ticket, now=now)
    save(ticket, "state", "pending_until", *clocks.SAVED, now=now)
    events.record(ticket, Event.Kind.RESUMED, by=by, now=now, origin=origin)
    return ticket
