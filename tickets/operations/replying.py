"""Messages between requester and agents."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from helpdesk.lib import message_ids
from people.finding import find_or_create_all
from people.models import User
from tickets import clocks, events, search
from tickets.models import Event, Message, Participant, Ticket
from tickets.operations import offers, standing_in
from tickets.operations.files import File, Stored, attach
from tickets.operations.opening import snippet
from tickets.operations.participating import join_locked
from tickets.operations.saving import save
from tickets.operations.trying import ask


class CannotReply(Exception):
    """The ticket is void or closed, or there is nothing to say."""


class Overtaken(Exception):
    """Somebody wrote to the requester, or the requester wrote, since the agent last looked."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"Message {message.pk} came in between.")
        self.message = message


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    text: str,
    by: User,
    now: datetime,
    html: str = "",
    files: Iterable[File | Stored] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    seen: int | None = None,
    client_id: uuid.UUID | None = None,
    kind: Message.Kind = Message.Kind.REPLY,
    channel: Ticket.Channel | None = None,
) -> Message:
    """
    Answer the requester; the message and the promise to send it are one commit.

    `seen` is the newest public message the agent had before their eyes; `client_id` makes a repeated request harmless.
    Whoever gets a copy (`cc`) takes part from now on; of blind copies (`bcc`) only staff knows.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if client_id is not None and (done := Message.with_notes.filter(ticket=ticket, client_id=client_id).first()):
        return done
    return reply_to_locked(
        ticket, text=text, by=by, now=now, html=html, files=files, cc=cc, bcc=bcc, seen=seen, client_id=client_id,
        kind=kind, channel=channel,
    )  # fmt: skip


def reply_to_locked(
    ticket: Ticket,
    *,
    text: str,
    by: User,
    now: datetime,
    html: str,
    files: Iterable[File | Stored],
    seen: int | None,
    client_id: uuid.UUID | None,
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    kind: Message.Kind = Message.Kind.REPLY,
    channel: Ticket.Channel | None = None,
) -> Message:
    """
    Do what `reply` does, for an operation that holds the ticket's lock and knows that the request is a new one.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    """
    check_reply(ticket, text=text, seen=seen, by=by)
    message = Message.objects.create(
        ticket=ticket,
        kind=kind,
        channel=channel or ticket.channel,
        author=by,
        is_from_staff=True,
        text=text,
        html=html,
        message_id=message_ids.make(ticket.pk),
        client_id=client_id,
        recipients=_copies(ticket, cc=cc, bcc=bcc, by=by, now=now) if kind == Message.Kind.REPLY else {},
        created_at=now,
    )
    attach(message, files)
    search.index(ticket, text)
    if kind == Message.Kind.REPLY:
        ask(ticket, message, now=now)
    clocks.answer(ticket, now=now)
    ticket.first_response_at = ticket.first_response_at or now
    ticket.last_agent_at = now
    ticket.snippet = snippet(text)
    # As long as it is only offered, the case owner answers without taking it away from those it is offered to.
    if ticket.offered_at is None or offers.take_up(ticket, by=by, now=now) is not None:
        ticket.assignee_id = ticket.assignee_id or by.pk
    ticket.case_owner_id = ticket.case_owner_id or by.pk
    if ticket.state == Ticket.State.NEW:
        ticket.state = Ticket.State.OPEN
    save(
        ticket,
        "first_response_at",
        "last_agent_at",
        "snippet",
        "assignee",
        "case_owner",
        "state",
        *offers.SAVED,
        now=now,
    )
    events.record(ticket, Event.Kind.REPLIED, by=by, now=now, message=message)
    return message


def check_reply(ticket: Ticket, *, text: str, seen: int | None, by: User) -> None:
    """
    Let pass what may be answered now; what the same person sent before has not overtaken them.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    """
    if ticket.state in (Ticket.State.VOID, Ticket.State.CLOSED) or not text.strip():
        raise CannotReply("An answer needs a text and a ticket that is not closed.")
    if seen is None:
        return
    newer = ticket.messages.filter(pk__gt=seen).exclude(author=by, is_from_staff=True).first()
    if newer is not None:
        raise Overtaken(newer)


