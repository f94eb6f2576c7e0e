"""Changing calendars and policies through the domain's own operations, with their audit entries."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from helpdesk.administration.policy_words import Names, moment_words, people_of, target_words
from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from sla import promises
from sla.models import Calendar, Holiday, Policy, PolicyVersion
from sla.operations.calendars import BeginsInThePast, Day, Opening, days_of, save_calendar, save_days
from sla.operations.policies import NotInThePast, Wording, save_policy, wording_of
from sla.operations.public_holidays import choose_region
from sla.public_holidays import UnknownRegion
from tickets.models import Ticket


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

    A new one is asked after all others.

    :raises Refused: if it is to hold from a moment that has passed.
    :raises sla.operations.policies.ImpossibleTarget: if a resolution is promised before the first response.
    """
    known = list(Policy.objects.select_for_update().order_by("pk"))  # in the order of everybody who locks them all
    stored = next((one for one in known if one.pk == policy.pk), None)
    before = _policy_facts(stored, now) if stored else {}
    if stored is None:
        policy.position = min(max((one.position for one in known), default=0) + 10, 32_000)
    else:
        policy.position = stored.position  # somebody may have moved it since this page was opened
    try:
        version = save_policy(policy, wording, now=now)
    except NotInThePast:
        raise Refused(
            gettext(
                "This moment has passed, and what was promised is not rewritten. Choose a later one, or none: at once."
            ),
            "valid_from",
        ) from None
    _record(policy, before, _policy_facts(policy, now), by=by, now=now)
    return version


@transaction.atomic
def move_policy(policy: Policy, direction: Literal["up", "down"], *, by: User, now: datetime) -> None:
    """Let the conditions of a policy be asked one earlier or later."""
    # Locked in the order of everybody who locks them all.
    policies = list(Policy.objects.select_for_update().order_by("pk"))
    policies.sort(key=lambda one: (one.position, one.name))
    place = [one.pk for one in policies].index(policy.pk)
    other = place + (1 if direction == "down" else -1)
    if not 0 <= other < len(policies):
        return
    policies[place], policies[other] = policies[other], policies[place]
    for number, one in enumerate(policies, start=1):
        one.position = 10 * number
    Policy.objects.bulk_update(policies, ["position"])
    promises.forget()
    transaction.on_commit(promises.forget)
    audit.record(policy, AuditEntry.Action.CHANGED, by=by, now=now, changes={"position": [place + 1, other + 1]})


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


def _policy_facts(policy: Policy, now: datetime) -> dict[str, object]:
    version = policy.versions.select_related("calendar").order_by("-number").first()
    facts: dict[str, object] = {
        "name": policy.name, "is_default": policy.is_default, "is_active": policy.is_active,
    }  # fmt: skip
    if version is None:
        return facts
    wording = wording_of(version)
    names = Names.load(people_of(wording.steps))
    return facts | {
        "calendar": str(version.calendar),
        _("in force from"): moment_words(version.valid_from) if version.valid_from > now else None,
        **{_PROMISED[priority]: target_words(wording.targets.get(priority)) for priority in _PROMISED},
        "steps": [names.step(step) for step in wording.steps],
        "conditions": names.conditions(wording.conditions),
        "pauses": [str(Ticket.State(state).label) for state in wording.pauses],
    }


_PROMISED = {
    4: _("promised for critical"), 3: _("promised for high"), 2: _("promised for normal"), 1: _("promised for low"),
}  # fmt: skip
# Shown where the record of changes is read; these are no columns of a policy.
_NAMES = (_("calendar"), _("steps"), _("conditions"), _("pauses"))
