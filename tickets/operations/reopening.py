"""Taking a done ticket up again."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, SolutionAttempt, Ticket
from tickets.operations import standing_in
from tickets.operations.saving import save
from tickets.operations.trying import settle_open


class CannotReopen(Exception):
    """The ticket is not done, or void by a merge."""


@transaction.atomic
def reopen(ticket: Ticket, *, by: User, now: datetime, reason: str = "") -> Ticket:
    """
    Work on a done ticket again; its clock runs on from where it stood.

    :raises CannotReopen: if it is open, or was merged into another.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.is_open or ticket.merged_into_id is not None:
        raise CannotReopen(f"{ticket.number} is open, or lives on in another ticket.")
    origin, ticket.state = ticket.state, Ticket.State.OPEN
    ticket.void_reason = ""
    ticket.reopen_count += 1
    ticket.resolved_at = ticket.closed_at = ticket.confirmed = None
    settle_open(ticket, SolutionAttempt.Outcome.FAILED, by=by, now=now)
    clocks.restart(ticket, now=now)
    asked = by.pk == ticket.requester_id
    if asked:
        clocks.ask(ticket, now=now)
    save(
        ticket, "state", "void_reason", "reopen_count", "resolved_at", "closed_at", "confirmed", *clocks.SAVED, now=now
    )
    events.record(ticket, Event.Kind.REOPENED, by=by, now=now, origin=origin, reason=reason, asked=asked)
    standing_in.leave_absent(ticket, now=now)
    return ticket
