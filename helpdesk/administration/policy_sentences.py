"""What promises mean, in working words: a ticket opened on Friday afternoon must be answered by Monday morning."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from sla.models import Metric, Target
from sla.operations.policies import Minutes
from sla.worktime import Hours, due

_FRIDAY, _AFTERNOON = 4, time(16, 30)


def said(hours: Hours, targets: Mapping[int, Minutes], now: datetime) -> list[tuple[int, str, list[str]]]:
    """Say for each priority, the most urgent first, what is promised for a ticket opened next Friday at half past four."""
    start = _next_friday(hours, now)
    return [
        (priority, str(Target.Priority(priority).label), _sentences(priority, hours, targets[priority], start))
        for priority in sorted(targets, reverse=True)
    ]


def _sentences(priority: int, hours: Hours, minutes: Minutes, start: datetime) -> list[str]:
    found = []
    for metric in Metric:
        length = getattr(minutes, metric.value)
        end = _end(hours, start, length) if length else None
        if length and end is not None:
            found.append(
                _SENTENCES[metric]()
                % {
                    "priority": Target.Priority(priority).label,
                    "start": day_and_time(start, start),
                    "end": day_and_time(end, start),
                }
            )
        elif length:
            found.append(gettext("%(promise)s: in these hours that time is never worked.") % {"promise": metric.label})
    return found


def day_and_time(moment: datetime, start: datetime) -> str:
    """Name a moment by its weekday, and by its date as well when it is a week away from the start."""
    return date_format(timezone.localtime(moment), "l H:i" if moment - start < timedelta(days=6) else "l, j M Y, H:i")


def _end(hours: Hours, start: datetime, minutes: int) -> datetime | None:
    try:
        return due(hours, start, timedelta(minutes=minutes))
    except OverflowError:  # a few minutes a week, and the end of time is reached first
        return None


def _next_friday(hours: Hours, now: datetime) -> datetime:
    """Find the next Friday that is open then, where the calendar is; after a year without one, any."""
    today = now.astimezone(hours.zone).date()
    fridays = [today + timedelta(days=1 + (_FRIDAY - today.weekday() - 1) % 7 + 7 * week) for week in range(52)]
    minute = _AFTERNOON.hour * 60 + _AFTERNOON.minute
    day = next((one for one in fridays if any(a <= minute < b for a, b in hours.on(one))), fridays[0])
    return datetime.combine(day, _AFTERNOON, hours.zone)


_SENTENCES: dict[str, Callable[[], str]] = {
    Metric.FIRST_RESPONSE: lambda: gettext(
        "A ticket of priority “%(priority)s” opened %(start)s must be answered by %(end)s."
    ),
    Metric.NEXT_RESPONSE: lambda: gettext(
        "What its requester writes %(start)s after a first answer must be answered by %(end)s."
    ),
    Metric.RESOLUTION: lambda: gettext("Opened %(start)s, it must be solved by %(end)s."),
    Metric.ACCEPTANCE: lambda: gettext("A hand-over offered %(start)s must be accepted or returned by %(end)s."),
    Metric.CALLBACK: lambda: gettext("A call back promised %(start)s must be made by %(end)s."),
}
