"""How well articles help: the share of attempts that ended solved and stayed so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract, Greatest, Least, TruncWeek
from django.utils import timezone

from helpdesk.lib.statistics import Interval, wilson
from tickets.gaps.effort import LEAST, MOST
from tickets.models import Event, Message, Queue, SolutionAttempt, Ticket

WEEKS = 8
_DONE = (Ticket.State.RESOLVED, Ticket.State.CLOSED)
_Outcome = SolutionAttempt.Outcome


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What came of an article: attempts whose end is known, those that helped, and those that needed one contact."""

    article: int
    tried: int = 0
    helped: int = 0
    at_first: int = 0
    minutes: int | None = None

    @property
    def percent(self) -> int:
        """Give the share that helped, in percent."""
        return round(self.helped * 100 / self.tried) if self.tried else 0

    @property
    def at_first_percent(self) -> int:
        """Give the share solved at first contact, in percent."""
        return round(self.at_first * 100 / self.tried) if self.tried else 0

    @property
    def interval(self) -> Interval:
        """Give the interval of the share."""
        return wilson(self.helped, self.tried)

    @property
    def low(self) -> int:
        """Give the interval's lower end, in percent."""
        return round(self.interval.low * 100)

    @property
    def high(self) -> int:
        """Give the interval's upper end, in percent."""
        return round(self.interval.high * 100)


@dataclass(frozen=True, kw_only=True)
class Week:
    """What came of an article in one week."""

    start: date
    tried: int = 0
    helped: int = 0

    @property
    def percent(self) -> int:
        """Give the share that helped, in percent."""
        return round(self.helped * 100 / self.tried) if self.tried else 0


class Median(Aggregate):
    """The middle value of a group."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def effects(articles: Iterable[int] | QuerySet[Any] | None = None) -> dict[int, Effect]:
    """Give what came of these articles, or of all that were tried, by article; one query."""
    minutes = ExpressionWrapper(
        Extract(F("ticket__resolved_at") - F("ticket__first_response_at"), "epoch") / 60, output_field=FloatField()
    )
    rows: Any = (
        settled(articles)
        .order_by()
        .values(article=F("text__article"))
        .annotate(
            tried=Count("pk"),
            good=Count("pk", filter=Q(helped=True)),
            first=Count("pk", filter=Q(helped=True, at_first=True)),
            minutes=Median(Least(Greatest(minutes, Value(float(LEAST))), Value(float(MOST))), filter=Q(helped=True)),
        )
    )
    return {
        row["article"]: Effect(
            article=row["article"], tried=row["tried"], helped=row["good"], at_first=row["first"],
            minutes=None if row["minutes"] is None else round(row["minutes"]),
        )
        for row in rows
    }  # fmt: skip


def effect_of(article: int) -> Effect:
    """Give what came of one article."""
    return effects([article]).get(article, Effect(article=article))


def by_week(articles: Iterable[int] | QuerySet[Any], now: datetime, weeks: int = WEEKS) -> dict[int, list[Week]]:
    """Give the last weeks of each article that was tried in them, the oldest first; one query."""
    monday = timezone.localdate(now) - timedelta(days=timezone.localdate(now).weekday())
    starts = [monday - timedelta(weeks=number) for number in range(weeks - 1, -1, -1)]
    attempts: Any = settled(articles)
    rows: Any = (
        attempts.filter(known_at__date__gte=starts[0])
        .order_by()
        .values(article=F("text__article"), week=TruncWeek("known_at"))
        .annotate(tried=Count("pk"), good=Count("pk", filter=Q(helped=True)))
    )
    known = {(row["article"], timezone.localdate(row["week"])): (row["tried"], row["good"]) for row in rows}
    found = dict.fromkeys(article for article, _ in known)
    return {
        article: [
            Week(start=start, tried=tried, helped=good)
            for start in starts
            for tried, good in [known.get((article, start), (0, 0))]
        ]
        for article in found
    }


def settled(articles: Iterable[int] | QuerySet[Any] | None = None) -> QuerySet[SolutionAttempt]:
    """Keep the attempts whose end is known, each with `helped`, `at_first` and `known_at`."""
    attempts = SolutionAttempt.objects.all()
    if articles is not None:
        attempts = attempts.filter(text__article__in=articles)
    later = SolutionAttempt.objects.filter(ticket=OuterRef("ticket"), at__gt=OuterRef("at"))
    reopened = Event.objects.filter(ticket=OuterRef("ticket"), kind=Event.Kind.REOPENED, at__gt=OuterRef("at"))
    ended = Q(ticket__state__in=_DONE) | Exists(reopened)
    silent = Q(outcome=_Outcome.OPEN) & ended & ~Exists(later)
    known = Q(outcome__in=(_Outcome.PARTLY, _Outcome.FAILED)) | Q(outcome=_Outcome.WORKED) & ended | silent
    stays = timedelta(days=settings.SOLVED_STAYS_DAYS)
    back = reopened.filter(at__lte=OuterRef("known_at") + stays)
    solved = Q(outcome__in=(_Outcome.WORKED, _Outcome.OPEN)) & ~Exists(back)
    answers = Message.objects.filter(
        ticket=OuterRef("ticket"), is_from_staff=True, auto_generated=False,
        kind__in=(Message.Kind.REPLY, Message.Kind.CALL),
    )  # fmt: skip
    more = answers.order_by().values("ticket").annotate(n=Count("pk")).filter(n__gt=1)
    return attempts.filter(known).annotate(
        known_at=Coalesce("settled_at", "ticket__resolved_at", "at", output_field=DateTimeField()),
        helped=Case(When(solved, then=Value(True)), default=Value(False)),
        at_first=Case(
            When(Q(ticket__resolved_tier=Queue.Tier.FIRST) & ~Exists(Subquery(more)), then=Value(True)),
            default=Value(False),
        ),
    )
