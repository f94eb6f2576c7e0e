"""
What solved tickets teach, read from their rows.

An article solved a ticket when it was tried and worked, or an agent sent it, and the ticket was resolved without a word
against it. What went out by itself teaches only when somebody said whether it helped: a model must not believe itself.
Where every article that was tried failed, none fits. Of a ticket on which none was tried nothing is known; it is only
remembered for its likeness. An agent's correction is in here by itself: what counts is the queue, the priority and the
article that a ticket had in the end.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from knowledgebase.models import ArticleText, audiences_up_to
from tickets.triage.learning import bm25, labels, languages, wording
from tickets.triage.learning.memory import Paper
from tickets.triage.learning.vectors import LONGEST, MOST_REMEMBERED

MOST_TICKETS = 200_000
READ_FOR = timedelta(days=3 * 365)
_CHUNK = 2_000

_SOLVED = """
SELECT ticket.id, ticket.subject, left(first.text, %(longest)s), ticket.queue_id, ticket.specialists_id, ticket.priority,
    tried.articles, tried.count
FROM (
    SELECT id, subject, queue_id, specialists_id, priority FROM tickets_ticket
    WHERE state IN ('resolved', 'closed') AND created_at > %(since)s ORDER BY id DESC LIMIT %(most)s
) ticket
CROSS JOIN LATERAL (
    SELECT text FROM tickets_message WHERE ticket_id = ticket.id ORDER BY id LIMIT 1
) first
CROSS JOIN LATERAL (
    SELECT count(*) AS count,
        array_agg(DISTINCT article.article_id ORDER BY article.article_id)
            FILTER (WHERE attempt.outcome IN ('worked', 'partly', 'open')) AS articles
    FROM tickets_solutionattempt attempt JOIN knowledgebase_articletext article ON article.id = attempt.text_id
    WHERE attempt.ticket_id = ticket.id AND NOT (attempt.outcome = 'open' AND attempt.by_id IS NULL)
) tried
ORDER BY ticket.id
"""


@dataclass(slots=True)
class Lessons:
    """Solved tickets, oldest first: those of which it is known what solved them, the others, and the labels of the last."""

    numbers: list[int] = field(default_factory=list)
    solved_by: list[tuple[int, ...]] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)
    said: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_REMEMBERED))  # by the last of those
    others: list[int] = field(default_factory=list)
    other_words: bm25.Postings = field(default_factory=lambda: bm25.postings([]))
    texts: deque[list[str]] = field(default_factory=lambda: deque(maxlen=labels.MOST_LEARNT))
    queues: deque[str] = field(default_factory=lambda: deque(maxlen=labels.MOST_LEARNT))
    priorities: deque[str] = field(default_factory=lambda: deque(maxlen=labels.MOST_LEARNT))

    @property
    def count(self) -> int:
        """Say how many tickets were read."""
        return len(self.numbers) + len(self.others)


def read(now: datetime, *, keep_texts: bool = False) -> Lessons:
    """Read the solved tickets of the last three years, 200,000 at most; with their texts, where these are compared, too."""
    lessons = Lessons()
    lessons.other_words = bm25.postings(_sorted_in(lessons, now, keep_texts=keep_texts))
    return lessons


def papers() -> list[Paper]:
    """Read all published articles; who may not read one is not shown it."""
    texts = ArticleText.objects.filter(
        article__state="published", article__audience__in=audiences_up_to("second_level")
    ).values_list(
        "article_id", "language", "title", "symptom", "keywords", "environment", "cause", "steps", "expected_result"
    )
    return [
        Paper(article, language, title, "\n".join(rest)) for article, language, title, *rest in texts.order_by("pk")
    ]


def words_of(subject: str, text: str) -> tuple[str, str, list[str]]:
    """Give a request as it is counted: its cleaned text, its language, and its words."""
    language = languages.detect(f"{subject}\n{text}")
    cleaned = wording.clean(subject, text)
    return cleaned, language, wording.tokens(cleaned, language)


def _sorted_in(lessons: Lessons, now: datetime, *, keep_texts: bool) -> Iterator[list[str]]:
    """Fill the lessons, and yield the words of the tickets whose solution is unknown."""
    for number, subject, text, queue, specialists, priority, articles, tried in _rows(now):
        cleaned, _, words = words_of(subject, text or "")
        lessons.texts.append(words)
        lessons.queues.append(str(specialists or queue))
        lessons.priorities.append(str(priority))
        if tried:
            lessons.numbers.append(number)
            lessons.solved_by.append(tuple(articles or ()))
            lessons.words.append(words)
            if keep_texts:
                lessons.said.append(cleaned[:LONGEST])
        else:
            lessons.others.append(number)
            yield words


def _rows(now: datetime) -> Iterator[tuple[Any, ...]]:
    """Read by a cursor of the server, so that not every ticket is here at once."""
    facts: dict[str, Any] = {"longest": wording.LONGEST_TEXT, "since": now - READ_FOR, "most": MOST_TICKETS}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_SOLVED, facts)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows
