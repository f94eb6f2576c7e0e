"""What falls due: clocks that run out, escalation steps, reminders whose day has come, solutions nobody objected to."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tickets import clocks, events, relay, stepping
from tickets.models import Clock, EscalationFire, Event, Ticket
from tickets.operations import holding, resolution
from tickets.operations.saving import save, save_all

log = logging.getLogger(__name__)

CHUNK = 25  # tickets a transaction: more would keep whoever works on one of them waiting
CLOSE_AFTER = timedelta(days=5)
TRY_AGAIN_AFTER = timedelta(minutes=1)


def fire_due(now: datetime, limit: int = 200) -> int:
    """
    Fire the clocks whose moment has come, the oldest first, each exactly once, and return how many did something.

    Any number of processes may sweep at the same time: each claims some tickets with `SKIP LOCKED`, so none waits for
    another or for somebody who works on a ticket; the next sweep looks again. Most promises only run out, or notify
    people: that is written for all that were claimed at once. Whatever else is to be done gets a transaction of its own.
    A clock that fails is logged, and tried again later without holding up the others.
    """
    done, looked_at, reached, crowd = 0, 0, None, stepping.Crowd(now)
    with relay.waking_seldom():
        while looked_at < limit:
            due = Clock.objects.filter(wake_at__lte=now).order_by("wake_at")
            if reached is not None:
                due = due.filter(wake_at__gte=reached)  # past what was fired just now and the index still remembers
            moments: dict[int, datetime | None] = {}
            try:
                with transaction.atomic():
                    claimed, reached = _claim(due[: min(CHUNK, limit - looked_at)])
                    moments = {clock.pk: clock.wake_at for clock in claimed}
                    apart = _fire_at_once(claimed, crowd)
            except Exception:
                if not moments:
                    raise
                log.debug("One of %s clocks failed: each gets a transaction of its own.", len(moments), exc_info=True)
                apart = list(moments)
            if not moments:
                break
            looked_at += len(moments)
            done += len(moments) - len(apart) + sum(_fire_apart(clock, moments[clock], now) for clock in apart)
    return done


def wake_scheduled(now: datetime, limit: int = 200) -> int:
    """Bring back the tickets whose reminder is due and return how many."""
    due = Ticket.objects.filter(state=Ticket.State.SCHEDULED, pending_until__lte=now).order_by("pending_until")
    return _each(due, limit, lambda ticket: holding.resume(ticket, by=None, now=now))


def close_silent(now: datetime, limit: int = 200) -> int:
    """Close the resolved tickets nobody objected to for five days and return how many."""
    due = Ticket.objects.filter(state=Ticket.State.RESOLVED, resolved_at__lte=now - CLOSE_AFTER).order_by("resolved_at")
    return _each(due, limit, lambda ticket: resolution.close(ticket, by=None, now=now))


@transaction.atomic
def fire(clock_id: int, now: datetime) -> bool:
    """Do what is due on one clock, and tell whether anything was."""
    claimed, _reached = _claim(Clock.objects.filter(pk=clock_id, wake_at__lte=now))
    return any(_fire(clock, now) for clock in claimed)


def _claim(due: QuerySet[Clock]) -> tuple[list[Clock], datetime | None]:
    """
    Lock those of these clocks whose tickets nobody holds, together with the tickets: of each ticket the first one.

    Both rows are locked, the ticket's first, so both are as they are now even if they changed since the query began. The
    moment from which on there may be more to claim is given, too.
    """
    found = list(
        due.select_related("ticket__queue", "ticket__requester").select_for_update(
            skip_locked=True, of=("ticket", "self")
        )
    )
    first: dict[int, Clock] = {}
    later = [clock for clock in found if first.setdefault(clock.ticket_id, clock) is not clock]
    return list(first.values()), (later or found[-1:] or [Clock()])[0].wake_at


def _fire_apart(clock_id: int, wake_at: datetime | None, now: datetime) -> bool:
    try:
        return fire(clock_id, now)
    except Exception:
        log.exception("Clock %s failed.", clock_id)
        Clock.objects.filter(pk=clock_id, wake_at=wake_at).update(wake_at=now + TRY_AGAIN_AFTER)
        return False


def _fire_at_once(claimed: list[Clock], crowd: stepping.Crowd) -> list[int]:
    """Do what is due on claimed clocks, a statement for each kind of row; give those that need more than that."""
    done, apart = _Done(crowd), []
    clocks.fetch_steps(claimed)
    for clock in claimed:
        steps = clocks.steps_left(clock)
        is_simple = all(stepping.only_notifies(clock, step) for at, step in steps if at <= crowd.now)
        if clock.ticket.is_open and is_simple:
            done.fire(clock, steps)
        else:
            apart.append(clock.pk)
    done.save()
    return apart


class _Done:
    """What is to be written about clocks that only ran out, or whose steps only notify."""

    def __init__(self, crowd: stepping.Crowd) -> None:
        self.crowd = crowd
        self.clocks: list[Clock] = []
        self.broken: list[Ticket] = []
        self.events: list[Event] = []
        self.fires: list[EscalationFire] = []

    def fire(self, clock: Clock, steps: list[tuple[datetime, int]]) -> None:
        now = self.crowd.now
        self.clocks.append(clock)
        while True:
            if (due_at := _up(clock, now)) is not None and (not steps or due_at <= steps[0][0]):
                self._run_out(clock, due_at)
            if not steps or steps[0][0] > now:
                break
            (step_at, step), *steps = steps
            fire, told = stepping.notified(clock, step, due_at=step_at, now=now, crowd=self.crowd)
            self.fires.append(fire)
            self.events += told
        clocks.sleep(clock, steps)

    def save(self) -> None:
        if self.clocks:
            Clock.objects.bulk_update(self.clocks, clocks.SWEPT)
        if self.broken:
            save_all(self.broken, now=self.crowd.now, breached=True)
        if self.fires:
            EscalationFire.objects.bulk_create(self.fires)
        if self.events:
            events.record_all(self.events)

    def _run_out(self, clock: Clock, due_at: datetime) -> None:
        clocks.breach(clock, now=self.crowd.now)
        self.broken.append(clock.ticket)
        self.events.append(_broken(clock, due_at, self.crowd.now))


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
            clocks.breach(found, now=now)
            clocks.sleep(found, steps)
            found.save(update_fields=clocks.SWEPT)
            save(found.ticket, "breached", now=now)
            events.record_all([_broken(found, due_at, now)])
        if not steps or steps[0][0] > now:
            before = found.wake_at
            clocks.sleep(found, steps)
            if found.wake_at != before:
                found.save(update_fields=clocks.SWEPT)
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


def _broken(clock: Clock, due_at: datetime, now: datetime) -> Event:
    late = max(0, int((now - max(due_at, clock.armed_at)).total_seconds()))
    return events.make(
        clock.ticket, Event.Kind.BREACHED, by=None, now=now, clock=clock, metric=clock.metric, late_by=late
    )  # fmt: skip


def _each(due: QuerySet[Ticket], limit: int, act: Callable[[Ticket], object]) -> int:
    """Do this to each ticket that is still due and that nobody works on right now; one that fails holds up no other."""
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                ticket = due.filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()
                if ticket is not None:
                    act(ticket)
                    done += 1
        except Exception:
            log.exception("Ticket %s waits for the next sweep.", pk)
    return done
