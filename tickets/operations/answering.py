"""An answer with its consequence, in one step: wait for the requester, go on, or call it solved."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from people.models import User
from tickets.models import Draft, Message, Ticket
from tickets.operations.drafting import drop_draft
from tickets.operations.files import File
from tickets.operations.holding import hold
from tickets.operations.replying import reply_to_locked
from tickets.operations.resolution import resolve


class Then(StrEnum):
    """What an answer leads to."""

    WAIT = "wait"
    KEEP = "keep"
    RESOLVE = "resolve"


@transaction.atomic
def answer(
    ticket: Ticket,
    *,
    text: str,
    by: User,
    now: datetime,
    then: Then = Then.KEEP,
    solution: str = "",
    html: str = "",
    files: Iterable[File] = (),
    seen: int | None = None,
    client_id: uuid.UUID | None = None,
) -> Message:
    """
    Answer the requester, do what follows from it and forget the draft; all of it or nothing.

    Without a solution of its own, the answer is the solution.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    :raises CannotHold: if it is to wait but done already.
    :raises CannotResolve: if it is to be resolved but done already.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if client_id is not None and (done := Message.with_notes.filter(ticket=ticket, client_id=client_id).first()):
        return done
    message = reply_to_locked(ticket, text=text, html=html, files=files, seen=seen, client_id=client_id, by=by, now=now)
    if then == Then.WAIT:
        hold(ticket, state=Ticket.State.PENDING_CUSTOMER, by=by, now=now)
    elif then == Then.RESOLVE:
        resolve(ticket, solution=solution.strip() or text, by=by, now=now, tell=False)
    drop_draft(ticket, kind=Draft.Kind.REPLY, by=by)
    return message
