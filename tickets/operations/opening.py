"""Opening a ticket."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext, override

from knowledgebase.models import Category
from people.models import User
from tickets import clocks, events, search
from tickets.models import Event, Message, Participant, Queue, Ticket
from tickets.operations.files import File, attach
from tickets.priorities import priority_of


class NoQueue(Exception):
    """There is no queue that takes requests; an administrator has to mark one as default."""


class Particulars(TypedDict, total=False):
    """What else may be known about a request; see `open_by_message`."""

    by: User | None
    queue: Queue | None
    ticket_kind: Ticket.Kind
    category: Category | None
    language: str
    impact: int
    urgency: int
    full_text: str
    html: str
    files: Iterable[File]
    message_id: str
    auto_generated: bool
    participants: Iterable[User]
    related_to: Ticket | None
    parser_notes: Iterable[str]
    kind: Message.Kind
    our_address: str
    recipients: dict[str, list[str]] | None
    spam: str


def open_ticket(
    *,
    requester: User,
    subject: str,
    text: str,
    channel: Ticket.Channel,
    now: datetime,
    **particulars: Unpack[Particulars],
) -> Ticket:
    """
    Open a ticket with its first message; the clocks run from `now`.

    :raises NoQueue: if no queue is given and none is the default.
    """
    return open_by_message(
        requester=requester, subject=subject, text=text, channel=channel, now=now, **particulars
    ).ticket


@transaction.atomic(savepoint=False)
def open_by_message(
    *,
    requester: User,
    subject: str,
    text: str,
    channel: Ticket.Channel,
    now: datetime,
    by: User | None = None,
    queue: Queue | None = None,
    ticket_kind: Ticket.Kind = Ticket.Kind.INCIDENT,
    category: Category | None = None,
    language: str = "",
    impact: int = Ticket.Scale.LOW,
    urgency: int = Ticket.Scale.MEDIUM,
    full_text: str = "",
    html: str = "",
    files: Iterable[File] = (),
    message_id: str = "",
    auto_generated: bool = False,
    participants: Iterable[User] = (),
    related_to: Ticket | None = None,
    parser_notes: Iterable[str] = (),
    kind: Message.Kind = Message.Kind.CUSTOMER,
    our_address: str = "",
    recipients: dict[str, list[str]] | None = None,
    spam: str = "",
) -> Message:
    """
    Open a ticket and return its first message.

    `by` is the agent who took the request down, `None` when the requester wrote it. A queue that is not given is the
    default one until triage has read the text. `our_address` is the one that was written to, `recipients` whom the
    message names. `spam` is why it is taken for spam: then the ticket is set aside at once, nothing runs, is told
    or is found, until somebody says that it is none (`voiding.not_spam`).

    :raises NoQueue: if no queue is given and none is the default.
    """
    chosen = queue or Queue.objects.filter(is_default=True).first()
    if chosen is None:
        raise NoQueue("Mark one queue as the default one in the settings.")
    ticket = Ticket(
        subject=_subject(subject, text, language or requester.language),
        requester=requester,
        queue=chosen,
        kind=ticket_kind,
        category=category,
        impact=impact,
        urgency=urgency,
        priority=priority_of(impact, urgency),
        channel=channel,
        language=language or requester.language,
        our_address=our_address[:254],
        state=Ticket.State.VOID if spam else Ticket.State.NEW,
        void_reason=Ticket.VoidReason.SPAM if spam else Ticket.VoidReason.NONE,
        related_to=related_to,
        snippet=snippet(text),
        case_owner=by,
        created_at=now,
        updated_at=now,
        last_customer_at=now,
    )
    promised = [] if spam else clocks.promised(ticket, now=now)
    ticket.save(force_insert=True)
    clocks.arm(promised)
    message = Message.objects.create(
        ticket=ticket,
        kind=kind,
        channel=channel,
        author=requester,
        text=text,
        full_text=full_text if full_text != text else "",
        html=html,
        message_id=message_id[:255],
        auto_generated=auto_generated,
        notes=list(parser_notes),
        recipients=recipients or {},
        created_at=now,
    )
    attach(message, files)
    Participant.objects.bulk_create(Participant(ticket=ticket, user=person) for person in participants)
    facts: dict[str, Any] = {"channel": channel, "queue_chosen": queue is not None, "auto_generated": auto_generated}
    facts |= {"queue": chosen.pk, "vip": requester.is_vip}
    if spam:
        reason = Ticket.VoidReason.SPAM
        events.record(ticket, Event.Kind.VOIDED, by=None, now=now, message=message, reason=reason, why=spam, **facts)
    else:
        search.index(ticket, text)
        facts["terms"] = clocks.agreed(ticket)
        events.record(ticket, Event.Kind.OPENED, by=by or requester, now=now, message=message, **facts)
    return message


def snippet(text: str) -> str:
    """Give the first words of a text, for lists."""
    return " ".join(text.split())[:160]


def _subject(subject: str, text: str, language: str) -> str:
    words = " ".join(subject.split()) or snippet(text)[:80]
    if not words:
        with override(language):
            words = gettext("(no subject)")
    return words[:250]
