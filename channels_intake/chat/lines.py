"""What stands in a chat: for the visitor without any note, for agents everything."""

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from channels_intake.models import Chat
from tickets.models import Message, Ticket

MOST = 300


def for_visitor(chat: Chat, after: int = 0) -> list[Message]:
    """Give what was said in the chat and what agents answered while it ran; never a mail, whoever sent it."""
    return _after(_said(chat), after)


def for_agents(ticket: Ticket, after: int = 0) -> list[Message]:
    """Give everything that was said or noted."""
    return _after(Message.with_notes.filter(ticket=ticket), after)


def newest(chat: Chat) -> int:
    """Give the number of the newest line the visitor could have."""
    return _said(chat).order_by("-pk").values_list("pk", flat=True).first() or 0


def as_json(messages: list[Message], template: str) -> list[dict[str, object]]:
    """Make lines that the page can append, each once."""
    return [
        {
            "id": message.pk,
            "client": str(message.client_id or ""),
            "html": render_to_string(template, {"message": message}),
        }
        for message in messages
    ]


def _said(chat: Chat) -> "QuerySet[Message]":
    said = Message.objects.filter(Q(channel=Ticket.Channel.CHAT) | Q(is_from_staff=True), ticket=chat.ticket_id)
    return said if chat.ended_at is None else said.filter(created_at__lte=chat.ended_at)


def _after(messages: "QuerySet[Message]", after: int) -> list[Message]:
    return list(messages.filter(pk__gt=after).select_related("author").order_by("pk")[:MOST])
