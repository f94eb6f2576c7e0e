"""
Working time: pure arithmetic on opening hours, no Django.

A moment is working time when a clock on the wall there shows a minute inside an interval of that weekday and the date is
not closed. What counts is elapsed time: the night the clocks go back has a 25th hour, the one they go forward only 23.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import TypeVar
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60

Interval = tuple[int, int]
Week = tuple[tuple[Interval, ...], ...]
Pause = tuple[datetime, datetime | None]
Segment = tuple[datetime, datetime]
T = TypeVar("T", int, datetime)

_DAY = timedelta(days=1)
_FOREVER = datetime.max.replace(tzinfo=UTC)


class NeverOpen(Exception):
    """There is not one working minute in the week."""


@dataclass(frozen=True)
class Hours:
    """
    Opening hours: for each weekday from Monday the intervals in minutes since local midnight, and the closed dates.

    `later` are weeks that hold from a local date on, the first week until then. `special` are dates with hours of their
    own; they win over `closed` and the week, and none at all is closed.

    :raises NeverOpen: if no weekday of a week has an interval.
    :raises ValueError: if a week has not seven days, an interval is empty or outside of 0 to 1440, or a date comes twice.
    :raises zoneinfo.ZoneInfoNotFoundError: if there is no such time zone.
    """

    timezone: str
    week: Week
    closed: frozenset[date] = frozenset()
    later: tuple[tuple[date, Week], ...] = ()
    special: tuple[tuple[date, tuple[Interval, ...]], ...] = ()
    # What every day of a calculation asks for.
    _special: dict[date, tuple[Interval, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _begins: list[date] = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        later = sorted((begins, _checked_week(week)) for begins, week in self.later)
        special = {day: _checked(intervals) for day, intervals in self.special}
        begins = [day for day, _week in later]
        if len(set(begins)) < len(begins) or len(special) < len(self.special):
            raise ValueError("A date has one week that begins on it, and one set of hours of its own.")
        put = object.__setattr__
        put(self, "week", _checked_week(self.week))
        put(self, "later", tuple(later))
        put(self, "special", tuple(sorted(special.items())))
        put(self, "_special", special)
        put(self, "_begins", begins)

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone the intervals are meant in."""
        return ZoneInfo(self.timezone)

    def on(self, day: date) -> tuple[Interval, ...]:
        """Return the intervals of one date."""
        if day in self._special:
            return self._special[day]
        return () if day in self.closed else self.week_of(day)[day.weekday()]

    def week_of(self, day: date) -> Week:
        """Return the week that holds on a date."""
        place = bisect_right(self._begins, day)
        return self.later[place - 1][1] if place else self.week


def _checked_week(week: Week) -> Week:
    if len(week) != 7:
        raise ValueError(f"A week has 7 days, not {len(week)}.")
    if not any(week):
        raise NeverOpen("No weekday has an interval.")
    return tuple(_checked(day) for day in week)


def _checked(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the intervals in order; overlaps must not count twice."""
    ordered = sorted((start, end) for start, end in intervals)
    if any(not 0 <= start < end <= MINUTES_A_DAY for start, end in ordered):
        raise ValueError("An interval starts before it ends and stays within its day.")
    return tuple(_joined(ordered))


def always_open(timezone: str = "UTC") -> Hours:
    """Return hours that never close."""
    return Hours(timezone, (((0, MINUTES_A_DAY),),) * 7)


def minutes_between(hours: Hours, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> float:
    """
    Measure the working minutes from start to end, without the pauses; 0 when end is not after start.

    :raises ValueError: if a moment has no time zone.
    """
    worked = sum((to - since for since, to in segments(hours, start, end, pauses)), timedelta())
    return worked / timedelta(minutes=1)


def segments(hours: Hours, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> list[Segment]:
    """
    List the stretches of working time from start to end in UTC, without the pauses; none touches the next.

    :raises ValueError: if a moment has no time zone.
    """
    start, end = _utc(start), _utc(end)
    within = takewhile(lambda segment: segment[0] < end, _working(hours, start))
    return list(_joined(_without(((since, min(to, end)) for since, to in within), _ordered(pauses))))


def due(hours: Hours, start: datetime, target: timedelta, pauses: Sequence[Pause] = ()) -> datetime | None:
    """
    Find the first moment at which target has been worked since start, or None when an open pause keeps it from coming.

    An open pause that begins after that moment changes nothing: the time was up before.

    :raises ValueError: if a moment has no time zone.
    """
    start, left = _utc(start), target
    if left <= timedelta():
        return start
    stretches = _ordered(pauses)
    halt = next((since for since, to in stretches if to == _FOREVER), _FOREVER)
    for since, to in _without(takewhile(lambda segment: segment[0] < halt, _working(hours, start)), stretches):
        if to - since >= left:
            return since + left
        left -= to - since
    return None


def _working(hours: Hours, start: datetime) -> Iterator[Segment]:
    """Yield the working time from start on, without end, in UTC."""
    for since, to, offset in _constant_offsets(hours.zone, start):
        # Inside such a stretch local and elapsed time run alike, so plain arithmetic on naive local time is right.
        opens, closes = (since + offset).replace(tzinfo=None), (to + offset).replace(tzinfo=None)
        midnight = datetime.combine(opens, time.min)
        while midnight < closes:
            for first, last in hours.on(midnight.date()):
                begin = max(opens, midnight + timedelta(minutes=first))
                finish = min(closes, midnight + timedelta(minutes=last))
                if begin < finish:
                    yield (begin - offset).replace(tzinfo=UTC), (finish - offset).replace(tzinfo=UTC)
            midnight += _DAY


def _constant_offsets(zone: ZoneInfo, start: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Yield stretches of at most a day with the offset from UTC that holds in them."""
    while True:
        end = start + _DAY
        before, after = _offset(zone, start), _offset(zone, end)
        if before == after:
            yield start, end, before
        else:
            change = _change(zone, start, end)
            yield start, change, before
            yield change, end, after
        start = end


def _change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """Find the second at which the offset of start is over, by halving."""
    start, before = start.replace(microsecond=0), _offset(zone, start)
    low, high = 0, int((end - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, start + timedelta(seconds=middle)) == before else (low, middle)
    return start + timedelta(seconds=high)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _without(working: Iterable[Segment], pauses: Sequence[Segment]) -> Iterator[Segment]:
    """Cut the pauses, ordered and apart from each other, out of the working time."""
    for since, to in working:
        for paused, resumed in pauses:
            if resumed <= since:
                continue
            if paused >= to:
                break
            if since < paused:
                yield since, paused
            since = resumed
        if since < to:
            yield since, to


def _ordered(pauses: Sequence[Pause]) -> list[Segment]:
    """Return the pauses in UTC, in order, overlaps joined, open ones without end."""
    ended = ((_utc(since), _FOREVER if to is None else _utc(to)) for since, to in pauses)
    return list(_joined(sorted((since, to) for since, to in ended if since < to)))


def _joined(stretches: Iterable[tuple[T, T]]) -> Iterator[tuple[T, T]]:
    """Join stretches, in order of their start, that overlap or touch."""
    open_: tuple[T, T] | None = None
    for since, to in stretches:
        if open_ is None:
            open_ = since, to
        elif since <= open_[1]:
            open_ = open_[0], max(open_[1], to)
        else:
            yield open_
            open_ = since, to
    if open_ is not None:
        yield open_


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment.astimezone(UTC)
