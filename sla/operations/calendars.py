"""Changing when we work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from django.db import transaction

from sla import promises
from sla.models import Calendar, CalendarInterval, Holiday, validate_timezone
from sla.worktime import Hours


class IntervalsOverlap(Exception):
    """Two intervals of the same weekday share a minute."""


@dataclass(frozen=True, order=True)
class Opening:
    """Working hours on one weekday, Monday is 0; an end at 00:00 is midnight at the end of that day."""

    weekday: int
    start: time
    end: time


@transaction.atomic
def save_calendar(
    calendar: Calendar, *, openings: Collection[Opening], holidays: Mapping[date, str], now: datetime
) -> Calendar:
    """
    Store a new or changed calendar with all its working hours and holidays; clocks that run keep their deadlines.

    :raises NeverOpen: if it would never be open.
    :raises IntervalsOverlap: if two intervals of a day share a minute.
    :raises ValidationError: if the time zone does not exist.
    :raises ValueError: if an interval does not start before it ends, or its weekday is not one.
    """
    validate_timezone(calendar.timezone)
    intervals = [
        CalendarInterval(weekday=opening.weekday, start=opening.start, end=opening.end) for opening in sorted(openings)
    ]
    _check(calendar.timezone, intervals)
    if calendar.pk:
        # Two who save at once must not mix their intervals.
        Calendar.objects.select_for_update().get(pk=calendar.pk)
        CalendarInterval.objects.filter(calendar=calendar).delete()
        Holiday.objects.filter(calendar=calendar).delete()
    calendar.changed_at = now
    calendar.save()
    for interval in intervals:
        interval.calendar = calendar
    CalendarInterval.objects.bulk_create(intervals)
    Holiday.objects.bulk_create(Holiday(calendar=calendar, date=day, name=name) for day, name in holidays.items())
    calendar.refresh_from_db()  # forgets what was prefetched, too
    promises.forget()
    transaction.on_commit(promises.forget)
    return calendar


def _check(timezone: str, intervals: list[CalendarInterval]) -> None:
    week: list[list[tuple[int, int]]] = [[] for _day in range(7)]
    for interval in intervals:
        if not 0 <= interval.weekday <= 6:
            raise ValueError(f"{interval.weekday} is not a weekday.")
        week[interval.weekday].append(interval.minutes)
    Hours(timezone, tuple(tuple(day) for day in week))
    for day in week:
        if any(later[0] < earlier[1] for earlier, later in pairwise(day)):
            raise IntervalsOverlap("Two intervals of the same weekday overlap.")
