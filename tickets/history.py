"""
What a ticket's clocks must be, computed from its events alone: pure, apart from `tickets.clocks`, to prove it right.

`replay` walks through the events once. It knows no rows: terms are looked up by whoever asks, so the same walk answers what
another policy would have meant.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sla.promises import Terms

Lookup = Callable[[Mapping[str, Any]], Terms | None]
FIRST, NEXT, RESOLUTION, ACCEPTANCE, CALLBACK = (
    "first_response", "next_response", "resolution", "acceptance", "callback",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, as far as clocks care."""

    kind: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Promise:
    """One promise as it must stand: `state` is running, paused, met, missed or cancelled; running ones may be overdue."""

    metric: str
    cycle: int
    started_at: datetime
    minutes: int | None
    terms: Terms | None
    due_at: datetime | None
    state: str = "running"
    ended_at: datetime | None = None
    is_broken: bool = False
    priority: int = 0

    @property
    def is_unfinished(self) -> bool:
        """Tell whether it is still to be kept."""
        return self.state in ("running", "paused")


@dataclass(slots=True)
class Walk:
    """Where a walk through the events stands."""

    terms: Terms | None = None
    priority: int = 0
    state: str = "new"
    is_answered: bool = False
    is_known: bool = True
    promises: list[Promise] = field(default_factory=list)
    stretches: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    done_at: datetime | None = None


def replay(happenings: Iterable[Happening], lookup: Lookup) -> Walk:
    """
    Compute all promises of a ticket from its events, in order; `lookup` gives the terms that an event's facts name.

    `is_known` is false if an event that should name its terms does not, as in what was imported or is older than they are.
    """
    walk = Walk()
    for _happening in steps(walk, happenings, lookup):
        pass
    return walk


def steps(walk: Walk, happenings: Iterable[Happening], lookup: Lookup) -> Iterator[Happening]:
    """Go through the events and give each of them when `walk` stands behind it."""
    for happening in happenings:
        _see(walk, happening.at)
        step = _STEPS.get(happening.kind)
        if happening.kind == "opened" and "terms" not in happening.facts and walk.terms is None:
            walk.is_known = bool(walk.promises)
        if "terms" in happening.facts:
            _promise_anew(walk, happening, lookup)
        if step is not None:
            step(walk, happening, lookup)
        yield happening


def stretches_of(walk: Walk, promise: Promise) -> list[tuple[str, datetime, datetime | None]]:
    """List the stretches in which this promise stands still, each with its state."""
    standing = _standing(promise)
    return [stretch for stretch in walk.stretches if stretch[0] in standing]


def _see(walk: Walk, now: datetime) -> None:
    """Find out what ran out before this moment: it stays broken whatever comes."""
    for promise in walk.promises:
        if promise.state == "running" and promise.due_at is not None and promise.due_at <= now:
            promise.is_broken = True


def _promise_anew(walk: Walk, happening: Happening, lookup: Lookup) -> None:
    facts = happening.facts["terms"]
    walk.terms, walk.priority = lookup(facts), facts.get("priority", walk.priority)
    walk.state = "open" if walk.is_answered else "new"
    _leave_out(walk, walk.done_at, happening.at)
    for metric in (FIRST, RESOLUTION):
        if not (metric == FIRST and walk.is_answered):
            _begin(walk, metric, walk.terms, happening.at)


def _promised(walk: Walk, happening: Happening, lookup: Lookup) -> None:
    facts = happening.facts
    metric = facts.get("metric")
    walk.priority = facts.get("priority", walk.priority)
    if metric is None:
        walk.terms = lookup(facts)
        _adjust(walk, happening.at)
        return
    for promise in _unfinished(walk, metric):
        _end(promise, "cancelled", happening.at)
    until = facts.get("until")
    terms = lookup(facts) if facts.get("version") else None
    _begin(walk, metric, terms, happening.at, until=datetime.fromisoformat(until) if until else None)


def _prioritised(walk: Walk, happening: Happening, lookup: Lookup) -> None:
    walk.priority = happening.facts.get("target", walk.priority)
    _adjust(walk, happening.at)


def _adjust(walk: Walk, now: datetime) -> None:
    """Follow the terms and the priority with everything that is not broken and whose moment was not told to anybody."""
    for promise in [one for one in walk.promises if one.is_unfinished and not one.is_broken]:
        if promise.metric == CALLBACK:
            continue
        terms = walk.terms if promise.metric in (FIRST, NEXT, RESOLUTION) else promise.terms
        minutes = terms.minutes(promise.metric, walk.priority) if terms else None
        if terms is not None and minutes is not None:
            promise.terms, promise.minutes, promise.priority = terms, minutes, walk.priority
            _compute(walk, promise)
        elif promise.metric in (FIRST, RESOLUTION):
            _end(promise, "cancelled", now)
    for metric in (FIRST, RESOLUTION):
        is_promised = walk.terms is not None and walk.terms.minutes(metric, walk.priority) is not None
        if not is_promised or _unfinished(walk, metric) or (metric == FIRST and walk.is_answered):
            continue
        last = _last(walk, metric)
        if last is None:
            _begin(walk, metric, walk.terms, now)
        elif last.state == "cancelled":
            _go_on(walk, last)


