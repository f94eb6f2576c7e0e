"""Questions across tickets and queues: the views of the list, their counters, and what a list row shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext, gettext_lazy

from knowledgebase.models import Category
from people.models import User
from tickets import categories, search
from tickets.absences import away, offered_to
from tickets.models import Callback, Membership, Queue, SolutionAttempt, Ticket
from tickets.models.queue import levels_of
from tickets.models.ticket import TicketQuerySet
from tickets.triage.frustration import UPSET

PAGE = 25
LAST_PAGE = 40
MOST_HITS = 1_000
SOON = timedelta(hours=1)
LATELY = timedelta(days=14)

_WAITING = Q(state__in=("pending_customer", "pending_third", "scheduled"))
# Whoever said that a solution did not help, and has heard nothing since, comes first.
_SAID_NO = Exists(
    SolutionAttempt.objects.filter(
        Q(answered_at__gt=OuterRef("last_agent_at")) | Q(ticket__last_agent_at=None),
        ticket=OuterRef("pk"),
        outcome="failed",
        answered_at__isnull=False,
    )
)
_UNANSWERED = Q(last_agent_at=None) | Q(last_customer_at__gt=F("last_agent_at"))


def _in_queues_of(user: User, level: Membership.Level) -> Q:
    """Keep the tickets of the queues in which this person has at least this level; leads have it everywhere."""
    if user.is_lead:
        return Q()
    return Q(queue__in=[queue for queue, theirs in levels_of(user).items() if theirs >= level])


def _offered(user: User, now: datetime) -> Q:
    return Q(offered_at__isnull=False) & _in_queues_of(user, Membership.Level.WORK)


def _called(user: User, now: datetime) -> Q:
    return Q(lead_called_at__isnull=False) & _in_queues_of(user, Membership.Level.LEAD)


def _to_be_called(user: User) -> Q:
    return Q(pk__in=Callback.objects.open().filter(owner=user).values("ticket"))


# The views of the left column, each with its name and what it keeps of the open tickets.
VIEWS: dict[str, tuple[Any, Callable[[User, datetime], Q]]] = {
    "mine": (gettext_lazy("Assigned to me"), lambda user, now: Q(assignee=user)),
    "offered": (gettext_lazy("Offered to us"), _offered),
    "called": (gettext_lazy("Called for a lead"), _called),
    "callbacks": (gettext_lazy("My call-backs"), lambda user, now: _to_be_called(user)),
    "deputy": (gettext_lazy("As deputy"), lambda user, now: offered_to(user, away(now))),
    "risk": (gettext_lazy("SLA at risk"), lambda user, now: Q(next_due_at__lte=now + SOON)),
    "unanswered": (gettext_lazy("Unanswered"), lambda user, now: _UNANSWERED),
    "upset": (gettext_lazy("Upset"), lambda user, now: Q(upset__gte=UPSET)),
    "unassigned": (gettext_lazy("Unassigned"), lambda user, now: Q(assignee=None)),
    "waiting": (gettext_lazy("Waiting"), lambda user, now: _WAITING),
    "open": (gettext_lazy("All open"), lambda user, now: Q()),
}
RESOLVED = "resolved"
NONE = "none"
# These stand there only while something is in them.
_AT_TIMES = ("callbacks", "deputy")

_ROW = (
    "subject", "snippet", "state", "priority", "kind", "channel", "language", "version", "created_at", "last_customer_at",
    "last_agent_at", "next_due_at", "next_due_paused", "upset", "resolved_at", "pending_until", "offered_at",
    "lead_called_at", "requester__name",
    "requester__email", "requester__department", "requester__is_vip", "assignee__name", "assignee__email",
    "queue__name_de", "queue__name_en", "queue__colour", "queue__tier", "category__name_de", "category__name_en",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class View:
    """What the list shows: one of the fixed views, a queue, or the hits of a search."""

    key: str
    label: str
    tickets: TicketQuerySet
    order: tuple[Any, ...] = (F("next_due_at").asc(nulls_last=True), "-pk")
    queue: Queue | None = None
    search: str = ""
    kind: str = ""
    category: str = ""  # a number, or `NONE`

    @property
    def is_narrowed(self) -> bool:
        """Tell whether only one type or one category of it is shown."""
        return bool(self.kind or self.category)

    @property
    def query(self) -> str:
        """Give the query string that leads back here."""
        return self.narrowed()

    @property
    def without_kind(self) -> str:
        """Give the query string of all types, to which one is added."""
        return self.narrowed(kind="")

    @property
    def without_category(self) -> str:
        """Give the query string of all categories, to which one is added."""
        return self.narrowed(category="")

    def narrowed(self, **other: str) -> str:
        """Give the query string that leads here, or to the same with another type or category."""
        narrowing = {"kind": self.kind, "category": self.category} | other
        more = {name: value for name, value in narrowing.items() if value}
        if self.search:
            return urlencode({"q": self.search} | more)
        if self.queue is not None:
            return urlencode({"queue": self.queue.slug} | more)
        return urlencode({"view": self.key} | more)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many open tickets each view and each queue has, for one person."""

    by_view: Mapping[str, int]
    queues: list[tuple[Queue, int]]
    newest: int
    categories: list[Category]

    def of(self, view: View) -> int | None:
        """Give the number for this view, if it is counted."""
        if view.is_narrowed:
            return None
        if view.queue is not None:
            return next((count for queue, count in self.queues if queue == view.queue), 0)
        return self.by_view.get(view.key)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of tickets."""

    tickets: list[Ticket]
    number: int = 1
    has_more: bool = False
    hits: int | None = None


def counts(user: User, now: datetime) -> Counts:
    """Count the open tickets that are this person's business, in one pass over them."""
    filters = {f"n_{key}": Count("pk", filter=keeps(user, now)) for key, (_, keeps) in VIEWS.items() if key != "open"}
    rows: list[Any] = list(
        Ticket.objects.handled_by(user)
        .open()
        .order_by()
        .values("queue_id")
        .annotate(n_open=Count("pk"), newest=Max("pk"), **filters)
    )
    by_queue = {row["queue_id"]: row["n_open"] for row in rows}
    queues = list(Queue.objects.visible_to(user).filter(is_active=True).annotate(category_rows=categories.rows()))
    return Counts(
        by_view={key: sum(row[f"n_{key}"] for row in rows) for key in VIEWS},
        queues=[(queue, by_queue.get(queue.pk, 0)) for queue in queues],
        categories=categories.read(queues[0]) if queues else [],
        newest=max((row["newest"] for row in rows), default=0),
    )


