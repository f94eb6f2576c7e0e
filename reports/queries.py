"""Numbers across the domains; each is one pass over an index, never over all tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext

from knowledgebase.models import Category
from people.models import User
from tickets.absences import offered_to, represented_by
from tickets.models import Absence, Callback, Queue, Ticket
from tickets.oncall import on_call_for
from tickets.queries import rows

DAYS = 14
SHORT_LIST = 6
KEPT_DAYS = 90
LEAST_PEOPLE = 5


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What is open in one queue."""

    queue: Queue
    open: int
    overdue: int
    unassigned: int


@dataclass(frozen=True, kw_only=True)
class Today:
    """What one agent has to know in the morning."""

    mine: int
    mine_overdue: int
    overdue: int
    due_today: int
    unassigned: int
    backlog: list[Backlog]
    solved_by_me: int
    solved: int


@dataclass(frozen=True, kw_only=True)
class Day:
    """What was resolved on one day, and how much of it at first level."""

    day: date
    resolved: int
    first_level: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """What was resolved of one type, or in one category."""

    name: str
    resolved: int
    first_level: int
    in_time: int


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How many calls one team promised, and how many came in time."""

    queue: Queue
    promised: int
    kept: int

    @property
    def share(self) -> int:
        """Give the share in percent."""
        return share(self.kept, self.promised)


def today(user: User, now: datetime) -> Today:
    """Count what is open and what was solved today, as far as this person may see it."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    visible = Ticket.objects.handled_by(user).order_by()
    late, due = Q(next_due_at__lte=now), Q(next_due_at__gt=now, next_due_at__lt=tomorrow)
    counted: list[Any] = list(
        visible.open()
        .values("queue_id")
        .annotate(
            all=Count("pk"),
            mine=Count("pk", filter=Q(assignee=user)),
            mine_late=Count("pk", filter=Q(assignee=user) & late),
            late=Count("pk", filter=late),
            due=Count("pk", filter=due),
            free=Count("pk", filter=Q(assignee=None)),
        )
    )
    by_queue = {row["queue_id"]: row for row in counted}
    nothing = {"all": 0, "late": 0, "free": 0}
    solved = visible.filter(state__in=("resolved", "closed"), resolved_at__gte=midnight).aggregate(
        all=Count("pk"), mine=Count("pk", filter=Q(assignee=user))
    )
    return Today(
        mine=sum(row["mine"] for row in counted),
        mine_overdue=sum(row["mine_late"] for row in counted),
        overdue=sum(row["late"] for row in counted),
        due_today=sum(row["due"] for row in counted),
        unassigned=sum(row["free"] for row in counted),
        backlog=[
            Backlog(queue=queue, open=row["all"], overdue=row["late"], unassigned=row["free"])
            for queue in Queue.objects.visible_to(user).filter(is_active=True)
            for row in [by_queue.get(queue.pk, nothing)]
        ],
        solved_by_me=solved["mine"],
        solved=solved["all"],
    )


def mine_next(user: User) -> list[Ticket]:
    """Give one's own tickets that are due next."""
    own = Ticket.objects.handled_by(user).open().filter(assignee=user)
    return list(rows(own).order_by(F("next_due_at").asc(nulls_last=True), "-pk")[:SHORT_LIST])


def free_next(user: User) -> list[Ticket]:
    """Give the tickets nobody has that are due next."""
    free = Ticket.objects.handled_by(user).open().filter(assignee=None)
    return list(rows(free).order_by(F("next_due_at").asc(nulls_last=True), "-pk")[:SHORT_LIST])


def resolved_by_day(user: User, now: datetime) -> list[Day]:
    """Count what was resolved on each of the last days."""
    first = timezone.localdate(now) - timedelta(days=DAYS - 1)
    counted = {
        row["day"]: row
        for row in _resolved_since(user, now)
        .annotate(day=TruncDate("resolved_at"))
        .values("day")
        .annotate(all=Count("pk"), first=Count("pk", filter=Q(resolved_tier=Queue.Tier.FIRST)))
    }
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [
        Day(day=day, resolved=row["all"], first_level=row["first"])
        for day in days
        for row in [counted.get(day, {"all": 0, "first": 0})]
    ]


def solving(user: User, now: datetime) -> dict[str, Any]:
    """Give the figures of the last days: resolved, at first level, within the promise, hours to the solution."""
    figures: dict[str, Any] = _resolved_since(user, now).aggregate(
        resolved=Count("pk"),
        first_level=Count("pk", filter=Q(resolved_tier=Queue.Tier.FIRST)),
        in_time=Count("pk", filter=Q(breached=False)),
        reopened=Count("pk", filter=Q(reopen_count__gt=0)),
        took=Avg(F("resolved_at") - F("created_at")),
    )
    return figures


