"""Solving, confirming and closing."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Event, SolutionAttempt, Ticket
from tickets.operations import calling_back, offers
from tickets.operations.saving import save
from tickets.operations.trying import settle_open


class CannotResolve(Exception):
    """The ticket is done already, or nobody said what the solution was."""


class CannotClose(Exception):
    """Only a resolved ticket can be closed."""


@transaction.atomic
def resolve(ticket: Ticket, *, solution: str, by: User | None, now: datetime, tell: bool = True) -> Ticket:
    """
    Call the ticket solved; the requester is asked whether it helped.

    `by=None`: an automatic answer solved it.
    `tell=False`: they know already, for example on the phone or because the answer just sent says so.

    :raises CannotResolve: if it is done or the solution is not written down.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open:
        raise CannotResolve(f"{ticket.number} is done already.")
    if not solution.strip():
        raise CannotResolve("Write down what solved it.")
    offers.solved(ticket, by=by, now=now)
    clocks.stop(ticket, now=now)
    calling_back.end_with(ticket, now=now)
    ticket.state, ticket.pending_until = Ticket.State.RESOLVED, None
    ticket.resolution = solution.strip()
    ticket.resolved_at, ticket.resolved_tier = now, ticket.queue.tier
    ticket.first_response_at = ticket.first_response_at or now
    ticket.assignee = ticket.assignee or by
    ticket.case_owner = ticket.case_owner or by
    ticket.confirmed = ticket.lead_called_at = None
    save(
        ticket, "state", "pending_until", "resolution", "resolved_at", "resolved_tier", "first_response_at", "assignee",
        "case_owner", "confirmed", "lead_called_at", *offers.SAVED, now=now,
    )  # fmt: skip
    events.record(ticket, Event.Kind.RESOLVED, by=by, now=now, solution=ticket.resolution[:500], tell=tell)
    return ticket


@transaction.atomic
def confirm(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Close the ticket because the requester says the solution helped.

    :raises CannotClose: if it is not resolved.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.state != Ticket.State.RESOLVED:
        raise CannotClose("Only a resolved ticket can be confirmed.")
    ticket.confirmed = True
    settle_open(ticket, SolutionAttempt.Outcome.WORKED, by=by, now=now)
    return _close(ticket, by=by, now=now, why="confirmed")


@transaction.atomic
def close(ticket: Ticket, *, by: User | None, now: datetime) -> Ticket:
    """
    Close a resolved ticket that nobody objected to.

    :raises CannotClose: if it is not resolved.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.state != Ticket.State.RESOLVED:
        raise CannotClose("Only a resolved ticket can be closed.")
    return _close(ticket, by=by, now=now, why="timeout" if by is None else "agent")


def _close(ticket: Ticket, *, by: User | None, now: datetime, why: str) -> Ticket:
    ticket.state, ticket.closed_at = Ticket.State.CLOSED, now
    save(ticket, "state", "closed_at", "confirmed", now=now)
    events.record(ticket, Event.Kind.CLOSED, by=by, now=now, why=why)
    return ticket
