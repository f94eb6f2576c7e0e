"""Taking escalation steps: what a policy wants to happen before or after a deadline, once for each promise."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import override

from people.models import User
from sla import conditions
from sla.promises import Step
from tickets import clocks, events
from tickets.models import Clock, EscalationFire, Event, Membership, Queue, Ticket
from tickets.oncall import on_call
from tickets.operations import assigning, calling_lead, escalation, prioritising, telling

Action = Mapping[str, Any]


# They leave the ticket and its clocks as they are.
_QUIET = ("notify", "tell_requester")


class Crowd:
    """Whom the steps of one sweep mean; a queue's people are looked up once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._roles: dict[tuple[str, int], set[int | None]] = {}
        self._agents: dict[frozenset[int], list[int]] = {}

    def people(self, action: Action, ticket: Ticket) -> list[int]:
        """Give the active agents an action notifies, in order."""
        found: set[int | None] = set(action.get("people", ()))
        for role in action.get("whom", ()):
            found |= self._role(role, ticket)
        named = frozenset(pk for pk in found if pk)
        if named not in self._agents:
            agents = User.objects.agents().filter(pk__in=named).order_by("pk") if named else User.objects.none()
            self._agents[named] = list(agents.values_list("pk", flat=True))
        return self._agents[named]

    def _role(self, role: str, ticket: Ticket) -> set[int | None]:
        if role in ("assignee", "case_owner"):
            return {getattr(ticket, f"{role}_id")}
        if (role, ticket.queue_id) not in self._roles:
            self._roles[role, ticket.queue_id] = _ROLES[role](ticket, self.now)
        return self._roles[role, ticket.queue_id]


def only_notifies(clock: Clock, step_id: int) -> bool:
    """Tell whether a step does nothing but notify people."""
    return all(action["do"] == "notify" for action in _step(clock, step_id).actions)


def notified(
    clock: Clock, step_id: int, *, due_at: datetime, now: datetime, crowd: Crowd
) -> tuple[EscalationFire, list[Event]]:
    """Make what a step that only notifies leaves behind; nothing is saved."""
    step = _step(clock, step_id)
    applied = _applies(step, clock.ticket)
    fire, told = _fire(clock, step_id, applied, due_at=due_at, now=now), []
    for action in step.actions if applied else ():
        people = crowd.people(action, clock.ticket)
        fire.outcome.append({"do": "notify"} | ({"to": people} if people else {"skipped": "nobody"}))
        told += [_warning(clock.ticket, clock, people, now)] if people else []
    return fire, told


def take(clock: Clock, step_id: int, *, due_at: datetime, now: datetime) -> bool:
    """
    Take one step of a clock whose ticket is locked, and remember it; conditions that don't hold are remembered, too.

    An action that cannot be done, such as moving a ticket that has no next level, is skipped and said so. The answer tells
    whether the ticket and its clocks may have changed.
    """
    step = _step(clock, step_id)
    applied = _applies(step, clock.ticket)
    fire = _fire(clock, step_id, applied, due_at=due_at, now=now)
    is_quiet = not applied or all(action["do"] in _QUIET for action in step.actions)
    if not is_quiet:
        fire.save(force_insert=True)  # a deadline that an action computes anew must not wait for this step again
    if applied:
        fire.outcome = [_act(action, place, clock, now) for place, action in enumerate(step.actions)]
    fire.save()
    return not is_quiet


def _step(clock: Clock, step_id: int) -> Step:
    found = clocks.terms_behind(clock)
    step = next((step for step in found.steps if step.pk == step_id), None) if found else None
    if step is None:
        raise ValueError(f"Clock {clock.pk} has no step {step_id}.")
    return step


def _applies(step: Step, ticket: Ticket) -> bool:
    return not step.conditions or conditions.meets(clocks.facts_of(ticket), step.conditions)


def _fire(clock: Clock, step_id: int, applied: bool, *, due_at: datetime, now: datetime) -> EscalationFire:
    return EscalationFire(
        ticket=clock.ticket, metric=clock.metric, cycle=clock.cycle, step_id=step_id, clock=clock, due_at=due_at, at=now,
        applied=applied,
    )  # fmt: skip


def _act(action: Action, place: int, clock: Clock, now: datetime) -> dict[str, Any]:
    ticket = Ticket.objects.get(pk=clock.ticket_id) if place else clock.ticket  # as the last action left it
    kind: str = action["do"]
    return {"do": kind} | _ACTIONS[kind](action, ticket, clock, now)


def _notify(action: Action, ticket: Ticket, clock: Clock, now: datetime) -> dict[str, Any]:
    people = Crowd(now).people(action, ticket)
    if not people:
        return {"skipped": "nobody"}
    events.record_all([_warning(ticket, clock, people, now)])
    return {"to": people}


def _warning(ticket: Ticket, clock: Clock, people: list[int], now: datetime) -> Event:
    due_at = clock.due_at.isoformat() if clock.due_at else None
    return events.make(
        ticket, Event.Kind.WARNED, by=None, now=now, metric=clock.metric, to=people, due_at=due_at
    )  # fmt: skip


def _members(ticket: Ticket, level: int) -> set[int | None]:
    working = Membership.objects.filter(user__is_active=True, user__role__in=User.STAFF)
    return set(working.filter(queue=ticket.queue_id, level__gte=level).values_list("user_id", flat=True))


def _on_call(ticket: Ticket, now: datetime) -> set[int | None]:
    person = on_call(ticket.queue, now)
    return {person.pk if person else None}


def _leads(ticket: Ticket) -> set[int | None]:
    leads = _members(ticket, Membership.Level.LEAD)
    return leads or set(User.objects.agents().filter(role=User.Role.LEAD).values_list("pk", flat=True))


_ROLES: dict[str, Callable[[Ticket, datetime], set[int | None]]] = {
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
