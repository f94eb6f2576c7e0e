"""What falls due: clocks that run out, escalation steps, reminders whose day has come, solutions nobody objected to."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tickets import clocks, events, relay, stepping
from tickets.models import Clock, Event, Ticket
from tickets.operations import holding, resolution
from tickets.operations.saving import save

log = logging.getLogger(__name__)

CLOSE_AFTER = timedelta(days=5)
TRY_AGAIN_AFTER = timedelta(minutes=1)


def fire_due(now: datetime, limit: int = 200) -> int:
    """
    Fire the clocks whose moment has come, the oldest first, each exactly once, and return how many did something.

    Any number of processes may sweep at the same time: each claims one ticket after the other with `SKIP LOCKED`, in a
    transaction of its own, so none waits for another or for somebody who works on a ticket; the next sweep looks again.
    A clock that fails is logged, and tried again later without holding up the others.
    """
    done, reached = 0, None
    with relay.waking_seldom():
        for _one in range(limit):
            due = Clock.objects.filter(wake_at__lte=now).order_by("wake_at")
            if reached is not None:
                due = due.filter(wake_at__gte=reached)  # past what was fired just now and the index still remembers
            clock = None
            try:
                with transaction.atomic():
                    clock = _claim(due)
                    if clock is None:
                        break
                    reached = clock.wake_at
                    done += _fire(clock, now)
            except Exception:
                if clock is None:
                    raise
                log.exception("Clock %s of ticket %s failed.", clock.pk, clock.ticket_id)
                Clock.objects.filter(pk=clock.pk, wake_at=reached).update(wake_at=now + TRY_AGAIN_AFTER)
    return done


def wake_scheduled(now: datetime, limit: int = 200) -> int:
    """Bring back the tickets whose reminder is due and return how many."""
    due = Ticket.objects.filter(state=Ticket.State.SCHEDULED, pending_until__lte=now).order_by("pending_until")
    return _each(list(due[:limit]), lambda t: holding.resume(t, by=None, now=now), holding.CannotHold)


def close_silent(now: datetime, limit: int = 200) -> int:
    """Close the resolved tickets nobody objected to for five days and return how many."""
    due = Ticket.objects.filter(state=Ticket.State.RESOLVED, resolved_at__lte=now - CLOSE_AFTER).order_by("resolved_at")
    return _each(list(due[:limit]), lambda t: resolution.close(t, by=None, now=now), resolution.CannotClose)


@transaction.atomic
def fire(clock_id: int, now: datetime) -> bool:
    """Do what is due on one clock, and tell whether anything was."""
    clock = _claim(Clock.objects.filter(pk=clock_id, wake_at__lte=now))
    return clock is not None and _fire(clock, now)


def _claim(due: QuerySet[Clock]) -> Clock | None:
    """
    Lock the first of these clocks whose ticket nobody holds, together with the ticket.

    Both rows are locked, the ticket's first, so both are as they are now even if they changed since the query began.
    """
    return due.select_related("ticket").select_for_update(skip_locked=True, of=("ticket", "self")).first()


def _fire(clock: Clock, now: datetime) -> bool:
    """
    Do what is due on a claimed clock, in order, and tell whether anything was.

    That is its deadline and the steps before and after it; after an outage all that were missed, each once, with how late
    it is. A step that changes the deadline ends the row: what is due by the new one, the next sweep finds.
    """
    if not clock.ticket.is_open:
        clocks.drop(clock, now=now)
        return False
    found: Clock | None = clock
    steps = clocks.steps_left(clock)  # in order
    while found is not None:
        if (due_at := _up(found, now)) is not None and (not steps or due_at <= steps[0][0]):
            _run_out(found, steps, due_at, now)
        if not steps or steps[0][0] > now:
            clocks.sleep(found, steps)
            break
        (step_at, step), *steps = steps
        if stepping.take(found, step, due_at=step_at, now=now):
            found = Clock.objects.filter(pk=clock.pk, state__in=Clock.UNFINISHED).select_related("ticket").first()
            steps = clocks.steps_left(found) if found is not None else []
    return True


def _up(clock: Clock, now: datetime) -> datetime | None:
    """Give the deadline of a clock that ran out and was not seen to."""
    is_up = clock.state == Clock.State.RUNNING and clock.due_at is not None and clock.due_at <= now
    return clock.due_at if is_up else None


def _run_out(clock: Clock, steps: list[tuple[datetime, int]], due_at: datetime, now: datetime) -> None:
    ticket = clock.ticket
    clocks.breach(clock, steps, now=now)
    save(ticket, "breached", now=now)
    late = max(0, int((now - max(due_at, clock.armed_at)).total_seconds()))
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
