"""
Ranks the standard solutions for a request, with a calibrated confidence and its evidence.

Five views of a request (`views`) are joined by a logistic regression; it and the confidence are learnt on tickets that the
views had not seen. With no solved tickets the words of the articles stand alone. What is learnt from solved tickets
(`Learnt`) is kept apart from the articles, so that a new article counts at once and one that is gone is never named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import logistic, wording
from tickets.triage.learning.bm25 import Index, Scores
from tickets.triage.learning.memory import FEWEST_SOLVED, Classifier, Memory, Paper, Solved, classify, remember
from tickets.triage.learning.shelf import Shelf
from tickets.triage.learning.vectors import Encoder, Floats, Meanings
from tickets.triage.learning.views import BY_MEANING, NAMES, Neighbour, Seen, Views

__all__ = ["Learnt", "Neighbour", "Paper", "Ranked", "Ranking", "Solved", "fit", "learn"]

FOLDS = 5
MOST_FOLDED, MOST_LOOKED = 6_000, 3_000  # above, one part is held out instead of every part in turn
FEWEST_CALIBRATED = 500  # below, no confidence is above
HIGHEST_UNPROVEN = 0.9
CANDIDATES = 60
SURE = 0.95
NEAR = 0.4  # in meaning: enough to name an article that shares no word with the request
HAVING = [0, 2, 4, 6]  # the views that are 0 where no word is in common
ALONE = np.array([2.0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 4, 0, 1])  # of the views, before anything is learnt
ALONE_BY_MEANING = np.array([4.0, 0, 10.0, 0, 0, 0])


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article, how likely it is the right one, and why."""

    article: int
    confidence: float
    words: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What solved tickets taught; `figures` say how well it did on tickets it had not seen."""

    memory: Memory
    classifier: Classifier | None = None
    fusion: logistic.Logistic | None = None
    trust: logistic.Logistic | None = None
    proven: bool = False
    known: dict[bytes, Floats] = field(default_factory=dict)  # the vectors of articles
    figures: dict[str, float] = field(default_factory=dict)


class Ranking:
    """The articles of today, ranked with what was learnt; safe to use from several threads."""

    def __init__(self, papers: Sequence[Paper], learnt: Learnt, encoder: Encoder | None = None) -> None:
        self.encoder = encoder if learnt.memory.meanings is not None else None
        if self.encoder is not None:
            self.encoder.known.update(learnt.known)
        self._views = Views(Shelf(papers, self.encoder), learnt.memory, learnt.classifier)
        self._fusion, self._trust, self._proven = learnt.fusion, learnt.trust, learnt.proven
        if self._fusion is not None and len(self._fusion.mean) > len(NAMES) and not self._views.has_meaning:
            self._fusion = self._trust = None  # what was learnt with vectors says nothing without them

    @property
    def near(self) -> tuple[Index, Scores]:
        """Give the index of the remembered tickets, and what each is worth to itself."""
        return self._views.near, self._views.itself

    def rank(self, words: Sequence[str], text: str = "", *, limit: int = 10) -> list[Ranked]:
        """
        Rank the articles for the words of a request (`wording.tokens`); the first confidence is calibrated.

        Its text counts where there are vectors.
        """
        if not len(self._views.articles) or not words:
            return []
        seen = self._views.look(words, self.encoder.one(text) if self.encoder is not None else None)
        logits = _fuse(seen, self._fusion)
        order = np.argsort(-logits, kind="stable")[:limit]
        if self._fusion is None and not _has_anything(seen, int(order[0])):
            return []
        falling = np.minimum.accumulate(
            np.concatenate([[self._confidence(seen, logits, order)], _share(logits, order)[1:]])
        )
        return [
            Ranked(
                int(self._views.articles[row]), float(sure), self._words(words, int(row)), self._evidence(seen, int(row))
            )
            for row, sure in zip(order, falling, strict=True)
        ]  # fmt: skip

    def _confidence(self, seen: Seen, logits: NDArray[np.float64], order: NDArray[np.int64]) -> float:
        if self._trust is None:
            return min(_first_day(seen, logits, order), HIGHEST_UNPROVEN)
        sure = float(self._trust.probabilities(_signs(seen, logits, order)[None, :])[0])
        return sure if self._proven else min(sure, HIGHEST_UNPROVEN)

    def _words(self, words: Sequence[str], row: int) -> tuple[str, ...]:
        """Name the words of the request that the article, or the tickets it solved, has; those worth most first."""
        index = self._views.rich
        worth = {}
        for word in dict.fromkeys(words):
            place = index.words.get(word)
            if place is not None:
                a, b = index.starts[place], index.starts[place + 1]
                at = np.searchsorted(index.documents[a:b], row)
                if at < b - a and index.documents[a + at] == row:
                    worth[word] = float(index.worth[a + at])
        return tuple(sorted(worth, key=lambda word: -worth[word])[:6])

    def _evidence(self, seen: Seen, row: int) -> tuple[Neighbour, ...]:
        article = int(self._views.articles[row])
        return tuple(one for one in seen.neighbours if article in one.articles)[:3]


def fit(papers: Sequence[Paper], solved: Sequence[Solved], *, seed: int = 1) -> Ranking:
    """Learn from articles and the solved tickets, oldest first, and rank with that."""
    words = [wording.tokens(wording.clean(one.subject, one.body), one.language) for one in solved]
    return Ranking(
        papers, learn(papers, [one.number for one in solved], [one.articles for one in solved], words, seed=seed)
    )


def learn(
    papers: Sequence[Paper],
    numbers: Sequence[int],
    solved_by: Sequence[tuple[int, ...]],
    words: Sequence[Sequence[str]],
    *,
    meanings: Meanings | None = None,
    encoder: Encoder | None = None,
    seed: int = 1,
) -> Learnt:
    """
    Learn from solved tickets, oldest first: their numbers, the articles that solved them, and their words.

    With vectors, also what they mean, and what makes the vectors of articles.
    """
    known = {paper.article for paper in papers}
    memory = remember(numbers, solved_by, words, meanings)
    classifier = classify(known, solved_by, words, seed=seed)
    shelf = Shelf(papers, encoder)
    remembered = encoder.known if encoder is not None else {}
    if len(numbers) < FEWEST_SOLVED or len(known) < 2:
        return Learnt(memory, classifier, known=remembered)
    vector_of = dict(zip(meanings.rows.tolist(), meanings.vectors.astype(np.float32), strict=True)) if meanings else {}
    nowhere = np.zeros_like(next(iter(vector_of.values()))) if vector_of else None
    looked: list[Seen] = []
    labels: list[tuple[int, ...]] = []
    for block in _folds(len(numbers)):
        held, inside = {tuple(words[at]) for at in block}, set(block.tolist())
        rest = [at for at in range(len(numbers)) if at not in inside and tuple(words[at]) not in held]
        there, taught = [solved_by[at] for at in rest], [words[at] for at in rest]
        part = Views(
            shelf,
            remember([numbers[at] for at in rest], there, taught, meanings.among(rest) if meanings else None),
            classify(known, there, taught, seed=seed),
        )
        looked += [part.look(words[at], vector_of.get(at, nowhere)) for at in block]
        labels += [solved_by[at] for at in block]
    articles = np.array(sorted(known), dtype=np.int64)
    fusion = _learn_fusion(articles, looked, labels)
    if fusion is None:
        return Learnt(memory, classifier, known=remembered)
    signs, first, third = _judge(articles, looked, labels, fusion)
    trust = logistic.fit(signs, first)
    proven = len(numbers) >= FEWEST_CALIBRATED
    figures = _figures(trust.probabilities(signs), first, third)
    return Learnt(memory, classifier, fusion, trust, proven, remembered, figures)


def _folds(count: int) -> list[NDArray[np.int64]]:
    """Deal the tickets out in short runs, so that what was written in the same hours stays together."""
    run = max(1, count // (FOLDS * 40))
    dealt = np.arange(count) // run % FOLDS
    if count <= MOST_FOLDED:
        return [np.flatnonzero(dealt == fold) for fold in range(FOLDS)]
    held = np.flatnonzero(dealt == FOLDS - 1)
    return [held[-MOST_LOOKED:]]


def _fuse(seen: Seen, fusion: logistic.Logistic | None) -> NDArray[np.float64]:
    if fusion is None:
        alone: NDArray[np.float64] = seen.features[:, : len(NAMES)] @ ALONE
        if _has_meaning(seen):
            alone += seen.features[:, len(NAMES) :] @ ALONE_BY_MEANING
        return alone
    return fusion.logits(seen.features)


def _has_meaning(seen: Seen) -> bool:
    return bool(seen.features.shape[1] == len(NAMES) + len(BY_MEANING))


def _has_anything(seen: Seen, row: int) -> bool:
    """Tell whether an article has a word of the request, or its meaning."""
    best = seen.features[row]
    return bool(best[HAVING].max(initial=0) > 0 or (_has_meaning(seen) and best[len(NAMES) + 1] > NEAR))


def _first_day(seen: Seen, logits: NDArray[np.float64], order: NDArray[np.int64]) -> float:
    """Guess how likely the first one is right where nothing was learnt; the weights were, on other people's requests."""
    best = seen.features[order[0]]
    margin = min(float(logits[order[0]] - logits[order[1]]), 10.0) if len(order) > 1 else 1.0
    return float(1 / (1 + np.exp(2.2 - 0.56 * margin - 2.0 * best[1] - 2.3 * best[11])))


