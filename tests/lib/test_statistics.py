"""Intervals of shares keep what they promise, whatever the numbers."""

from math import comb
from statistics import median as known_median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.statistics import Verdict, difference, median, verdict, wilson

shares = st.integers(1, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(shares)
def test_a_share_lies_in_its_interval(share: tuple[int, int]) -> None:
    found = wilson(*share)

    assert 0 <= found.low <= share[0] / share[1] <= found.high <= 1


@given(shares)
def test_more_cases_of_the_same_share_narrow_the_interval(share: tuple[int, int]) -> None:
    few, many = wilson(*share), wilson(share[0] * 10, share[1] * 10)

    assert many.high - many.low < few.high - few.low


@given(shares)
def test_the_interval_of_the_rest_is_the_mirror(share: tuple[int, int]) -> None:
    part, whole = share

    found, rest = wilson(part, whole), wilson(whole - part, whole)

    assert (rest.low, rest.high) == pytest.approx((1 - found.high, 1 - found.low))


@pytest.mark.parametrize("true", [0.5, 0.8, 0.9, 0.95])
def test_the_interval_holds_the_truth_about_19_times_out_of_20(true: float) -> None:
    whole = 45
    chances = [comb(whole, part) * true**part * (1 - true) ** (whole - part) for part in range(whole + 1)]

    held = sum(
        chance for part, chance in enumerate(chances) if wilson(part, whole).low <= true <= wilson(part, whole).high
    )

    assert 0.92 < held < 0.99


def test_known_figures() -> None:
    assert (round(wilson(41, 45).low, 3), round(wilson(41, 45).high, 3)) == (0.793, 0.965)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)
    # The worked example (a) of Newcombe 1998: 56 of 70 against 48 of 80.
    found = difference(56, 70, 48, 80)
    assert (round(found.value, 3), round(found.low, 3), round(found.high, 3)) == (0.2, 0.052, 0.334)


@given(shares, shares)
def test_turned_round_the_difference_changes_its_sign(one: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = difference(*one, *other), difference(*other, *one)

    assert -1 <= there.low <= there.value <= there.high <= 1
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert verdict(*one, *other) == verdict(*other, *one)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((9, 9, 0, 9), Verdict.TOO_FEW),
        ((41, 45, 20, 45), Verdict.SURELY),
        ((20, 45, 41, 45), Verdict.SURELY),
        ((41, 45, 39, 45), Verdict.PERHAPS),
    ],
)
def test_what_may_be_said(figures: tuple[int, int, int, int], said: Verdict) -> None:
    assert verdict(*figures) == said


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_the_median_is_the_one_everybody_knows(values: list[int]) -> None:
    assert median(values) == known_median(values)


def test_what_is_no_share_is_refused() -> None:
    assert median([]) is None
    for wrong in [(3, 2), (-1, 2)]:
        with pytest.raises(ValueError, match="no part"):
            wilson(*wrong)
    with pytest.raises(ValueError, match="nothing"):
        difference(0, 0, 1, 2)
