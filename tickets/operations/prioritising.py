"""How much a ticket matters."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, Ticket
from tickets.operations.saving import save
from tickets.priorities import priority_of


class CannotPrioritise(Exception):
    """The ticket is done."""


@transaction.atomic
def prioritise(
    ticket: Ticket,
    *,
    by: User | None,
    now: datetime,
    impact: int | None = None,
    urgency: int | None = None,
    priority: int | None = None,
    reason: str = "",
) -> Ticket:
    """
    Set the priority, from impact and urgency or outright; the deadlines follow.

    :raises CannotPrioritise: if the ticket is done.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open:
        raise CannotPrioritise(f"{ticket.number} is done.")
    origin = ticket.priority
    ticket.impact = impact or ticket.impact
    ticket.urgency = urgency or ticket.urgency
    ticket.priority = priority or priority_of(ticket.impact, ticket.urgency)
    clocks.rearm(ticket, now=now)
    save(ticket, "impact", "urgency", "priority", *clocks.SAVED, now=now)
    events.record(
        ticket, Event.Kind.PRIORITISED, by=by, now=now, origin=origin, target=int(ticket.priority), reason=reason
    )
    return ticket
