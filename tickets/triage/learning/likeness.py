"""How alike a request and texts are in words, pairs of words, and pieces of words: the cosine of their hashed vectors."""

from collections.abc import Sequence

import numpy as np

from tickets.triage.learning import softmax
from tickets.triage.learning.softmax import Floats

ROWS = 1 << 16


class Likeness:
    """Texts as vectors, kept by places, so that only what is in common costs time."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.size = len(texts)
        self._hashing = softmax.hashing(texts, ROWS)
        vectors = [self._hashing.vector(words) for words in texts]
        places = np.concatenate([np.zeros(0, dtype=np.int64), *(places for places, _ in vectors)])
        values = np.concatenate([np.zeros(0, dtype=np.float32), *(values for _, values in vectors)])
        order = np.argsort(places, kind="stable")
        self._texts = np.repeat(np.arange(self.size, dtype=np.int32), [len(found) for found, _ in vectors])[order]
        self._values = values[order]
        self._starts = np.zeros(ROWS + 1, dtype=np.int64)
        np.cumsum(np.bincount(places, minlength=ROWS), out=self._starts[1:])

    def scores(self, words: Sequence[str]) -> Floats:
        """Give the likeness of every text, from 0 to 1."""
        places, values = self._hashing.vector(words)
        starts = self._starts[places]
        lengths = self._starts[places + 1] - starts
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)
        shared = np.repeat(values, lengths) * self._values[at]
        return np.bincount(self._texts[at], weights=shared, minlength=self.size).astype(np.float32)
