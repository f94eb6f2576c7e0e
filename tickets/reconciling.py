"""Proof that stored clocks are right: each is computed anew from its ticket's events and compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from sla.promises import Terms, terms_of
from tickets import clocks, history
from tickets.models import Clock, Event, Reconciliation, Ticket

_PAGE = 200
_KEPT = 50


@dataclass(frozen=True)
class Difference:
    """A clock whose row is not what its history says; one of both may be missing."""

    ticket: int
    metric: str
    stored: str
    computed: str

    def __str__(self) -> str:
        return f"#{self.ticket} {self.metric}: stored {self.stored}, computed {self.computed}"


def differences(tickets: Iterable[int] | None = None) -> Iterator[Difference]:
    """
    Compare the clocks of these tickets, or of all that are open or have one unfinished; in pages, beside everything else.

    Whoever works on a ticket meanwhile may make it look different: see `reconcile`.
    """
    if tickets is None:
        unfinished = Clock.objects.filter(state__in=Clock.UNFINISHED).order_by().values_list("ticket_id")
        opened = Ticket.objects.open().order_by().values_list("pk")
        tickets = (pk for (pk,) in unfinished.union(opened).order_by("ticket_id").iterator(chunk_size=2000))
    rest = iter(tickets)
    while page := list(islice(rest, _PAGE)):
        events = (
            Event.objects.filter(kind__in=history.KINDS).only("kind", "at", "facts", "ticket_id").order_by("at", "id")
        )
        rows = Ticket.objects.filter(pk__in=page).select_related("queue", "requester").prefetch_related(
            Prefetch("events", events, to_attr="happened"), Prefetch("clocks", Clock.objects.order_by("generation"))
        )  # fmt: skip
        for ticket in rows:
            yield from _compare(ticket)


def reconcile(*, now: datetime) -> Reconciliation:
    """
    Compare all running clocks with their history and keep what was found.

    What differs is looked at once more under the lock of its ticket: then nobody changes it between two questions.
    """
    seen = {difference.ticket for difference in differences()}
    found = [difference for ticket in sorted(seen) for difference in _differences_of(ticket)]
    return Reconciliation.objects.create(
        at=now,
        checked=Clock.objects.filter(state__in=Clock.UNFINISHED).count(),
        different=len(found),
        details=[str(difference) for difference in found[:_KEPT]],
    )


@transaction.atomic
def _differences_of(ticket: int) -> list[Difference]:
    Ticket.objects.locked(ticket)
    return list(differences([ticket]))


def walk_of(ticket: Ticket) -> history.Walk:
    """Compute a ticket's promises from its events."""
    rows = getattr(ticket, "happened", None)
    if rows is None:
        rows = ticket.events.filter(kind__in=history.KINDS).order_by("at", "id")
    return history.replay((history.Happening(row.kind, row.at, row.facts) for row in rows), look_up)


def look_up(facts: Mapping[str, Any]) -> Terms | None:
    """Find the terms that an event names."""
    version, calendar = facts.get("version"), facts.get("calendar")
    return terms_of(version, calendar) if version and calendar else None


def _compare(ticket: Ticket) -> Iterator[Difference]:
    walk = walk_of(ticket)
    if not walk.is_known:  # its events are older than the terms they should name: start and target count as stored
        yield from _compare_deadlines(ticket)
        return
    stored = {(clock.metric, clock.cycle): _stored(clock) for clock in ticket.clocks.all()}  # the last generation wins
    computed = {(promise.metric, promise.cycle): _computed(promise) for promise in walk.promises}
    for key in sorted(stored.keys() | computed.keys()):
        mine, theirs = stored.get(key, "nothing"), computed.get(key, "nothing")
        if mine != theirs:
            yield Difference(ticket.pk, f"{key[0]} {key[1]}", mine, theirs)


def _compare_deadlines(ticket: Ticket) -> Iterator[Difference]:
    for clock in ticket.clocks.all():
        terms = clocks.terms_behind(clock)
        if clock.state != Clock.State.RUNNING or terms is None or clock.minutes is None:
            continue
        clock.ticket = ticket
        computed = terms.due(clock.started_at, clock.minutes, clocks.pauses_of(clock))
        if computed != clock.due_at:
            yield Difference(ticket.pk, clock.metric, _moment(clock.due_at), _moment(computed))


def _stored(clock: Clock) -> str:
    state = "running" if clock.state == Clock.State.BREACHED else clock.state
    return _say(state, clock.started_at, clock.minutes, clock.version_id, clock.due_at, clock.ended_at)


def _computed(promise: history.Promise) -> str:
    version = promise.terms.version if promise.terms else None
    return _say(promise.state, promise.started_at, promise.minutes, version, promise.due_at, promise.ended_at)


def _say(
    state: str, started_at: datetime, minutes: int | None, version: int | None, due_at: datetime | None,
    ended_at: datetime | None,
) -> str:  # fmt: skip
    when = _moment(ended_at) if state in ("met", "missed", "cancelled") else _moment(due_at) * (state == "running")
    return f"{state} {when} ({minutes} min from {_moment(started_at)}, version {version})"


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "-"
