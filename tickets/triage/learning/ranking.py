"""
Ranks the standard solutions for a request, with a calibrated confidence and its evidence.

Five views of a request are joined by a logistic regression: the words of the articles (BM25), the same with the words of the
tickets they solved, the nearest solved tickets, the title, and a classifier. The regression and the confidence are learnt on
tickets that the views had not seen. With no solved tickets the first view and the title stand alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import logistic, softmax, wording
from tickets.triage.learning.bm25 import Index

NONE = -1
NEIGHBOURS = 15
RAREST = 12  # so many words find the neighbours
FOLDS = 5
FEWEST_SOLVED = 30  # below, nothing is learnt
FEWEST_CALIBRATED = 500  # below, no confidence is above
HIGHEST_UNPROVEN = 0.9
MOST_CLASSES = 300
MOST_CELLS = 12_000_000
MOST_LEARNT = 20_000
CANDIDATES = 60


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
class Neighbour:
    """A solved ticket that is like the request."""

    number: int
    likeness: float
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article, how likely it is the right one, and why."""

    article: int
    confidence: float
    words: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


@dataclass(slots=True)
class _Views:
    """The five views, built from articles and solved tickets."""

    papers: Sequence[Paper]
    articles: NDArray[np.int64]
    text: Index
    rich: Index
    titles: list[frozenset[str]]
    rows_of: NDArray[np.int64]  # of papers: which article row
    solved: list[Solved]
    near: Index
    selves: NDArray[np.float32]
    solves: list[tuple[int, ...]]
    often: NDArray[np.float64]
    hashing: softmax.Hashing | None = None
    model: softmax.Softmax | None = None
    classes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


NAMES = (
    "text, relative", "text", "text and solved, relative", "text and solved", "title in request", "request in title",
    "neighbours", "best neighbour", "classifier, margin", "classifier", "how often",
)  # fmt: skip


class Ranking:
    """What `fit` learnt; pure, and safe to use from several threads."""

    def __init__(
        self, views: _Views, fusion: logistic.Logistic | None, trust: logistic.Logistic | None, *, proven: bool
    ) -> None:
        self._views, self._fusion, self._trust, self._proven = views, fusion, trust, proven

    def rank(self, words: Sequence[str], *, limit: int = 10) -> list[Ranked]:
        """Rank the articles for the words of a request (`wording.tokens`); the first confidence is calibrated."""
        if not len(self._views.articles) or not words:
            return []
        seen = _look(self._views, words)
        logits = _fuse(seen, self._fusion)
        order = np.argsort(-logits, kind="stable")[:limit]
        if seen.features[order[0], :8].max(initial=0) <= 0 and self._fusion is None:
            return []
        confidence = self._confidence(seen, logits, order)
        falling = np.minimum.accumulate(np.concatenate([[confidence], _share(logits, order)[1:]]))
        return [
            Ranked(
                int(self._views.articles[row]),
                float(sure),
                self._words(words, int(row)),
                self._evidence(seen, int(row)),
            )
            for row, sure in zip(order, falling, strict=True)
        ]

    def _confidence(self, seen: "_Seen", logits: NDArray[np.float64], order: NDArray[np.int64]) -> float:
        if self._trust is None:
            return float(min(0.75, _share(logits, order)[0] * min(1.0, seen.features[order[0], 1] * 1.5)))
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

    def _evidence(self, seen: "_Seen", row: int) -> tuple[Neighbour, ...]:
        article = int(self._views.articles[row])
        return tuple(one for one in seen.neighbours if article in one.articles)[:3]


@dataclass(frozen=True, slots=True)
class _Seen:
    features: NDArray[np.float64]
    neighbours: list[Neighbour]
    none: float
    known: float


def fit(papers: Sequence[Paper], solved: Sequence[Solved], *, seed: int = 1) -> Ranking:
    """Learn from articles and the solved tickets, oldest first."""
    words = [wording.tokens(wording.clean(one.subject, one.body), one.language) for one in solved]
    return fit_words(papers, solved, words, seed=seed)


def fit_words(papers: Sequence[Paper], solved: Sequence[Solved], words: list[list[str]], *, seed: int = 1) -> Ranking:
    """Learn as `fit` does, from words that were split before."""
    views = _build(papers, solved, words, seed)
    if len(solved) < FEWEST_SOLVED or len(views.articles) < 2:
        return Ranking(views, None, None, proven=False)
    looked: list[_Seen] = []
    labels: list[tuple[int, ...]] = []
    for block in _folds(len(solved)):
        held = {tuple(words[number]) for number in block}
        inside = set(block.tolist())
        rest = [n for n in range(len(solved)) if n not in inside and tuple(words[n]) not in held]
        part = _build(papers, [solved[n] for n in rest], [words[n] for n in rest], seed)
        looked += [_look(part, words[number]) for number in block]
        labels += [solved[number].articles for number in block]
    fusion = _learn_fusion(views, looked, labels)
    trust = _learn_trust(views, looked, labels, fusion)
    return Ranking(views, fusion, trust, proven=len(solved) >= FEWEST_CALIBRATED)


