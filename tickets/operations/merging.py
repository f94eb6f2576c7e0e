"""Putting two tickets about the same matter together, and parting them again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events, search
from tickets.models import Event, Message, Participant, SearchText, Ticket
from tickets.operations import calling_back, offers
from tickets.operations.opening import snippet
from tickets.operations.saving import save
from tickets.operations.voiding import promise_anew


class CannotMerge(Exception):
    """One of the two is set aside or closed, or they are the same."""


class CannotPart(Exception):
    """The ticket was not put into another by moving its messages."""


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: User, now: datetime) -> Ticket:
    """
    Move everything that was said on a ticket to another, where its matter goes on, and return that one.

    The event remembers what moved, so that `part` can take it back. Whoever wrote takes part in the other ticket.

    :raises CannotMerge: if one of them is set aside or closed, or they are the same.
    """
    into = into.root()
    ticket, into = _lock(ticket, into)
    done = (Ticket.State.VOID, Ticket.State.CLOSED)
    if ticket.pk == into.pk or ticket.state == Ticket.State.VOID or into.state in done:
        raise CannotMerge(f"{ticket.number} cannot go on in {into.number}.")
    moved = list(Message.with_notes.filter(ticket=ticket).order_by("pk"))
    Message.with_notes.filter(ticket=ticket).update(ticket=into)
    joined = _join(ticket, into)
    _reindex(ticket, into)
    offers.left(ticket, by=by, now=now)
    clocks.cancel(ticket, now=now)
    calling_back.end_with(ticket, now=now)
    ticket.state, ticket.void_reason, ticket.merged_into = Ticket.State.VOID, Ticket.VoidReason.MERGED, into
    ticket.pending_until = None
    save(ticket, "state", "void_reason", "merged_into", "pending_until", *offers.SAVED, now=now)
    events.record(
        ticket, Event.Kind.VOIDED, by=by, now=now, reason=Ticket.VoidReason.MERGED, target=into.pk,
        messages=[message.pk for message in moved], joined=joined,
    )  # fmt: skip
    _tell(into, ticket, moved, by=by, now=now)
    return into


@transaction.atomic
def part(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Give a merged ticket back what was said on it; it is worked on again, and what we promise runs from now.

    :raises CannotPart: if it was not merged, or nobody remembers what moved.
    """
    if ticket.merged_into is None:
        raise CannotPart(f"{ticket.number} was not put into another ticket.")
    ticket, other = _lock(ticket, ticket.merged_into)
    merged = ticket.events.filter(kind=Event.Kind.VOIDED, facts__has_key="messages").order_by("pk").last()
    if merged is None or ticket.merged_into_id != other.pk:
        raise CannotPart(f"Nobody remembers what moved from {ticket.number}.")
    Message.with_notes.filter(pk__in=merged.facts["messages"], ticket=other).update(ticket=ticket)
    Participant.objects.filter(ticket=other, user__in=merged.facts.get("joined", [])).delete()
    _reindex(ticket, other)
    ticket.state = Ticket.State.OPEN if ticket.first_response_at else Ticket.State.NEW
    ticket.void_reason, ticket.merged_into, ticket.related_to = Ticket.VoidReason.NONE, None, None
    promise_anew(ticket, now=now)
    save(ticket, "state", "void_reason", "merged_into", "related_to", *clocks.SAVED, now=now)
    save(other, now=now)
    events.record(
        ticket, Event.Kind.RESUMED, by=by, now=now, origin=Ticket.State.VOID, reason="parted", target=other.pk,
        terms=clocks.agreed(ticket),
    )  # fmt: skip
    return ticket


def _lock(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Lock two tickets in the order of their numbers, so that two people never wait for each other."""
    found = {pk: Ticket.objects.locked(pk) for pk in sorted({one.pk, other.pk})}
    return found[one.pk], found[other.pk]


def _join(ticket: Ticket, into: Ticket) -> list[int]:
    """Let everybody of the one take part in the other, and say who did not before."""
    wanted = {ticket.requester_id, *ticket.participants.values_list("user_id", flat=True)}
    known = {into.requester_id, *into.participants.values_list("user_id", flat=True)}
    joined = sorted(wanted - known)
    Participant.objects.bulk_create(Participant(ticket=into, user_id=person) for person in joined)
    return joined


def _reindex(*tickets: Ticket) -> None:
    SearchText.objects.filter(ticket__in=tickets).delete()
    for ticket in tickets:
        for message in Message.with_notes.filter(ticket=ticket).only("text", "kind", "ticket").order_by("pk"):
            search.index(ticket, message.text, internal=message.is_note)


def _tell(into: Ticket, ticket: Ticket, moved: Iterable[Message], *, by: User, now: datetime) -> None:
    """Bring the other ticket back to work, as a message of its own would."""
    people = [message for message in moved if not message.is_from_staff and not message.auto_generated]
    people = [message for message in people if not message.is_note]
    if people:
        last = people[-1]
        into.snippet = snippet(last.text)
        into.last_customer_at = max(into.last_customer_at or last.created_at, last.created_at)
        if into.is_waiting:
            origin, into.state, into.pending_until = into.state, Ticket.State.OPEN, None
            clocks.resume(into, now=now)
            events.record(into, Event.Kind.RESUMED, by=by, now=now, origin=origin)
        elif into.state == Ticket.State.RESOLVED:
            into.state, into.resolved_at, into.confirmed = Ticket.State.OPEN, None, None
            into.reopen_count += 1
            clocks.restart(into, now=now)
            events.record(into, Event.Kind.REOPENED, by=by, now=now, origin=Ticket.State.RESOLVED)
        clocks.ask(into, now=now)
        events.record(
            into, Event.Kind.RECEIVED, by=by, now=now, message=last, auto_generated=False, merged=ticket.pk
        )  # fmt: skip
    save(
        into, "snippet", "last_customer_at", "state", "pending_until", "resolved_at", "confirmed", "reopen_count",
        *clocks.SAVED, now=now,
    )  # fmt: skip
