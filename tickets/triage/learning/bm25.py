"""BM25 over many short texts, in memory (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009)."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import terms

MEANING = 0.5  # what a meaning is worth beside a word

Scores = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Which word stands in which text, and how often: sorted by words, then by texts."""

    words: dict[str, int]
    starts: Numbers
    documents: NDArray[np.int32]
    times: NDArray[np.integer[Any]]
    size: int

    def places(self) -> NDArray[np.int32]:
        """Give the word of each entry."""
        return np.repeat(np.arange(len(self.words), dtype=np.int32), np.diff(self.starts))


def postings(texts: Iterable[Sequence[str]]) -> Postings:
    """Count the words of texts."""
    words: dict[str, int] = {}
    places, documents, times = array("i"), array("i"), array("i")
    size = 0
    for text in texts:
        for word, often in Counter(text).items():
            places.append(words.setdefault(word, len(words)))
            documents.append(size)
            times.append(often)
        size += 1
    by_word = np.argsort(np.frombuffer(places, dtype=np.int32), kind="stable") if places else np.zeros(0, dtype=int)
    starts = np.zeros(len(words) + 1, dtype=np.int64)
    if places:
        np.cumsum(np.bincount(np.frombuffer(places, dtype=np.int32), minlength=len(words)), out=starts[1:])
    return Postings(
        words, starts, np.array(documents, dtype=np.int32)[by_word], np.array(times, dtype=np.int32)[by_word], size
    )


def joined(parts: Iterable[tuple[Postings, Numbers]], size: int) -> Postings:
    """Pour texts together; each part says where each of its texts goes (-1: nowhere)."""
    words: dict[str, int] = {}
    keys, times = [], []
    for part, goes_to in parts:
        place_of = np.array([words.setdefault(word, len(words)) for word in part.words], dtype=np.int64)
        rows = goes_to[part.documents] if part.size else np.zeros(0, dtype=np.int64)
        kept = rows >= 0
        keys.append(place_of[part.places()[kept]] * size + rows[kept] if len(place_of) else rows[kept])
        times.append(part.times[kept])
    every, where = np.unique(np.concatenate(keys), return_inverse=True)
    starts = np.searchsorted(every, np.arange(len(words) + 1, dtype=np.int64) * size)
    sums = np.bincount(where, weights=np.concatenate(times), minlength=len(every))
    return Postings(words, starts, (every % max(size, 1)).astype(np.int32), sums.astype(np.int32), size)


class Index:
    """What each word is worth in each text."""

    def __init__(self, counted: Postings, *, k1: float, b: float) -> None:
        self.size, self.words, self.starts = counted.size, counted.words, counted.starts
        self.documents = counted.documents
        frequency = counted.times.astype(np.float32)
        lengths = np.bincount(counted.documents, weights=counted.times, minlength=max(1, counted.size))
        average = float(lengths.mean()) or 1.0
        spread = np.diff(self.starts).astype(np.float32)
        self.idf = np.log1p((self.size - spread + 0.5) / (spread + 0.5)).astype(np.float32)
        self.idf[[place for word, place in self.words.items() if word.startswith(terms.SIGN)]] *= MEANING
        norm = (k1 * (1 - b + b * lengths / average)).astype(np.float32)[self.documents]
        norm += frequency
        frequency *= np.repeat(self.idf, np.diff(self.starts)) * np.float32(k1 + 1)
        self.worth: NDArray[np.floating[Any]] = frequency / norm

    def narrowed(self) -> "Index":
        """Keep what words are worth in half the memory, for very many texts."""
        self.worth = self.worth.astype(np.float16)
        return self

    def known(self, words: Iterable[str], most: int | None = None) -> list[int]:
        """Give the places of the words that stand in any text, each once, the rarest first."""
        places = {self.words[word] for word in words if word in self.words}
        return sorted(places, key=lambda place: (-self.idf[place], place))[:most]

    def scores(self, words: Iterable[str], most: int | None = None) -> Scores:
        """Score every text; `most` limits the work to that many of the rarest words."""
        found: Scores = np.zeros(self.size, dtype=np.float32)
        for place in self.known(words, most):
            a, b = self.starts[place], self.starts[place + 1]
            found[self.documents[a:b]] += self.worth[a:b]
        return found

    def weight(self, words: Iterable[str]) -> float:
        """Sum up what the words are worth at all, the unknown ones as the rarest."""
        rarest = float(np.log1p((self.size + 0.5) / 0.5))
        return sum(float(self.idf[self.words[word]]) if word in self.words else rarest for word in set(words))

    def itself(self) -> Scores:
        """Give what each text scores for all of its own words."""
        found = np.bincount(self.documents, weights=self.worth, minlength=max(1, self.size))
        return np.maximum(found, 1e-6).astype(np.float32)
