"""Shares of small numbers: how sure one may be of them, and of the difference between two."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

# The normal distribution's 95 percent.
_SURE = 1.959964
FEW = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which two shares the true one lies, 19 times out of 20."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger the first share is than the second, with its interval."""

    value: float
    low: float
    high: float


class Verdict(StrEnum):
    """What may be said about two shares."""

    SURELY = "surely"
    PERHAPS = "perhaps"
    TOO_FEW = "too_few"


def wilson(part: int, whole: int) -> Interval:
    """
    Give Wilson's interval of a share; of nothing at all, everything is possible.

    :raises ValueError: if the part is not within the whole.
    """
    _check(part, whole)
    if whole == 0:
        return Interval(0.0, 1.0)
    share, square = part / whole, _SURE * _SURE
    middle = share + square / (2 * whole)
    reach = _SURE * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    low = 0.0 if part == 0 else max(0.0, (middle - reach) / scale)
    high = 1.0 if part == whole else min(1.0, (middle + reach) / scale)
    return Interval(low, high)


def difference(part: int, whole: int, other_part: int, other_whole: int) -> Difference:
    """
    Give the difference of two independent shares with Newcombe's interval.

    :raises ValueError: if a part is not within its whole, or one of them is of nothing.
    """
    _check(part, whole)
    _check(other_part, other_whole)
    if not whole or not other_whole:
        raise ValueError("There is no share of nothing.")
    one, other = part / whole, other_part / other_whole
    first, second = wilson(part, whole), wilson(other_part, other_whole)
    value = one - other
    below = sqrt((one - first.low) ** 2 + (second.high - other) ** 2)
    above = sqrt((first.high - one) ** 2 + (other - second.low) ** 2)
    return Difference(value, max(-1.0, value - below), min(1.0, value + above))


def verdict(part: int, whole: int, other_part: int, other_whole: int) -> Verdict:
    """
    Tell whether two shares differ.

    :raises ValueError: if a part is not within its whole.
    """
    _check(part, whole)
    _check(other_part, other_whole)
    if min(whole, other_whole) < FEW:
        return Verdict.TOO_FEW
    found = difference(part, whole, other_part, other_whole)
    return Verdict.SURELY if found.low > 0 or found.high < 0 else Verdict.PERHAPS


def median(values: Sequence[float]) -> float | None:
    """Give the value in the middle; of none, nothing."""
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _check(part: int, whole: int) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}.")
