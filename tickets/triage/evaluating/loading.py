"""Makes articles and solved tickets of the rows, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

from django.db import transaction

from knowledgebase.models import Article, ArticleText
from people.models import User
from tickets.models import Message, Queue, SolutionAttempt, Ticket
from tickets.priorities import priority_of
from tickets.triage.evaluating.rows import PRIORITIES, ArticleRow, SolvedRow, article_of

_AT_ONCE = 2_000
_LONGEST_SUBJECT, _LONGEST_TITLE, _LONGEST_QUEUE = 250, 200, 80
_EVERY = timedelta(minutes=5)  # tickets that do not say when they came


@dataclass(slots=True)
class Loaded:
    """What the rows became: the ids of texts, the names of queues and priorities by their keys; and what was left out."""

    texts: dict[int, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    priorities: dict[str, str] = field(default_factory=dict)
    unknown: int = 0


@transaction.atomic
def load(articles: Sequence[ArticleRow], solved: Sequence[SolvedRow], *, now: datetime) -> Loaded:
    """Load everything or nothing."""
    loaded = Loaded()
    texts = _load_articles(articles, loaded, now)
    queues = _load_queues(solved, loaded)
    for row in solved:
        if row.priority is not None:
            loaded.priorities.setdefault(str(PRIORITIES[row.priority]), row.priority)
    requester = User.objects.create_user("requester@triage-eval.example", None, name="Requester")
    moments = _moments(solved, now)
    for start in range(0, len(solved), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        _load_solved(solved[part], moments[part], requester, queues, texts, loaded)
    return loaded


def _load_articles(rows: Sequence[ArticleRow], loaded: Loaded, now: datetime) -> dict[str, list[ArticleText]]:
    names = list(dict.fromkeys(row.article for row in rows))
    made = Article.objects.bulk_create(
        [
            Article(state=Article.State.PUBLISHED, audience=Article.Audience.PUBLIC, created_at=now, updated_at=now)
            for _ in names
        ],
        batch_size=_AT_ONCE,
    )
    article_of_name = dict(zip(names, made, strict=True))
    texts: dict[str, list[ArticleText]] = {name: [] for name in names}
    fresh = [
        ArticleText(
            article=article_of_name[row.article], language=row.language, title=row.title[:_LONGEST_TITLE],
            steps=row.body, updated_at=now,
        )
        for row in rows
    ]  # fmt: skip
    for row, text in zip(rows, ArticleText.objects.bulk_create(fresh, batch_size=_AT_ONCE), strict=True):
        texts[row.article].append(text)
        loaded.texts[text.pk] = row.id
    return texts


def _load_queues(rows: Sequence[SolvedRow], loaded: Loaded) -> dict[str | None, Queue]:
    names = sorted({row.queue for row in rows if row.queue is not None})
    found: dict[str | None, Queue] = {}
    for number, name in enumerate(names):
        queue = Queue.objects.create(
            slug=f"triage-eval-{number}", name_de=name[:_LONGEST_QUEUE], name_en=name[:_LONGEST_QUEUE]
        )
        found[name], loaded.queues[str(queue.pk)] = queue, name
    found[None] = Queue.objects.create(slug="triage-eval", name_de="triage-eval", name_en="triage-eval")
    return found


def _moments(rows: Sequence[SolvedRow], now: datetime) -> list[datetime]:
    """Say when each ticket came, the newest just now."""
    newest = max((row.ts for row in rows if row.ts is not None), default=0.0)
    return [
        now - (_EVERY * (len(rows) - at) if row.ts is None else timedelta(seconds=newest - row.ts))
        for at, row in enumerate(rows)
    ]


def _load_solved(
    rows: Sequence[SolvedRow], moments: Sequence[datetime], requester: User, queues: dict[str | None, Queue],
    texts: dict[str, list[ArticleText]], loaded: Loaded,
) -> None:  # fmt: skip
    tickets = Ticket.objects.bulk_create(
        _ticket(row, at, requester, queues[row.queue]) for row, at in zip(rows, moments, strict=True)
    )
    Message.objects.bulk_create(
        Message(
            ticket=ticket, kind=Message.Kind.CUSTOMER, channel=ticket.channel, author=requester, text=row.body,
            created_at=ticket.created_at,
        )
        for row, ticket in zip(rows, tickets, strict=True)
    )  # fmt: skip
    any_text = next((one for several in texts.values() for one in several), None)
    attempts: list[SolutionAttempt] = []
    for row, ticket in zip(rows, tickets, strict=True):
        known = [texts[name] for name in dict.fromkeys(map(article_of, row.articles)) if name in texts]
        loaded.unknown += len(row.articles) > 0 and not known
        attempts += [_attempt(ticket, several[0], SolutionAttempt.Outcome.WORKED) for several in known]
        if row.is_read and not row.articles and any_text is not None:
            attempts.append(_attempt(ticket, any_text, SolutionAttempt.Outcome.NOT_APPLICABLE))
    SolutionAttempt.objects.bulk_create(attempts)


def _ticket(row: SolvedRow, at: datetime, requester: User, queue: Queue) -> Ticket:
    priority = PRIORITIES[row.priority or "normal"]
    impact, urgency = next(pair for pair in product((1, 2, 3), repeat=2) if priority_of(*pair) == priority)
    return Ticket(
        subject=" ".join(row.subject.split())[:_LONGEST_SUBJECT], requester=requester, queue=queue,
        state=Ticket.State.CLOSED, impact=impact, urgency=urgency, priority=priority, channel=Ticket.Channel.EMAIL,
        created_at=at, updated_at=at, resolved_at=at, closed_at=at, last_customer_at=at,
    )  # fmt: skip


def _attempt(ticket: Ticket, text: ArticleText, outcome: SolutionAttempt.Outcome) -> SolutionAttempt:
    return SolutionAttempt(ticket=ticket, text=text, outcome=outcome, at=ticket.created_at.astimezone(UTC))
