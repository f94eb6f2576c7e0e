"""Putting the product's answer beside the oracle's."""

from datetime import UTC, datetime
from typing import Any

from sla.promises import Terms
from sla.worktime import Hours
from tests.oracle.cases import Case
from tests.oracle.rules import Desk
from tickets.history import Happening, replay

FURTHEST = 60 * 1440


def difference(case: Case) -> str:
    """Say where the two disagree about the promises of a life; nothing if they agree."""
    ours, theirs = of_product(case), of_oracle(case)
    return "" if ours == theirs else f"product {ours}\noracle  {theirs}"


def of_oracle(case: Case) -> list[tuple[Any, ...]]:
    """Ask the oracle."""
    desk = Desk(case.calendars, case.versions)
    for kind, at, facts in case.events:
        desk.see(kind, at, facts)
    desk.see("looked", case.until, {})
    found = []
    for vow in desk.vows:
        due = desk.foresee(vow, FURTHEST) if not vow.end else None
        state = vow.end or ("waits" if due is None else "runs")
        found.append((vow.metric, vow.cycle, vow.start, vow.version, vow.target, state, due, vow.ended, vow.is_broken))
    return sorted(found)


def of_product(case: Case) -> list[tuple[Any, ...]]:
    """Ask the code."""
    terms = {number: _terms(number, case) for number in case.versions}
    happenings = [Happening(kind, _moment(at), _facts(facts)) for kind, at, facts in case.events]
    walk = replay(happenings, lambda facts: terms.get(facts.get("version")))
    found = []
    for one in walk.promises:
        runs = one.state == "running"
        is_broken = one.is_broken or (runs and one.due_at is not None and one.due_at <= _moment(case.until))
        found.append((
            one.metric, one.cycle, _minute(one.started_at), one.terms.version if one.terms else None, one.minutes,
            {"running": "runs", "paused": "waits"}.get(one.state, one.state), _minute(one.due_at) if runs else None,
            _minute(one.ended_at), is_broken,
        ))  # fmt: skip
    return sorted(found)


def _terms(number: int, case: Case) -> Terms:
    version = case.versions[number]
    calendar = case.calendars[version["calendar"]]
    (_always, first), *later = calendar["weeks"]
    hours = Hours(
        calendar["zone"], _week(first), frozenset(calendar["closed"]), tuple((day, _week(week)) for day, week in later),
        tuple((day, tuple(shape)) for day, shape in calendar["special"].items()),
    )  # fmt: skip
    return Terms(
        policy=number, version=number, calendar=version["calendar"], name="", number=1, hours=hours,
        targets=version["targets"], pauses=frozenset(version["pauses"]), steps=(),
    )  # fmt: skip


def _week(week: Any) -> Any:
    return tuple(map(tuple, week))


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    if facts.get("until") is not None:
        return {**facts, "until": _moment(facts["until"]).isoformat()}
    return facts


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def _minute(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    seconds = moment.timestamp()
    assert seconds % 60 == 0
    return int(seconds) // 60
