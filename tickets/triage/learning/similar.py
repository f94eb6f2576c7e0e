"""The solved tickets that are most like a request, whatever solved them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning.bm25 import Index, Scores

LEAST = 0.25
_RAREST, _MORE, _MANY = 12, 60, 20_000  # so many words find them among many tickets, and among few


class Similar:
    """Looks into several memories at once: the index of each, what each of its texts is worth to itself, the numbers."""

    def __init__(self, parts: Sequence[tuple[Index, Scores, NDArray[np.int64]]]) -> None:
        self._parts = [part for part in parts if len(part[2])]

    def find(self, words: Sequence[str], most: int) -> list[tuple[int, float]]:
        """Give the numbers of the tickets that are most alike, with their likeness between 0 and 1."""
        asked = list(dict.fromkeys(words))
        found: list[tuple[int, float]] = []
        for index, itself, numbers in self._parts:
            scores = index.scores(asked, _RAREST if index.size > _MANY else _MORE)
            own = max(index.weight(asked), 1e-6)
            taken = min(most, index.size)
            for at in np.argpartition(-scores, taken - 1)[:taken]:
                likeness = float(scores[at]) / max(float(np.sqrt(itself[at] * own)), 1e-6)
                if likeness >= LEAST:
                    found.append((int(numbers[at]), min(1.0, likeness)))
        return sorted(found, key=lambda one: -one[1])[:most]
