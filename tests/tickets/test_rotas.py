"""Turns of a rota: exactly one person at any moment, changed at the hour on the wall, in both nights of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.rotas import Plan, Shift, Swap, candidates, shifts_between, turn_at, turns_between

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = Plan("Europe/Berlin", date(2026, 3, 1), time(9), 1, (1, 2, 3))


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)  # type: ignore[arg-type,misc]


plans = st.builds(
    Plan,
    timezone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    first_day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    handover=st.times(),
    days=st.integers(1, 28),
    people=st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True).map(tuple),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))
lengths = st.timedeltas(timedelta(minutes=1), timedelta(days=40))


@settings(max_examples=300, deadline=None)
@given(plan=plans, moment=moments)
def test_every_moment_since_the_first_turn_is_in_exactly_one_turn(plan: Plan, moment: datetime) -> None:
    turn = turn_at(plan, moment)

    if moment < plan.begins(0):
        assert turn is None
    else:
        assert turn is not None
        assert turn.starts_at <= moment < turn.ends_at
        assert turn_at(plan, turn.ends_at).number == turn.number + 1
        assert turn_at(plan, turn.ends_at - timedelta(microseconds=1)) == turn
        assert turn.person == plan.people[turn.number % len(plan.people)]


@settings(max_examples=300, deadline=None)
@given(
    plan=plans, start=moments, length=lengths,
    swaps=st.lists(st.tuples(st.integers(1, 12), st.timedeltas(timedelta(days=-30), timedelta(days=60)), lengths), max_size=5),
    probes=st.lists(st.floats(0, 1), min_size=1, max_size=20),
)  # fmt: skip
def test_exactly_one_is_on_call_at_any_moment_whatever_is_swapped(plan, start, length, swaps, probes) -> None:
    rows = [Swap(person, start + begins, start + begins + lasts) for person, begins, lasts in swaps]
    shifts = shifts_between(plan, rows, start, start + length)

    for left, right in pairwise(shifts):
        assert left.ends_at == right.starts_at
    for probe in probes:
        moment = start + length * min(probe, 0.999999)
        holding = [shift for shift in shifts if shift.starts_at <= moment < shift.ends_at]
        if moment < plan.begins(0):
            assert holding == []
        else:
            assert [shift.person for shift in holding] == [candidates(plan, rows, moment)[0]]


@pytest.mark.parametrize(("day", "hours"), [(28, 24), (29, 23), (30, 24)])
def test_a_turn_over_the_night_to_summer_time_is_an_hour_shorter_but_changes_at_nine(day: int, hours: int) -> None:
    turn = turn_at(DAILY, berlin(2026, 3, day, 8, 59))

    assert turn is not None
    assert turn.ends_at.astimezone(BERLIN).time() == time(9)
    assert turn.ends_at - turn.starts_at == timedelta(hours=hours)


def test_a_turn_over_the_night_to_winter_time_is_an_hour_longer_but_changes_at_nine() -> None:
    turn = turn_at(DAILY, berlin(2026, 10, 25, 8, 59))

    assert turn is not None
    assert (turn.starts_at.astimezone(BERLIN).time(), turn.ends_at.astimezone(BERLIN).time()) == (time(9), time(9))
    assert turn.ends_at - turn.starts_at == timedelta(hours=25)


def test_an_hour_that_comes_twice_changes_the_turn_once_and_a_missing_one_does_too() -> None:
    at_night = Plan("Europe/Berlin", date(2026, 3, 1), time(2, 30), 1, (1, 2))

    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert turn_at(at_night, first).starts_at == first
    assert turn_at(at_night, second) == turn_at(at_night, first)
    assert turn_at(at_night, berlin(2026, 3, 29, 4)).starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_nobody_takes_turns_before_the_first_day_or_in_an_empty_rota() -> None:
    empty = Plan("Europe/Berlin", date(2026, 3, 1), time(9), 7, ())

    assert turn_at(DAILY, berlin(2026, 3, 1, 8, 59)) is None
    assert turn_at(DAILY, berlin(2026, 3, 1, 9)).person == 1
    assert turn_at(empty, berlin(2026, 4, 1)) is None
    assert list(turns_between(empty, berlin(2026, 4, 1), berlin(2026, 5, 1))) == []
    assert candidates(empty, [], berlin(2026, 4, 1)) == ()


def test_a_swap_cuts_the_turn_and_says_whose_it_was() -> None:
    swap = Swap(3, berlin(2026, 3, 1, 18), berlin(2026, 3, 2, 12))

    shifts = shifts_between(DAILY, [swap], berlin(2026, 3, 1, 9), berlin(2026, 3, 3, 9))

    assert shifts == [
        Shift(1, berlin(2026, 3, 1, 9), berlin(2026, 3, 1, 18)),
        Shift(3, berlin(2026, 3, 1, 18), berlin(2026, 3, 2, 9), 1),
        Shift(3, berlin(2026, 3, 2, 9), berlin(2026, 3, 2, 12), 2),
        Shift(2, berlin(2026, 3, 2, 12), berlin(2026, 3, 3, 9)),
    ]
    assert candidates(DAILY, [swap], berlin(2026, 3, 2, 10)) == (3, 2, 1)
    assert candidates(DAILY, [swap, Swap(2, swap.starts_at, swap.ends_at)], berlin(2026, 3, 1, 20)) == (2, 1, 3)
