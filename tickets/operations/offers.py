"""What becomes of a ticket's hand-overs when it is worked on, solved, or goes another way; all under its lock."""

from datetime import datetime

from people.models import User
from tickets import clocks, events
from tickets.models import Event, Handover, Ticket
from tickets.permissions import can_work_in

SAVED = ["offered_at", "offered_from", *clocks.SAVED]


def offered(ticket: Ticket) -> Handover | None:
    """Give the hand-over that waits for an answer."""
    return ticket.handovers.filter(state=Handover.State.OFFERED).select_related("from_queue", "to_queue").first()


def take_up(ticket: Ticket, *, by: User, now: datetime) -> Handover | None:
    """
    Accept what is offered, because somebody who works in its queue takes the work up.

    The caller saves the ticket. It is the same whether they press “Accept”, take the ticket or answer the requester.
    """
    handover = offered(ticket) if ticket.offered_at is not None else None
    if handover is None or not can_work_in(by, ticket.queue):
        return None
    handover.state, handover.accepted_by, handover.accepted_at = Handover.State.ACCEPTED, by, now
    handover.save(update_fields=["state", "accepted_by", "accepted_at"])
    ticket.offered_at = ticket.offered_from = None
    clocks.settle_offer(ticket, now=now, met=True)
    events.record(
        ticket, Event.Kind.ACCEPTED, by=by, now=now, handover=handover.pk,
        minutes=int((now - handover.offered_at).total_seconds() // 60),
    )  # fmt: skip
    return handover


def solved(ticket: Ticket, *, by: User | None, now: datetime) -> None:
    """End the hand-overs of a ticket that is solved; the caller saves it."""
    if by is None or take_up(ticket, by=by, now=now) is None:
        _drop(ticket, by=by, now=now)
    _end(ticket, by=by, now=now, there=Handover.Outcome.SOLVED_THERE)


def left(ticket: Ticket, *, by: User | None, now: datetime) -> None:
    """End the hand-overs of a ticket that goes elsewhere or is set aside; the caller saves it."""
    _drop(ticket, by=by, now=now)
    _end(ticket, by=by, now=now, there=Handover.Outcome.NO_RESULT)


def withdraw_offer(ticket: Ticket, handover: Handover, *, by: User | None, now: datetime) -> None:
    """Take an offer back; the caller saves the ticket and records it."""
    handover.state, handover.ended_by, handover.ended_at = Handover.State.WITHDRAWN, by, now
    handover.save(update_fields=["state", "ended_by", "ended_at"])
    ticket.offered_at = ticket.offered_from = None
    clocks.settle_offer(ticket, now=now, met=False)


def _drop(ticket: Ticket, *, by: User | None, now: datetime) -> None:
    handover = offered(ticket) if ticket.offered_at is not None else None
    if handover is not None:
        withdraw_offer(ticket, handover, by=by, now=now)


def _end(ticket: Ticket, *, by: User | None, now: datetime, there: Handover.Outcome) -> None:
    if not ticket.hops:
        return
    for handover in ticket.handovers.filter(state=Handover.State.ACCEPTED, ended_at=None):
        here = handover.to_queue_id == ticket.queue_id
        handover.outcome = there if here else Handover.Outcome.NO_RESULT
        handover.ended_by, handover.ended_at = by, now
        handover.save(update_fields=["outcome", "ended_by", "ended_at"])
