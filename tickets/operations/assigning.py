"""Who works on a ticket."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import events
from tickets.models import Event, Ticket
from tickets.operations import offers
from tickets.operations.saving import save
from tickets.permissions import can_work_in


class AlreadyTaken(Exception):
    """Somebody else has the ticket."""

    def __init__(self, holder: User) -> None:
        super().__init__(f"{holder} has this ticket.")
        self.holder = holder


class CannotAssign(Exception):
    """The ticket is done, or that person does not work in its queue."""


@transaction.atomic
def take(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Take a ticket nobody has; of several who try, one wins.

    :raises AlreadyTaken: if somebody, also `by`, has it.
    :raises CannotAssign: if it is done.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.assignee is not None:
        raise AlreadyTaken(ticket.assignee)
    return _give(ticket, to=by, by=by, now=now)


@transaction.atomic
def assign(ticket: Ticket, *, to: User | None, by: User | None, now: datetime) -> Ticket:
    """
    Give the ticket to somebody, or back to the queue (`None`).

    :raises CannotAssign: if it is done, or that person does not work in its queue.
    """
    return _give(Ticket.objects.locked(ticket.pk), to=to, by=by, now=now)


def _give(ticket: Ticket, *, to: User | None, by: User | None, now: datetime) -> Ticket:
    if not ticket.is_open:
        raise CannotAssign("The ticket is done; reopen it first.")
    if to is not None and to != by and not can_work_in(to, ticket.queue):
        raise CannotAssign(f"{to} does not work in {ticket.queue}.")
    origin, ticket.assignee = ticket.assignee_id, to
    if to is not None:
        ticket.case_owner = ticket.case_owner or to
        if ticket.state == Ticket.State.NEW:
            ticket.state = Ticket.State.OPEN
        offers.take_up(ticket, by=to, now=now)
    save(ticket, "assignee", "case_owner", "state", *offers.SAVED, now=now)
    events.record(ticket, Event.Kind.ASSIGNED, by=by, now=now, origin=origin, target=to.pk if to else None)
    return ticket
