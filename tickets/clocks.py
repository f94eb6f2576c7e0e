"""Arming, pausing and stopping the clocks of a ticket; always under the ticket's lock."""

import logging
from datetime import datetime, timedelta

from sla.models import Policy
from sla.promises import Promise, hours_of, policy_by_id, promises
from sla.worktime import NeverOpen, due
from tickets.models import Clock, Pause, Ticket

log = logging.getLogger(__name__)


def arm(ticket: Ticket, *, now: datetime) -> None:
    """Start the clocks of a ticket that was just opened; a queue without SLA promises nothing."""
    policy = _policy(ticket)
    if policy is not None:
        Clock.objects.bulk_create(
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
        )
    _note_next_due(ticket)


def rearm(ticket: Ticket, *, now: datetime) -> None:
    """
    Compute the deadlines anew after a change of queue or priority.

    The start and the pauses stay; only the target changes. A promise that was broken stays broken.
    """
    policy = _policy(ticket)
    targets = {promise.metric: promise for promise in _promised(policy, ticket, now)}
    for clock in list(ticket.clocks.filter(state__in=(Clock.State.RUNNING, Clock.State.PAUSED))):
        promise = targets.get(clock.metric)
        if promise is None or policy is None:
            _end(clock, Clock.State.CANCELLED, now)
        elif (clock.policy_id, clock.minutes) != (policy.pk, promise.minutes):
            _replace(clock, policy=policy, minutes=promise.minutes, now=now)
    _note_next_due(ticket)


def answer(ticket: Ticket, *, now: datetime) -> None:
    """Stop the first-response clock: a person has answered."""
    _finish(ticket, Clock.Metric.FIRST_RESPONSE, now)


def stop(ticket: Ticket, *, now: datetime) -> None:
    """Stop every clock: the ticket is resolved."""
    _close_pause(ticket, now)
    for metric in Clock.Metric:
        _finish(ticket, metric, now)


def cancel(ticket: Ticket, *, now: datetime) -> None:
    """Take the promises back: the ticket is void."""
    _close_pause(ticket, now)
    for clock in list(ticket.clocks.filter(state__in=Clock.UNFINISHED)):
        _end(clock, Clock.State.CANCELLED, now)
    _note_next_due(ticket)


def pause(ticket: Ticket, *, now: datetime) -> None:
    """Stop the resolution clock for as long as the requester has to act."""
    if not ticket.pauses.filter(ended_at=None).exists():
        Pause.objects.create(ticket=ticket, began_at=now)
    for clock in list(ticket.clocks.filter(metric=Clock.Metric.RESOLUTION, state=Clock.State.RUNNING)):
        clock.state = Clock.State.PAUSED
        clock.save(update_fields=["state"])
    _note_next_due(ticket)


def resume(ticket: Ticket, *, now: datetime) -> None:
    """Let the resolution clock run on, its deadline moved by the working time of the pause."""
    _close_pause(ticket, now)
    for clock in list(ticket.clocks.filter(state=Clock.State.PAUSED)):
        _replace(clock, policy=clock.policy, minutes=clock.minutes, now=now)
    _note_next_due(ticket)


def restart(ticket: Ticket, *, now: datetime) -> None:
    """Run the resolution clock on after a reopening; the time since it was resolved does not count."""
    last = ticket.clocks.filter(metric=Clock.Metric.RESOLUTION).order_by("-generation").first()
    if last is not None and last.state not in Clock.UNFINISHED:
        if last.ended_at is not None and last.state != Clock.State.CANCELLED:
            Pause.objects.create(ticket=ticket, began_at=last.ended_at, ended_at=now)
        _follow(last, policy=last.policy, minutes=last.minutes, now=now)
    _note_next_due(ticket)


def breach(clock: Clock, *, now: datetime) -> None:
    """Mark a clock that ran out; it goes on until it is met late."""
    clock.state = Clock.State.BREACHED
    clock.breached_at = now
    clock.save(update_fields=["state", "breached_at"])
    clock.ticket.breached = True
    _note_next_due(clock.ticket)


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


def _finish(ticket: Ticket, metric: str, now: datetime) -> None:
    for clock in list(ticket.clocks.filter(metric=metric, state__in=Clock.UNFINISHED)):
        late = clock.breached_at is not None or (clock.due_at is not None and clock.is_running and clock.due_at < now)
        _end(clock, Clock.State.MISSED if late else Clock.State.MET, now)
    _note_next_due(ticket)


def _end(clock: Clock, state: Clock.State, now: datetime) -> None:
    clock.state, clock.ended_at = state, now
    clock.save(update_fields=["state", "ended_at"])


def _replace(clock: Clock, *, policy: Policy, minutes: int, now: datetime) -> None:
    _end(clock, Clock.State.CANCELLED, now)
    _follow(clock, policy=policy, minutes=minutes, now=now)


def _follow(clock: Clock, *, policy: Policy, minutes: int, now: datetime) -> None:
    pauses = list(clock.ticket.pauses.values_list("began_at", "ended_at")) if _pauses(clock) else []
    due_at = due(hours_of(policy), clock.started_at, timedelta(minutes=minutes), pauses)
    Clock.objects.create(
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


def _note_next_due(ticket: Ticket) -> None:
    """Copy the earliest deadline to the ticket, where lists sort by it; the caller saves the ticket."""
    clocks = list(ticket.clocks.filter(state__in=Clock.UNFINISHED))
    running = [clock for clock in clocks if clock.state != Clock.State.PAUSED and clock.due_at]
    ticket.next_due_at = min((c.due_at for c in running if c.due_at), default=None)
    ticket.next_due_paused = bool(clocks) and not running


SAVED = ["next_due_at", "next_due_paused", "breached"]
