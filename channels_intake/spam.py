"""To spam and back by hand, together with the block of the sender."""

from datetime import datetime

from django.db import transaction

from channels_intake.blocking import block_sender, unblock_sender
from people.models import User
from tickets.models import Ticket
from tickets.operations.voiding import not_spam, void


class CannotBlock(Exception):
    """The sender works here."""


@transaction.atomic
def mark_as_spam(ticket: Ticket, *, block: bool, by: User, now: datetime) -> Ticket:
    """
    Put a ticket into spam; `block`: no mail of its sender is taken in any more.

    :raises CannotBlock: if the sender works here.
    :raises tickets.operations.voiding.CannotVoid: if the ticket is set aside already.
    """
    if block and ticket.requester.is_agent:
        raise CannotBlock(f"{ticket.requester} works here.")
    blocked = ticket.requester.email if block else ""
    if blocked:
        block_sender(blocked, note=ticket.number, by=by, now=now)
    return void(ticket, reason=Ticket.VoidReason.SPAM, by=by, now=now, blocked=blocked)


@transaction.atomic
def take_back(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Take a ticket out of spam, and the block of its sender back.

    :raises tickets.operations.voiding.NotSpam: if it does not lie there.
    """
    ticket = not_spam(ticket, by=by, now=now)
    unblock_sender(ticket.requester.email, by=by, now=now)
    return ticket
