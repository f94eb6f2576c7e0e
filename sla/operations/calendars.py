"""Changing when we work: each change is a new revision, and none rewrites what held before."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from people.models import User
from sla import promises
from sla.models import MIDNIGHT, Calendar, CalendarInterval, CalendarRevision, Holiday, validate_timezone
from sla.worktime import MINUTES_A_DAY, Hours, Interval, NeverOpen


class IntervalsOverlap(Exception):
    """Two intervals of the same day share a minute."""


class BeginsInThePast(Exception):
    """A week is to hold from a day on that is over: what held is never rewritten."""


@dataclass(frozen=True, order=True)
class Opening:
    """Working hours on one weekday, Monday is 0; an end at 00:00 is midnight at the end of that day."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True)
class Day:
    """A date that differs from its weekday: its name, its hours in minutes since midnight (none: closed), its source."""

    name: str
    hours: tuple[Interval, ...] = ()
    source: str = Holiday.Source.TYPED


@transaction.atomic
def save_calendar(
    calendar: Calendar,
    *,
    openings: Collection[Opening],
    holidays: Mapping[date, str | Day],
    now: datetime,
    effective_from: date | None = None,
    by: User | None = None,
) -> Calendar:
    """
    Store a new or changed calendar with its week and all its days; clocks that run keep their deadlines.

    The week holds at once, or from a later date on: until then what held so far.

    :raises NeverOpen: if it would never be open.
    :raises IntervalsOverlap: if two intervals of a day share a minute.
    :raises BeginsInThePast: if it should hold from a date before today.
    :raises ValidationError: if the time zone does not exist.
    :raises ValueError: if an interval does not start before it ends, or its weekday is not one.
    """
    validate_timezone(calendar.timezone)
    week, days = _plain_week(openings), {day: _day(what) for day, what in holidays.items()}
    before = _locked(calendar)
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    if effective_from is not None and effective_from < today:
        raise BeginsInThePast(f"{effective_from} is before {today}.")
    weeks: list[list[Any]] = [[None, week]]
    if before is not None and effective_from is not None and effective_from > today:
        begins = effective_from.isoformat()
        weeks = [stored for stored in before.weeks if stored[0] is None or stored[0] < begins]
        if weeks[-1][1] != week:
            weeks.append([begins, week])
    return _write(calendar, before, weeks, days, by=by, now=now)


@transaction.atomic
def save_days(calendar: Calendar, *, days: Mapping[date, Day], now: datetime, by: User | None = None) -> Calendar:
    """
    Store the days of a calendar that differ from its week, all of them, and leave its weeks.

    :raises IntervalsOverlap: if two intervals of a day share a minute.
    :raises NeverOpen: if the calendar was never saved with a week.
    :raises ValueError: if an interval does not start before it ends.
    """
    before = _locked(calendar)
    if before is None:
        raise NeverOpen("The calendar has no week.")
    return _write(calendar, before, before.weeks, dict(days), by=by, now=now)


def days_of(calendar: Calendar) -> dict[date, Day]:
    """Return the days of a calendar as they can be saved again."""
    return {one.date: Day(one.name, _pairs(one.hours), one.source) for one in calendar.holidays.all()}


def drafted(timezone: str, openings: Collection[Opening], holidays: Mapping[date, str | Day]) -> CalendarRevision:
    """
    Give the revision that such a calendar would have, with its week from the beginning on; nothing is stored.

    :raises NeverOpen: if it would never be open.
    :raises IntervalsOverlap: if two intervals of a day share a minute.
    :raises ValueError: if an interval does not start before it ends, or its weekday is not one.
    """
    days = {day.isoformat(): _day(what) for day, what in sorted(holidays.items())}
    dates = {day: {"name": what.name, "hours": _plain(what.hours)} for day, what in days.items()}
    revision = CalendarRevision(timezone=timezone, weeks=[[None, _plain_week(openings)]], dates=dates)
    revision.hours()
    return revision


