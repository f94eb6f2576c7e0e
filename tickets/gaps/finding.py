"""The nightly look for what the knowledge base lacks; it may be killed and begun again."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db import transaction
from django.utils import timezone

from knowledgebase.models import Article, ArticleText, ImportFile, StopWord
from knowledgebase.search import find_solutions
from knowledgebase.search.remembering import forget_old
from tickets.gaps.clustering import cluster
from tickets.gaps.reading import Unanswered, unanswered
from tickets.models import Gap, GapNight, GapTicket
from tickets.triage.learning.wording import tokens

_FROM_HOUR = 1
_GIVEN_UP = timedelta(minutes=30)
_LEAST_TICKETS, _LEAST_AFTER_A_SEARCH, _LEAST_PEOPLE = 3, 2, 2
_MOST_GAPS, _MOST_TICKETS = 200, 300
_THE_SAME = 0.5
_GREW, _GREW_BY = 2, 3


@dataclass
class _Found:
    words: list[str]
    queries: list[str]
    language: str
    tickets: list[int]
    requesters: int
    minutes: int

    @property
    def score(self) -> int:
        return len(self.tickets) * self.minutes * self.requesters


def find_due(now: datetime) -> int:
    """Look for gaps once a night; whoever comes second, or while somebody is at it, finds nothing to do."""
    local = timezone.localtime(now)
    if local.hour < _FROM_HOUR:
        return 0
    night, is_new = GapNight.objects.get_or_create(night=local.date(), defaults={"begun_at": now})
    if not is_new:
        left = GapNight.objects.filter(pk=night.pk, done_at__isnull=True, begun_at__lt=now - _GIVEN_UP)
        if not left.update(begun_at=now):
            return 0
    read, found = find(now)
    forget_old(now)
    ImportFile.objects.filter(at__lt=now - timedelta(days=1)).delete()
    GapNight.objects.filter(pk=night.pk).update(done_at=timezone.now(), read=read, found=found)
    return found


def find(now: datetime) -> tuple[int, int]:
    """Look for gaps now; give how many requests were read and how many gaps there are."""
    read = unanswered(now)
    fillers = frozenset(StopWord.objects.values_list("word", flat=True))
    groups = cluster(read.requests, tokens, ignored=fillers)
    requester = {request.key: request.requester for request in read.requests}
    found = [_measure(group.members, group.words, group.language, read, requester) for group in groups]
    found = sorted((one for one in found if _counts(one)), key=lambda one: -one.score)[:_MOST_GAPS]
    _store(found, now)
    return len(read.requests), len(found)


def _measure(
    members: list[int], words: list[str], language: str, read: Unanswered, requester: dict[int, int]
) -> _Found:
    asked = Counter(query for pk in members for query in read.searched.get(pk, ()))
    return _Found(
        words=[word[:60] for word in words],
        queries=[query for query, _ in asked.most_common(5)],
        language=language,
        tickets=members,
        requesters=len({requester[pk] for pk in members}),
        minutes=round(median(read.minutes[pk] for pk in members)),
    )


def _counts(found: _Found) -> bool:
    least = _LEAST_AFTER_A_SEARCH if found.queries else _LEAST_TICKETS
    return len(found.tickets) >= least and found.requesters >= _LEAST_PEOPLE and bool(found.words)


@transaction.atomic
def _store(found: list[_Found], now: datetime) -> None:
    """Keep what people have decided: a gap is the same as before when most of its tickets are."""
    known = {gap.pk: gap for gap in Gap.objects.select_for_update(of=("self",)).select_related("article")}
    tickets_of: dict[int, set[int]] = {pk: set() for pk in known}
    gap_of: dict[int, int] = {}
    for gap_pk, ticket_pk in GapTicket.objects.values_list("gap_id", "ticket_id"):
        tickets_of[gap_pk].add(ticket_pk)
        gap_of[ticket_pk] = gap_pk
    taken: set[int] = set()
    rows = []
    for one in found:
        pk = _same(one, tickets_of, gap_of, taken)
        gap = known[pk] if pk is not None else Gap(state=Gap.State.OPEN)
        _put(gap, one, now)
        gap.save()
        taken.add(gap.pk)
        rows += [(gap.pk, place, ticket) for place, ticket in enumerate(one.tickets[:_MOST_TICKETS], start=1)]
    gone = [pk for pk, gap in known.items() if pk not in taken and gap.state == Gap.State.OPEN]
    GapTicket.objects.filter(gap__in=[*taken, *gone]).delete()
    GapTicket.objects.filter(ticket__in=[ticket for _, _, ticket in rows]).delete()
    Gap.objects.filter(pk__in=gone).delete()
    GapTicket.objects.bulk_create(
        (GapTicket(gap_id=gap, position=place, ticket_id=ticket) for gap, place, ticket in rows), batch_size=2000
    )


def _same(found: _Found, tickets_of: dict[int, set[int]], gap_of: dict[int, int], taken: set[int]) -> int | None:
    shared = Counter(gap_of[pk] for pk in found.tickets if pk in gap_of and gap_of[pk] not in taken)
    for pk, count in shared.most_common():
        if count >= _THE_SAME * min(len(found.tickets), len(tickets_of[pk])):
            return pk
    return None


def _put(gap: Gap, found: _Found, now: datetime) -> None:
    gap.words, gap.queries, gap.language = found.words, found.queries, found.language
    gap.tickets_count, gap.requesters, gap.minutes = len(found.tickets), found.requesters, found.minutes
    gap.score, gap.found_at, gap.alike = found.score, now, _alike(found)
    if gap.state == Gap.State.DRAFTED and (gap.article is None or gap.article.state == Article.State.ARCHIVED):
        gap.state, gap.article = Gap.State.OPEN, None
    # What was dismissed comes back when it has become a matter of twice as many.
    grown = gap.tickets_count >= max(gap.decided_count * _GREW, gap.decided_count + _GREW_BY)
    if gap.state == Gap.State.DISMISSED and grown:
        gap.state = Gap.State.OPEN


def _alike(found: _Found) -> ArticleText | None:
    """Find an article that perhaps says it already; nobody used it, so it may want better words."""
    best = find_solutions(" ".join(found.words), language=found.language, limit=1)
    return best[0].text if best and len(best[0].words) > 1 else None
