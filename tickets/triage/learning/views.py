"""
Five views of a request: the articles' words, those of the tickets they solved, neighbours, titles, a classifier.

A sixth one, meaning, is there where vectors are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import softmax
from tickets.triage.learning.bm25 import Index, Scores, joined
from tickets.triage.learning.memory import NOTHING, Classifier, Memory
from tickets.triage.learning.shelf import Shelf
from tickets.triage.learning.vectors import Floats

NEIGHBOURS = 15
RAREST, MORE = 12, 60  # so many words find the neighbours among many tickets, and among few
MANY = 20_000
MOST_ENRICHING = 50_000

NAMES = (
    "text, relative", "text", "text and solved, relative", "text and solved", "title in request", "request in title",
    "neighbours", "best neighbour", "classifier, margin", "classifier", "how often", "likeness", "likeness, relative",
    "title likeness", "title likeness, relative",
)  # fmt: skip
BY_MEANING = (
    "meaning of title", "meaning", "meaning, relative", "meaning of solved", "meaning of solved, relative",
    "neighbours by meaning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A solved ticket that is like the request."""

    number: int
    likeness: float
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the views say: a row of features an article, and what speaks for none at all."""

    features: NDArray[np.float64]
    neighbours: list[Neighbour]
    none: float
    known: float


class Views:
    """The articles of today seen with the memory of solved tickets."""

    def __init__(self, shelf: Shelf, memory: Memory, classifier: Classifier | None) -> None:
        self.shelf, self.articles = shelf, shelf.articles
        self._memory, self._solves = memory, _rows(memory.articles, self.articles)
        newest = self._solves.copy()
        newest[:-MOST_ENRICHING] = NOTHING
        solved = [(memory.words, newest[:, column]) for column in range(newest.shape[1])]
        self.rich = Index(joined([(shelf.counted, shelf.row_of_paper), *solved], len(self.articles)), k1=8, b=0.3)
        self.near = Index(memory.words, k1=1.2, b=0.5).narrowed()
        self.itself = self.near.itself()
        often = np.bincount(self._solves[self._solves >= 0], minlength=len(self.articles))
        self._often = np.log1p(often.astype(np.float64))
        self._classifier = classifier
        self._classes = _rows(classifier.articles, self.articles) if classifier else np.zeros(0, dtype=np.int64)
        self.has_meaning = shelf.encoder is not None and memory.meanings is not None and len(self.articles) > 0
        if self.has_meaning and memory.meanings is not None:
            self._meant = memory.meanings.vectors.astype(np.float32)
            self._solves_meant = self._solves[memory.meanings.rows]

    def look(self, words: Sequence[str], meaning: Floats | None = None) -> Seen:
        """Look at a request in all ways there are; its meaning counts where the articles have theirs."""
        has_meaning = self.has_meaning and meaning is not None
        features = np.zeros((len(self.articles), len(NAMES) + len(BY_MEANING) * has_meaning))
        if has_meaning and meaning is not None:
            self._look_by_meaning(meaning, features)
        asked = list(dict.fromkeys(words))
        text, rich = self.shelf.matching(asked), self.rich.scores(asked)
        whole, title = self.shelf.alike(words)
        features[:, 0], features[:, 1] = _relative(text), text / max(self.shelf.text.weight(asked), 1e-6)
        features[:, 2], features[:, 3] = _relative(rich), rich / max(self.rich.weight(asked), 1e-6)
        features[:, 4], features[:, 5] = self.shelf.titles(asked, text)
        features[:, 11], features[:, 12] = whole, _relative(whole)
        features[:, 13], features[:, 14] = title, _relative(title)
        neighbours = self._find_neighbours(asked, features)
        none = self._classify(words, features)
        features[:, 10] = self._often
        known = sum(word in self.rich.words for word in asked) / max(len(asked), 1)
        return Seen(features, neighbours, none, known)

    def _look_by_meaning(self, meaning: Floats, features: NDArray[np.float64]) -> None:
        at = len(NAMES)
        features[:, at], whole = self.shelf.meant(meaning)
        features[:, at + 1], features[:, at + 2] = whole, whole - whole.max(initial=0)
        if not len(self._meant):
            return
        near = self._meant @ meaning
        solved = np.zeros(len(self.articles), dtype=np.float32)
        for column in self._solves_meant.T:
            there = column >= 0
            np.maximum.at(solved, column[there], near[there])
        features[:, at + 3], features[:, at + 4] = solved, solved - solved.max(initial=0)
        best = np.argsort(-near, kind="stable")[:NEIGHBOURS]
        weights = np.maximum(near[best], 0) ** 4
        for row, weight in zip(self._solves_meant[best], weights / (float(weights.sum()) or 1.0), strict=True):
            features[row[row >= 0], at + 5] += weight

    def _find_neighbours(self, asked: list[str], features: NDArray[np.float64]) -> list[Neighbour]:
        if not self.near.size:
            return []
        scores = self.near.scores(asked, RAREST if self.near.size > MANY else MORE)
        most = min(NEIGHBOURS, self.near.size)
        best = np.argpartition(-scores, most - 1)[:most]
        best = best[np.argsort(-scores[best], kind="stable")]
        own = max(self.near.weight(asked), 1e-6)
        total = float(scores[best].sum()) or 1.0
        found = []
        for at in best:
            score = float(scores[at])
            if score <= 0:
                break
            likeness = min(1.0, score / max(float(np.sqrt(self.itself[at] * own)), 1e-6))
            for row in self._solves[at]:
                if row >= 0:
                    features[row, 6] += score / total
                    features[row, 7] = max(features[row, 7], likeness)
            articles = tuple(int(article) for article in self._memory.articles[at] if article >= 0)
            found.append(Neighbour(int(self._memory.numbers[at]), likeness, articles))
        return found

    def _classify(self, words: Sequence[str], features: NDArray[np.float64]) -> float:
        """Fill in what the classifier says and return how likely it thinks that no article fits."""
        if self._classifier is None:
            return 0.0
        logits = self._classifier.model.logits(self._classifier.hashing.vector(words))
        shares = softmax.softmax(logits)
        features[:, 8] = float(logits.min()) - float(logits.max())
        known, top = logits[:-1], int(np.argmax(logits))
        second = float(np.partition(logits, -2)[-2])
        margins = known - np.where(np.arange(len(known)) == top, second, logits[top])
        there = self._classes >= 0
        features[self._classes[there], 8] = margins[there]
        features[self._classes[there], 9] = shares[:-1][there]
        return float(shares[-1])


def _relative(scores: Scores) -> Scores:
    return scores / max(float(scores.max(initial=0)), 1e-6)


def _rows(articles: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Say in which row each article stands; -1 for those that are gone."""
    if not len(known):
        return np.full_like(articles, NOTHING)
    places = np.minimum(np.searchsorted(known, articles), len(known) - 1)
    return np.where(known[places] == articles, places, NOTHING).astype(np.int64)
