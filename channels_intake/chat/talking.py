"""What happens in a chat: it starts, somebody writes, it ends."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from channels_intake.accept import accept
from channels_intake.chat.hearing import wake
from channels_intake.envelope import Envelope
from channels_intake.models import Chat, hash_of
from notifications import telling
from people.models import User
from tickets.models import Event, Message, Ticket
from tickets.operations.noting import note
from tickets.operations.replying import receive_message, reply


class CannotChat(Exception):
    """The visitor is blocked, or the chat has ended."""


@dataclass(frozen=True, slots=True)
class Started:
    """A chat, and the secret that only its visitor gets."""

    chat: Chat
    secret: str


@transaction.atomic
def start(envelope: Envelope, *, now: datetime) -> Started:
    """
    Begin a chat: its first line opens a ticket.

    :raises CannotChat: if the visitor is blocked.
    """
    acceptance = accept(envelope, now=now, kind=Message.Kind.CHAT)
    if acceptance.ticket is None:
        raise CannotChat(acceptance.reason)
    secret = secrets.token_urlsafe(32)
    chat, is_new = Chat.objects.get_or_create(
        ticket=acceptance.ticket,
        defaults={
            "key": secrets.token_urlsafe(16),
            "secret_hash": hash_of(secret),
            "visitor_id": acceptance.ticket.requester_id,
            "started_at": now,
            "seen_at": now,
        },
    )
    if not is_new:  # the form was sent twice, so the browser waits for the second answer
        chat.secret_hash = hash_of(secret)
        chat.save(update_fields=["secret_hash"])
    wake(chat)
    return Started(chat, secret)


@transaction.atomic
def write(chat: Chat, *, text: str, client_id: uuid.UUID, now: datetime) -> Message:
    """
    Add a line of the visitor.

    :raises CannotChat: if the chat has ended or its ticket is closed for good.
    """
    ticket = Ticket.objects.select_related("queue").get(pk=chat.ticket_id)
    if not chat.is_running or ticket.state == Ticket.State.VOID or not ticket.can_reopen_by_reply(now):
        raise CannotChat("The chat has ended.")
    message = receive_message(
        ticket, author=chat.visitor, text=text, channel=Ticket.Channel.CHAT, now=now, client_id=client_id
    )
    wake(chat, message)
    return message


@transaction.atomic
def answer(chat: Chat, *, text: str, by: User, client_id: uuid.UUID, now: datetime) -> Message:
    """
    Add a line of an agent; it is mailed if the visitor leaves before reading it.

    :raises CannotChat: if the chat has ended.
    :raises CannotReply: if the ticket is void or closed.
    """
    if not Chat.objects.running().filter(pk=chat.pk).exists():
        raise CannotChat("The chat has ended.")
    message = reply(
        chat.ticket,
        text=text,
        by=by,
        now=now,
        client_id=client_id,
        kind=Message.Kind.CHAT,
        channel=Ticket.Channel.CHAT,
    )
    wake(chat, message)
    return message


@transaction.atomic
def end(chat: Chat, *, why: Chat.EndedBy, by: User | None, now: datetime) -> bool:
    """End a chat and mail what the visitor has not seen; tell whether it was still running."""
    ticket = Ticket.objects.locked(chat.ticket_id)
    if not Chat.objects.running().filter(pk=chat.pk).update(ended_at=now, ended_by=why):
        return False
    chat.refresh_from_db()
    note(ticket, text=_words(chat), by=by if by is not None and by.is_agent else None, now=now)
    unseen = Message.objects.filter(ticket=ticket, is_from_staff=True, pk__gt=chat.seen_id)
    for event in Event.objects.filter(kind=Event.Kind.REPLIED, message__in=unseen).order_by("pk"):
        telling.mail_reply(event)
    wake(chat)
    return True


def end_silent(now: datetime) -> int:
    """End the chats whose visitor has left without a word; any process may run this at any time."""
    return sum(
        end(chat, why=Chat.EndedBy.LEFT, by=None, now=now) for chat in Chat.objects.silent(now).order_by("pk")[:100]
    )


def _words(chat: Chat) -> str:
    with override(chat.ticket.language):
        who = {
            Chat.EndedBy.VISITOR: gettext("The visitor ended the chat."),
            Chat.EndedBy.AGENT: gettext("The chat was ended."),
            Chat.EndedBy.LEFT: gettext("The visitor left the chat."),
        }[Chat.EndedBy(chat.ended_by)]
        return f"{who} {gettext('Answers now go by e-mail.')}"
