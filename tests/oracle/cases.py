"""Random calendars, policies and lives of tickets, as plain data."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.oracle.minutes import Calendar
from tests.oracle.rules import Event, Version

OFFICE = [(480, 720), (780, 1020)]
# No week is so short that looking at every minute takes for ever.
SHAPES = [
    OFFICE, OFFICE, OFFICE, [], [(0, 1440)], [(480, 720)], [(0, 150), (180, 360)], [(90, 150), (600, 1000)], [(120, 180)],
    [(0, 360), (1320, 1440)], [(420, 600), (615, 735), (800, 1100)], [(551, 727), (733, 901)],
]  # fmt: skip
# The nights clocks change in Berlin, New York and on Lord Howe, where they move by half an hour; and the turn of a year.
NIGHTS = [(2026, 3, 28), (2026, 10, 24), (2026, 3, 7), (2026, 10, 31), (2026, 4, 4), (2026, 10, 3), (2026, 12, 30)]
ZONES = ["Europe/Berlin"] * 3 + ["America/New_York", "Australia/Lord_Howe", "America/St_Johns", "UTC", "Asia/Kathmandu"]
METRICS = ["first_response", "next_response", "resolution", "acceptance", "callback"]
WAITING = ["pending_customer", "pending_third", "scheduled"]
TARGETS = [None, 1, 15, 30, 45, 60, 90, 240, 480, 700]
GAPS = [0, 0, 0, 1, 5, 14, 29, 30, 45, 61, 120, 240, 517, 1441]
OPEN = [
    "replied", "received", "received", "robot", "held", "held", "held", "resumed", "prioritised", "prioritised", "promised",
    "both", "resolved", "resolved", "voided", "offered", "accepted", "returned", "withdrawn", "call", "call_by", "called_back",
    "taken_back",
]  # fmt: skip
DONE = ["replied", "received", "reopened", "reopened", "voided"]


@dataclass(frozen=True)
class Case:
    """A ticket's whole life; `until` is when somebody looks."""

    calendars: dict[int, Calendar]
    versions: dict[int, Version]
    events: list[Event]
    until: int


@st.composite
def cases(draw: Any) -> Case:
    """Draw one."""
    night = datetime(*draw(st.sampled_from(NIGHTS)), tzinfo=UTC)
    calendars = {number: draw(_calendars(night)) for number in (1, 2)}
    versions = {number: draw(_versions()) for number in (11, 12, 13)}
    start = int(night.timestamp()) // 60 + draw(st.integers(-1500, 1500))
    events = draw(_lives(start))
    return Case(calendars, versions, events, events[-1][1] + draw(st.sampled_from(GAPS)))


@st.composite
def _calendars(draw: Any, night: datetime) -> Calendar:
    days = [(night + timedelta(days=number)).date() for number in range(-2, 9)]
    weeks = [
        (None, draw(_weeks())),
        *draw(st.lists(st.tuples(st.sampled_from(days), _weeks()), max_size=2, unique_by=_day)),
    ]
    return {
        "zone": draw(st.sampled_from(ZONES)),
        "weeks": weeks,
        "closed": set(draw(st.lists(st.sampled_from(days), max_size=2))),
        "special": dict(draw(st.lists(st.tuples(st.sampled_from(days), st.sampled_from(SHAPES)), max_size=2))),
    }


def _day(pair: tuple[Any, Any]) -> Any:
    return pair[0]


@st.composite
def _weeks(draw: Any) -> list[list[tuple[int, int]]]:
    one, two, three = (draw(st.sampled_from(SHAPES)) for _ in range(3))
    return [OFFICE, one, two, OFFICE, three, two, one]


@st.composite
def _versions(draw: Any) -> Version:
    # A few numbers for all priorities keep the drawing quick; some have no promise.
    targets = {}
    for metric in METRICS:
        drawn = draw(st.lists(st.sampled_from(TARGETS), min_size=1, max_size=4))
        targets |= {(metric, n): drawn[n % len(drawn)] for n in range(1, 5) if drawn[n % len(drawn)] is not None}
    return {
        "calendar": draw(st.sampled_from([1, 2])),
        "targets": targets,
        "pauses": draw(st.lists(st.sampled_from(WAITING), max_size=3, unique=True)),
    }


@st.composite
def _lives(draw: Any, start: int) -> list[Event]:
    """Let happen what the product lets happen."""
    life = _Life(start, draw(st.sampled_from([11, 12, 13])), draw(st.integers(1, 4)))
    for _ in range(draw(st.integers(1, 18))):
        life.now += draw(st.sampled_from(GAPS))
        life.happen(draw(st.sampled_from(life.possible())), draw(st.integers(0, 11)))
    return life.events


class _Life:
    def __init__(self, now: int, version: int, priority: int) -> None:
        self.now, self.state, self.priority = now, "open", priority
        self.events: list[Event] = []
        self._note("opened", terms=self._terms(version))

    def possible(self) -> list[str]:
        if self.state == "resolved":
            return DONE
        return ["not_spam", "reopened"] if self.state == "void" else OPEN

    def happen(self, what: str, number: int) -> None:
        version = [11, 12, 13, None][number % 4]
        if what == "received":
            if self.state in WAITING:
                self._go("open", "resumed")
            elif self.state == "resolved":
                self._go("open", "reopened")
            self._note("received", auto_generated=False)
        elif what == "robot":
            self._note("received", auto_generated=True)
        elif what == "held":
            self._go(WAITING[number % 3], "held", state=WAITING[number % 3])
        elif what == "resumed" and self.state in WAITING:
            self._go("open", "resumed")
        elif what == "not_spam":
            self._go("open", "resumed", terms=self._terms(version))
        elif what in ("promised", "prioritised", "both"):
            self.priority = self.priority if what == "promised" else number % 4 + 1
            if what != "prioritised":
                self._note("promised", version=[11, 12, 13, None][number // 3], priority=self.priority)
            if what != "promised":
                self._note("prioritised", target=self.priority)
        elif what == "reopened":
            self._go("open", "reopened", asked=number % 2 == 0)
        elif what in ("resolved", "voided"):
            self._go("resolved" if what == "resolved" else "void", what)
        elif what in ("offered", "call"):
            metric = "acceptance" if what == "offered" else "callback"
            self._note("promised", metric=metric, priority=self.priority, version=version)
        elif what == "call_by":
            until = self.now + [1, 30, 200, 2000][number % 4]
            self._note("promised", metric="callback", priority=self.priority, version=version, until=until)
        elif what == "taken_back":
            self._note("promised", metric="callback", priority=self.priority)
        elif what != "resumed":
            self._note(what)

    def _go(self, to: str, kind: str, **facts: Any) -> None:
        self.state = to
        self._note(kind, **facts)

    def _note(self, kind: str, **facts: Any) -> None:
        self.events.append((kind, self.now, facts))

    def _terms(self, version: int | None) -> dict[str, Any]:
        return {"version": version, "priority": self.priority}
