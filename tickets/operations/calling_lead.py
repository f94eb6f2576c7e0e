"""Calling a lead: hierarchical escalation, which moves nothing but somebody who can decide."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import events
from tickets.models import Event, Ticket
from tickets.operations.saving import save


class CannotCall(Exception):
    """The ticket is done, a lead is called already, or no reason was given."""


class CannotAnswer(Exception):
    """No lead is called, or nothing was said."""


@transaction.atomic
def call_lead(ticket: Ticket, *, reason: str, by: User | None, now: datetime) -> Ticket:
    """
    Call the leads of the ticket's queue; `by` is `None` when the clock does it.

    :raises CannotCall: if it is done, a lead is called already, or no reason was given.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open or ticket.lead_called_at is not None or not reason.strip():
        raise CannotCall(f"{ticket.number} is done, or a lead is called already.")
    ticket.lead_called_at = now
    save(ticket, "lead_called_at", now=now)
    events.record(ticket, Event.Kind.LEAD_CALLED, by=by, now=now, reason=reason.strip()[:2_000])
    return ticket


@transaction.atomic
def answer_call(ticket: Ticket, *, words: str, by: User, now: datetime) -> Ticket:
    """
    Answer a call, as a lead: what was decided.

    :raises CannotAnswer: if no lead is called any more, or nothing was said.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.lead_called_at is None or not words.strip():
        raise CannotAnswer(f"Nobody called a lead to {ticket.number} any more.")
    minutes = int((now - ticket.lead_called_at).total_seconds() // 60)
    ticket.lead_called_at = None
    save(ticket, "lead_called_at", now=now)
    events.record(ticket, Event.Kind.LEAD_REPLIED, by=by, now=now, reason=words.strip()[:2_000], minutes=minutes)
    return ticket
