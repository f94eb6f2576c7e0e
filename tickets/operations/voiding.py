"""Setting tickets aside that are none: spam and duplicates."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, Ticket
from tickets.operations.saving import save


class CannotVoid(Exception):
    """The ticket is void already, or the reason is missing."""


@transaction.atomic
def void(
    ticket: Ticket, *, reason: Ticket.VoidReason, by: User, now: datetime, merged_into: Ticket | None = None
) -> Ticket:
    """
    Set a ticket aside; `merged_into` is where its matter goes on.

    :raises CannotVoid: if it is void already, has no reason, or would go on in itself.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.state == Ticket.State.VOID or not reason:
        raise CannotVoid(f"{ticket.number} is void already, or no reason was given.")
    if merged_into is not None and merged_into.root().pk == ticket.pk:
        raise CannotVoid("A ticket cannot go on in itself.")
    clocks.cancel(ticket, now=now)
    ticket.state, ticket.void_reason, ticket.merged_into = Ticket.State.VOID, reason, merged_into
    ticket.pending_until = None
    save(ticket, "state", "void_reason", "merged_into", "pending_until", *clocks.SAVED, now=now)
    events.record(
        ticket, Event.Kind.VOIDED, by=by, now=now, reason=reason, target=merged_into.pk if merged_into else None
    )
    return ticket
