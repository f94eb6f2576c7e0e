"""How hand-overs go: taken, returned and why, how fast, how complete, and how often somebody had to ask again."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Count, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet
from django.db.models.functions import Extract, TruncMonth
from django.utils import timezone

from people.models import User
from tickets.effectiveness import Median
from tickets.models import Handover, Message, Queue, Ticket

MONTHS = 6
MOST = 200
KINDS = {
    "offered": Q(),
    "accepted": Q(accepted_by__isnull=False),
    "returned": Q(state="returned"),
    "withdrawn": Q(state="withdrawn"),
    "asked": Q(asked_again=True),
}


@dataclass(kw_only=True)
class Row:
    """What became of the hand-overs to one queue in one month."""

    queue: Queue
    month: date
    offered: int
    accepted: int
    returned: int
    withdrawn: int
    asked: int
    minutes: int | None
    completeness: int | None
    hops: float
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def returned_percent(self) -> int:
        """Give the share that was returned."""
        return _percent(self.returned, self.offered)

    @property
    def asked_percent(self) -> int:
        """Give the share of the accepted ones after which the requester was asked again."""
        return _percent(self.asked, self.accepted)


def rows(user: User, now: datetime) -> list[Row]:
    """Give the last months, the newest first, as far as this person may see the tickets; three queries."""
    waited = ExpressionWrapper(Extract(F("accepted_at") - F("offered_at"), "epoch") / 60, output_field=FloatField())
    counted: Any = (
        _seen(user, _first_month(now))
        .annotate(month=TruncMonth("offered_at"))
        .values("to_queue", "month")
        .order_by("-month", "to_queue__tier", "to_queue__slug")
        .annotate(
            **{kind: Count("pk", filter=keeps) if keeps else Count("pk") for kind, keeps in KINDS.items()},
            minutes=Median(waited, filter=KINDS["accepted"]),
            middle=Median("completeness"),
            hops=Avg("ticket__hops"),
        )
    )
    queues, reasons = Queue.objects.in_bulk(), _reasons(user, now)
    return [
        Row(
            queue=queues[row["to_queue"]],
            month=timezone.localdate(row["month"]),
            minutes=None if row["minutes"] is None else round(row["minutes"]),
            completeness=None if row["middle"] is None else round(row["middle"]),
            hops=round(row["hops"] or 0, 1),
            reasons=reasons[row["to_queue"], row["month"]],
            **{kind: row[kind] for kind in KINDS},
        )
        for row in counted
    ]


def tickets(user: User, now: datetime, *, queue: str, month: str, kind: str) -> list[Handover]:
    """Give the hand-overs behind a number, the newest first; none for what makes no sense."""
    try:
        first = timezone.make_aware(datetime.strptime(month, "%Y-%m"))  # noqa: DTZ007 it is made aware
    except ValueError:
        return []
    keeps = KINDS.get(kind, KINDS["offered"])
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    found = _seen(user, first).filter(keeps, offered_at__lt=after, to_queue__slug=queue)
    return list(found.select_related("ticket", "from_queue", "to_queue", "offered_by").order_by("-offered_at")[:MOST])


def _seen(user: User, since: datetime) -> QuerySet[Handover]:
    asked = Message.objects.filter(
        ticket=OuterRef("ticket"), author=OuterRef("accepted_by"), is_from_staff=True, text__contains="?",
        created_at__gte=OuterRef("accepted_at"),
    )  # fmt: skip
    visible = Ticket.objects.visible_to(user).order_by().values("pk")
    return Handover.objects.filter(ticket__in=visible, offered_at__gte=since).annotate(asked_again=Exists(asked))


def _reasons(user: User, now: datetime) -> dict[Any, list[tuple[str, int]]]:
    counted: Any = (
        _seen(user, _first_month(now))
        .filter(KINDS["returned"])
        .annotate(month=TruncMonth("offered_at"))
        .values("to_queue", "month", "return_reason")
        .order_by("to_queue")
        .annotate(n=Count("pk"))
    )
    names, found = dict(Handover.Return.choices), defaultdict(list)
    for row in sorted(counted, key=lambda row: -row["n"]):
        found[row["to_queue"], row["month"]].append((str(names.get(row["return_reason"], "")), row["n"]))
    return found


def _first_month(now: datetime) -> datetime:
    local = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    back = local.year * 12 + local.month - MONTHS  # months since year 0, counted from zero
    return local.replace(year=back // 12, month=back % 12 + 1)


def _percent(part: int, whole: int) -> int:
    return round(part * 100 / whole) if whole else 0
