"""How soon a burst of requests is noticed, and how often there is a false alarm: real requests, put together anew."""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from helpdesk.lib.statistics import wilson
from tickets.triage.bursts import BASELINE, LEAST, WINDOW, Found, Sighting, detect, is_same

PEOPLE, TRIALS, WITHIN = 8, 72, timedelta(hours=1)
SAME_FOR = timedelta(hours=12)  # as long as the product takes a burst for the same one
MACHINE = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """Of so many bursts so many were found, at which of their requests; and the alarms of the stream as it was."""

    trials: int
    at: tuple[int, ...]
    alarms: int
    weeks: float

    def figures(self) -> dict[str, tuple[str, str]]:
        """Give the figures with their 95 % intervals."""
        share = wilson(len(self.at), self.trials)
        low, high = (bound / self.weeks for bound in poisson_bounds(self.alarms))
        return {
            "bursts": (f"{len(self.at) / self.trials:.3f}", f"{share.low:.3f}-{share.high:.3f}"),
            "at": (f"{median(self.at):.0f}" if self.at else "nan", ""),
            "alarms_week": (f"{self.alarms / self.weeks:.2f}", f"{low:.2f}-{high:.2f}"),
        }


def measure(
    answers: dict[str, dict[str, Any]], history: Sequence[dict[str, Any]], manifest: Sequence[dict[str, Any]]
) -> Measured | None:
    """
    Inject bursts into the stream of the requests to answer, and count the alarms of the stream itself.

    `answers` has the topics of both; `history` and `manifest` say when they came. `None` where they do not, or no topic
    has enough requests.
    """
    timed = [row for row in (*history, *manifest) if row.get("ts") is not None and row["id"] in answers]
    asked = {row["id"] for row in manifest}
    everything, stream, about = [], [], defaultdict(list)
    for number, row in enumerate(sorted(timed, key=lambda row: float(row["ts"])), start=1):
        everything.append(sighting := _sighting(number, row, answers[row["id"]]["topics"]))
        if row["id"] in asked:
            stream.append(sighting)
            if len(row.get("articles") or ()) == 1 and not row.get("auto"):
                about[row["articles"][0]].append(sighting)
    topics = sorted(name for name, rows in about.items() if len(rows) >= PEOPLE)
    if not topics or len(everything) == len(stream):
        return None
    at = [_trial(everything, stream, about[topics[seed % len(topics)]], random.Random(seed)) for seed in range(TRIALS)]
    weeks = max((stream[-1].at - stream[0].at) / timedelta(weeks=1), 1 / 7)
    return Measured(TRIALS, tuple(number for number in at if number), _alarms(everything, stream), weeks)


def poisson_bounds(seen: int) -> tuple[float, float]:
    """Give the 95 % interval of an expected number of which so many were seen."""

    def at_most(number: int, expected: float) -> float:
        return sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(number + 1))

    low = 0.0 if seen == 0 else _solve(lambda expected: at_most(seen - 1, expected) < 0.975)
    return low, _solve(lambda expected: at_most(seen, expected) < 0.025)


def _solve(is_above: Callable[[float], bool]) -> float:
    low, high = 1e-9, 1e4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return high


def _trial(everything: list[Sighting], stream: list[Sighting], about: list[Sighting], dice: random.Random) -> int:
    """Let some requests of one topic come within an hour, each of another person; say at which one is alarm, or 0."""
    start = dice.choice(stream).at
    taken = dice.sample(about, PEOPLE)
    moments = sorted(start + dice.random() * WITHIN for _ in taken)
    added = [Sighting(-1 - n, -1 - n, at, one.topics) for n, (one, at) in enumerate(zip(taken, moments, strict=True))]
    gone = {one.ticket for one in taken}
    rest = [one for one in _around(everything, start) if one.ticket not in gone]
    for number in range(LEAST, PEOPLE + 1):
        now = moments[number - 1]
        seen = [one for one in rest if one.at <= now] + added[:number]
        ours = {one.ticket for one in added[:number]}
        if any(2 * len(ours & set(found.tickets)) >= number for found in detect(seen, now=now)):
            return number
    return 0


def _around(everything: list[Sighting], start: datetime) -> list[Sighting]:
    return [one for one in everything if start - WINDOW - BASELINE < one.at <= start + WITHIN]


def _alarms(everything: list[Sighting], stream: list[Sighting]) -> int:
    """Count the alarms as the product raises them: what goes on is the same burst."""
    known: list[list[Any]] = []
    for one in stream:
        seen = [other for other in everything if one.at - WINDOW - BASELINE < other.at <= one.at]
        for found in detect(seen, now=one.at):
            same = next(_known(known, found, one.at), None)
            if same is None:
                known.append([found.topic, set(found.tickets), found.last_at])
            else:
                same[1] |= set(found.tickets)
                same[2] = max(same[2], found.last_at)
    return len(known)


def _known(known: list[list[Any]], found: Found, now: datetime) -> Iterator[list[Any]]:
    for burst in known:
        if burst[2] >= now - SAME_FOR and (burst[0] == found.topic or is_same(found.tickets, burst[1])):
            yield burst


def _sighting(number: int, row: dict[str, Any], topics: Sequence[str]) -> Sighting:
    """Take each request for another person's, as nobody is named; those of monitoring are one's."""
    person = MACHINE if row.get("auto") else number
    return Sighting(number, person, datetime.fromtimestamp(row["ts"], UTC), tuple(topics))