def planned_from(calendar: Calendar, now: datetime) -> date | None:
    """Return the day from which the newest week of a calendar holds, if that is still to come."""
    begins = calendar.current and calendar.current.weeks[-1][0]
    day = date.fromisoformat(begins) if begins else None
    return day if day and day > now.astimezone(ZoneInfo(calendar.timezone)).date() else None


def _locked(calendar: Calendar) -> CalendarRevision | None:
    """Lock a stored calendar, so that two who save at once don't mix their rows, and return its newest revision."""
    if not calendar.pk:
        return None
    return Calendar.objects.select_for_update(of=("self",)).select_related("current").get(pk=calendar.pk).current


def _write(
    calendar: Calendar,
    before: CalendarRevision | None,
    weeks: list[list[Any]],
    days: dict[date, Day],
    *,
    by: User | None,
    now: datetime,
) -> Calendar:
    """Put the rows of the newest week and of the days in their place, and write the revision if it differs."""
    dates = {day.isoformat(): {"name": what.name, "hours": _plain(what.hours)} for day, what in sorted(days.items())}
    revision = CalendarRevision(timezone=calendar.timezone, weeks=weeks, dates=dates, saved_by=by)
    revision.hours()  # refuses what can't be counted with
    calendar.changed_at, calendar.current = now, before
    if calendar.pk:
        calendar.save(update_fields=["name", "timezone", "changed_at"])
        CalendarInterval.objects.filter(calendar=calendar).delete()
        Holiday.objects.filter(calendar=calendar).delete()
    else:
        calendar.save()
    CalendarInterval.objects.bulk_create(_intervals(calendar, weeks[-1][1]))
    Holiday.objects.bulk_create(
        Holiday(calendar=calendar, date=day, name=what.name, hours=_plain(what.hours), source=what.source)
        for day, what in days.items()
    )
    if before is None or (before.timezone, before.weeks, before.dates) != (calendar.timezone, weeks, dates):
        revision.calendar, revision.number, revision.saved_at = calendar, 1, now
        if before is not None:
            # Two in the same instant still come one after the other.
            revision.number = before.number + 1
            revision.saved_at = max(now, before.saved_at + timedelta(microseconds=1))
        revision.save(force_insert=True)
        Calendar.objects.filter(pk=calendar.pk).update(current=revision)
    calendar.refresh_from_db()  # forgets what was prefetched, too
    promises.forget()
    transaction.on_commit(promises.forget)
    return calendar


def _plain_week(openings: Collection[Opening]) -> list[list[list[int]]]:
    week: list[list[Interval]] = [[] for _day in range(7)]
    for opening in sorted(openings):
        if not 0 <= opening.weekday <= 6:
            raise ValueError(f"{opening.weekday} is not a weekday.")
        week[opening.weekday].append(CalendarInterval(start=opening.start, end=opening.end).minutes)
    Hours("UTC", tuple(tuple(day) for day in week))
    return [_plain(day) for day in week]


def _plain(intervals: Iterable[Interval]) -> list[list[int]]:
    ordered = sorted(intervals)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise IntervalsOverlap("Two intervals of the same day overlap.")
    return [[start, end] for start, end in ordered]


def _pairs(stored: Any) -> tuple[Interval, ...]:
    return tuple((start, end) for start, end in stored)


def _day(what: str | Day) -> Day:
    return Day(what) if isinstance(what, str) else what


def _intervals(calendar: Calendar, week: list[list[list[int]]]) -> list[CalendarInterval]:
    return [
        CalendarInterval(calendar=calendar, weekday=weekday, start=_clock(start), end=_clock(end))
        for weekday, day in enumerate(week)
        for start, end in day
    ]


def _clock(minutes: int) -> time:
    return MIDNIGHT if minutes == MINUTES_A_DAY else time(*divmod(minutes, 60))
