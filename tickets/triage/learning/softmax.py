"""A multiclass softmax over hashed words, trained one text after the other (AdaGrad, Duchi et al. 2011)."""

import itertools
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Vector = tuple[NDArray[np.int64], Floats]
_CACHED = 100_000


@dataclass(frozen=True, slots=True)
class Hashing:
    """Turns words into places of a table and weighs rare ones more."""

    rows: int
    idf: Floats

    def vector(self, words: Sequence[str]) -> Vector:
        """Give the places and weights of a text, of length one."""
        count = Counter(places_of(words, self.rows))
        places = np.fromiter(count.keys(), dtype=np.int64, count=len(count))
        times = np.fromiter(count.values(), dtype=np.float32, count=len(count))
        values = (1 + np.log(times)) * self.idf[places]
        length = float(np.sqrt((values * values).sum())) or 1.0
        return places, (values / length).astype(np.float32)


def hashing(texts: Sequence[Sequence[str]], rows: int) -> Hashing:
    """Count in how many texts each place occurs."""
    spread = np.zeros(rows, dtype=np.float32)
    for words in texts:
        spread[list(set(places_of(words, rows)))] += 1
    return Hashing(rows, np.log((1 + len(texts)) / (1 + spread)).astype(np.float32) + 1)


def places_of(words: Sequence[str], rows: int) -> list[int]:
    """Give the places of words, pairs of words, and pieces of words."""
    found: list[int] = []
    for word in words:
        found += _pieces(word, rows)
    found += [zlib.crc32(f"{a} {b}".encode()) % rows for a, b in itertools.pairwise(words)]
    return found


@lru_cache(_CACHED)
def _pieces(word: str, rows: int) -> tuple[int, ...]:
    framed = f"<{word}>"
    pieces = {framed[at : at + size] for size in (3, 4, 5) for at in range(max(0, len(framed) - size + 1))}
    return tuple(zlib.crc32(piece.encode()) % rows for piece in (f"={word}", *pieces))


class Softmax:
    """Weights a class; classes are numbered."""

    def __init__(self, rows: int, classes: int) -> None:
        self.weights: Floats = np.zeros((rows, classes), dtype=np.float32)
        self.bias: Floats = np.zeros(classes, dtype=np.float32)

    def train(
        self, texts: Sequence[Vector], labels: Sequence[int], *, weights: Sequence[float] | None = None,
        epochs: int = 12, rate: float = 0.2, seed: int = 1,
    ) -> None:  # fmt: skip
        """Learn all texts, several times in changing order."""
        random = np.random.default_rng(seed)
        gathered = np.full_like(self.weights, 1e-6)
        for _ in range(epochs):
            for number in random.permutation(len(texts)):
                places, values = texts[number]
                wrong = self.probabilities(texts[number])
                wrong[labels[number]] -= 1
                if weights is not None:
                    wrong *= weights[number]
                step = values[:, None] * wrong[None, :]
                sums = gathered[places]
                sums += step * step
                gathered[places] = sums
                self.weights[places] -= rate * step / np.sqrt(sums)
                self.bias -= 0.01 * wrong

    def logits(self, text: Vector) -> Floats:
        """Give a number a class; the largest is the likeliest."""
        places, values = text
        found: Floats = values @ self.weights[places].astype(np.float32, copy=False) + self.bias
        return found

    def probabilities(self, text: Vector) -> Floats:
        """Give a probability a class; together they are one."""
        return softmax(self.logits(text))


def softmax(logits: Floats) -> Floats:
    """Make probabilities of logits."""
    raised = np.exp(logits - logits.max())
    found: Floats = (raised / raised.sum()).astype(np.float32)
    return found
