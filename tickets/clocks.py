"""Arming, pausing and stopping the clocks of a ticket; always under the ticket's lock."""

import logging
from datetime import datetime, timedelta

from sla.models import Policy
from sla.promises import Promise, hours_of, policy_by_id, promises
from sla.worktime import NeverOpen, due
from tickets.models import Clock, Pause, Ticket

log = logging.getLogger(__name__)


def promised(ticket: Ticket, *, now: datetime) -> list[Clock]:
    """Make the clocks of a ticket that is being opened, for `arm`; a queue without SLA promises nothing."""
    policy = _policy(ticket)
    clocks = [
        Clock(
            ticket=ticket,
            metric=promise.metric,
            generation=1,
            policy=policy,
            priority=ticket.priority,
            minutes=promise.minutes,
            started_at=now,
            due_at=promise.due_at,
        )
        for promise in _promised(policy, ticket, now)
    ]
    _note_next_due(ticket, clocks)
    return clocks


def arm(clocks: list[Clock]) -> None:
    """Start the clocks of a ticket that was just opened."""
    Clock.objects.bulk_create(clocks)


def rearm(ticket: Ticket, *, now: datetime) -> None:
    """
    Compute the deadlines anew after a change of queue or priority.

    The start and the pauses stay; only the target changes. A promise that was broken stays broken.
    """
    policy = _policy(ticket)
    targets: dict[str, Promise] = {promise.metric: promise for promise in _promised(policy, ticket, now)}
    clocks = _unfinished(ticket)
    for clock in [clock for clock in clocks if clock.state != Clock.State.BREACHED]:
        promise = targets.get(clock.metric)
        if promise is None or policy is None:
            _end(clock, Clock.State.CANCELLED, now)
        elif (clock.policy_id, clock.minutes) != (policy.pk, promise.minutes):
            clocks.append(_replace(clock, policy=policy, minutes=promise.minutes, now=now))
    _note_next_due(ticket, clocks)


def answer(ticket: Ticket, *, now: datetime) -> None:
    """Stop the first-response clock: a person has answered."""
    clocks = _unfinished(ticket)
    _finish([clock for clock in clocks if clock.metric == Clock.Metric.FIRST_RESPONSE], now)
    _note_next_due(ticket, clocks)


def stop(ticket: Ticket, *, now: datetime) -> None:
    """Stop every clock: the ticket is resolved."""
    _close_pause(ticket, now)
    clocks = _unfinished(ticket)
    _finish(clocks, now)
    _note_next_due(ticket, clocks)


def cancel(ticket: Ticket, *, now: datetime) -> None:
    """Take the promises back: the ticket is void."""
    _close_pause(ticket, now)
    clocks = _unfinished(ticket)
    for clock in clocks:
        _end(clock, Clock.State.CANCELLED, now)
    _note_next_due(ticket, clocks)


def pause(ticket: Ticket, *, now: datetime) -> None:
    """Stop the resolution clock for as long as the requester has to act."""
    if not ticket.pauses.filter(ended_at=None).exists():
        Pause.objects.create(ticket=ticket, began_at=now)
    clocks = _unfinished(ticket)
    for clock in clocks:
        if clock.metric == Clock.Metric.RESOLUTION and clock.state == Clock.State.RUNNING:
            clock.state = Clock.State.PAUSED
            clock.save(update_fields=["state"])
    _note_next_due(ticket, clocks)


def resume(ticket: Ticket, *, now: datetime) -> None:
    """Let the resolution clock run on, its deadline moved by the working time of the pause."""
    _close_pause(ticket, now)
    clocks = _unfinished(ticket)
    for clock in [clock for clock in clocks if clock.state == Clock.State.PAUSED]:
        clocks.append(_replace(clock, policy=policy_by_id(clock.policy_id), minutes=clock.minutes, now=now))
    _note_next_due(ticket, clocks)


