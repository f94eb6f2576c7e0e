"""The help beside a ticket: what was promised, which solutions fit, who asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from knowledgebase.models import Article
from knowledgebase.models.levels import audience_of
from people.models import User
from tickets.models import Clock, SolutionAttempt, Suggestion, Ticket, only_watched

RECENT = 4
SHOWN = 3  # solutions


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A clock and the reason for its deadline, in words."""

    clock: Clock
    now: datetime
    paused: str = ""

    @property
    def share(self) -> int:
        """Say how much of the time is used, in percent."""
        if self.clock.due_at is None:
            return 0
        whole = (self.clock.due_at - self.clock.started_at).total_seconds() or 1
        return max(0, min(100, round((self.now - self.clock.started_at).total_seconds() / whole * 100)))

    @property
    def arc(self) -> str:
        """Give the share as a dash of the ring, whose length is 170."""
        return f"{self.share * 170 // 100} 170"

    @property
    def kind(self) -> str:
        """Give the colour that the rest of the time has."""
        if self.clock.state == Clock.State.PAUSED:
            return "calm"
        if self.clock.due_at is None or self.clock.due_at <= self.now:
            return "bad"
        return "warn" if self.share >= 50 else "ok"

    @property
    def is_late(self) -> bool:
        """Tell whether the moment has passed."""
        return self.clock.due_at is not None and self.clock.due_at <= self.now

    @property
    def why(self) -> str:
        """Say why it is due then."""
        facts = {
            "priority": Ticket.Priority(self.clock.priority).label,
            "time": spell(timedelta(minutes=self.clock.minutes or 0)),
            "policy": self.clock.version.policy.name if self.clock.version else "",
        }
        if self.clock.minutes is None:
            return gettext("Promised for this moment")
        return gettext("Priority %(priority)s: within %(time)s of service time (%(policy)s)") % facts


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A standard solution that fits, why, and how often it helped."""

    suggestion: Suggestion
    helped: int
    tried: int
    outcome: str

    @property
    def words(self) -> str:
        """Quote the words that speak for it."""
        return ", ".join(gettext("“%(word)s”") % {"word": word} for word in self.suggestion.words[:3])

    @property
    def likelihood(self) -> str:
        """Say how likely it helps; nothing without a model."""
        confidence = self.suggestion.evidence.get("confidence")
        if confidence is None:
            return ""
        if confidence >= 0.9:
            return gettext("very likely")
        return gettext("likely") if confidence >= 0.6 else gettext("perhaps")


def promises(ticket: Ticket, now: datetime) -> tuple[Promise | None, list[Promise]]:
    """Give the promise that is due next, and the others."""
    clocks = list(
        ticket.clocks.exclude(state=Clock.State.CANCELLED)
        .select_related("version__policy")
        .order_by("due_at", "-metric")
    )
    latest = {clock.metric: clock for clock in sorted(clocks, key=lambda clock: clock.generation)}
    said = [Promise(clock=clock, now=now) for clock in clocks if latest[clock.metric] is clock]
    first = next((p for p in said if p.clock.state in Clock.UNFINISHED), None)
    return first, [promise for promise in said if promise is not first]


def solutions(ticket: Ticket, user: User) -> list[Solution]:
    """Give the suggested solutions this person may read, with their history, best first."""
    return [_solution(row) for row in _suggested(audience_of(user)).filter(ticket=ticket)[:SHOWN]]


@cache
def _suggested(audience: str) -> QuerySet[Suggestion]:
    """Put together once what such readers are asked for."""
    readable = Article.objects.published().for_audience(audience)
    known = SolutionAttempt.objects.filter(text=OuterRef("text")).order_by().values("text")
    settled = known.exclude(outcome__in=("open", "na"))
    return (
        Suggestion.objects.filter(text__article__in=readable)
        .exclude(only_watched("text__article__category"))
        .select_related("text")
        .annotate(
            helped=Subquery(settled.annotate(n=Count("pk", filter=Q(outcome="worked"))).values("n"), IntegerField()),
            tried=Subquery(settled.annotate(n=Count("pk")).values("n"), IntegerField()),
            outcome=Subquery(
                SolutionAttempt.objects.filter(text=OuterRef("text"), ticket=OuterRef("ticket")).values("outcome")
            ),
        )
    )


def _solution(row: Any) -> Solution:
    return Solution(suggestion=row, helped=row.helped or 0, tried=row.tried or 0, outcome=row.outcome or "")


def recent(ticket: Ticket, user: User) -> QuerySet[Ticket]:
    """Give the requester's latest other tickets, as far as this person may see them."""
    others = Ticket.objects.visible_to(user).filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
    return others.only("subject", "state", "created_at", "resolved_at").order_by("-pk")[:RECENT]


def spell(length: timedelta) -> str:
    """Say a length of time: 30 min, 4 h, 1 h 30 min."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)
