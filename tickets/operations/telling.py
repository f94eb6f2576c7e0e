"""Telling the requester something nobody typed, as an escalation step wants it."""

from datetime import datetime

from django.db import transaction

from helpdesk.lib import message_ids
from tickets import events, search
from tickets.models import Event, Message, Ticket


@transaction.atomic(savepoint=False)
def tell_requester(ticket: Ticket, *, text: str, now: datetime) -> Message:
    """Send an automatic message; nobody has answered, so the clocks run on."""
    ticket = Ticket.objects.locked(ticket.pk)
    message = Message.objects.create(
        ticket=ticket, kind=Message.Kind.SYSTEM, channel=ticket.channel, is_from_staff=True, text=text.strip(),
        auto_generated=True, message_id=message_ids.make(ticket.pk), created_at=now,
    )  # fmt: skip
    search.index(ticket, text)
    events.record(ticket, Event.Kind.ACKNOWLEDGED, by=None, now=now, message=message)
    return message
