"""Reads what came in, and writes down what may be a major incident; any process may run it at any time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext

from helpdesk.lib import live
from knowledgebase.models import ArticleText
from tickets.models import Burst, Suggestion, Ticket
from tickets.triage.bursts import BASELINE, WINDOW, Found, Sighting, candidates, detect, is_same
from tickets.triage.learning.wording import tokens

REMEMBERED = timedelta(hours=12)  # so long a burst is the same one
_MOST_WORDS = 8
_SHORTEST_WORD = 4
_LOCK = 4_200_012
_SMALL = frozenset(
    "hilf help bitt pleas probl problem frag question nicht funktioniert work works mehr kein kann wird noch seit auch meine "
    "mein with from geht have cannot dring urgent anfrag request issu error fehl neu guten morgen hallo hello dear".split()
)


def find_bursts(now: datetime) -> int:
    """Propose the bursts of the last two hours that nobody knows yet; return how many."""
    if not candidates(_sightings(now - WINDOW, now)):
        return 0
    with transaction.atomic():
        if not _is_alone():
            return 0
        found = detect(_sightings(now - WINDOW - BASELINE, now), now=now)
        return sum(_propose(one, now) for one in found)


def topics_of(article: int | None, rule: str, subject: str, language: str) -> tuple[str, ...]:
    """Name what a request may be about: its likeliest article, the word that routed it, the words of its subject."""
    names = [f"article:{article}"] if article else []
    if rule:
        names.append(f"rule:{rule.lower()[:60]}")
    words = dict.fromkeys(
        token for token in tokens(subject, language) if len(token) >= _SHORTEST_WORD and token.isalpha()
    )
    names += [f"word:{word[:60]}" for word in words if word not in _SMALL][:_MOST_WORDS]
    return tuple(names)


def _sightings(since: datetime, until: datetime) -> list[Sighting]:
    """Read the requests of a time; those that are part of a known incident say nothing new."""
    best = Suggestion.objects.filter(ticket=OuterRef("pk"), position=1).values("text__article_id")[:1]
    rows = (
        Ticket.objects.filter(created_at__gt=since, created_at__lte=until, incident=None)
        .filter(Q(incident_link=None) | Q(created_at__lt=until - WINDOW))
        .exclude(state=Ticket.State.VOID)
        .annotate(article=Subquery(best))
        .values_list("pk", "requester_id", "created_at", "article", "triage__queue_reason", "subject", "language")
    )
    return [
        Sighting(pk, requester, at, topics_of(article, rule or "", subject, language))
        for pk, requester, at, article, rule, subject, language in rows.iterator(chunk_size=5_000)
    ]


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _propose(found: Found, now: datetime) -> bool:
    """Write a burst down, or add to the one that is known; what people decided about it stands."""
    known = _known(found, now)
    if known is not None:
        if known.state == Burst.State.OPEN:
            _extend(known, found)
        return False
    burst, is_new = Burst.objects.get_or_create(
        topic=found.topic[:80],
        slot=found.first_at,
        defaults={
            "label": _label(found)[:250],
            "found_at": now,
            "last_at": found.last_at,
            "seen": found.seen,
            "expected": found.expected,
            "chance": found.chance,
            "words": _words(found.tickets),
        },
    )
    if is_new:
        burst.tickets.set(found.tickets)
        transaction.on_commit(lambda: live.publish("agents", "incident", {"id": burst.pk}), robust=True)
    return is_new


def _known(found: Found, now: datetime) -> Burst | None:
    recent = Burst.objects.filter(Q(last_at__gte=now - REMEMBERED) | Q(state=Burst.State.OPEN))
    for burst in recent.prefetch_related("tickets"):
        if burst.topic == found.topic or is_same(found.tickets, [ticket.pk for ticket in burst.tickets.all()]):
            return burst
    return None


def _extend(burst: Burst, found: Found) -> None:
    burst.tickets.add(*found.tickets)
    burst.seen = burst.tickets.values("requester").distinct().count()
    burst.last_at = max(burst.last_at, found.last_at)
    burst.words = _words(burst.tickets.values_list("pk", flat=True))
    burst.save(update_fields=["seen", "last_at", "words"])


def _label(found: Found) -> str:
    kind, _, name = found.topic.partition(":")
    if kind == "article":
        text = ArticleText.objects.filter(article=int(name)).order_by("language").first()
        return text.title if text else gettext("Article %(number)s") % {"number": name}
    first = Ticket.objects.filter(pk__in=found.tickets).order_by("pk").values_list("subject", flat=True).first()
    return first or name


def _words(tickets: Iterable[int]) -> list[str]:
    """Give the words that most of the requests share, as they were written in the first one."""
    count: dict[str, set[int]] = {}
    written: dict[str, str] = {}
    for pk, subject, language in Ticket.objects.filter(pk__in=list(tickets)).values_list("pk", "subject", "language"):
        for word in subject.split():
            for token in tokens(word, language):
                if len(token) >= _SHORTEST_WORD and token not in _SMALL:
                    count.setdefault(token, set()).add(pk)
                    written.setdefault(token, word.strip(".,;:!?()[]\"'„“»«")[:40])
    most = sorted(count.items(), key=lambda item: (-len(item[1]), item[0]))
    return list(dict.fromkeys(written[token] for token, where in most if len(where) > 1))[:6]
