"""What an appointment in a calendar file says: read when somebody looks at it, never believed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from icalendar import Calendar

MAX_BYTES = 300_000
_CHARS = 300


class Unreadable(Exception):
    """The file holds no appointment that can be read."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One appointment; whole days have no times, and times are in the reader's timezone."""

    title: str
    place: str
    organizer: str
    start: datetime
    end: datetime | None
    is_whole_day: bool
    is_cancelled: bool
    repeats: bool

    @property
    def ends_another_day(self) -> bool:
        """Tell whether it ends on another day than it starts."""
        return self.end is not None and self.end.date() != self.start.date()


def read(data: bytes) -> Appointment:
    """
    Read the first appointment of a calendar file.

    :raises Unreadable: if there is none.
    """
    try:
        calendar = Calendar.from_ical(data.replace(b"\0", b""))
        event = next(iter(calendar.walk("VEVENT")))
        return _appointment(event, str(calendar.get("METHOD", "")))
    except Exception as error:
        raise Unreadable from error


def _appointment(event: Any, method: str) -> Appointment:
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else None
    if end is None and "DURATION" in event:
        end = start + event["DURATION"].dt
    is_whole_day = not isinstance(start, datetime)
    if is_whole_day and end is not None and end > start:
        end -= timedelta(days=1)  # the day after the last one
    organizer = event.get("ORGANIZER", "")
    name = str(getattr(organizer, "params", {}).get("CN", "")) or str(organizer)
    return Appointment(
        title=_words(event.get("SUMMARY", "")),
        place=_words(event.get("LOCATION", "")),
        organizer=_words(name).removeprefix("mailto:").removeprefix("MAILTO:"),
        start=_moment(start),
        end=_moment(end) if end is not None else None,
        is_whole_day=is_whole_day,
        is_cancelled=method.upper() == "CANCEL" or str(event.get("STATUS", "")).upper() == "CANCELLED",
        repeats="RRULE" in event,
    )


def _moment(value: date) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), timezone.get_current_timezone())
    if timezone.is_naive(value):
        return value.replace(tzinfo=timezone.get_current_timezone())
    return timezone.localtime(value)


def _words(value: object) -> str:
    return " ".join(str(value).split())[:_CHARS]