def _folds(count: int) -> list[NDArray[np.int64]]:
    """Deal the tickets out in short runs, so that what was written in the same hours stays together."""
    run = max(1, count // (FOLDS * 40))
    dealt = np.arange(count) // run % FOLDS
    return [np.flatnonzero(dealt == fold) for fold in range(FOLDS)]


def _build(papers: Sequence[Paper], solved: Sequence[Solved], words: list[list[str]], seed: int) -> _Views:
    articles = np.array(sorted({paper.article for paper in papers}), dtype=np.int64)
    row_of = {int(article): row for row, article in enumerate(articles)}
    titles = [wording.tokens(paper.title, paper.language) for paper in papers]
    bodies = [
        title + title + wording.tokens(paper.body, paper.language) for title, paper in zip(titles, papers, strict=True)
    ]
    rich: list[list[str]] = [[] for _ in articles]
    for paper, body in zip(papers, bodies, strict=True):
        rich[row_of[paper.article]] += body
    often: Counter[int] = Counter()
    for one, text in zip(solved, words, strict=True):
        for article in one.articles:
            if article in row_of:
                rich[row_of[article]] += text
                often[row_of[article]] += 1
    near = Index(words, k1=1.2, b=0.5)
    views = _Views(
        papers=papers, articles=articles, text=Index(bodies, k1=1.2, b=0.5), rich=Index(rich, k1=8, b=0.3),
        titles=[frozenset(title) for title in titles],
        rows_of=np.array([row_of[paper.article] for paper in papers], dtype=np.int64), solved=list(solved), near=near,
        selves=_selves(near), solves=[tuple(row_of[a] for a in one.articles if a in row_of) for one in solved],
        often=np.array([np.log1p(often[row]) for row in range(len(articles))], dtype=np.float64),
    )  # fmt: skip
    _learn_classes(views, words, often, seed)
    return views


def _selves(near: Index) -> NDArray[np.float32]:
    """Give what each text scores for itself, as a measure for likeness."""
    found = np.zeros(max(near.size, 1), dtype=np.float32)
    np.add.at(found, near.documents, near.worth)
    return np.maximum(found, 1e-6)


def _learn_classes(views: _Views, words: list[list[str]], often: Counter[int], seed: int) -> None:
    rows = [row for row, _ in often.most_common(MOST_CLASSES)]
    if len(words) < FEWEST_SOLVED or not rows:
        return
    number_of = {row: number for number, row in enumerate(rows)}
    texts, labels = [], []
    for text, solves in list(zip(words, views.solves, strict=True))[-MOST_LEARNT:]:
        for row in solves or (NONE,):
            if row == NONE or row in number_of:
                texts.append(text)
                labels.append(number_of.get(row, len(rows)))
    table = 1 << int(np.log2(max(1 << 12, min(1 << 17, MOST_CELLS // (len(rows) + 1)))))
    views.hashing = softmax.hashing(texts, table)
    views.model = softmax.Softmax(table, len(rows) + 1)
    views.model.train([views.hashing.vector(text) for text in texts], labels, seed=seed)
    views.classes = np.array(rows, dtype=np.int64)


def _look(views: _Views, words: Sequence[str]) -> _Seen:
    """Look at a request in all five ways; a row of features an article."""
    count = len(views.articles)
    features = np.zeros((count, len(NAMES)))
    asked = list(dict.fromkeys(words))
    weight = max(views.text.weight(asked), 1e-6)
    by_paper = views.text.scores(asked)
    text = np.zeros(count, dtype=np.float32)
    np.maximum.at(text, views.rows_of, by_paper)
    rich = views.rich.scores(asked)
    features[:, 0], features[:, 1] = text / max(float(text.max()), 1e-6), text / weight
    features[:, 2], features[:, 3] = rich / max(float(rich.max()), 1e-6), rich / max(views.rich.weight(asked), 1e-6)
    _titles(views, set(asked), features)
    neighbours = _neighbours(views, asked, features)
    none = _classify(views, words, features)
    features[:, 10] = views.often
    known = sum(word in views.rich.words for word in asked) / max(len(asked), 1)
    return _Seen(features, neighbours, none, known)


def _titles(views: _Views, asked: set[str], features: NDArray[np.float64]) -> None:
    idf, places = views.text.idf, views.text.words
    total = max(views.text.weight(asked), 1e-6)
    candidates = np.flatnonzero(features[:, 0] > 0)
    wanted = set(candidates.tolist())
    for paper, row in enumerate(views.rows_of):
        if row not in wanted:
            continue
        title = views.titles[paper]
        common = sum(float(idf[places[word]]) for word in title & asked)
        whole = sum(float(idf[places[word]]) for word in title) or 1.0
        features[row, 4] = max(features[row, 4], common / whole)
        features[row, 5] = max(features[row, 5], common / total)


def _neighbours(views: _Views, asked: list[str], features: NDArray[np.float64]) -> list[Neighbour]:
    if not views.near.size:
        return []
    scores = views.near.scores(asked, RAREST if views.near.size > 20_000 else 60)
    most = min(NEIGHBOURS, views.near.size)
    best = np.argpartition(-scores, most - 1)[:most]
    best = best[np.argsort(-scores[best], kind="stable")]
    own = max(views.near.weight(asked), 1e-6)
    total = float(scores[best].sum()) or 1.0
    found = []
    for number in best:
        score = float(scores[number])
        if score <= 0:
            break
        likeness = min(1.0, score / max(float(np.sqrt(views.selves[number] * own)), 1e-6))
        for row in views.solves[number]:
            features[row, 6] += score / total
            features[row, 7] = max(features[row, 7], likeness)
        one = views.solved[number]
        found.append(Neighbour(one.number, likeness, one.articles))
    return found


def _classify(views: _Views, words: Sequence[str], features: NDArray[np.float64]) -> float:
    """Fill in what the classifier says and return how likely it thinks that no article fits."""
    if views.model is None or views.hashing is None:
        return 0.0
    logits = views.model.logits(views.hashing.vector(words))
    shares = softmax.softmax(logits)
    features[:, 8] = float(logits.min()) - float(logits.max())
    known, top = logits[:-1], int(np.argmax(logits))
    second = float(np.partition(logits, -2)[-2])
    features[views.classes, 8] = known - np.where(np.arange(len(known)) == top, second, logits[top])
    features[views.classes, 9] = shares[:-1]
    return float(shares[-1])


def _fuse(seen: _Seen, fusion: logistic.Logistic | None) -> NDArray[np.float64]:
    if fusion is None:
        alone: NDArray[np.float64] = 4 * seen.features[:, 0] + 3 * seen.features[:, 4] + 2 * seen.features[:, 5]
        return alone
    return fusion.logits(seen.features)


def _share(logits: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max())
    found: NDArray[np.float64] = raised[order] / raised.sum()
    return found


def _learn_fusion(views: _Views, looked: list[_Seen], labels: list[tuple[int, ...]]) -> logistic.Logistic:
    rows, right = [], []
    for seen, articles in zip(looked, labels, strict=True):
        wanted = np.isin(views.articles, articles)
        if not wanted.any():
            continue
        ahead = np.argsort(-(seen.features[:, 0] + seen.features[:, 2] + seen.features[:, 6] + seen.features[:, 9]))
        kept = np.unique(np.concatenate([ahead[:CANDIDATES], np.flatnonzero(wanted)]))
        rows.append(seen.features[kept])
        right.append(wanted[kept])
    return logistic.fit(np.vstack(rows), np.concatenate(right).astype(np.float64))


def _learn_trust(
    views: _Views, looked: list[_Seen], labels: list[tuple[int, ...]], fusion: logistic.Logistic
) -> logistic.Logistic:
    rows, right = [], []
    for seen, articles in zip(looked, labels, strict=True):
        logits = _fuse(seen, fusion)
        order = np.argsort(-logits, kind="stable")[:10]
        rows.append(_signs(seen, logits, order))
        right.append(int(views.articles[order[0]]) in articles)
    return logistic.fit(np.vstack(rows), np.array(right, dtype=np.float64))


def _signs(seen: _Seen, logits: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what speaks for and against the first one being right."""
    first = int(order[0])
    second = float(logits[order[1]]) if len(order) > 1 else float(logits[first]) - 10
    agreeing = sum(int(np.argmax(seen.features[:, column])) == first for column in (0, 2, 6, 9))
    best = seen.features[first]
    return np.array(
        [
            float(logits[first]), min(float(logits[first]) - second, 10.0), _share(logits, order)[0], agreeing,
            best[7], best[6], best[9], best[1], best[3], seen.none, seen.known,
        ]
    )  # fmt: skip
