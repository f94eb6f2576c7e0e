"""
Arming, pausing and stopping the clocks of a ticket; always under the ticket's lock.

What is promised is chosen once, when a ticket is opened, and chosen anew only when another policy applies to it: its terms
are a version of a policy and a revision of a calendar, and neither changes any more. Every choice is in the event log, so
`tickets.history` can compute each deadline anew from it.

A promise whose moment has passed stays broken, whatever changes afterwards: no function here moves such a clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects

from sla.promises import Terms, choose, terms_of
from tickets import events
from tickets.models import Clock, Event, Pause, Queue, Ticket

Metric = Clock.Metric
# What follows the queue and the priority of a ticket; hand-overs and call-backs have terms of their own.
_OF_THE_TICKET = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.RESOLUTION)
_FROM_THE_START = (Metric.FIRST_RESPONSE, Metric.RESOLUTION)
# Whoever waits for an answer to an answer is not kept waiting while it is the requester's turn.
_NEXT_RESPONSE_PAUSES = frozenset({Ticket.State.PENDING_CUSTOMER.value, Pause.RESOLVED})


def facts_of(ticket: Ticket, queue: Queue | None = None) -> dict[str, Any]:
    """Give what conditions may ask of a ticket, as if it were in that queue."""
    queue = queue or ticket.queue
    return {
        "queue": queue.pk,
        "tier": queue.tier,
        "priority": int(ticket.priority),
        "channel": str(ticket.channel),
        "kind": getattr(ticket, "kind", None),
        "category": getattr(ticket, "category_id", None),
        "organisation": getattr(ticket.requester, "organisation_id", None),
        "vip": ticket.requester.is_vip,
        "state": str(ticket.state),
        "assigned": ticket.assignee_id is not None,
    }


def terms(ticket: Ticket) -> Terms | None:
    """Give the terms a ticket runs under."""
    if ticket.terms_version_id is None or ticket.terms_calendar_id is None:
        return None
    return terms_of(ticket.terms_version_id, ticket.terms_calendar_id)


def terms_behind(clock: Clock) -> Terms | None:
    """Give the terms a clock runs under."""
    if clock.version_id is None or clock.calendar_id is None:
        return None
    return terms_of(clock.version_id, clock.calendar_id)


def agreed(ticket: Ticket) -> dict[str, Any]:
    """Give the facts about the terms of a ticket that its event keeps."""
    return {
        "version": ticket.terms_version_id,
        "calendar": ticket.terms_calendar_id,
        "priority": int(ticket.priority),
    }


def promised(ticket: Ticket, *, now: datetime) -> list[Clock]:
    """
    Choose the terms of a ticket that is opened, or begins anew, and make its clocks, for `arm`.

    Without a policy nothing is promised. The event that says so keeps `agreed(ticket)` as its `terms`.
    """
    found = _agree(ticket, now)
    if not ticket._state.adding:
        _leave_out(ticket, _done_at(ticket), now)
    clocks = []
    for metric in _FROM_THE_START:
        minutes = found.minutes(metric, ticket.priority) if found else None
        is_met = metric == Metric.FIRST_RESPONSE and ticket.first_response_at is not None
        if found is not None and minutes is not None and not is_met:
            clocks.append(_next(ticket, metric, found, minutes, now=now))
    _note_next_due(ticket, clocks)
    return clocks


def arm(clocks: list[Clock]) -> None:
    """Start the clocks of a ticket that was just opened."""
    Clock.objects.bulk_create(clocks)


def rearm(ticket: Ticket, *, now: datetime) -> None:
    """
    Compute the deadlines anew after a change of what the policy looks at: queue, priority, category and the like.

    Starts and pauses stay, and so does a call promised for a moment; an answer or an acceptance that somebody waits for
    stays promised, too, where nothing of that kind is promised anew. The terms stay, too, unless another policy applies
    now: a later version of the same policy is for later tickets.
    """
    before = terms(ticket)
    found = choose(facts_of(ticket), named=ticket.queue.policy_id, now=now)
    if (found and found.policy) != (before and before.policy):
        _set(ticket, found)
        events.record(ticket, Event.Kind.PROMISED, by=None, now=now, **agreed(ticket))
    chosen = terms(ticket)
    clocks = _unfinished(ticket)
    for clock in [clock for clock in clocks if not _is_up(clock, now)]:
        own = chosen if clock.metric in _OF_THE_TICKET else terms_behind(clock)
        if clock.metric == Metric.CALLBACK or clock.minutes is None:
            continue  # its moment was told to somebody
        minutes = own.minutes(clock.metric, ticket.priority) if own else None
        if own is None or minutes is None:
            if clock.metric in _FROM_THE_START:  # it is taken up again where it is promised again
                _end(clock, Clock.State.CANCELLED, now)
        elif (clock.version_id, clock.calendar_id, clock.minutes) != (own.version, own.calendar, minutes):
            clocks.append(_replace(clock, own, minutes=minutes, now=now))
    clocks.extend(_begin_missing(ticket, clocks, chosen, now))
    _note_next_due(ticket, clocks)


def ask(ticket: Ticket, *, now: datetime) -> None:
    """Start the next-response clock: the requester wrote after a person had answered. Who waits already waits on."""
    if ticket.first_response_at is None:
        return  # the first response is promised, and nothing before it
    clocks = _unfinished(ticket)
    found = terms(ticket)
    minutes = found.minutes(Metric.NEXT_RESPONSE, ticket.priority) if found else None
    if found is not None and minutes is not None and all(clock.metric != Metric.NEXT_RESPONSE for clock in clocks):
        clocks.append(_start(ticket, Metric.NEXT_RESPONSE, found, minutes, now=now))
    _note_next_due(ticket, clocks)


def answer(ticket: Ticket, *, now: datetime) -> None:
    """Stop the response clocks: a person has answered."""
    clocks = _unfinished(ticket)
    _finish([clock for clock in clocks if clock.metric in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)], now)
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
    """Let the clocks stand still that do so in the state the ticket has now, and those run on that do not."""
    state = str(ticket.state)
    _close_pause(ticket, now)
    Pause.objects.create(ticket=ticket, state=state, began_at=now)
    clocks = _unfinished(ticket)
    for clock in [clock for clock in clocks if not _is_up(clock, now)]:
        found = terms_behind(clock)
        stands = found is not None and state in _pausing(clock.metric, found)
        if stands and clock.state == Clock.State.RUNNING:
            clock.state, clock.wake_at = Clock.State.PAUSED, None
            clock.save(update_fields=["state", "wake_at"])
        elif found is not None and not stands and clock.state == Clock.State.PAUSED and clock.minutes is not None:
            clocks.append(_replace(clock, found, minutes=clock.minutes, now=now))
    _note_next_due(ticket, clocks)


def resume(ticket: Ticket, *, now: datetime) -> None:
    """Let the clocks run on, their deadlines moved by the working time of the pause."""
    _close_pause(ticket, now)
    clocks = _unfinished(ticket)
    for clock in [clock for clock in clocks if clock.state == Clock.State.PAUSED]:
        found = terms_behind(clock)
        if found is not None and clock.minutes is not None:
            clocks.append(_replace(clock, found, minutes=clock.minutes, now=now))
    _note_next_due(ticket, clocks)


def restart(ticket: Ticket, *, now: datetime) -> None:
    """Run on after a reopening; the time since the ticket was done does not count, and what was broken stays so."""
    clocks = _unfinished(ticket)
    found = terms(ticket)
    resolution = ticket.clocks.filter(metric=Metric.RESOLUTION).order_by("-generation").first()
    _leave_out(ticket, _done_at(ticket) or (resolution.ended_at if resolution else None), now)
    for metric in _FROM_THE_START:
        is_first = metric == Metric.FIRST_RESPONSE
        last = ticket.clocks.filter(metric=metric).order_by("-generation").first() if is_first else resolution
        is_met = is_first and ticket.first_response_at is not None
        minutes = found.minutes(metric, ticket.priority) if found else None
        if found is None or minutes is None or last is None or last.state in Clock.UNFINISHED or is_met:
            continue
        if is_first:
            clocks.append(_start(ticket, metric, found, minutes, now=now))
        else:
            last.ticket = ticket
            clocks.append(_follow(last, found, minutes=minutes, now=now))
    _note_next_due(ticket, clocks)


def offer(ticket: Ticket, *, to: Queue, now: datetime) -> Terms | None:
    """Start the clock by which the target queue accepts a hand-over, under that queue's own terms, if it promises so."""
    found = choose(facts_of(ticket, to), named=to.policy_id, now=now)
    minutes = found.minutes(Metric.ACCEPTANCE, ticket.priority) if found else None
    clocks = _unfinished(ticket)
    earlier = [clock for clock in clocks if clock.metric == Metric.ACCEPTANCE]
    for clock in earlier:
        _end(clock, Clock.State.CANCELLED, now)
    if found is not None and minutes is not None:
        clocks.append(_start(ticket, Metric.ACCEPTANCE, found, minutes, now=now))
    if earlier or minutes is not None:
        events.record(
            ticket, Event.Kind.PROMISED, by=None, now=now, metric=Metric.ACCEPTANCE.value, priority=int(ticket.priority),
            version=found.version if found else None, calendar=found.calendar if found else None,
        )  # fmt: skip
    _note_next_due(ticket, clocks)
    return found if minutes is not None else None


