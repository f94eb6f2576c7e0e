"""Telling the requester that the request arrived."""

from datetime import datetime

from django.db import transaction

from helpdesk.lib import message_ids
from tickets import events
from tickets.models import Event, Message, Ticket


@transaction.atomic(savepoint=False)
def acknowledge(ticket: Ticket, *, text: str, now: datetime) -> Message:
    """Confirm the request by an automatic message; nobody has answered it, so the clocks run on."""
    ticket = Ticket.objects.locked(ticket.pk)
    message = Message.objects.create(
        ticket=ticket,
        kind=Message.Kind.SYSTEM,
        channel=ticket.channel,
        is_from_staff=True,
        text=text,
        auto_generated=True,
        message_id=message_ids.make(ticket.pk),
        created_at=now,
    )
    events.record(ticket, Event.Kind.ACKNOWLEDGED, by=None, now=now, message=message)
    return message