def _copies(ticket: Ticket, *, cc: Iterable[str], bcc: Iterable[str], by: User, now: datetime) -> dict[str, list[str]]:
    """Find or make whoever gets a copy, and list their addresses; nobody gets two."""
    join_locked(ticket, addresses=cc, by=by, now=now)
    open_ones = list(ticket.participants.exclude(user=by).order_by("pk").values_list("user__email", flat=True))
    known = {ticket.requester.email, *open_ones}
    blind_ones = [person.email for person in find_or_create_all(bcc, language=ticket.language)]
    found = {"cc": open_ones, "bcc": [address for address in blind_ones if address not in known]}
    return {name: addresses for name, addresses in found.items() if addresses}


@transaction.atomic(savepoint=False)
def receive_message(
    ticket: Ticket,
    *,
    author: User,
    text: str,
    channel: Ticket.Channel,
    now: datetime,
    full_text: str = "",
    html: str = "",
    files: Iterable[File] = (),
    message_id: str = "",
    auto_generated: bool = False,
    client_id: uuid.UUID | None = None,
    parser_notes: Iterable[str] = (),
    recipients: dict[str, list[str]] | None = None,
) -> Message:
    """
    Add what the requester, or somebody who takes part, wrote.

    It brings a waiting ticket back to work and reopens a done one; what a robot wrote changes nothing. The caller has
    decided that a closed ticket may still be reopened (`Ticket.can_reopen_by_reply`).
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if client_id is not None and (done := Message.with_notes.filter(ticket=ticket, client_id=client_id).first()):
        return done
    message = Message.objects.create(
        ticket=ticket,
        kind=Message.Kind.CHAT if channel == Ticket.Channel.CHAT else Message.Kind.CUSTOMER,
        channel=channel,
        author=author,
        text=text,
        full_text=full_text if full_text != text else "",
        html=html,
        message_id=message_id[:255],
        auto_generated=auto_generated,
        client_id=client_id,
        notes=list(parser_notes),
        recipients=recipients or {},
        created_at=now,
    )
    attach(message, files)
    search.index(ticket, text)
    ticket.snippet = snippet(text)
    if auto_generated:
        save(ticket, "snippet", now=now)
    else:
        if author.pk != ticket.requester_id:
            Participant.objects.get_or_create(ticket=ticket, user=author)
        ticket.last_customer_at, was_open = now, ticket.is_open
        _back_to_work(ticket, by=author, now=now)
        clocks.ask(ticket, now=now)
        save(
            ticket, "snippet", "last_customer_at", "state", "pending_until", "reopen_count", "resolved_at", "closed_at",
            "confirmed", *clocks.SAVED, now=now,
        )  # fmt: skip
        if ticket.is_open and not was_open:
            standing_in.leave_absent(ticket, now=now)
    events.record(ticket, Event.Kind.RECEIVED, by=author, now=now, message=message, auto_generated=auto_generated)
    return message


def _back_to_work(ticket: Ticket, *, by: User, now: datetime) -> None:
    if ticket.is_waiting:
        origin, ticket.state, ticket.pending_until = ticket.state, Ticket.State.OPEN, None
        clocks.resume(ticket, now=now)
        events.record(ticket, Event.Kind.RESUMED, by=by, now=now, origin=origin)
    elif ticket.state in (Ticket.State.RESOLVED, Ticket.State.CLOSED):
        origin, ticket.state = ticket.state, Ticket.State.OPEN
        ticket.reopen_count += 1
        ticket.resolved_at = ticket.closed_at = ticket.confirmed = None
        clocks.restart(ticket, now=now)
        events.record(ticket, Event.Kind.REOPENED, by=by, now=now, origin=origin)