def settle_offer(ticket: Ticket, *, now: datetime, met: bool) -> None:
    """Stop the clock of a hand-over: it was accepted or returned, or (`met=False`) withdrawn."""
    _settle(ticket, Metric.ACCEPTANCE, met, now)


def promise_callback(ticket: Ticket, *, until: datetime | None, now: datetime) -> datetime | None:
    """Start the clock of a promise to call back, by a moment or as the terms say; give the moment, None if they don't."""
    found = terms(ticket)
    minutes = found.minutes(Metric.CALLBACK, ticket.priority) if found and until is None else None
    if until is None and minutes is None:
        return None
    clocks = _unfinished(ticket)
    for clock in [clock for clock in clocks if clock.metric == Metric.CALLBACK]:
        _end(clock, Clock.State.CANCELLED, now)
    clock = _start(ticket, Metric.CALLBACK, found, minutes, now=now, until=until)
    events.record(
        ticket, Event.Kind.PROMISED, by=None, now=now, metric=Metric.CALLBACK.value, priority=int(ticket.priority),
        version=clock.version_id, calendar=clock.calendar_id, until=until.isoformat() if until else None,
    )  # fmt: skip
    _note_next_due(ticket, [*clocks, clock])
    return clock.due_at


def keep_callback(ticket: Ticket, *, now: datetime, kept: bool) -> None:
    """Stop the clock of a promise to call back: it was kept, or (`kept=False`) taken back."""
    _settle(ticket, Metric.CALLBACK, kept, now)


