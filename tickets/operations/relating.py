"""Whether a ticket belongs to an earlier one that its first message spoke of."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets.models import Ticket
from tickets.operations.saving import save


class NotRelated(Exception):
    """The ticket refers to no other."""


@transaction.atomic
def stand_alone(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Say that a ticket is a matter of its own.

    :raises NotRelated: if nobody thought otherwise.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.related_to_id is None:
        raise NotRelated(f"{ticket.number} refers to no other ticket.")
    ticket.related_to = None
    save(ticket, "related_to", now=now)
    return ticket
