"""
What is this request about? Answered with what was learnt, and with the words of the articles where nothing was.

Workers only: this is where numpy and the model are loaded. A process keeps one model; it looks at each call, by one small
question, whether another version is in use or an article has changed.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, Max

from helpdesk.lib import freeing
from knowledgebase.models import ArticleText
from knowledgebase.search import find_solutions
from tickets.models import TriageModel
from tickets.triage import lessons, meaning
from tickets.triage.learning import packing, similar, wording
from tickets.triage.learning.bm25 import Index
from tickets.triage.learning.labels import Guess, Labelling
from tickets.triage.learning.ranking import Neighbour, Ranking
from tickets.triage.learning.similar import Similar

log = logging.getLogger(__name__)

SOLUTIONS, SIMILAR, LABELS = 10, 3, 3
_MOST_WEIGHED = 80  # words: what a request is about is said at its beginning
REBUILT_AFTER = 20.0  # seconds: articles change in bursts
LEAST = 0.02  # of the first; the others follow it, however unlikely


@dataclass(frozen=True, slots=True)
class Like:
    """A solved ticket that is like the request."""

    ticket: int
    likeness: float
    articles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Solution:
    """An article, how likely it solves the request, and what speaks for it; without a model the confidence is unknown."""

    article: int
    text: int
    confidence: float | None
    score: float
    words: tuple[str, ...]
    like: tuple[Like, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is known about a request; `version` is that of the model, 0 without one."""

    version: int
    language: str
    solutions: tuple[Solution, ...]
    queues: tuple[Guess, ...] = ()
    priorities: tuple[Guess, ...] = ()
    like: tuple[Like, ...] = ()
    queue_words: tuple[str, ...] = ()
    priority_words: tuple[str, ...] = ()


class Assessor:
    """One model with the articles of a moment."""

    def __init__(self, version: int, packed: packing.Packed) -> None:
        self.version = version
        self._packed = packed
        self._ranking = Ranking(lessons.papers(), packed.solutions, meaning.encoder())
        others = Index(packed.others.words, k1=1.2, b=0.5).narrowed()
        self._similar = Similar(
            [
                (*self._ranking.near, packed.solutions.memory.numbers),
                (others, others.itself(), packed.others.numbers),
            ]
        )

    def assess(self, subject: str, text: str) -> Assessment:
        """Answer with what was learnt."""
        cleaned, language, words = lessons.words_of(subject, text)
        ranked = self._ranking.rank(words, cleaned, limit=SOLUTIONS)
        if ranked and ranked[0].confidence < LEAST:
            ranked = []
        texts = _texts([one.article for one in ranked], language)
        solutions = tuple(
            Solution(
                one.article, texts[one.article], one.confidence, one.confidence,
                wording.written(cleaned, language, one.words)[:4],
                _alike(one.neighbours),
            )
            for one in ranked
            if one.article in texts
        )  # fmt: skip
        like = tuple(Like(number, likeness) for number, likeness in self._similar.find(words, SIMILAR))
        (queues, for_queue), (priorities, for_priority) = (
            _guess(labelling, words) for labelling in (self._packed.queues, self._packed.priorities)
        )
        return Assessment(
            self.version, language, solutions, queues, priorities, like,
            queue_words=wording.written(cleaned, language, for_queue),
            priority_words=wording.written(cleaned, language, for_priority),
        )  # fmt: skip


def assess(subject: str, text: str) -> Assessment:
    """Say what a request is about."""
    assessor = _keeper().current()
    return assessor.assess(subject, text) if assessor is not None else _unlearnt(subject, text)


def _unlearnt(subject: str, text: str) -> Assessment:
    """Answer on the first day: by the words of the articles alone."""
    _, language, _ = lessons.words_of(subject, text)
    found = find_solutions(f"{subject}\n{text}", language=language, audience="second_level", limit=SOLUTIONS)
    return Assessment(
        0, language, tuple(Solution(hit.text.article_id, hit.text.pk, None, hit.score, hit.words) for hit in found)
    )


def _guess(labelling: Labelling | None, words: Sequence[str]) -> tuple[tuple[Guess, ...], tuple[str, ...]]:
    """Give the likeliest labels, and the words that speak for the first."""
    if labelling is None:
        return (), ()
    guesses = labelling.guess(words)[:LABELS]
    first = labelling.labels.index(guesses[0].label)
    speaks: dict[str, float] = {}
    for word in dict.fromkeys(words[:_MOST_WEIGHED]):
        logits = labelling.model.logits(labelling.hashing.vector([word]))
        speaks[word] = float(logits[first] - logits.mean())
    ahead = sorted(speaks, key=lambda word: -speaks[word])[:LABELS]
    return tuple(guesses), tuple(word for word in ahead if speaks[word] > 0)


def _alike(neighbours: Sequence[Neighbour]) -> tuple[Like, ...]:
    found = (Like(one.number, one.likeness, one.articles) for one in neighbours if one.likeness >= similar.LEAST)
    return tuple(sorted(found, key=lambda one: -one.likeness))


def _texts(articles: Sequence[int], language: str) -> dict[int, int]:
    """Choose the text of each article, in the language if there is one."""
    rows = ArticleText.objects.filter(article__in=articles).values_list("article_id", "language", "pk")
    chosen: dict[int, int] = {}
    for article, spoken, pk in rows:
        if article not in chosen or spoken == language:
            chosen[article] = pk
    return chosen


class _Keeper:
    """Keeps the assessor of this process."""

    def __init__(self) -> None:
        self._assessor: Assessor | None = None
        self._packed: packing.Packed | None = None
        self._stamp: tuple[object, ...] = ()
        self._made = 0.0

    def current(self) -> Assessor | None:
        """Give the assessor for the version in use and the articles of now; `None` where nothing was learnt."""
        version = TriageModel.objects.filter(state=TriageModel.State.ACTIVE).values_list("version", flat=True).first()
        if version is None:
            self._assessor = self._packed = None
            return None
        is_other = self._assessor is None or self._assessor.version != version
        stamp = self._articles()
        if is_other or (stamp != self._stamp and time.monotonic() - self._made > REBUILT_AFTER):
            self._make(version, stamp, read_again=is_other)
        return self._assessor

    def _make(self, version: int, stamp: tuple[object, ...], *, read_again: bool) -> None:
        if read_again:
            self._assessor = self._packed = None  # two models at once would need the memory of two
            self._packed = _read(version)
        self._assessor = Assessor(version, self._packed) if self._packed is not None else None
        freeing.free()  # reading needs half as much again as what stays
        self._stamp, self._made = stamp, time.monotonic()

    @staticmethod
    def _articles() -> tuple[object, ...]:
        published = ArticleText.objects.filter(article__state="published")
        found = published.aggregate(last=Max("updated_at"), texts=Count("pk"), articles=Count("article", distinct=True))
        return found["last"], found["texts"], found["articles"]


def _read(version: int) -> packing.Packed | None:
    content = TriageModel.objects.values_list("content", flat=True).get(version=version)
    try:
        return packing.unpack(bytes(content))
    except packing.Unreadable as error:
        log.warning("Triage model %s can't be read: %s", version, error)
        return None


@cache
def _keeper() -> _Keeper:
    return _Keeper()
