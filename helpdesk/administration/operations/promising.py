"""Changing calendars and policies through the domain's own operations, with their audit entries."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from sla.models import Calendar, Holiday, Policy, PolicyVersion
from sla.operations.calendars import BeginsInThePast, Day, Opening, days_of, save_calendar, save_days
from sla.operations.policies import Wording, save_policy
from sla.operations.public_holidays import choose_region
from sla.public_holidays import UnknownRegion


@transaction.atomic
def record_calendar(
    calendar: Calendar,
    *,
    openings: Collection[Opening],
    holidays: Mapping[date, str | Day],
    by: User,
    now: datetime,
    effective_from: date | None = None,
) -> Calendar:
    """
    Store a new or changed calendar and what differs.

    :raises Refused: if its week should hold from a day that is over.
    :raises sla.operations.calendars.IntervalsOverlap: if two intervals of a day share a minute.
    :raises sla.worktime.NeverOpen: if it would never be open.
    """
    before = _stored_facts(calendar)
    try:
        save_calendar(calendar, openings=openings, holidays=holidays, now=now, effective_from=effective_from, by=by)
    except BeginsInThePast:
        raise Refused(
            gettext("That day is over: what held is not rewritten. Choose today or a later day."), "effective_from"
        ) from None
    _record(calendar, before, _calendar_facts(calendar), by=by, now=now)
    return calendar


@transaction.atomic
def record_region(
    calendar: Calendar, *, country: str, subdivision: str, language: str, years_ahead: int, by: User, now: datetime
) -> Calendar:
    """
    Give a calendar the public holidays of a place, and store what differs.

    :raises Refused: if there is no such place.
    """
    before = _stored_facts(calendar)
    try:
        calendar = choose_region(
            calendar,
            country=country,
            subdivision=subdivision,
            language=language,
            years_ahead=years_ahead,
            by=by,
            now=now,
        )
    except UnknownRegion:
        raise Refused(gettext("This country has no such state."), "subdivision") from None
    _record(calendar, before, _calendar_facts(calendar), by=by, now=now)
    return calendar


@transaction.atomic
def record_import(calendar: Calendar, *, days: Mapping[date, Day], by: User, now: datetime) -> Calendar:
    """Add days of a file to those of a calendar, in whose place they come, and store what differs."""
    before = _stored_facts(calendar)
    imported = {day: replace(what, source=Holiday.Source.IMPORT) for day, what in days.items()}
    save_days(calendar, days=days_of(calendar) | imported, now=now, by=by)
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


def _stored_facts(calendar: Calendar) -> dict[str, object]:
    stored = Calendar.objects.select_for_update(of=("self",)).select_related("current").filter(pk=calendar.pk).first()
    return _calendar_facts(stored) if stored else {}


def _calendar_facts(calendar: Calendar) -> dict[str, object]:
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "intervals": [str(interval) for interval in calendar.intervals.all()],
        _("holds from"): calendar.current and calendar.current.weeks[-1][0],
        "holidays": [str(holiday) for holiday in calendar.holidays.all()],
        "country": calendar.country,
        "subdivision": calendar.subdivision,
        "years_ahead": calendar.years_ahead,
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
