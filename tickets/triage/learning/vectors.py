"""
Meaning as vectors: texts that say the same are near each other, whatever words and whichever of the known languages they use.

What makes the vectors is handed in (`Encode`); nothing here knows a package or loads one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]  # a row of length one for each text

LONGEST = 800  # characters: what a text is about is said at its beginning
MOST_REMEMBERED = 10_000  # solved tickets


class Encoder:
    """Makes vectors, and remembers those of articles, which are asked for again and again."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self.known: dict[bytes, Floats] = {}

    def one(self, text: str) -> Floats:
        """Give the vector of a text that will not come again."""
        found: Floats = self._encode([text[:LONGEST]])[0]
        return found

    def solved(self, texts: Sequence[str], total: int) -> "Meanings":
        """Give the vectors of the last of so many solved tickets."""
        cut = [text[:LONGEST] for text in texts[-MOST_REMEMBERED:]]
        rows = np.arange(total - len(cut), total, dtype=np.int64)
        vectors = self._encode(cut) if cut else np.zeros((0, 0), dtype=np.float32)
        return Meanings(rows, vectors.astype(np.float16))

    def many(self, texts: Iterable[str]) -> Floats:
        """Give the vectors of texts; from then on these are known, and no others."""
        cut = [text[:LONGEST] for text in texts]
        keys = [blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in cut]
        fresh = {key: text for key, text in zip(keys, cut, strict=True) if key not in self.known}
        if fresh:
            self.known.update(zip(fresh, self._encode(list(fresh.values())), strict=True))
        self.known = {key: self.known[key] for key in keys}
        return np.array([self.known[key] for key in keys], dtype=np.float32).reshape(len(keys), -1)


@dataclass(frozen=True, slots=True)
class Meanings:
    """The vectors of solved tickets, and in which rows of the memory these stand."""

    rows: NDArray[np.int64]
    vectors: NDArray[np.float16]

    def among(self, rest: Sequence[int]) -> "Meanings":
        """Keep those of some rows, given in order, and count them anew."""
        kept = np.array(rest, dtype=np.int64)
        if not len(kept) or not len(self.rows):
            return Meanings(self.rows[:0], self.vectors[:0])
        places = np.minimum(np.searchsorted(kept, self.rows), len(kept) - 1)
        there = kept[places] == self.rows
        return Meanings(places[there], self.vectors[there])
