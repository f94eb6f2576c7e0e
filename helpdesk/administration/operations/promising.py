"""Changing calendars and policies through the domain's own operations, with their audit entries."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction

from people import audit
from people.models import AuditEntry, User
from sla.models import Calendar, Policy, PolicyVersion
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Wording, save_policy


@transaction.atomic
def record_calendar(
    calendar: Calendar, *, openings: Collection[Opening], holidays: Mapping[date, str], by: User, now: datetime
) -> Calendar:
    """
    Store a new or changed calendar and what differs.

    :raises sla.operations.calendars.IntervalsOverlap: if two intervals of a day share a minute.
    :raises sla.worktime.NeverOpen: if it would never be open.
    """
    stored = Calendar.objects.select_for_update().filter(pk=calendar.pk).first()
    before = _calendar_facts(stored) if stored else {}
    save_calendar(calendar, openings=openings, holidays=holidays, now=now)
    _record(calendar, before, _calendar_facts(calendar), by=by, now=now)
    return calendar


@transaction.atomic
def record_policy(policy: Policy, wording: Wording, *, by: User, now: datetime) -> PolicyVersion:
    """
    Store a new or changed policy and what differs from its version before.

    :raises sla.operations.policies.ImpossibleTarget: if a resolution is promised before the first response.
    :raises sla.operations.policies.NotInThePast: if it is to hold from a moment that has passed.
    """
    stored = Policy.objects.select_for_update(of=("self",)).filter(pk=policy.pk).first()
    before = _policy_facts(stored) if stored else {}
    version = save_policy(policy, wording, now=now)
    _record(policy, before, _policy_facts(policy), by=by, now=now)
    return version


def _record(
    thing: Calendar | Policy, before: dict[str, object], after: dict[str, object], *, by: User, now: datetime
) -> None:
    action = AuditEntry.Action.CHANGED if before else AuditEntry.Action.CREATED
    if changes := audit.differences(before, after):
        audit.record(thing, action, by=by, now=now, changes=changes)


def _calendar_facts(calendar: Calendar) -> dict[str, object]:
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "intervals": [str(interval) for interval in calendar.intervals.all()],
        "holidays": [str(holiday) for holiday in calendar.holidays.all()],
    }


def _policy_facts(policy: Policy) -> dict[str, object]:
    version = policy.versions.select_related("calendar").order_by("-number").first()
    facts: dict[str, object] = {"name": policy.name, "is_default": policy.is_default}
    if version is None:
        return facts
    return facts | {
        "calendar": str(version.calendar),
        "targets": [str(target) for target in version.targets.all()],
        "steps": [f"{step} {step.actions} {step.conditions}" for step in version.steps.all()],
        "conditions": [str(condition) for condition in version.conditions],
        "pauses": list(version.pauses),
    }