def restart(ticket: Ticket, *, now: datetime) -> None:
    """Run the resolution clock on after a reopening; the time since it was resolved does not count."""
    last = ticket.clocks.filter(metric=Clock.Metric.RESOLUTION).order_by("-generation").first()
    if last is not None and last.state not in Clock.UNFINISHED:
        if last.ended_at is not None and last.state != Clock.State.CANCELLED:
            Pause.objects.create(ticket=ticket, began_at=last.ended_at, ended_at=now)
        _follow(last, policy=last.policy, minutes=last.minutes, now=now)
    _note_next_due(ticket, _unfinished(ticket))


def promise_callback(ticket: Ticket, *, until: datetime | None, now: datetime) -> datetime | None:
    """Start the clock of a promise to call back, by a moment or as the terms say; give the moment, None if they don't."""
    return until


def keep_callback(ticket: Ticket, *, now: datetime, kept: bool) -> None:
    """Stop the clock of a promise to call back: it was kept, or (`kept=False`) taken back."""


def breach(clock: Clock, *, now: datetime) -> None:
    """Mark a clock that ran out; it goes on until it is met late."""
    clock.state = Clock.State.BREACHED
    clock.breached_at = now
    clock.save(update_fields=["state", "breached_at"])
    clock.ticket.breached = True
    _note_next_due(clock.ticket, _unfinished(clock.ticket))


def _policy(ticket: Ticket) -> Policy | None:
    return policy_by_id(ticket.queue.policy_id) if ticket.queue.policy_id else None


def _promised(policy: Policy | None, ticket: Ticket, now: datetime) -> list[Promise]:
    if policy is None:
        return []
    try:
        return promises(policy, priority=ticket.priority, start=now)
    except NeverOpen:
        # A calendar without hours must not keep anybody from asking for help.
        log.error("Calendar %s has no working hours: %s gets no deadlines.", policy.calendar, ticket.number)
        return []


def _close_pause(ticket: Ticket, now: datetime) -> None:
    ticket.pauses.filter(ended_at=None).update(ended_at=now)


def _unfinished(ticket: Ticket) -> list[Clock]:
    return list(ticket.clocks.filter(state__in=Clock.UNFINISHED))


def _finish(clocks: list[Clock], now: datetime) -> None:
    for clock in clocks:
        late = clock.breached_at is not None or (clock.due_at is not None and clock.is_running and clock.due_at < now)
        _end(clock, Clock.State.MISSED if late else Clock.State.MET, now)


def _end(clock: Clock, state: Clock.State, now: datetime) -> None:
    clock.state, clock.ended_at = state, now
    clock.save(update_fields=["state", "ended_at"])


def _replace(clock: Clock, *, policy: Policy, minutes: int, now: datetime) -> Clock:
    _end(clock, Clock.State.CANCELLED, now)
    return _follow(clock, policy=policy, minutes=minutes, now=now)


def _follow(clock: Clock, *, policy: Policy, minutes: int, now: datetime) -> Clock:
    pauses = list(clock.ticket.pauses.values_list("began_at", "ended_at")) if _pauses(clock) else []
    due_at = due(hours_of(policy), clock.started_at, timedelta(minutes=minutes), pauses)
    return Clock.objects.create(
        ticket=clock.ticket,
        metric=clock.metric,
        generation=clock.generation + 1,
        policy=policy,
        priority=clock.ticket.priority,
        minutes=minutes,
        started_at=clock.started_at,
        due_at=due_at or clock.due_at,
        state=Clock.State.RUNNING if due_at else Clock.State.PAUSED,
    )


def _pauses(clock: Clock) -> bool:
    # The requester waits for a first answer whatever the state says.
    return clock.metric == Clock.Metric.RESOLUTION


def _note_next_due(ticket: Ticket, clocks: list[Clock]) -> None:
    """Copy the earliest deadline to the ticket, where lists sort by it; the caller saves the ticket."""
    unfinished = [clock for clock in clocks if clock.state in Clock.UNFINISHED]
    running = [clock for clock in unfinished if clock.state != Clock.State.PAUSED and clock.due_at]
    ticket.next_due_at = min((c.due_at for c in running if c.due_at), default=None)
    ticket.next_due_paused = bool(unfinished) and not running


SAVED = ["next_due_at", "next_due_paused", "breached"]
