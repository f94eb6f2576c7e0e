"""Weeks, days and revisions of calendars in words."""

from calendar import Calendar as Months
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from sla.models import CalendarInterval, CalendarRevision
from sla.worktime import Hours, Week

_MANY = 12


@dataclass(frozen=True)
class Cell:
    """A date in the view of a year: how it is open, and in which words."""

    date: date
    kind: str
    words: str


@dataclass(frozen=True)
class Month:
    """A month with its weeks; what belongs to another month is None."""

    name: str
    weeks: list[list[Cell | None]]


def spans(intervals: Iterable[Any]) -> str:
    """Say intervals in minutes since midnight: 08:00–12:00, 13:00–17:00; nothing is closed."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in intervals) or gettext("closed")


def week_lines(week: Week) -> list[tuple[str, str]]:
    """Give the days of a week that are open, with their hours."""
    return [(str(day.label), spans(week[day])) for day in CalendarInterval.Weekday if week[day]]


def months(hours: Hours, names: dict[date, str], year: int) -> list[Month]:
    """Give the months of a year as weeks of days."""
    return [
        Month(
            date_format(date(year, number, 1), "F"),
            [
                [_cell(hours, names, day) if day.month == number else None for day in week]
                for week in Months().monthdatescalendar(year, number)
            ],
        )
        for number in range(1, 13)
    ]


def changes(before: CalendarRevision | None, after: CalendarRevision) -> list[str]:
    """Say what a revision changed, or what the first one says."""
    said = []
    if before is None or before.timezone != after.timezone:
        said.append(gettext("Time zone: %(name)s") % {"name": after.timezone})
    known = before.weeks if before else []
    said += [_week_words(begins, week) for begins, week in after.weeks if [begins, week] not in known]
    said += [
        gettext("No longer planned: the week from %(day)s") % {"day": _day(begins)}
        for begins, _week in known
        if begins and begins not in [one for one, _week in after.weeks]
    ]
    old = before.dates if before else {}
    days = ["+ " + _day_words(day, facts) for day, facts in sorted(after.dates.items()) if old.get(day) != facts]
    days += ["− " + _day_words(day, facts) for day, facts in sorted(old.items()) if after.dates.get(day) != facts]
    rest = len(days) - _MANY
    if rest > 1:
        days[_MANY:] = [ngettext("and %(count)s more day", "and %(count)s more days", rest) % {"count": rest}]
    return said + days


def _week_words(begins: str | None, week: Any) -> str:
    hours = "; ".join(f"{day.label} {spans(week[day])}" for day in CalendarInterval.Weekday if week[day])
    if begins:
        return gettext("Week from %(day)s: %(hours)s") % {"day": _day(begins), "hours": hours}
    return gettext("Week: %(hours)s") % {"hours": hours}


def _day_words(day: str, facts: dict[str, Any]) -> str:
    return f"{_day(day)} {facts['name']} ({spans(facts['hours'])})"


def _day(day: str) -> str:
    return date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")


def _cell(hours: Hours, names: dict[date, str], day: date) -> Cell:
    intervals = hours.on(day)
    words = spans(intervals)
    if day in names:
        kind = "special" if intervals else "holiday"
        return Cell(day, kind, f"{names[day]}: {words}" if names[day] else words)
    return Cell(day, "open" if intervals else "off", words)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
