"""What falls due: clocks that run out, escalation steps, reminders whose day has come, solutions nobody objected to."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from tickets import clocks, events, stepping
from tickets.models import Clock, Event, Ticket
from tickets.operations import holding, resolution
from tickets.operations.saving import save

CLOSE_AFTER = timedelta(days=5)


def fire_due(now: datetime, limit: int = 200) -> int:
    """
    Fire the clocks whose moment has come, each exactly once, and return how many did something.

    Any number of processes may sweep at the same time: the ticket's row is claimed with `SKIP LOCKED`, and whoever
    gets it looks at the clock again under that lock.
    """
    due = list(Clock.objects.filter(wake_at__lte=now).order_by("wake_at").values_list("pk", "ticket_id")[:limit])
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
    """
    Do what is due on one clock, in order, and tell whether anything was.

    That is its deadline and the steps before and after it; after an outage all that were missed, each once, with how late
    it is. A step that changes the deadline ends the row: what is due by the new one, the next sweep finds.
    """
    ticket = Ticket.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket_id).first()
    if ticket is None:
        return False  # somebody works on it right now; the next sweep looks again
    clock = Clock.objects.filter(pk=clock_id, wake_at__lte=now).first()
    if clock is None:
        return False
    clock.ticket = ticket
    if not ticket.is_open:
        clocks.drop(clock, now=now)
        return False
    while clock is not None and (moment := _due_next(clock, now)) is not None:
        at, step = moment
        if step is None:
            _run_out(clock, at, now)
        else:
            stepping.take(clock, step, due_at=at, now=now)
        clock = Clock.objects.filter(pk=clock_id, state__in=Clock.UNFINISHED).select_related("ticket__queue").first()
    if clock is not None:
        clocks.sleep(clock)
    return True


def _due_next(clock: Clock, now: datetime) -> tuple[datetime, int | None] | None:
    """Give what is due first: a step's id, or None for the deadline itself, which comes before steps at its moment."""
    pending: list[tuple[datetime, int, int | None]] = [(at, 1, step) for at, step in clocks.steps_left(clock)]
    if clock.state == Clock.State.RUNNING and clock.due_at is not None:
        pending.append((clock.due_at, 0, None))
    first = min(pending, key=lambda one: one[:2], default=None)
    return (first[0], first[2]) if first is not None and first[0] <= now else None


def _run_out(clock: Clock, at: datetime, now: datetime) -> None:
    ticket = clock.ticket
    clocks.breach(clock, now=now)
    save(ticket, *clocks.SAVED, now=now)
    late = int((now - max(at, clock.armed_at)).total_seconds())
    events.record(ticket, Event.Kind.BREACHED, by=None, now=now, clock=clock, metric=clock.metric, late_by=late)


def _each(tickets: list[Ticket], act: Callable[[Ticket], object], refusal: type[Exception]) -> int:
    done = 0
    for ticket in tickets:
        try:
            act(ticket)
        except refusal:
            continue  # somebody was faster
        done += 1
    return done