def breach(clock: Clock, *, now: datetime) -> None:
    """
    Mark a clock that ran out; it goes on until it is met late. The caller saves it, and `breached` of its ticket.

    The earliest deadline of the ticket stays: a clock that ran out counts among its clocks as before.
    """
    clock.state, clock.breached_at, clock.ticket.breached = Clock.State.BREACHED, now, True


def sleep(clock: Clock, steps: list[tuple[datetime, int]]) -> None:
    """Say when a clock is to be looked at again: for the first of these steps, or its deadline. The caller saves it."""
    clock.wake_at = _wake(clock, steps)


SWEPT = ("state", "breached_at", "wake_at")  # what the two change


def drop(clock: Clock, *, now: datetime) -> None:
    """Take a promise back for which nobody waits any more."""
    _end(clock, Clock.State.CANCELLED, now)


def next_wake(clock: Clock) -> datetime | None:
    """Give when something happens next on a clock: the earliest step not taken yet, or the deadline."""
    return _wake(clock, steps_left(clock))


def _wake(clock: Clock, steps: list[tuple[datetime, int]]) -> datetime | None:
    pending = [at for at, _step in steps]
    if clock.state == Clock.State.RUNNING and clock.due_at is not None:
        pending.append(clock.due_at)
    return min(pending, default=None)


def steps_left(clock: Clock) -> list[tuple[datetime, int]]:
    """List the moments of the steps that were not taken yet for this promise, each with the step's id, in order."""
    found = terms_behind(clock)
    if found is None or not any(step.metric == clock.metric for step in found.steps):
        return []
    taken = set()
    if not clock.ticket._state.adding:
        fires = clock.ticket.fires.all()
        taken = {fire.step_id for fire in fires if (fire.metric, fire.cycle) == (clock.metric, clock.cycle)}
    return [(at, step) for at, step in _moments(clock, found) if step not in taken]


def fetch_steps(clocks: Iterable[Clock]) -> None:
    """Fetch for many clocks at once what `steps_left` asks for."""
    behind = [(clock, terms_behind(clock)) for clock in clocks]
    stepping = [clock for clock, found in behind if found and any(step.metric == clock.metric for step in found.steps)]
    prefetch_related_objects([clock.ticket for clock in stepping], "fires", "pauses")


