"""An answer with its consequence, in one step: wait for the requester, go on, or call it solved."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from people.models import User
from tickets.models import Draft, Message, Ticket
from tickets.operations.drafting import drop_draft
from tickets.operations.files import File, Stored
from tickets.operations.holding import CannotHold, hold
from tickets.operations.replying import check_reply, reply_to_locked
from tickets.operations.resolution import CannotResolve, resolve


class Then(StrEnum):
    """What an answer leads to."""

    WAIT = "wait"
    KEEP = "keep"
    RESOLVE = "resolve"


# What somebody must be allowed to do who sends an answer with this consequence.
NEEDS = {Then.WAIT: ("reply", "hold"), Then.KEEP: ("reply",), Then.RESOLVE: ("reply", "resolve")}


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
    files: Iterable[File | Stored] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
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
    message = answer_locked(
        ticket, text=text, by=by, now=now, then=then, solution=solution, html=html, files=files, cc=cc, bcc=bcc,
        seen=seen, client_id=client_id,
    )  # fmt: skip
    drop_draft(ticket, kind=Draft.Kind.REPLY, by=by)
    return message


def answer_locked(
    ticket: Ticket,
    *,
    text: str,
    by: User,
    now: datetime,
    then: Then,
    solution: str,
    html: str,
    files: Iterable[File | Stored],
    cc: Iterable[str],
    bcc: Iterable[str],
    seen: int | None,
    client_id: uuid.UUID | None,
) -> Message:
    """
    Do what `answer` does but leave the draft, for an operation that holds the ticket's lock and knows the request is new.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    :raises CannotHold: if it is to wait but done already.
    :raises CannotResolve: if it is to be resolved but done already.
    """
    message = reply_to_locked(
        ticket, text=text, html=html, files=files, cc=cc, bcc=bcc, seen=seen, client_id=client_id, by=by, now=now
    )
    if then == Then.WAIT:
        hold(ticket, state=Ticket.State.PENDING_CUSTOMER, by=by, now=now)
    elif then == Then.RESOLVE:
        resolve(ticket, solution=solution.strip() or text, by=by, now=now, tell=False)
    return message


def check_answer(ticket: Ticket, *, text: str, then: Then, seen: int | None, by: User) -> None:
    """
    Let pass what could be answered at this moment.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    :raises CannotHold: if it is to wait but done already.
    :raises CannotResolve: if it is to be resolved but done already.
    """
    check_reply(ticket, text=text, seen=seen, by=by)
    if ticket.is_open:
        return
    if then == Then.WAIT:
        raise CannotHold("Only an open ticket can wait.")
    if then == Then.RESOLVE:
        raise CannotResolve(f"{ticket.number} is done already.")
