"""Answering and sending, for tests about what arrives."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.utils import timezone

from notifications import sending
from notifications.models import Delivery, Sender
from tests.factories import NOW, make_agent
from tickets import relay
from tickets.models import Message, Ticket
from tickets.operations.replying import reply


def make_sender(address: str = "it@helpdesk.example", **fields: Any) -> Sender:
    """Make an address we write from."""
    fields.setdefault("name", "IT-Service")
    password = fields.pop("password", "")
    sender = Sender(address=address, **fields)
    sender.password = password
    sender.save()
    return sender


def answer(ticket: Ticket, text: str = "Bitte starten Sie den Rechner neu.", **fields: Any) -> Message:
    """Answer as Nadia; `recipients` overwrites what the message says about who gets it."""
    fields.setdefault("now", NOW)
    by = fields.pop("by", None) or make_agent(ticket.queue, name="Nadia Yildiz")
    recipients = fields.pop("recipients", None)
    message = reply(ticket, text=text, by=by, **fields)
    if recipients is not None:
        Message.objects.filter(pk=message.pk).update(recipients=recipients)
    return message


def send(later: timedelta = timedelta()) -> int:
    """Tell what has happened and send what is due."""
    while relay.relay_due(timezone.now() + timedelta(days=400)):
        pass
    return sending.send_due(timezone.now() + later)


def delivery_of(message: Message) -> Delivery:
    """Fetch the mail that brought this message to the requester."""
    return Delivery.objects.get(message_id=message.message_id)


def text_of(mail: EmailMessage) -> str:
    """Read the plain text."""
    part = mail.get_body(["plain"])
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """Read the HTML."""
    part = mail.get_body(["html"])
    assert part is not None
    return str(part.get_content())
