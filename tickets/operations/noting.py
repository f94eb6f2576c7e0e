"""Internal notes."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import events, search
from tickets.models import Event, Message, Ticket
from tickets.operations.files import File, attach
from tickets.operations.saving import save


class CannotNote(Exception):
    """There is nothing to note."""


@transaction.atomic
def note(
    ticket: Ticket,
    *,
    text: str,
    by: User | None,
    now: datetime,
    html: str = "",
    files: Iterable[File] = (),
    client_id: uuid.UUID | None = None,
) -> Message:
    """
    Write something down that only staff may read.

    :raises CannotNote: if the text is empty.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if client_id is not None and (done := Message.with_notes.filter(ticket=ticket, client_id=client_id).first()):
        return done
    if not text.strip():
        raise CannotNote("A note needs a text.")
    message = Message.with_notes.create(
        ticket=ticket,
        kind=Message.Kind.NOTE,
        channel=ticket.channel,
        author=by,
        is_from_staff=True,
        text=text,
        html=html,
        client_id=client_id,
        created_at=now,
    )
    attach(message, files)
    search.index(ticket, text, internal=True)
    save(ticket, now=now)
    events.record(ticket, Event.Kind.NOTED, by=by, now=now, message=message)
    return message
