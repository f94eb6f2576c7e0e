"""The solved tickets as the ranking remembers them: their words, their numbers, and the articles that solved them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import bm25, softmax
from tickets.triage.learning.vectors import Meanings

NOTHING = -1
MOST_CLASSES = 300
MOST_CELLS = 12_000_000
MOST_LEARNT = 20_000
FEWEST_SOLVED = 30  # below, nothing is learnt
_EPOCHS, _MOST_STEPS = 12, 80_000


@dataclass(frozen=True, slots=True)
class Paper:
    """One text of an article."""

    article: int
    language: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Solved:
    """A solved ticket; `articles` solved it, none at all when it was read and no article fits."""

    number: int
    subject: str
    body: str
    language: str
    articles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """Solved tickets, oldest first; a row of articles each, filled up with -1."""

    words: bm25.Postings
    numbers: NDArray[np.int64]
    articles: NDArray[np.int64]
    meanings: Meanings | None = None


@dataclass(frozen=True, slots=True)
class Classifier:
    """Tells the articles that solved most from each other; the last class is "no article fits"."""

    hashing: softmax.Hashing
    model: softmax.Softmax
    articles: NDArray[np.int64]


def remember(
    numbers: Sequence[int], solved_by: Sequence[tuple[int, ...]], words: Sequence[Sequence[str]],
    meanings: Meanings | None = None,
) -> Memory:  # fmt: skip
    """Count the words of solved tickets."""
    widest = max((len(articles) for articles in solved_by), default=0) or 1
    rows = np.full((len(numbers), widest), NOTHING, dtype=np.int64)
    for row, articles in zip(rows, solved_by, strict=True):
        row[: len(articles)] = articles
    return Memory(bm25.postings(words), np.array(numbers, dtype=np.int64), rows, meanings)


def classify(
    known: set[int], solved_by: Sequence[tuple[int, ...]], words: Sequence[Sequence[str]], *, seed: int
) -> Classifier | None:
    """Learn to tell the known articles apart; `None` where there is too little to learn from."""
    often: dict[int, int] = {}
    for articles in solved_by:
        for article in articles:
            if article in known:
                often[article] = often.get(article, 0) + 1
    chosen = sorted(often, key=lambda article: -often[article])[:MOST_CLASSES]
    if len(words) < FEWEST_SOLVED or not chosen:
        return None
    number_of = {article: number for number, article in enumerate(chosen)}
    texts, labels = [], []
    for text, articles in list(zip(words, solved_by, strict=True))[-MOST_LEARNT:]:
        for article in [one for one in articles if one in known] or (NOTHING,):
            if article == NOTHING or article in number_of:
                texts.append(text)
                labels.append(number_of.get(article, len(chosen)))
    rows = 1 << int(np.log2(max(1 << 12, min(1 << 17, MOST_CELLS // (len(chosen) + 1)))))
    hashing = softmax.hashing(texts, rows)
    model = softmax.Softmax(rows, len(chosen) + 1)
    epochs = max(3, min(_EPOCHS, _MOST_STEPS // max(1, len(texts))))
    model.train([hashing.vector(text) for text in texts], labels, epochs=epochs, seed=seed)
    return Classifier(hashing, model, np.array(chosen, dtype=np.int64))