def _share(logits: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max())
    found: NDArray[np.float64] = raised[order] / raised.sum()
    return found


def _learn_fusion(
    articles: NDArray[np.int64], looked: list[Seen], labels: list[tuple[int, ...]]
) -> logistic.Logistic | None:
    rows, right = [], []
    for seen, solved_by in zip(looked, labels, strict=True):
        wanted = np.isin(articles, solved_by)
        if not wanted.any():
            continue
        worth = seen.features[:, [0, 2, 6, 9]].sum(axis=1)
        if _has_meaning(seen):
            worth += seen.features[:, len(NAMES) + 1] + seen.features[:, len(NAMES) + 5]
        ahead = np.argsort(-worth)
        kept = np.unique(np.concatenate([ahead[:CANDIDATES], np.flatnonzero(wanted)]))
        rows.append(seen.features[kept])
        right.append(wanted[kept])
    return logistic.fit(np.vstack(rows), np.concatenate(right).astype(np.float64)) if rows else None


def _judge(
    articles: NDArray[np.int64], looked: list[Seen], labels: list[tuple[int, ...]], fusion: logistic.Logistic
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the signs of each ranking, whether its first was right, and (of those with a right one) its first three."""
    signs, first, third = [], [], []
    for seen, solved_by in zip(looked, labels, strict=True):
        logits = _fuse(seen, fusion)
        order = np.argsort(-logits, kind="stable")[:10]
        signs.append(_signs(seen, logits, order))
        first.append(int(articles[order[0]]) in solved_by)
        if solved_by:
            third.append(bool(set(articles[order[:3]].tolist()) & set(solved_by)))
    return np.vstack(signs), np.array(first, dtype=np.float64), np.array(third or [False], dtype=np.float64)


def _figures(sure: NDArray[np.float64], first: NDArray[np.float64], third: NDArray[np.float64]) -> dict[str, float]:
    answerable, automatic = max(1, len(third)), sure >= SURE
    return {
        "looked": len(first),
        "answerable": answerable,
        "hit1": round(float(first.sum()) / answerable, 4),
        "hit3": round(float(third.mean()), 4),
        "sure": round(float(automatic.mean()), 4),
        "precision": round(float(first[automatic].mean()), 4) if automatic.any() else 0.0,
    }


def _signs(seen: Seen, logits: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what speaks for and against the first one being right."""
    first = int(order[0])
    second = float(logits[order[1]]) if len(order) > 1 else float(logits[first]) - 10
    agreeing = sum(int(np.argmax(seen.features[:, column])) == first for column in (0, 2, 6, 9))
    best = seen.features[first]
    signs = [
        float(logits[first]), min(float(logits[first]) - second, 10.0), _share(logits, order)[0], agreeing,
        best[7], best[6], best[9], best[1], best[3], seen.none, seen.known,
    ]  # fmt: skip
    return np.array([*signs, *best[len(NAMES) :]])