def _replied(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    for metric in (FIRST, NEXT):
        for promise in _unfinished(walk, metric):
            _finish(promise, happening.at)
    walk.is_answered = True
    if walk.state == "new":
        walk.state = "open"


def _received(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    if not happening.facts.get("auto_generated"):
        _ask(walk, happening.at)


def _ask(walk: Walk, now: datetime) -> None:
    if walk.is_answered and not _unfinished(walk, NEXT):
        _begin(walk, NEXT, walk.terms, now)


def _held(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    walk.state = happening.facts["state"]
    _close_stretch(walk, happening.at)
    walk.stretches.append((walk.state, happening.at, None))
    for promise in [one for one in walk.promises if one.is_unfinished and not one.is_broken]:
        stands = walk.state in _standing(promise)
        if stands and promise.state == "running":
            promise.state = "paused"
        elif not stands and promise.state == "paused":
            promise.state = "running"
            _compute(walk, promise)


def _resumed(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    if "terms" in happening.facts:
        return
    walk.state = "open"
    _close_stretch(walk, happening.at)
    for promise in walk.promises:
        if promise.state == "paused":
            promise.state = "running"
            _compute(walk, promise)


def _resolved(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    _close_stretch(walk, happening.at)
    for promise in walk.promises:
        if promise.is_unfinished:
            _finish(promise, happening.at)
    walk.state, walk.is_answered = "resolved", True
    walk.done_at = walk.done_at or happening.at


def _voided(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    _close_stretch(walk, happening.at)
    for promise in walk.promises:
        if promise.is_unfinished:
            _end(promise, "cancelled", happening.at)
    walk.state, walk.done_at = "void", walk.done_at or happening.at


def _reopened(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    last_first, last = _last(walk, FIRST), _last(walk, RESOLUTION)
    _leave_out(walk, walk.done_at or (last.ended_at if last is not None else None), happening.at)
    walk.state = "open"
    if walk.terms is None:
        return
    if not walk.is_answered and last_first is not None and not last_first.is_unfinished:
        _begin(walk, FIRST, walk.terms, happening.at)
    is_promised = walk.terms.minutes(RESOLUTION, walk.priority) is not None
    if last is not None and not last.is_unfinished and is_promised:
        _go_on(walk, last)
    if happening.facts.get("asked"):
        _ask(walk, happening.at)


def _accepted(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    for promise in _unfinished(walk, ACCEPTANCE):
        _finish(promise, happening.at)


def _withdrawn(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    for promise in _unfinished(walk, ACCEPTANCE):
        _end(promise, "cancelled", happening.at)


def _called_back(walk: Walk, happening: Happening, _lookup: Lookup) -> None:
    for promise in _unfinished(walk, CALLBACK):
        if happening.facts.get("kept", True):
            _finish(promise, happening.at)
        else:
            _end(promise, "cancelled", happening.at)


_STEPS: dict[str, Callable[[Walk, Happening, Lookup], None]] = {
    "promised": _promised,
    "prioritised": _prioritised,
    "replied": _replied,
    "received": _received,
    "held": _held,
    "resumed": _resumed,
    "resolved": _resolved,
    "voided": _voided,
    "reopened": _reopened,
    "accepted": _accepted,
    "returned": _accepted,
    "withdrawn": _withdrawn,
    "called_back": _called_back,
}

KINDS = ("opened", *_STEPS)


def _begin(walk: Walk, metric: str, terms: Terms | None, now: datetime, *, until: datetime | None = None) -> None:
    minutes = terms.minutes(metric, walk.priority) if terms and until is None else None
    if until is None and minutes is None:
        return
    last = _last(walk, metric)
    promise = Promise(
        metric=metric, cycle=last.cycle + 1 if last else 1, started_at=now, minutes=minutes, terms=terms, due_at=until,
        priority=walk.priority,
    )  # fmt: skip
    walk.promises.append(promise)
    if until is None:
        _compute(walk, promise)


def _go_on(walk: Walk, last: Promise) -> None:
    """Take a promise up again that was kept, broken or taken back."""
    last.state, last.ended_at = "running", None
    if last.is_broken or walk.terms is None:
        return
    last.terms, last.priority = walk.terms, walk.priority
    last.minutes = walk.terms.minutes(last.metric, walk.priority)
    _compute(walk, last)


def _compute(walk: Walk, promise: Promise) -> None:
    if promise.terms is None or promise.minutes is None:
        return
    pauses = [(since, to) for _state, since, to in stretches_of(walk, promise)]
    due_at = promise.terms.due(promise.started_at, promise.minutes, pauses)
    promise.state = "running" if due_at else "paused"
    promise.due_at = due_at


def _standing(promise: Promise) -> frozenset[str]:
    if promise.metric == RESOLUTION and promise.terms is not None:
        return promise.terms.pauses | {"resolved"}
    return frozenset({"pending_customer", "resolved"}) if promise.metric == NEXT else frozenset()


def _finish(promise: Promise, now: datetime) -> None:
    late = promise.is_broken or (promise.state == "running" and promise.due_at is not None and promise.due_at <= now)
    promise.is_broken = late
    _end(promise, "missed" if late else "met", now)


def _end(promise: Promise, state: str, now: datetime) -> None:
    promise.state, promise.ended_at = state, now


def _leave_out(walk: Walk, done_at: datetime | None, now: datetime) -> None:
    """Note that the ticket was done; it is worked on again."""
    if done_at is not None and done_at < now:
        walk.stretches.append(("resolved", done_at, now))
    walk.done_at = None


def _close_stretch(walk: Walk, now: datetime) -> None:
    walk.stretches = [(state, since, now if to is None else to) for state, since, to in walk.stretches]


def _unfinished(walk: Walk, metric: str) -> list[Promise]:
    return [promise for promise in walk.promises if promise.metric == metric and promise.is_unfinished]


def _last(walk: Walk, metric: str) -> Promise | None:
    return next((promise for promise in reversed(walk.promises) if promise.metric == metric), None)
