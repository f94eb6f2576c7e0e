"""Who hears of a line at once: the visitor's window and the agents' pages; and what the window makes needless."""

from django.db import transaction
from django.utils import timezone

from channels_intake.models import Chat
from helpdesk.lib import live
from notifications import telling
from tickets.models import Event, Message


def wake(chat: Chat, message: Message | None = None) -> None:
    """Tell the open pages after the commit that there is something to fetch; who missed it fetches on reconnect."""
    key, ticket, line = chat.key, chat.ticket_id, message.pk if message else None

    def after_commit() -> None:
        live.publish(f"chat:{key}", "line", {"id": line}, id=line)
        live.publish("agents", "chat", {"id": ticket})

    transaction.on_commit(after_commit, robust=True)


def hear(event: Event) -> None:
    """
    Show an answer in the visitor's window, from wherever the agent wrote it; called twice, nothing happens twice.

    It is mailed when the visitor is gone, and whenever files came with it, since the window shows none.
    """
    chat = Chat.objects.filter(ticket=event.ticket_id).first()
    message = event.message
    if chat is None or message is None:
        return
    is_there = chat.is_there(timezone.now())
    if is_there and message.kind == Message.Kind.REPLY and not message.attachments.exists():
        telling.note_as_heard(event, chat.visitor)
    if not chat.is_running and message.kind == Message.Kind.CHAT and message.pk > chat.seen_id:
        telling.mail_reply(event)
    wake(chat, message)
