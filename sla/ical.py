"""A calendar file (.ics) as closed days; it came from outside and is not believed."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

MAX_BYTES = 500_000
MAX_LINES = 20_000
MAX_DAYS = 1_000
_NAME_CHARS = 100
_DAY = timedelta(days=1)
_FIRST_YEAR = 1900
_MANY = 40
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Rules of a time zone may be written to be counted for ever; the usual names of zones need none.
_ZONES = re.compile(r"^BEGIN:VTIMEZONE[ \t]*$.*?^END:VTIMEZONE[ \t]*$\n?", re.M | re.S | re.I)
_UNDERSTOOD = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}
# What broken files make the parser and the arithmetic of dates raise.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


class NoCalendar(Exception):
    """The file is no calendar that can be read."""


class TooMuch(Exception):
    """The file is too large, or holds too many days."""


@dataclass
class Found:
    """The closed days of a file with their names, and how many of its entries are none that can be taken over."""

    days: dict[date, str] = field(default_factory=dict)
    left_out: int = 0
    is_past: int = 0


def read(data: bytes, *, timezone: str, first: date, last: date) -> Found:
    """
    Read the days from first to last that a file has entries of whole days for; yearly ones come each year.

    An entry with times is left out unless it covers whole days in the time zone: it says nothing of working hours.

    :raises NoCalendar: if it is no calendar.
    :raises TooMuch: if it is too large or has too many days.
    """
    if len(data) > MAX_BYTES:
        raise TooMuch
    text = _ZONES.sub("", _decoded(data).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))
    if text.count("\n") > MAX_LINES:
        raise TooMuch
    if "BEGIN:VCALENDAR" not in text.upper():
        raise NoCalendar
    found, zone = Found(), ZoneInfo(timezone)
    for event in _events(text):
        try:
            days = list(islice(_days(event, zone, first, last), MAX_DAYS + 1))
            name = _words(event.get("SUMMARY", ""))
        except _BROKEN:
            found.left_out += 1
            continue
        if not days:
            found.is_past += 1
        for day in days:
            found.days.setdefault(day, name)
        if len(found.days) > MAX_DAYS:
            raise TooMuch
    found.days = dict(sorted(found.days.items()))
    return found


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _events(text: str) -> list[Any]:
    from icalendar import Calendar  # takes a tenth of a second

    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
        kept = [event for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED"]
    except _BROKEN as error:
        raise NoCalendar from error
    if not calendars:
        raise NoCalendar
    return kept


def _days(event: Any, zone: ZoneInfo, first: date, last: date) -> Iterator[date]:
    """Yield the days an entry covers; what is no entry of whole days raises one of what broken files raise."""
    start, end = _whole_days(event, zone)
    length = end - start
    for begins in _occurrences(event, start, first - length, last):
        day = max(begins, first)
        while day < begins + length and day <= last:
            yield day
            day += _DAY


def _whole_days(event: Any, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first day and the one after the last."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
    elif "DURATION" in event:
        end = start + event["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + _DAY
    if not isinstance(start, datetime):
        return start, max(end, start + _DAY)
    opens, closes = _local(start, zone), _local(end, zone)
    if (opens.time(), closes.time()) != (time(0), time(0)) or closes <= opens:
        raise ValueError("It does not cover whole days.")
    return opens.date(), closes.date()


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(zone)


def _occurrences(event: Any, start: date, first: date, last: date) -> Iterator[date]:
    """Yield the first days of an entry from first to last."""
    rule = event.get("RRULE")
    if rule is None:
        if first <= start <= last:
            yield start
        return
    if any(len(values) > _MANY for values in rule.values()):
        raise ValueError("Nobody writes such a rule.")
    if set(rule) - _UNDERSTOOD or rule["FREQ"] != ["YEARLY"] or start.year < _FIRST_YEAR:
        raise ValueError("It comes by a rule we don't know.")
    count, until = rule.get("COUNT", [None])[0], rule.get("UNTIL", [last])[0]
    until = min(until.date() if isinstance(until, datetime) else until, last)
    left_out = {_date(one.dt) for dates in _several(event.get("EXDATE")) for one in dates.dts}
    found = (
        day
        for year in range(start.year, last.year + 1, max(1, int(rule.get("INTERVAL", [1])[0])))
        for day in sorted(set(_in_year(rule, start, year)))
        if day >= start
    )
    for day in islice(found, count):
        if day > until:
            return
        if day >= first and day not in left_out:
            yield day


def _in_year(rule: Any, start: date, year: int) -> Iterator[date]:
    for month in map(int, rule.get("BYMONTH", [start.month])):
        length = monthrange(year, month)[1]
        if "BYDAY" in rule:
            for one in rule["BYDAY"]:
                yield from _weekdays(str(one).upper(), date(year, month, 1), length)
            continue
        for number in map(int, rule.get("BYMONTHDAY", [start.day])):
            day = number if number > 0 else length + 1 + number
            if 1 <= day <= length:
                yield date(year, month, day)


def _weekdays(rule: str, first: date, length: int) -> list[date]:
    """Return the days of a month that a rule such as 4TH, -1MO or FR means."""
    offset = (_WEEKDAYS.index(rule[-2:]) - first.weekday()) % 7
    days = [first + timedelta(days=number) for number in range(offset, length, 7)]
    if not rule[:-2]:
        return days
    place = int(rule[:-2])
    return days[place - 1 : place] if place > 0 else days[place : place + 1 or None]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _words(value: object) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in str(value)).split())[:_NAME_CHARS]
