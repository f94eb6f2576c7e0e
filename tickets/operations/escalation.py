"""Handing a ticket up to the next support level with what is known of it, as the clock does."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets.completeness import is_filled
from tickets.models import Handover, Queue, Ticket
from tickets.operations.handing_over import CannotHandOver, offer
from tickets.prefilling import known_of

CLOCK = "clock:"


class CannotEscalate(Exception):
    """The ticket is done, its queue has no next level, it was moved meanwhile, or too little is known of it."""


@transaction.atomic
def escalate(ticket: Ticket, *, reason: str, by: User | None, now: datetime, to: Queue | None = None) -> Ticket:
    """
    Offer the ticket to the next level's queue; the case owner stays, so the requester keeps one contact.

    `by` is `None` when the clock does it; then nothing is refused because too little is known. `to` names another queue.

    :raises CannotEscalate: if it is done, there is nowhere to go, or it left the queue the caller saw it in.
    """
    seen_in = ticket.queue
    locked = Ticket.objects.locked(ticket.pk)
    if locked.queue_id == seen_in.pk:
        locked.queue = seen_in  # with what was read of it before
    target = to or locked.next_level
    if target is None:
        raise CannotEscalate(f"{locked.number} was moved, or {locked.queue} has no next level.")
    by_clock = by is None and reason.startswith(CLOCK)
    known = known_of(locked).texts
    if not by_clock and is_filled(reason):
        known["summary"] = reason
    code = Handover.Reason.CLOCK if by_clock else Handover.Reason.OTHER
    try:
        offer(locked, to=target, reason=code, texts=known, by=by, now=now, seen_in=seen_in, said=reason)
    except CannotHandOver as refusal:
        raise CannotEscalate(str(refusal)) from refusal
    return Ticket.objects.get(pk=ticket.pk)
