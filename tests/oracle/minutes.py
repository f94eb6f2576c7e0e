"""Opening hours, looked at one minute at a time; minutes are counted from 1970 in UTC."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Calendar = dict[str, Any]
"""`zone`, `weeks`: [(first day or None, seven lists of (from, to))], `closed`: days, `special`: {day: [(from, to)]}."""


class Wall:
    """The clock on the wall of one office, and the hours on its door."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar, self._zone = calendar, ZoneInfo(calendar["zone"])
        self._seen: dict[int, bool] = {}

    def is_open(self, minute: int) -> bool:
        """Tell whether somebody works in this minute."""
        if minute not in self._seen:
            local = datetime.fromtimestamp(minute * 60, self._zone)
            shown = local.hour * 60 + local.minute
            self._seen[minute] = any(opens <= shown < closes for opens, closes in self._door(local.date()))
        return self._seen[minute]

    def _door(self, day: date) -> list[tuple[int, int]]:
        if day in self._calendar["special"]:
            return list(self._calendar["special"][day])
        if day in self._calendar["closed"]:
            return []
        week: list[list[tuple[int, int]]] = []
        newest = date.min
        for begins, another in self._calendar["weeks"]:
            if (begins or date.min) <= day and (begins or date.min) >= newest:
                newest, week = begins or date.min, another
        return week[day.weekday()]
