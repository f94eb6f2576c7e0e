"""Five views of a request: the articles' words, those of the tickets they solved, neighbours, titles, a classifier."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import softmax
from tickets.triage.learning.bm25 import Index, Scores, joined
from tickets.triage.learning.memory import NOTHING, Classifier, Memory
from tickets.triage.learning.shelf import Shelf

NEIGHBOURS = 15
RAREST, MORE = 12, 60  # so many words find the neighbours among many tickets, and among few
MANY = 20_000
MOST_ENRICHING = 50_000

NAMES = (
    "text, relative", "text", "text and solved, relative", "text and solved", "title in request", "request in title",
    "neighbours", "best neighbour", "classifier, margin", "classifier", "how often", "likeness", "likeness, relative",
    "title likeness", "title likeness, relative",
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

    def look(self, words: Sequence[str]) -> Seen:
        """Look at a request in all five ways."""
        features = np.zeros((len(self.articles), len(NAMES)))
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
