"""The articles as a request is compared with them, before anything was learnt: by words, by titles, by likeness."""

from collections.abc import Sequence

import numpy as np

from tickets.triage.learning import wording
from tickets.triage.learning.bm25 import Index, Scores, postings
from tickets.triage.learning.likeness import Likeness
from tickets.triage.learning.memory import Paper
from tickets.triage.learning.vectors import Encoder, Floats

MOST_TITLES = 200


class Shelf:
    """The papers of all articles; a row stands for an article, whatever languages it is in."""

    def __init__(self, papers: Sequence[Paper], encoder: Encoder | None = None) -> None:
        self.articles = np.array(sorted({paper.article for paper in papers}), dtype=np.int64)
        row_of = {int(article): row for row, article in enumerate(self.articles)}
        titles = [wording.tokens(paper.title, paper.language) for paper in papers]
        bodies = [wording.tokens(paper.body, paper.language) for paper in papers]
        self.row_of_paper = np.array([row_of[paper.article] for paper in papers], dtype=np.int64)
        self.counted = postings(title + title + body for title, body in zip(titles, bodies, strict=True))
        self.text = Index(self.counted, k1=1.2, b=0.5)
        self._whole = Likeness([title + body for title, body in zip(titles, bodies, strict=True)])
        self._title = Likeness(titles)
        self._titles = [frozenset(title) for title in titles]
        self._papers_of: list[list[int]] = [[] for _ in self.articles]
        for paper, row in enumerate(self.row_of_paper):
            self._papers_of[row].append(paper)
        self.encoder, self._meanings = encoder, None
        if encoder is not None and papers:
            titles_and_wholes = [*(one.title for one in papers), *(f"{one.title}\n{one.body}" for one in papers)]
            self._meanings = encoder.many(titles_and_wholes)

    def matching(self, asked: Sequence[str]) -> Scores:
        """Score the words of the best paper of each article."""
        return self._best(self.text.scores(asked))

    def alike(self, words: Sequence[str]) -> tuple[Scores, Scores]:
        """Give the likeness of the best paper of each article, and of the best title."""
        return self._best(self._whole.scores(words)), self._best(self._title.scores(words))

    def meant(self, vector: Floats) -> tuple[Scores, Scores]:
        """Give how near the best title of each article is in meaning, and the best paper."""
        assert self._meanings is not None
        near = self._meanings @ vector
        return self._best(near[: len(near) // 2]), self._best(near[len(near) // 2 :])

    def titles(self, asked: Sequence[str], ahead: Scores) -> tuple[Scores, Scores]:
        """Give how much of the best title is in the request, and how much of the request is in it; only for those ahead."""
        title_in, request_in = np.zeros_like(ahead), np.zeros_like(ahead)
        words, total = set(asked), max(self.text.weight(asked), 1e-6)
        idf, places = self.text.idf, self.text.words
        candidates = np.flatnonzero(ahead > 0)
        if len(candidates) > MOST_TITLES:
            candidates = candidates[np.argpartition(-ahead[candidates], MOST_TITLES)[:MOST_TITLES]]
        for row in candidates:
            for paper in self._papers_of[row]:
                title = self._titles[paper]
                common = sum(float(idf[places[word]]) for word in title & words)
                if common:
                    whole = sum(float(idf[places[word]]) for word in title)
                    title_in[row] = max(title_in[row], common / whole)
                    request_in[row] = max(request_in[row], common / total)
        return title_in, request_in

    def _best(self, by_paper: Scores) -> Scores:
        best = np.zeros(len(self.articles), dtype=np.float32)
        np.maximum.at(best, self.row_of_paper, by_paper)
        return best
