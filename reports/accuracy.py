"""How often triage was right, and what it would have done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext

from knowledgebase.models import Category
from tickets.models import Queue, Subject, TriageDecision

WEEKS = 8
_Verdict = TriageDecision.Verdict


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One week of one category: decisions, those judged, right, confident enough to act, and those done."""

    all: int = 0
    judged: int = 0
    right: int = 0
    sure: int = 0
    sure_judged: int = 0
    sure_right: int = 0
    done: int = 0

    @property
    def percent(self) -> int:
        """Give the share of the judged that was right."""
        return round(self.right * 100 / self.judged) if self.judged else 0

    @property
    def sure_percent(self) -> int:
        """Give the share of the confident that was right."""
        return round(self.sure_right * 100 / self.sure_judged) if self.sure_judged else 0


@dataclass(frozen=True, kw_only=True)
class Line:
    """One category over the weeks."""

    subject: str
    name: str
    cells: list[Cell]
    whole: Cell


def weeks(now: datetime) -> list[date]:
    """Give the Mondays of the last weeks."""
    monday = timezone.localdate(now) - timedelta(days=timezone.localdate(now).weekday())
    return [monday - timedelta(weeks=number) for number in range(WEEKS - 1, -1, -1)]


def lines(now: datetime) -> list[Line]:
    """Give every category something was decided about, with its weeks; three queries."""
    starts = weeks(now)
    judged, right = Q(verdict__in=(_Verdict.RIGHT, _Verdict.WRONG)), Q(verdict=_Verdict.RIGHT)
    sure = Q(would_act=True)
    counted: Any = (
        TriageDecision.objects.filter(made_at__date__gte=starts[0])
        .order_by()
        .values("subject", "category_id", week=TruncWeek("made_at"), queue=_queue())
        .annotate(
            all=Count("pk"), judged=Count("pk", filter=judged), right=Count("pk", filter=right),
            sure=Count("pk", filter=sure), sure_judged=Count("pk", filter=sure & judged),
            sure_right=Count("pk", filter=sure & right), done=Count("pk", filter=Q(done=True)),
        )
    )  # fmt: skip
    table: dict[tuple[str, int | None], dict[date, Cell]] = {}
    for row in counted:
        key = (row["subject"], row["queue"] or row["category_id"])
        cell = Cell(**{name: row[name] for name in Cell.__dataclass_fields__})
        table.setdefault(key, {})[timezone.localdate(row["week"])] = cell
    names = _names()
    found = [
        Line(
            subject=str(Subject(subject).label), name=names.get((subject, about), ""),
            cells=[cells.get(start, Cell()) for start in starts], whole=_sum(cells.values()),
        )
        for (subject, about), cells in table.items()
    ]  # fmt: skip
    return sorted(found, key=lambda line: (line.subject, line.name))


def wrong() -> QuerySet[TriageDecision]:
    """Give the wrong decisions, the newest first."""
    about = ("ticket", "said_queue", "said_text", "ended_queue", "ended_text", "category")
    return TriageDecision.objects.filter(verdict=_Verdict.WRONG).select_related(*about)


def _queue() -> Any:
    return Case(When(subject=Subject.QUEUE, then=F("said_queue_id")), default=None)


def _names() -> dict[tuple[str, int | None], str]:
    names: dict[tuple[str, int | None], str] = {
        (Subject.ARTICLE, None): gettext("Articles without a category"),
        (Subject.PRIORITY, None): gettext("All requests"),
    }
    names |= {(Subject.QUEUE, queue.pk): queue.name for queue in Queue.objects.all()}
    return names | {(Subject.ARTICLE, category.pk): category.name for category in Category.objects.all()}


def _sum(cells: Iterable[Cell]) -> Cell:
    parts = list(cells)
    return Cell(**{name: sum(getattr(part, name) for part in parts) for name in Cell.__dataclass_fields__})