def pauses_of(clock: Clock) -> list[tuple[datetime, datetime | None]]:
    """Give the stretches in which this clock stands still, by the states its terms name."""
    found = terms_behind(clock)
    states = _pausing(clock.metric, found) if found else frozenset()
    if not states or clock.ticket_id is None or clock.ticket._state.adding:
        return []
    return [(pause.began_at, pause.ended_at) for pause in clock.ticket.pauses.all() if pause.state in states]


def _moments(clock: Clock, found: Terms) -> list[tuple[datetime, int]]:
    if clock.minutes is not None:
        moments = found.moments(clock.metric, clock.started_at, clock.minutes, pauses_of(clock))
        return [(moment.at, moment.step.pk) for moment in moments]
    due_at = clock.due_at or clock.started_at
    named = ((due_at + timedelta(minutes=step.offset), step.pk) for step in found.steps if step.metric == clock.metric)
    return sorted((max(at, clock.started_at), step) for at, step in named)


def _pausing(metric: str, found: Terms) -> frozenset[str]:
    """Give the states in which a clock stands still; whoever waits for a first answer waits whatever the state says."""
    if metric == Metric.RESOLUTION:
        return found.pauses | {Pause.RESOLVED}
    return _NEXT_RESPONSE_PAUSES if metric == Metric.NEXT_RESPONSE else frozenset()


def _agree(ticket: Ticket, now: datetime) -> Terms | None:
    found = choose(facts_of(ticket), named=ticket.queue.policy_id, now=now)
    _set(ticket, found)
    return found


def _set(ticket: Ticket, found: Terms | None) -> None:
    ticket.terms_version_id = found.version if found else None
    ticket.terms_calendar_id = found.calendar if found else None


def _begin_missing(ticket: Ticket, clocks: list[Clock], found: Terms | None, now: datetime) -> list[Clock]:
    """Start what is promised only now; what was promised, taken back and is promised again runs on from its start."""
    begun = []
    running = {clock.metric for clock in clocks if clock.state in Clock.UNFINISHED}
    for metric in _FROM_THE_START:
        minutes = found.minutes(metric, ticket.priority) if found else None
        is_met = metric == Metric.FIRST_RESPONSE and ticket.first_response_at is not None
        if found is None or minutes is None or metric in running or is_met:
            continue
        last = ticket.clocks.filter(metric=metric).order_by("-generation").first()
        if last is None:
            begun.append(_start(ticket, metric, found, minutes, now=now))
        elif last.state == Clock.State.CANCELLED:
            begun.append(_follow(last, found, minutes=minutes, now=now))
    return begun


def _is_up(clock: Clock, now: datetime) -> bool:
    """Tell whether its time is up, whether or not a sweep has seen it yet."""
    if clock.state == Clock.State.BREACHED:
        return True
    return clock.state == Clock.State.RUNNING and clock.due_at is not None and clock.due_at <= now


def _settle(ticket: Ticket, metric: str, met: bool, now: datetime) -> None:
    clocks = _unfinished(ticket)
    of_it = [clock for clock in clocks if clock.metric == metric]
    if met:
        _finish(of_it, now)
    elif of_it:
        for clock in of_it:
            _end(clock, Clock.State.CANCELLED, now)
        events.record(ticket, Event.Kind.PROMISED, by=None, now=now, metric=metric, priority=int(ticket.priority))
    _note_next_due(ticket, clocks)


def _done_at(ticket: Ticket) -> datetime | None:
    """Give when a ticket was solved or set aside, whichever came first since it was last worked on."""
    begun = ticket.events.filter(kind__in=(Event.Kind.OPENED, Event.Kind.RESUMED, Event.Kind.REOPENED))
    newest = begun.order_by("-pk").values_list("pk", flat=True).first() or 0
    done = ticket.events.filter(kind__in=(Event.Kind.RESOLVED, Event.Kind.VOIDED), pk__gt=newest)
    return done.order_by("pk").values_list("at", flat=True).first()


def _leave_out(ticket: Ticket, done_at: datetime | None, now: datetime) -> None:
    """Note that a ticket was done, which never counts, whichever promise is taken up again and when."""
    if done_at is not None and done_at < now:
        Pause.objects.create(ticket=ticket, state=Pause.RESOLVED, began_at=done_at, ended_at=now)


def _close_pause(ticket: Ticket, now: datetime) -> None:
    ticket.pauses.filter(ended_at=None).update(ended_at=now)


