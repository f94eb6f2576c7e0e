"""
Linear classifiers over hashed words, one a class, learnt together; softmax makes shares of what they say.

Each is a support vector machine with squared hinge loss, learnt by dual coordinate descent (Hsieh et al. 2008): no rate to
choose, and a few rounds are enough.
"""

import itertools
import zlib
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import terms

Floats = NDArray[np.float32]
Vector = tuple[NDArray[np.int64], Floats]
HEAT = 6.0
PIECES = 0.6  # what pieces of words count beside whole ones
_SIZES = (2, 3, 4, 5)
_CACHED = 100_000
_EPOCHS = 10
_SLACK = 0.5  # larger forgives more
_SQUARE = 2.0  # of a vector: its text is of length one, and so is the bias


@dataclass(frozen=True, slots=True)
class Hashing:
    """Turns words into places of a table and weighs rare ones more."""

    rows: int
    idf: Floats

    def vector(self, words: Sequence[str]) -> Vector:
        """Give the places and weights of a text, of length one."""
        whole, pieces = self._weigh(_whole(words, self.rows), 1.0), self._weigh(_parts(words, self.rows), PIECES)
        places = np.concatenate([whole[0], pieces[0]])
        unique, where = np.unique(places, return_inverse=True)
        values = np.bincount(where, weights=np.concatenate([whole[1], pieces[1]]), minlength=len(unique))
        length = float(np.sqrt((values * values).sum())) or 1.0
        return unique.astype(np.int64), (values / length).astype(np.float32)

    def _weigh(self, found: list[int], share: float) -> Vector:
        count = Counter(found)
        places = np.fromiter(count.keys(), dtype=np.int64, count=len(count))
        times = np.fromiter(count.values(), dtype=np.float32, count=len(count))
        values = (1 + np.log(times)) * self.idf[places]
        length = float(np.sqrt((values * values).sum())) or 1.0
        return places, (values * np.float32(share / length)).astype(np.float32)


def hashing(texts: Sequence[Sequence[str]], rows: int) -> Hashing:
    """Count in how many texts each place occurs."""
    spread = np.zeros(rows, dtype=np.float32)
    for words in texts:
        spread[list({*_whole(words, rows), *_parts(words, rows)})] += 1
    return Hashing(rows, np.log((1 + len(texts)) / (1 + spread)).astype(np.float32) + 1)


def _whole(words: Sequence[str], rows: int) -> list[int]:
    pairs = (f"{a} {b}" for a, b in itertools.pairwise(words))
    return [zlib.crc32(one.encode()) % rows for one in itertools.chain((f"={word}" for word in words), pairs)]


def _parts(words: Sequence[str], rows: int) -> list[int]:
    return [place for word in words if not word.startswith(terms.SIGN) for place in _pieces(word, rows)]


@lru_cache(_CACHED)
def _pieces(word: str, rows: int) -> "array[int]":
    """Hash the pieces of a word; as an array, which takes a sixth of the memory of as many numbers apart."""
    framed = f"<{word}>"
    pieces = [framed[at : at + size] for size in _SIZES for at in range(len(framed) - size + 1)]
    return array("i", (zlib.crc32(piece.encode()) % rows for piece in pieces))


class Softmax:
    """Weights a class; classes are numbered."""

    def __init__(self, rows: int, classes: int) -> None:
        self.weights: Floats = np.zeros((rows, classes), dtype=np.float32)
        self.bias: Floats = np.zeros(classes, dtype=np.float32)

    def train(
        self, texts: Sequence[Vector], labels: Sequence[int], *, weights: Sequence[float] | None = None,
        epochs: int = _EPOCHS, seed: int = 1,
    ) -> None:  # fmt: skip
        """Learn all texts, several times in changing order; a weight says how bad it is to miss the text's label."""
        random = np.random.default_rng(seed)
        classes = len(self.bias)
        duals = np.zeros((len(texts), classes), dtype=np.float32)
        for number in (number for _ in range(epochs) for number in random.permutation(len(texts))):
            places, values = texts[number]
            label, old, there = labels[number], duals[number], self.weights[places]
            margin = -(values @ there + self.bias)
            margin[label] *= -1
            slack = np.full(classes, _SLACK, dtype=np.float32)
            slack[label] /= 1.0 if weights is None else weights[number]
            new = np.maximum(old - (margin - 1 + slack * old) / (_SQUARE + slack), 0)
            step = old - new
            step[label] *= -1
            duals[number] = new
            self.weights[places] = there + values[:, None] * step[None, :]
            self.bias += step
        self.weights *= HEAT
        self.bias *= HEAT

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
