"""The requests that no article answered: solved tickets without one, and tickets opened right after a search."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Left

from knowledgebase.models import Article, Searched
from knowledgebase.search.remembering import person_of
from people.models import User
from tickets.gaps.clustering import Request
from tickets.gaps.effort import minutes_of
from tickets.models import Message, SolutionAttempt, Ticket, WrittenFrom

LOOKS_BACK = timedelta(days=90)
AFTER_A_SEARCH = timedelta(minutes=30)
_MOST, _MOST_SEARCHES = 20_000, 50_000
_HELPED = (SolutionAttempt.Outcome.OPEN, SolutionAttempt.Outcome.WORKED, SolutionAttempt.Outcome.PARTLY)


@dataclass
class Unanswered:
    """The requests, what their people had searched for, and how long each took."""

    requests: list[Request] = field(default_factory=list)
    searched: dict[int, list[str]] = field(default_factory=dict)
    minutes: dict[int, int] = field(default_factory=dict)


def unanswered(now: datetime) -> Unanswered:
    """Read what was asked lately and no article has answered."""
    since = now - LOOKS_BACK
    searched = _searched(since)
    without = _without_article().filter(resolved_at__gte=since, state__in=("resolved", "closed"))
    read = Unanswered(searched=searched)
    seen: set[int] = set()
    after = _without_article().filter(pk__in=list(searched)[:_MOST]).exclude(state=Ticket.State.VOID)
    for tickets in (without.order_by("-resolved_at")[:_MOST], after):
        for row in _rows(tickets):
            if row["pk"] in seen:
                continue
            seen.add(row["pk"])
            text = f"{row['text'] or ''} {' '.join(searched.get(row['pk'], ()))}"
            read.requests.append(
                Request(row["pk"], row["requester_id"], row["subject"], text, "de" if row["language"] == "de" else "en")
            )
            read.minutes[row["pk"]] = minutes_of(row["first_response_at"], row["resolved_at"])
    return read


def _without_article() -> Any:
    helped = SolutionAttempt.objects.filter(ticket=OuterRef("pk"), outcome__in=_HELPED)
    written = WrittenFrom.objects.filter(ticket=OuterRef("pk"), article__state=Article.State.PUBLISHED)
    return Ticket.objects.filter(~Exists(helped), ~Exists(written), merged_into__isnull=True)


def _rows(tickets: Any) -> Any:
    first = Message.objects.filter(ticket=OuterRef("pk"), is_from_staff=False).order_by("created_at", "pk")
    return (
        tickets.annotate(text=Subquery(first.annotate(head=Left("text", 4000)).values("head")[:1]))
        .values("pk", "requester_id", "subject", "language", "first_response_at", "resolved_at", "text")
        .iterator(chunk_size=1000)
    )


def _searched(since: datetime) -> dict[int, list[str]]:
    """Find the tickets whose requester had searched within the half hour before; the log knows people as hashes alone."""
    searches: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    rows = Searched.objects.filter(at__gte=since).exclude(person="").order_by("-at")[:_MOST_SEARCHES]
    for person, at, query in rows.values_list("person", "at", "query"):
        searches[person].append((at, query))
    if not searches:
        return {}
    hashes: dict[int, str] = {}
    found: dict[int, list[str]] = {}
    opened = Ticket.objects.filter(created_at__gte=since).values_list("pk", "requester_id", "created_at")
    for pk, requester, created in opened.iterator(chunk_size=5000):
        person = hashes.setdefault(requester, person_of(User(pk=requester)))
        queries = [query for at, query in searches.get(person, ()) if created - AFTER_A_SEARCH <= at <= created]
        if queries:
            found[pk] = list(dict.fromkeys(queries))[:5]
    return found
