"""Bursts: many people with one topic at once, where an ordinary hour of that weekday would have shown few. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=2)
BASELINE = timedelta(days=28)
LEAST = 4  # distinct requesters
# How improbable it has to be. There are many more words than articles, so a word has to prove more.
CHANCES = {"article": 5e-5, "rule": 1e-6, "word": 1e-8}
_HOURS = 168
_SAME = 0.5  # of the tickets: then two topics are one burst


@dataclass(frozen=True, slots=True)
class Sighting:
    """A request and the topics it may be about, such as "article:12" and "word:scanner"."""

    ticket: int
    requester: int
    at: datetime
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A burst: who is part of it, and how improbable it is."""

    topic: str
    tickets: tuple[int, ...]
    seen: int
    expected: float
    chance: float
    first_at: datetime
    last_at: datetime


def candidates(window: Iterable[Sighting]) -> set[str]:
    """List the topics that enough people have; without any, nobody has to look at the past."""
    people: dict[str, set[int]] = defaultdict(set)
    for sighting in window:
        for topic in sighting.topics:
            people[topic].add(sighting.requester)
    return {topic for topic, requesters in people.items() if len(requesters) >= LEAST}


def detect(sightings: Sequence[Sighting], *, now: datetime) -> list[Found]:
    """
    Find the bursts of the last two hours, the most improbable first.

    The sightings reach back four weeks. Of topics that share most of their requests, the most improbable one stands.
    """
    start = now - WINDOW
    window = [one for one in sightings if start < one.at <= now]
    wanted = candidates(window)
    if not wanted:
        return []
    past = [one for one in sightings if now - BASELINE - WINDOW < one.at <= start]
    share = _share(past, start, now)
    weeks = _weeks(past, start)
    before = _requests(past, wanted)
    found = []
    for topic in sorted(wanted):
        part = [one for one in window if topic in one.topics]
        seen = len({one.requester for one in part})
        expected = (before[topic] + 1) / weeks * share
        chance = _chance(seen, expected)
        if chance < CHANCES[topic.partition(":")[0]]:
            at = [one.at for one in part]
            numbers = tuple(sorted({one.ticket for one in part}))
            found.append(Found(topic, numbers, seen, expected, chance, min(at), max(at)))
    return _apart(found)


def is_same(one: Iterable[int], other: Iterable[int]) -> bool:
    """Tell whether two bursts share most of the tickets of the smaller one."""
    first, second = set(one), set(other)
    return len(first & second) >= _SAME * max(1, min(len(first), len(second)))


def _requests(past: Sequence[Sighting], wanted: set[str]) -> dict[str, int]:
    """Count a person's requests of one hour once, as the window does."""
    counted: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for one in past:
        for topic in one.topics:
            if topic in wanted:
                counted[topic].add((one.requester, int(one.at.timestamp() // 3600)))
    return defaultdict(int, {topic: len(rows) for topic, rows in counted.items()})


def _weeks(past: Sequence[Sighting], start: datetime) -> float:
    """Say how many weeks the past covers; a short past is taken for at least half a week."""
    if not past:
        return 0.5
    return max(0.5, (start - min(one.at for one in past)) / timedelta(weeks=1))


def _share(past: Sequence[Sighting], start: datetime, end: datetime) -> float:
    """Say which part of a week's requests falls into these hours of this weekday."""
    hours = [max(0.05, 0.1 * len(past) / _HOURS)] * _HOURS  # a little of everything: no hour is impossible
    for one in past:
        hours[_hour(one.at)] += 1
    share, at = 0.0, start
    while at < end:
        until = min(end, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        share += hours[_hour(at)] * ((until - at) / timedelta(hours=1))
        at = until
    return share / sum(hours)


def _hour(at: datetime) -> int:
    return at.weekday() * 24 + at.hour


def _chance(seen: int, expected: float) -> float:
    """Give the probability of seeing so many or more, by Poisson."""
    term = math.exp(-expected + seen * math.log(expected) - math.lgamma(seen + 1))
    total, number = term, seen
    while term > total * 1e-12 and number < seen + 10_000:
        number += 1
        term *= expected / number
        total += term
    return min(1.0, total) if seen > expected else 1.0


def _apart(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda burst: (burst.chance, burst.topic)):
        if not any(is_same(one.tickets, other.tickets) for other in kept):
            kept.append(one)
    return kept
