"""
The rules of clocks in words of their own: time passes minute by minute, and each promise counts the minutes it uses up.

- The first response runs whatever the state; it is given by an answer or by the solution.
- The next response starts when the requester writes after the first response, and waits while we wait for the requester.
- The resolution waits in the states its policy names, and from the end of a ticket to its reopening.
- Acceptance and call back run by terms of their own and never wait; a call back may name its moment outright.
- Other terms or another priority: everything is counted anew from the start. What is not promised any more ends; first
  response and resolution run on from their start when they are promised again.
- A promise whose minutes are used up is broken, and stays as it is.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.oracle.minutes import Calendar, Wall

Version = dict[str, Any]
"""`calendar`: its number, `targets`: {(metric, priority): minutes}, `pauses`: states."""
Event = tuple[str, int, dict[str, Any]]
OVER = "over"


@dataclass
class Vow:
    """One promise."""

    metric: str
    cycle: int
    start: int
    version: int | None
    target: int | None
    due: int | None = None
    used: int = 0
    end: str = ""
    ended: int | None = None
    is_broken: bool = False


@dataclass
class Desk:
    """One ticket and the time that passes over it."""

    calendars: dict[int, Calendar]
    versions: dict[int, Version]
    now: int = 0
    state: str = ""
    priority: int = 0
    version: int | None = None
    is_answered: bool = False
    vows: list[Vow] = field(default_factory=list)
    diary: dict[int, str] = field(default_factory=dict)
    walls: dict[int, Wall] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.walls = {number: Wall(calendar) for number, calendar in self.calendars.items()}

    def see(self, kind: str, at: int, facts: dict[str, Any]) -> None:
        """Let time pass up to an event, and the event happen."""
        self._pass(at)
        getattr(self, f"_{kind}")(facts)

    def foresee(self, vow: Vow, furthest: int) -> int | None:
        """Give the minute by which a promise must be kept if nothing happens any more; None while it waits."""
        if vow.is_broken or vow.target is None:
            return vow.due
        if self._waits(vow, self.state):
            return None
        minute, used = self.now, vow.used
        while used < vow.target:
            assert minute < self.now + furthest, "Too far away to look at every minute."
            used += self._is_open(vow, minute)
            minute += 1
        return minute

    # --- time

    def _pass(self, until: int) -> None:
        if not self.diary and not self.vows:
            self.now = until
        while self.now < until:
            self.diary[self.now] = self.state
            for vow in self.vows:
                if not vow.end:
                    self._use(vow, self.now)
            self.now += 1

    def _use(self, vow: Vow, minute: int) -> None:
        if vow.is_broken:
            return
        if vow.target is None:
            vow.is_broken = minute + 1 == vow.due
        elif not self._waits(vow, self.diary[minute]) and self._is_open(vow, minute):
            vow.used += 1
            if vow.used == vow.target:
                vow.due, vow.is_broken = minute + 1, True

    def _is_open(self, vow: Vow, minute: int) -> bool:
        return self.walls[self.versions[vow.version or 0]["calendar"]].is_open(minute)

    def _waits(self, vow: Vow, state: str) -> bool:
        if vow.metric == "resolution":
            return state == OVER or state in self.versions[vow.version or 0]["pauses"]
        return vow.metric == "next_response" and state == "pending_customer"

    # --- promises

    def _target(self, metric: str, version: int | None) -> int | None:
        return None if version is None else self.versions[version]["targets"].get((metric, self.priority))

    def _vow(self, metric: str, version: int | None, until: int | None = None) -> None:
        target = None if until else self._target(metric, version)
        if until or target:
            cycle = 1 + sum(vow.metric == metric for vow in self.vows)
            self.vows.append(Vow(metric, cycle, self.now, version, target, until))

    def _open(self, *metrics: str) -> list[Vow]:
        return [vow for vow in self.vows if not vow.end and (not metrics or vow.metric in metrics)]

    def _keep(self, vows: list[Vow]) -> None:
        for vow in vows:
            vow.end, vow.ended = "missed" if vow.is_broken else "met", self.now

    def _take_back(self, vows: list[Vow]) -> None:
        for vow in vows:
            vow.end, vow.ended = "cancelled", self.now

    def _count_anew(self, vow: Vow, version: int | None, target: int) -> None:
        vow.version, vow.target, vow.used, vow.due = version, target, 0, None
        for minute in range(vow.start, self.now):
            self._use(vow, minute)

    def _take_up(self, vow: Vow) -> None:
        vow.end, vow.ended = "", None
        target = self._target(vow.metric, self.version)
        if not vow.is_broken and target:
            self._count_anew(vow, self.version, target)

    def _follow(self) -> None:
        for vow in self._open():
            if vow.is_broken or vow.target is None or vow.metric == "callback":  # its moment was told to somebody
                continue
            version = vow.version if vow.metric == "acceptance" else self.version
            target = self._target(vow.metric, version)
            if target is not None:
                self._count_anew(vow, version, target)
            elif vow.metric in ("first_response", "resolution"):
                self._take_back([vow])
        for metric in ("first_response", "resolution"):
            if self._target(metric, self.version) is None or self._open(metric):
                continue
            if metric == "first_response" and self.is_answered:
                continue
            before = [vow for vow in self.vows if vow.metric == metric]
            if not before:
                self._vow(metric, self.version)
            elif before[-1].end == "cancelled":
                self._take_up(before[-1])

    # --- events

    def _looked(self, _facts: dict[str, Any]) -> None:
        """Somebody looks; nothing changes."""

    def _opened(self, facts: dict[str, Any]) -> None:
        self.version, self.priority = facts["terms"]["version"], facts["terms"]["priority"]
        self.state = "open"
        if not self.is_answered:
            self._vow("first_response", self.version)
        self._vow("resolution", self.version)

    def _promised(self, facts: dict[str, Any]) -> None:
        self.priority = facts["priority"]
        metric = facts.get("metric")
        if metric is None:
            self.version = facts["version"]
            self._follow()
            return
        self._take_back(self._open(metric))
        self._vow(metric, facts.get("version"), facts.get("until"))

    def _prioritised(self, facts: dict[str, Any]) -> None:
        self.priority = facts["target"]
        self._follow()

    def _replied(self, _facts: dict[str, Any]) -> None:
        self._keep(self._open("first_response", "next_response"))
        self.is_answered = True

    def _received(self, facts: dict[str, Any]) -> None:
        if not facts.get("auto_generated") and self.is_answered and not self._open("next_response"):
            self._vow("next_response", self.version)

    def _held(self, facts: dict[str, Any]) -> None:
        self.state = facts["state"]

    def _resumed(self, facts: dict[str, Any]) -> None:
        if "terms" in facts:
            self._opened(facts)
        self.state = "open"

    def _resolved(self, _facts: dict[str, Any]) -> None:
        self._keep(self._open())
        self.state, self.is_answered = OVER, True

    def _voided(self, _facts: dict[str, Any]) -> None:
        self._take_back(self._open())
        self.state = OVER

    def _reopened(self, facts: dict[str, Any]) -> None:
        self.state = "open"
        first = [vow for vow in self.vows if vow.metric == "first_response"]
        if first and not self.is_answered:
            self._vow("first_response", self.version)
        resolution = [vow for vow in self.vows if vow.metric == "resolution"]
        if resolution and self._target("resolution", self.version):
            self._take_up(resolution[-1])
        if facts.get("asked"):
            self._received({})

    def _accepted(self, _facts: dict[str, Any]) -> None:
        self._keep(self._open("acceptance"))

    def _returned(self, _facts: dict[str, Any]) -> None:
        self._keep(self._open("acceptance"))

    def _withdrawn(self, _facts: dict[str, Any]) -> None:
        self._take_back(self._open("acceptance"))

    def _called_back(self, _facts: dict[str, Any]) -> None:
        self._keep(self._open("callback"))
