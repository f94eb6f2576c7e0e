"""Which of our addresses writes, and what it puts below a person's answer."""

from django.db.models import Q

from helpdesk.lib import placeholders
from notifications.models import Sender
from people.models import User
from tickets.models import Queue, Ticket

PLACEHOLDERS = ("agent.name", "queue.name", "ticket.number")  # what a signature may name


def sender_for(ticket: Ticket) -> Sender | None:
    """Give the address the requester wrote to, else that of the ticket's queue; `None` is the address of the house."""
    fits = Q(queue=ticket.queue_id)
    if ticket.our_address:
        fits |= Q(address__iexact=ticket.our_address)
    found = list(Sender.objects.filter(fits, is_active=True).select_related("grant").order_by("pk"))
    asked = [sender for sender in found if sender.address.lower() == ticket.our_address.lower()]
    return next(iter([*asked, *found]), None)


def signature(sender: Sender | None, *, ticket: Ticket, by: User | None, language: str) -> str:
    """Give the signature in this language, or in the other one where there is only that."""
    if sender is None:
        return ""
    both = (sender.signature_de, sender.signature_en)
    first, second = both if language == "de" else reversed(both)
    text = first.strip() or second.strip()
    if not text:
        return ""
    names = (by.name if by else "", Queue.objects.get(pk=ticket.queue_id).name, ticket.number)
    return placeholders.fill(text, dict(zip(PLACEHOLDERS, names, strict=True)))