def by_kind(user: User, now: datetime) -> list[Part]:
    """Count what was resolved in the last days by type, in the order of the types."""
    counted = {row["kind"]: row for row in _parted(user, now, "kind")}
    return [_part(str(label), counted[kind]) for kind, label in Ticket.Kind.choices if kind in counted]


def by_category(user: User, now: datetime) -> list[Part]:
    """Count what was resolved in the last days by category, the most frequent first, those without one last."""
    rows = list(_parted(user, now, "category", "category__name_de", "category__name_en"))
    rows.sort(key=lambda row: (row["category"] is None, -row["resolved"]))
    return [_part(_category(row), row) for row in rows]


def _category(row: dict[str, Any]) -> str:
    if row["category"] is None:
        return gettext("no category")
    return Category(name_de=row["category__name_de"], name_en=row["category__name_en"]).name


def _parted(user: User, now: datetime, *by: str) -> Any:
    return (
        _resolved_since(user, now)
        .values(*by)
        .annotate(
            resolved=Count("pk"),
            first_level=Count("pk", filter=Q(resolved_tier=Queue.Tier.FIRST)),
            in_time=Count("pk", filter=Q(breached=False)),
        )
    )


def _part(name: str, row: dict[str, Any]) -> Part:
    return Part(name=name, resolved=row["resolved"], first_level=row["first_level"], in_time=row["in_time"])


def to_be_called(user: User) -> list[Callback]:
    """Give the calls one has promised, the next one first."""
    own = Callback.objects.open().filter(owner=user, ticket__in=Ticket.objects.visible_to(user).values("pk"))
    return list(own.select_related("ticket__requester")[:SHORT_LIST])


def offered(user: User, today: list[Absence], now: datetime) -> int:
    """Count the tickets one is offered as a deputy, of whoever of these is away now."""
    absent = {one.person_id: one for one in today if one.is_current(now)}
    if not represented_by(user, absent):
        return 0
    return Ticket.objects.visible_to(user).open().filter(offered_to(user, absent)).count()


def on_call_now(user: User, now: datetime) -> list[tuple[User, list[Queue]]]:
    """Give who is on call, each with the queues it is for; only of queues this person may see."""
    queues = list(Queue.objects.visible_to(user).filter(is_active=True, rotas__is_active=True).distinct())
    there = on_call_for(queues, now) if queues else {}
    found: dict[User, list[Queue]] = {}
    for queue in queues:
        if queue.pk in there:
            found.setdefault(there[queue.pk], []).append(queue)
    return list(found.items())


def away_today(now: datetime) -> list[Absence]:
    """Give who is away at some time of today, the first one first."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Absence.objects.filter(ends_at__gt=now, starts_at__lt=midnight + timedelta(days=1))
    return list(today.select_related("person", "deputy"))


def callbacks_kept(user: User, now: datetime) -> list[Kept]:
    """
    Give by queue how many calls were promised lately and came in time, of those whose time is over.

    A queue stands here only if enough different people promised something: it is about teams, never about a person.
    """
    late = Q(kept_at__gt=F("until")) | Q(withdrawn_at__gt=F("until")) | Q(kept_at=None, withdrawn_at=None)
    over = Q(until__lte=now, until__gte=now - timedelta(days=KEPT_DAYS))
    counted = (
        Callback.objects.filter(over, ticket__in=Ticket.objects.visible_to(user).values("pk"))
        .exclude(withdrawn_at__lte=F("until"))
        .order_by()
        .values("ticket__queue")
        .annotate(promised=Count("pk"), broken=Count("pk", filter=late), people=Count("owner", distinct=True))
        .filter(people__gte=LEAST_PEOPLE)
    )
    rows_by_queue = {row["ticket__queue"]: row for row in counted}
    return [
        Kept(queue=queue, promised=row["promised"], kept=row["promised"] - row["broken"])
        for queue in Queue.objects.filter(pk__in=rows_by_queue)
        for row in [rows_by_queue[queue.pk]]
    ]


def _resolved_since(user: User, now: datetime) -> Any:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=DAYS - 1)
    done = Ticket.objects.visible_to(user).filter(state__in=("resolved", "closed"), resolved_at__gte=since)
    return done.order_by()


def share(part: int, whole: int) -> int:
    """Give a part in percent."""
    return round(part * 100 / whole) if whole else 0


def bars(values: Sequence[int], width: int) -> list[int]:
    """Give the lengths of bars, the longest as wide as the drawing."""
    longest = max([*values, 1])
    return [round(value * width / longest) for value in values]
