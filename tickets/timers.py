"""What falls due: clocks that run out, reminders whose day has come, solutions nobody objected to."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from tickets import clocks, events
from tickets.models import Clock, Event, Queue, Ticket
from tickets.operations import escalation, holding, resolution
from tickets.operations.saving import save

CLOSE_AFTER = timedelta(days=5)


def fire_due(now: datetime, limit: int = 200) -> int:
    """
    Fire the clocks that ran out, each exactly once, and return how many did.

    Any number of processes may sweep at the same time: the ticket's row is claimed with `SKIP LOCKED`, and whoever
    gets it looks at the clock again under that lock.
    """
    due = list(
        Clock.objects.filter(state=Clock.State.RUNNING, due_at__lte=now)
        .order_by("due_at")
        .values_list("pk", "ticket_id")[:limit]
    )
    return sum(fire(pk, ticket_id, now) for pk, ticket_id in due)


def wake_scheduled(now: datetime, limit: int = 200) -> int:
    """Bring back the tickets whose reminder is due and return how many."""
    due = Ticket.objects.filter(state=Ticket.State.SCHEDULED, pending_until__lte=now).order_by("pending_until")
    return _each(list(due[:limit]), lambda t: holding.resume(t, by=None, now=now), holding.CannotHold)


def close_silent(now: datetime, limit: int = 200) -> int:
    """Close the resolved tickets nobody objected to for five days and return how many."""
    due = Ticket.objects.filter(state=Ticket.State.RESOLVED, resolved_at__lte=now - CLOSE_AFTER).order_by("resolved_at")
    return _each(list(due[:limit]), lambda t: resolution.close(t, by=None, now=now), resolution.CannotClose)


@transaction.atomic
def fire(clock_id: int, ticket_id: int, now: datetime) -> bool:
    """Fire one clock if it is still due, and tell whether it was."""
    ticket = Ticket.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket_id).first()
    if ticket is None:
        return False  # somebody works on it right now; the next sweep looks again
    clock = Clock.objects.filter(pk=clock_id, state=Clock.State.RUNNING, due_at__lte=now).first()
    if clock is None or clock.due_at is None or not ticket.is_open:
        return False
    clock.ticket = ticket
    clocks.breach(clock, now=now)
    save(ticket, *clocks.SAVED, now=now)
    late = int((now - clock.due_at).total_seconds())
    events.record(ticket, Event.Kind.BREACHED, by=None, now=now, clock=clock, metric=clock.metric, late_by=late)
    if ticket.queue.tier == Queue.Tier.FIRST and ticket.next_level is not None:
        escalation.escalate(ticket, reason=f"clock:{clock.metric}", by=None, now=now)
    return True


def _each(tickets: list[Ticket], act: Callable[[Ticket], object], refusal: type[Exception]) -> int:
    done = 0
    for ticket in tickets:
        try:
            act(ticket)
        except refusal:
            continue  # somebody was faster
        done += 1
    return done
