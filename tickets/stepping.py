"""Taking escalation steps: what a policy wants to happen before or after a deadline, once for each promise."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import override

from people.models import User
from sla import conditions
from tickets import clocks, events
from tickets.models import Clock, EscalationFire, Event, Membership, Queue, Ticket
from tickets.oncall import on_call
from tickets.operations import assigning, calling_lead, escalation, prioritising, telling

Action = Mapping[str, Any]


# They leave the ticket and its clocks as they are.
_QUIET = ("notify", "tell_requester")


def take(clock: Clock, step_id: int, *, due_at: datetime, now: datetime) -> bool:
    """
    Take one step of a clock whose ticket is locked, and remember it; conditions that don't hold are remembered, too.

    An action that cannot be done, such as moving a ticket that has no next level, is skipped and said so. The answer tells
    whether the ticket and its clocks may have changed.
    """
    found = clocks.terms_behind(clock)
    step = next(step for step in found.steps if step.pk == step_id) if found else None
    if step is None:
        raise ValueError(f"Clock {clock.pk} has no step {step_id}.")
    ticket = clock.ticket
    applied = not step.conditions or conditions.meets(clocks.facts_of(ticket), step.conditions)
    fire = EscalationFire(
        ticket=ticket, metric=clock.metric, cycle=clock.cycle, step_id=step.pk, clock=clock, due_at=due_at, at=now,
        applied=applied,
    )  # fmt: skip
    is_quiet = not applied or all(action["do"] in _QUIET for action in step.actions)
    if not is_quiet:
        fire.save(force_insert=True)  # a deadline that an action computes anew must not wait for this step again
    if applied:
        fire.outcome = [_act(action, place, clock, now) for place, action in enumerate(step.actions)]
    fire.save()
    return not is_quiet


def _act(action: Action, place: int, clock: Clock, now: datetime) -> dict[str, Any]:
    ticket = Ticket.objects.get(pk=clock.ticket_id) if place else clock.ticket  # as the last action left it
    kind: str = action["do"]
    return {"do": kind} | _ACTIONS[kind](action, ticket, clock, now)


def _notify(action: Action, ticket: Ticket, clock: Clock, now: datetime) -> dict[str, Any]:
    people = sorted(_people(action, ticket, now))
    if not people:
        return {"skipped": "nobody"}
    events.record(
        ticket, Event.Kind.WARNED, by=None, now=now, metric=clock.metric, to=people,
        due_at=clock.due_at.isoformat() if clock.due_at else None,
    )  # fmt: skip
    return {"to": people}


def _people(action: Action, ticket: Ticket, now: datetime) -> set[int]:
    found: set[int | None] = set(action.get("people", ()))
    for role in action.get("whom", ()):
        found |= _ROLES[role](ticket, now)
    return set(User.objects.agents().filter(pk__in=[pk for pk in found if pk]).values_list("pk", flat=True))


def _members(ticket: Ticket, level: int) -> set[int | None]:
    return set(Membership.objects.filter(queue=ticket.queue_id, level__gte=level).values_list("user_id", flat=True))


def _on_call(ticket: Ticket, now: datetime) -> set[int | None]:
    person = on_call(ticket.queue, now)
    return {person.pk if person else None}


def _leads(ticket: Ticket) -> set[int | None]:
    leads = _members(ticket, Membership.Level.LEAD)
    return leads or set(User.objects.agents().filter(role=User.Role.LEAD).values_list("pk", flat=True))


_ROLES: dict[str, Callable[[Ticket, datetime], set[int | None]]] = {
    "assignee": lambda ticket, _now: {ticket.assignee_id},
    "case_owner": lambda ticket, _now: {ticket.case_owner_id},
    "queue_lead": lambda ticket, _now: _leads(ticket),
    "queue_members": lambda ticket, _now: _members(ticket, Membership.Level.WORK),
    "on_call": _on_call,
    "leads": lambda _ticket, _now: set(User.objects.agents().filter(role=User.Role.LEAD).values_list("pk", flat=True)),
}


def _raise_priority(_action: Action, ticket: Ticket, clock: Clock, now: datetime) -> dict[str, Any]:
    if ticket.priority >= Ticket.Priority.CRITICAL:
        return {"skipped": "highest"}
    raised = prioritising.prioritise(
        ticket, by=None, now=now, priority=ticket.priority + 1, reason=f"clock:{clock.metric}"
    )
    return {"to": int(raised.priority)}


def _move(action: Action, ticket: Ticket, clock: Clock, now: datetime) -> dict[str, Any]:
    named = action.get("queue")
    target = Queue.objects.filter(pk=named, is_active=True).first() if named else ticket.next_level
    if target is None or target.pk == ticket.queue_id:
        return {"skipped": "nowhere"}
    try:
        moved = escalation.escalate(ticket, reason=f"clock:{clock.metric}", by=None, now=now, to=target)
    except escalation.CannotEscalate:
        return {"skipped": "nowhere"}
    return {"to": moved.queue_id}


def _assign_on_call(_action: Action, ticket: Ticket, _clock: Clock, now: datetime) -> dict[str, Any]:
    person = on_call(ticket.queue, now)
    if person is None or person.pk == ticket.assignee_id:
        return {"skipped": "nobody"}
    try:
        assigning.assign(ticket, to=person, by=None, now=now)
    except assigning.CannotAssign:
        return {"skipped": "nobody"}
    return {"to": person.pk}


def _tell_requester(action: Action, ticket: Ticket, _clock: Clock, now: datetime) -> dict[str, Any]:
    language = "de" if ticket.language == "de" else "en"
    with override(language):
        message = telling.tell_requester(ticket, text=action[f"text_{language}"], now=now)
    return {"message": message.pk}


def _call_lead(_action: Action, ticket: Ticket, clock: Clock, now: datetime) -> dict[str, Any]:
    try:
        calling_lead.call_lead(ticket, reason=f"clock:{clock.metric}", by=None, now=now)
    except calling_lead.CannotCall:
        return {"skipped": "called"}
    return {}


_ACTIONS: dict[str, Callable[[Action, Ticket, Clock, datetime], dict[str, Any]]] = {
    "notify": _notify,
    "raise_priority": _raise_priority,
    "move": _move,
    "assign_on_call": _assign_on_call,
    "tell_requester": _tell_requester,
    "call_lead": _call_lead,
}
