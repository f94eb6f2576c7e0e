"""Working hours and days as people write them: 08:00–12:00, 13:00–17:00; no Django."""

import re
from datetime import date, time

_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))? ?(?:-|–|—|to|bis) ?(\d{1,2})(?::(\d\d))?")
# Only with minutes: the name of a day may begin with numbers.
_SPAN_FIRST = re.compile(r"(\d{1,2}:\d\d ?(?:-|–|—|to|bis) ?\d{1,2}:\d\d)(?:[ \t,;:]+|$)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ \t,;:]*(.*)")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ \t,;:]*(.*)")


class NotReadable(Exception):
    """The text says no hours, or no day; it carries the part that cannot be read."""


def read_hours(text: str) -> list[tuple[time, time]]:
    """
    Read the intervals of a day; nothing is closed, an end of 24:00 is given as 00:00.

    :raises NotReadable: if a part is no interval.
    """
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    return [_span(part) for part in parts]


def write_hours(intervals: list[tuple[time, time]]) -> str:
    """Write intervals so that `read_hours` reads the same."""
    return ", ".join(f"{start:%H:%M}–{'24:00' if end == time(0) else f'{end:%H:%M}'}" for start, end in intervals)


def read_days(text: str) -> dict[date, tuple[str, list[tuple[time, time]]]]:
    """
    Read days, one a line, each with its name: 2026-12-25 Christmas, or 24.12.2026 08:00–12:00 Christmas Eve.

    :raises NotReadable: if a line begins with no date, or with hours that are none.
    """
    return dict(_day(line.strip()) for line in text.splitlines() if line.strip())


def write_days(days: dict[date, tuple[str, list[tuple[time, time]]]]) -> str:
    """Write days so that `read_days` reads the same."""
    return "\n".join(
        " ".join(part for part in (day.isoformat(), write_hours(spans), name) if part)
        for day, (name, spans) in sorted(days.items())
    )


def _span(part: str) -> tuple[time, time]:
    found = _SPAN.fullmatch(part.lower())
    if not found:
        raise NotReadable(part)
    start, end = (int(found[1]), int(found[2] or 0)), (int(found[3]), int(found[4] or 0))
    if end <= start:
        raise NotReadable(part)
    try:
        return time(*start), time(0) if end == (24, 0) else time(*end)
    except ValueError:
        raise NotReadable(part) from None


def _day(line: str) -> tuple[date, tuple[str, list[tuple[time, time]]]]:
    try:
        if found := _ISO.fullmatch(line):
            return date(int(found[1]), int(found[2]), int(found[3])), _named(found[4])
        if found := _GERMAN.fullmatch(line):
            return date(int(found[3]), int(found[2]), int(found[1])), _named(found[4])
    except ValueError:
        pass
    raise NotReadable(line)


def _named(text: str) -> tuple[str, list[tuple[time, time]]]:
    """Take the hours off the front of what stands behind a date; the rest is its name."""
    spans = []
    while found := _SPAN_FIRST.match(text):
        spans.append(_span(found[1]))
        text = text[found.end() :]
    return text.strip()[:100], sorted(spans)