def _unfinished(ticket: Ticket) -> list[Clock]:
    clocks = list(ticket.clocks.filter(state__in=Clock.UNFINISHED))
    for clock in clocks:
        clock.ticket = ticket
    return clocks


def _finish(clocks: Iterable[Clock], now: datetime) -> None:
    for clock in clocks:
        late = clock.breached_at is not None or (clock.due_at is not None and clock.is_running and clock.due_at <= now)
        _end(clock, Clock.State.MISSED if late else Clock.State.MET, now)
        clock.ticket.breached = clock.ticket.breached or late


def _end(clock: Clock, state: Clock.State, now: datetime) -> None:
    clock.state, clock.ended_at, clock.wake_at = state, now, None
    clock.save(update_fields=["state", "ended_at", "wake_at"])


def _start(
    ticket: Ticket,
    metric: str,
    found: Terms | None,
    minutes: int | None,
    *,
    now: datetime,
    until: datetime | None = None,
) -> Clock:
    """Start a promise: the next cycle of its metric."""
    clock = _next(ticket, metric, found, minutes, now=now, until=until)
    clock.save(force_insert=True)
    return clock


def _next(
    ticket: Ticket,
    metric: str,
    found: Terms | None,
    minutes: int | None,
    *,
    now: datetime,
    until: datetime | None = None,
) -> Clock:
    is_new = ticket._state.adding
    last = None if is_new else ticket.clocks.filter(metric=metric).order_by("-generation").first()
    return _clock(
        ticket, metric, found, minutes, started_at=now, now=now, until=until,
        cycle=last.cycle + 1 if last else 1, generation=last.generation + 1 if last else 1,
    )  # fmt: skip


def _replace(clock: Clock, found: Terms, *, minutes: int, now: datetime) -> Clock:
    _end(clock, Clock.State.CANCELLED, now)
    return _follow(clock, found, minutes=minutes, now=now)


def _follow(last: Clock, found: Terms, *, minutes: int, now: datetime) -> Clock:
    """Go on with a promise, by these terms; one that was broken stays as it is."""
    clock = _clock(
        last.ticket, last.metric, found, minutes, started_at=last.started_at, now=now, cycle=last.cycle,
        generation=last.generation + 1,
    )  # fmt: skip
    if last.state == Clock.State.MISSED or last.breached_at is not None:
        clock.version_id, clock.calendar_id, clock.minutes = last.version_id, last.calendar_id, last.minutes
        clock.state, clock.due_at = Clock.State.BREACHED, last.due_at
        clock.breached_at = last.breached_at or last.due_at
        clock.wake_at = next_wake(clock)
    clock.save(force_insert=True)
    return clock


def _clock(
    ticket: Ticket,
    metric: str,
    found: Terms | None,
    minutes: int | None,
    *,
    started_at: datetime,
    now: datetime,
    until: datetime | None = None,
    cycle: int = 1,
    generation: int = 1,
) -> Clock:
    """Make a clock with its deadline and the moment it is looked at next."""
    clock = Clock(
        ticket=ticket, metric=metric, cycle=cycle, generation=generation, priority=ticket.priority, minutes=minutes,
        version_id=found.version if found else None, calendar_id=found.calendar if found else None,
        started_at=started_at, armed_at=now, due_at=until,
    )  # fmt: skip
    if found is not None and minutes is not None:
        pauses = pauses_of(clock)
        clock.due_at = found.due(started_at, minutes, pauses)
        if clock.due_at is None:  # its open pause keeps it from running out; the moment before that one is kept
            clock.state = Clock.State.PAUSED
            clock.due_at = found.due(started_at, minutes, [pause for pause in pauses if pause[1] is not None])
    if clock.state == Clock.State.RUNNING:
        clock.wake_at = next_wake(clock)
    return clock


def _note_next_due(ticket: Ticket, clocks: list[Clock]) -> None:
    """Copy the earliest deadline to the ticket, where lists sort by it; the caller saves the ticket."""
    unfinished = [clock for clock in clocks if clock.state in Clock.UNFINISHED]
    running = [clock for clock in unfinished if clock.state != Clock.State.PAUSED and clock.due_at]
    ticket.next_due_at = min((c.due_at for c in running if c.due_at), default=None)
    ticket.next_due_paused = bool(unfinished) and not running


SAVED = ["next_due_at", "next_due_paused", "breached", "terms_version", "terms_calendar"]
