"""
Why a promise is due when it is: computed from the events of a ticket, and pure.

`derive` walks through the events as `tickets.history` does and notes what each of them changed in a promise; what was
counted, where it stood still and what came of it follows from that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter

from sla.promises import Terms
from sla.worktime import Hours, Pause, minutes_between, segments
from tickets import history
from tickets.history import Happening, Lookup, Promise, Walk

Key = tuple[str, int]
Stretch = tuple[str, datetime, datetime | None]
# What changes the terms of a ticket writes an event of its own in the same moment, and says who did it.
CAUSES = ("routed", "escalated", "classified", "prioritised", "returned", "withdrawn", "given_back", "accepted")
_NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence(Happening):
    """An event with the name of who did it."""

    by: str = _NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From this moment on a promise ran by other terms, another priority or another target; the first is its start."""

    at: datetime
    kind: str
    by: str
    facts: Mapping[str, object]
    terms: Terms | None
    priority: int
    minutes: int | None
    due_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """A stretch that was not counted, and how much working time of the promise it took."""

    state: str
    since: datetime
    to: datetime | None
    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was counted on one local day."""

    date: date
    spans: tuple[tuple[datetime, datetime], ...]

    @property
    def length(self) -> timedelta:
        """Give the working time of the day."""
        return sum((to - since for since, to in self.spans), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """Everything that makes a deadline; `state` is due, overdue, paused, met, missed or cancelled."""

    metric: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    terms: Terms | None
    priority: int
    minutes: int | None
    used: timedelta
    late: timedelta
    late_work: timedelta
    changes: tuple[Change, ...] = ()
    halts: tuple[Halt, ...] = ()
    days: tuple[Day, ...] = ()
    end: Occurrence | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """Tell which promise of its ticket it is."""
        return self.metric, self.cycle

    @property
    def start(self) -> Change | None:
        """Give what made the promise begin."""
        return self.changes[0] if self.changes else None

    @property
    def target(self) -> timedelta | None:
        """Give the working time promised, None if the moment was named outright."""
        return None if self.minutes is None else timedelta(minutes=self.minutes)

    @property
    def left(self) -> timedelta | None:
        """Give the working time that is not used up yet."""
        return None if self.target is None else max(self.target - self.used, timedelta())

    @property
    def paused(self) -> timedelta:
        """Give the working time that was not counted."""
        return sum((halt.length for halt in self.halts), timedelta())

    @property
    def counted(self) -> timedelta:
        """Give the sum of the days; of a promise with a deadline it is the target."""
        return sum((day.length for day in self.days), timedelta())


@dataclass(slots=True)
class _Story:
    """What was noted of a promise on the way."""

    promise: Promise
    changes: list[Change] = field(default_factory=list)
    end: Occurrence | None = None


def derive(
    occurrences: Sequence[Occurrence], lookup: Lookup, *, now: datetime, walk: Walk | None = None
) -> list[Derivation]:
    """
    Derive all promises of a ticket, in the order they began; events of `history.KINDS` and `CAUSES`, in order.

    `walk` is filled and tells afterwards whether the events name their terms.
    """
    walk = walk or Walk()
    stories: dict[Key, _Story] = {}
    causes = {one.at: one for one in occurrences if one.kind in CAUSES}
    told = [one for one in occurrences if one.kind in history.KINDS]
    for one, _happening in zip(told, history.steps(walk, told, lookup), strict=True):
        for promise in walk.promises:
            story = stories.setdefault((promise.metric, promise.cycle), _Story(promise))
            _note(story, causes.get(one.at, one) if one.kind == "promised" else one)
    return [
        derivation(
            story.promise, history.stretches_of(walk, story.promise), now=now, changes=story.changes, end=story.end
        )
        for story in stories.values()
    ]


def derivation(
    promise: Promise,
    stretches: Sequence[Stretch],
    *,
    now: datetime,
    changes: Sequence[Change] = (),
    end: Occurrence | None = None,
) -> Derivation:
    """Derive one promise from how it stands and the stretches in which it stood still."""
    until = promise.ended_at or now
    # Of one that stands still the deadline is open; what it was before says nothing any more.
    due_at = None if promise.state == "paused" else promise.due_at
    late, late_work = timedelta(), timedelta()
    if due_at is not None and due_at <= until and promise.state != "cancelled":
        late, late_work = until - due_at, _worked(promise.terms, due_at, until, ())
    pauses = [(since, to) for _state, since, to in stretches]
    # Once the time is up nothing is counted any more, and no pause takes anything.
    horizon = due_at if due_at is not None and promise.state != "cancelled" else until
    return Derivation(
        metric=promise.metric,
        cycle=promise.cycle,
        state=_state(promise, late),
        started_at=promise.started_at,
        due_at=due_at,
        ended_at=promise.ended_at,
        terms=promise.terms,
        priority=promise.priority,
        minutes=promise.minutes,
        used=_worked(promise.terms, promise.started_at, min(until, horizon), pauses),
        late=late,
        late_work=late_work,
        changes=tuple(changes),
        halts=tuple(_halts(promise, stretches, horizon, now)),
        days=tuple(_days(promise, horizon, pauses)),
        end=end,
    )


def by_day(hours: Hours, stretches: Sequence[tuple[datetime, datetime]]) -> list[Day]:
    """Cut stretches at local midnight."""
    days: dict[date, list[tuple[datetime, datetime]]] = {}
    for begin, to in stretches:
        since = begin
        while since < to:
            day = since.astimezone(hours.zone).date()
            midnight = datetime.combine(day + timedelta(days=1), time.min, hours.zone).astimezone(UTC)
            piece = min(to, midnight)
            days.setdefault(day, []).append((since, piece))
            since = piece
    return [Day(date=day, spans=tuple(spans)) for day, spans in days.items()]


_DIFFERENCE: Callable[[Change], tuple[object, ...]] = attrgetter("terms", "priority", "minutes")


def _note(story: _Story, one: Occurrence) -> None:
    promise = story.promise
    change = Change(
        at=one.at, kind=one.kind, by=one.by, facts=one.facts, terms=promise.terms, priority=promise.priority,
        minutes=promise.minutes, due_at=promise.due_at, state=promise.state,
    )  # fmt: skip
    last = story.changes[-1] if story.changes else None
    is_back = last is not None and last.state == "cancelled" != promise.state
    is_gone = last is not None and promise.state == "cancelled" != last.state
    if last is None or is_back or is_gone or _DIFFERENCE(change) != _DIFFERENCE(last):
        story.changes.append(change)
    if promise.ended_at is None:
        story.end = None
    elif story.end is None:
        story.end = one


def _state(promise: Promise, late: timedelta) -> str:
    if promise.state == "running":
        return "overdue" if late or promise.is_broken else "due"
    return promise.state


def _worked(terms: Terms | None, start: datetime, end: datetime, pauses: Sequence[Pause]) -> timedelta:
    return (
        timedelta(minutes=minutes_between(terms.hours, start, end, pauses)) if terms else max(end - start, timedelta())
    )


def _halts(promise: Promise, stretches: Sequence[Stretch], horizon: datetime, now: datetime) -> list[Halt]:
    found = []
    for state, since, to in sorted(stretches, key=lambda stretch: stretch[1]):
        begin = max(since, promise.started_at)
        end = to or max(now, begin)
        # A deadline lies behind the pauses before it; a pause that begins at it or later changes nothing.
        if begin >= horizon or end <= promise.started_at:
            continue
        length = _worked(promise.terms, begin, end, ())
        found.append(Halt(state=state, since=begin, to=to, length=length))
    return found


def _days(promise: Promise, horizon: datetime, pauses: Sequence[tuple[datetime, datetime | None]]) -> list[Day]:
    if promise.terms is None or promise.minutes is None:
        return []
    return by_day(promise.terms.hours, segments(promise.terms.hours, promise.started_at, horizon, pauses))
