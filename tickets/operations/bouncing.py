"""Filing mail of ours that came back."""

from datetime import datetime

from django.db import transaction

from tickets import events, search
from tickets.models import Event, Message, Ticket
from tickets.operations.saving import save


@transaction.atomic
def file_bounce(ticket: Ticket, *, text: str, full_text: str, message_id: str, now: datetime) -> Message:
    """Put the report into the ticket where only staff read it; its state and clocks stay as they are."""
    ticket = Ticket.objects.locked(ticket.pk)
    message = Message.with_notes.create(
        ticket=ticket,
        kind=Message.Kind.NOTE,
        channel=Ticket.Channel.EMAIL,
        is_from_staff=False,
        text=text,
        full_text=full_text if full_text != text else "",
        auto_generated=True,
        message_id=message_id[:255],
        created_at=now,
    )
    search.index(ticket, text, internal=True)
    save(ticket, now=now)
    events.record(ticket, Event.Kind.NOTED, by=None, now=now, message=message, auto_generated=True)
    return message
