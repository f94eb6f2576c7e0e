"""
Turns of an on-call rota: arithmetic alone, no database.

A turn changes at an hour on the clock of the wall. On a night in which that hour is missing it changes as long after
midnight as always; on one in which it comes twice, at the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Plan:
    """Who takes turns, in which order, and when they change."""

    timezone: str
    first_day: date
    handover: time
    days: int
    people: tuple[int, ...]

    def begins(self, number: int) -> datetime:
        """Give the moment the turn of that number begins."""
        day = self.first_day + timedelta(days=number * self.days)
        return datetime.combine(day, self.handover, ZoneInfo(self.timezone)).astimezone(UTC)

    def order(self, number: int) -> tuple[int, ...]:
        """Give the people of a turn: whose it is, then who comes after them."""
        place = number % len(self.people) if self.people else 0
        return self.people[place:] + self.people[:place]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, and whose it is."""

    number: int
    starts_at: datetime
    ends_at: datetime
    person: int


@dataclass(frozen=True, slots=True)
class Swap:
    """Somebody who is on call for a time, whoever's turn it is; of several the last one counts."""

    person: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """A time in which one person is on call; `instead_of` whose turn it would be."""

    person: int
    starts_at: datetime
    ends_at: datetime
    instead_of: int | None = None


def turn_at(plan: Plan, moment: datetime) -> Turn | None:
    """Give the turn of a moment; None before the first one, or when nobody takes turns."""
    if not plan.people or moment < plan.begins(0):
        return None
    number = max(0, (moment.astimezone(ZoneInfo(plan.timezone)).date() - plan.first_day).days // plan.days)
    while moment < plan.begins(number):
        number -= 1
    while moment >= plan.begins(number + 1):
        number += 1
    return _turn(plan, number)


def turns_between(plan: Plan, start: datetime, end: datetime) -> Iterator[Turn]:
    """Give the turns that touch a time, in order; the first and last one whole."""
    turn = turn_at(plan, max(start, plan.begins(0)))
    while turn is not None and turn.starts_at < end:
        yield turn
        turn = _turn(plan, turn.number + 1)


def shifts_between(plan: Plan, swaps: Sequence[Swap], start: datetime, end: datetime) -> list[Shift]:
    """Give who is on call in a time, without gaps once the rota has begun, the swaps worked in."""
    shifts: list[Shift] = []
    edges = sorted({moment for swap in swaps for moment in (swap.starts_at, swap.ends_at)})
    for turn in turns_between(plan, start, end):
        cuts = [turn.starts_at, *(edge for edge in edges if turn.starts_at < edge < turn.ends_at), turn.ends_at]
        for begins, ends in pairwise(cuts):
            swap = swap_at(swaps, begins)
            person = swap.person if swap else turn.person
            shift = Shift(person, begins, ends, turn.person if person != turn.person else None)
            goes_on = shifts and (shifts[-1].person, shifts[-1].instead_of) == (shift.person, shift.instead_of)
            if goes_on and (swap is not None or begins > turn.starts_at):
                shift = Shift(person, shifts.pop().starts_at, ends, shift.instead_of)
            shifts.append(shift)
    return [shift for shift in shifts if shift.ends_at > start and shift.starts_at < end]


def swap_at(swaps: Sequence[Swap], moment: datetime) -> Swap | None:
    """Give the swap that holds at a moment: the last of those there are."""
    return next((swap for swap in reversed(swaps) if swap.starts_at <= moment < swap.ends_at), None)


def candidates(plan: Plan, swaps: Sequence[Swap], moment: datetime) -> tuple[int, ...]:
    """Give who is asked at a moment, the first one first: a swap, whose turn it is, then the others in their order."""
    turn = turn_at(plan, moment)
    swap = swap_at(swaps, moment)
    order = plan.order(turn.number) if turn else ()
    return order if swap is None else (swap.person, *(person for person in order if person != swap.person))


def _turn(plan: Plan, number: int) -> Turn:
    return Turn(number, plan.begins(number), plan.begins(number + 1), plan.order(number)[0])