def views_for(user: User, counted: Counts, view: View) -> list[tuple[str, Any, int]]:
    """List the views this person has a use for, each with its name and number."""
    theirs = levels_of(user)
    works = {pk for pk, level in theirs.items() if level >= Membership.Level.WORK}
    behind = any(queue.tier > Queue.Tier.FIRST and (user.is_lead or queue.pk in works) for queue, _ in counted.queues)
    leads = user.is_lead or Membership.Level.LEAD in theirs.values()
    hidden = {
        "called": not leads,
        "offered": not behind and not counted.by_view["offered"],
        **{key: not counted.by_view[key] and key != view.key for key in _AT_TIMES},
    }
    return [(key, label, counted.by_view[key]) for key, (label, _) in VIEWS.items() if not hidden.get(key)]


def pick(user: User, wanted: Mapping[str, str], now: datetime, queues: list[Queue]) -> View:
    """
    Choose the view a query string names, narrowed to a type and a category if it says so.

    A view that does not exist is the one of all open tickets; a type or category that cannot be is left out.
    """
    view = _picked(user, wanted, now, queues)
    kind, category = wanted.get("kind", ""), wanted.get("category", "")
    if kind in Ticket.Kind.values:
        view = replace(view, kind=kind, tickets=_tickets(view.tickets.filter(kind=kind)))
    if category == NONE or (category.isascii() and category.isdigit() and len(category) < 19):
        kept = view.tickets.filter(category=None if category == NONE else int(category))
        view = replace(view, category=category, tickets=_tickets(kept))
    return view


def _picked(user: User, wanted: Mapping[str, str], now: datetime, queues: list[Queue]) -> View:
    if words := wanted.get("q", "").replace("\0", "").strip()[:200]:
        found = search.matching(Ticket.objects.visible_to(user), words, notes=True)
        return View(key="search", label=gettext("Search"), tickets=_tickets(found), order=("-pk",), search=words)
    handled = Ticket.objects.handled_by(user)
    if queue := next((queue for queue in queues if queue.slug == wanted.get("queue")), None):
        return View(key="queue", label=queue.name, tickets=handled.in_queue(queue).open(), queue=queue)
    key = wanted.get("view", "")
    if key == RESOLVED:
        done = handled.filter(state__in=("resolved", "closed"), resolved_at__gte=now - LATELY)
        return View(key=RESOLVED, label=gettext("Resolved lately"), tickets=done, order=("-resolved_at", "-pk"))
    label, keeps = VIEWS.get(key) or VIEWS["open"]
    tickets = handled.open().filter(keeps(user, now))
    if key == "unanswered":
        return View(key=key, label=str(label), tickets=tickets, order=(_SAID_NO.desc(), *View.order))
    return View(key=key if key in VIEWS else "open", label=str(label), tickets=tickets)


def page_of(view: View, number: int = 1) -> Page:
    """Read one page of a view; a search also says how many hits there are, up to a limit."""
    number = min(max(number, 1), LAST_PAGE)
    start = (number - 1) * PAGE
    if view.search:
        hits = list(view.tickets.order_by(*view.order).values_list("pk", flat=True)[: MOST_HITS + 1])
        shown = hits[start : start + PAGE]
        found = {ticket.pk: ticket for ticket in rows(_tickets(Ticket.objects.filter(pk__in=shown)))}
        tickets = [found[pk] for pk in shown if pk in found]
        return Page(tickets=tickets, number=number, has_more=len(hits) > start + PAGE, hits=len(hits))
    tickets = list(rows(view.tickets).order_by(*view.order)[start : start + PAGE + 1])
    counted = view.tickets.order_by()[: MOST_HITS + 1].count() if view.is_narrowed else None
    return Page(tickets=tickets[:PAGE], number=number, has_more=len(tickets) > PAGE, hits=counted)


def rows(tickets: TicketQuerySet) -> TicketQuerySet:
    """Read only what a list row shows."""
    return tickets.for_list().only(*_ROW)


def news(view: View, counted: Counts, *, newest: int, known: int) -> int:
    """Count what came into a view since it had `known` tickets and `newest` was the youngest of all."""
    opened = view.tickets.order_by().filter(pk__gt=newest)[:100].count() if counted.newest > newest else 0
    return max(opened, (counted.of(view) or 0) - known)


def is_in(view: View, ticket: Ticket) -> bool:
    """Tell whether a ticket still belongs to a view."""
    return view.tickets.filter(pk=ticket.pk).exists()


def _tickets(tickets: Any) -> TicketQuerySet:
    assert isinstance(tickets, TicketQuerySet)
    return tickets
