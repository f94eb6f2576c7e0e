"""Changing what we promise: each change is a new version, so that no promise already made is rewritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sla import actions, conditions, promises
from sla.models import Calendar, EscalationStep, Metric, Policy, PolicyVersion, Target


class ImpossibleTarget(Exception):
    """A target takes no time, or the resolution is promised before the first response."""


class NotInThePast(Exception):
    """A version holds from now on or from a moment to come: what was promised stays promised."""


@dataclass(frozen=True)
class Minutes:
    """The working minutes promised for one priority; None promises nothing."""

    first_response: int | None = None
    resolution: int | None = None
    next_response: int | None = None
    acceptance: int | None = None
    callback: int | None = None


@dataclass(frozen=True)
class Step:
    """What happens `offset` working minutes after the deadline of a metric, before it when negative."""

    metric: str
    offset: int
    actions: Sequence[Mapping[str, Any]]
    conditions: Sequence[Mapping[str, Any]] = ()


# A missed deadline of a first-level ticket hands it to the next level.
_FIRST_LEVEL = ({"field": "tier", "op": "in", "values": [1]},)
START_STEPS = (
    Step(Metric.FIRST_RESPONSE, 0, ({"do": "move"},), _FIRST_LEVEL),
    Step(Metric.RESOLUTION, 0, ({"do": "move"},), _FIRST_LEVEL),
)
START_PAUSES = ("pending_customer",)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Everything that a version says."""

    calendar: Calendar
    targets: Mapping[int, Minutes]
    steps: Sequence[Step] = START_STEPS
    conditions: Sequence[Mapping[str, Any]] = ()
    pauses: Sequence[str] = START_PAUSES
    valid_from: datetime | None = field(default=None, compare=False)


@transaction.atomic
def save_policy(policy: Policy, wording: Wording, *, now: datetime) -> PolicyVersion:
    """
    Store a new or changed policy and give the version that says so; without a change that is the newest one.

    Clocks that run keep the version they were promised under. A version planned for later is replaced; the first one holds
    at once. A policy saved as default takes that place from the one that had it.

    :raises ImpossibleTarget: if a target takes no time or wants the resolution before the first response.
    :raises NotInThePast: if it is to hold from a moment that has passed.
    :raises sla.conditions.BadCondition: if a condition is none.
    :raises sla.actions.BadAction: if an action is none.
    """
    check(wording)
    if wording.valid_from is not None and wording.valid_from < now:
        raise NotInThePast(f"{wording.valid_from} has passed.")
    # All policies in one order: two who save at once neither mix their versions nor both become the default.
    list(Policy.objects.select_for_update().order_by("pk"))
    if policy.is_default:
        Policy.objects.default().exclude(pk=policy.pk).update(is_default=False, changed_at=now)
    policy.changed_at = now
    policy.save()
    policy.versions.filter(valid_from__gt=now).delete()
    newest = policy.versions.order_by("-number").first()
    version = newest if newest is not None and wording_of(newest) == wording else _add(policy, newest, wording, now)
    policy.refresh_from_db()  # forgets what was prefetched, too
    promises.forget()
    transaction.on_commit(promises.forget)
    return version


def check(wording: Wording) -> None:
    """
    Let pass what can be promised.

    :raises ImpossibleTarget: if a target takes no time or wants the resolution before the first response.
    :raises sla.conditions.BadCondition: if a condition is none.
    :raises sla.actions.BadAction: if an action is none.
    """
    for minutes in wording.targets.values():
        if any(length is not None and length < 1 for length in vars(minutes).values()):
            raise ImpossibleTarget("A promise takes at least a minute.")
        if minutes.first_response and minutes.resolution and minutes.first_response > minutes.resolution:
            raise ImpossibleTarget("A first response comes no later than the resolution.")
    conditions.check(wording.conditions, fields=conditions.CHOOSING)
    for step in wording.steps:
        conditions.check(step.conditions)
        actions.check(step.actions)


def wording_of(version: PolicyVersion) -> Wording:
    """Give what a version says, in the form that is saved."""
    return Wording(
        calendar=version.calendar,
        targets={
            target.priority: Minutes(**{metric.value: target.minutes(metric) for metric in Metric})
            for target in version.targets.all()
        },
        steps=tuple(
            Step(step.metric, step.offset_minutes, tuple(step.actions), tuple(step.conditions))
            for step in sorted(version.steps.all(), key=lambda step: step.position)
        ),
        conditions=tuple(version.conditions),
        pauses=tuple(version.pauses),
        valid_from=version.valid_from,
    )


def _add(policy: Policy, newest: PolicyVersion | None, wording: Wording, now: datetime) -> PolicyVersion:
    version = PolicyVersion.objects.create(
        policy=policy,
        number=newest.number + 1 if newest else 1,
        valid_from=max(wording.valid_from or now, newest.valid_from + _TICK) if newest else now,
        saved_at=now,
        calendar=wording.calendar,
        conditions=list(wording.conditions),
        pauses=sorted(wording.pauses),
    )
    Target.objects.bulk_create(
        Target(
            version=version, priority=priority, **{f"{name}_minutes": length for name, length in vars(minutes).items()}
        )
        for priority, minutes in wording.targets.items()
    )
    EscalationStep.objects.bulk_create(
        EscalationStep(
            version=version,
            position=position,
            metric=step.metric,
            offset_minutes=step.offset,
            conditions=list(step.conditions),
            actions=list(step.actions),
        )
        for position, step in enumerate(wording.steps, start=1)
    )
    return version
