"""Who takes part beside the requester: they get every answer as a copy and may follow the ticket."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from people.finding import find_or_create_all
from people.models import User
from tickets import events
from tickets.models import Event, Participant, Ticket
from tickets.operations.saving import save


class CannotJoin(Exception):
    """The ticket is void, or these people take part already."""


class TakesNoPart(Exception):
    """This person does not take part."""


@transaction.atomic
def join(ticket: Ticket, *, addresses: Iterable[str], by: User, now: datetime) -> list[User]:
    """
    Let the people with these addresses take part, and return who is new.

    :raises CannotJoin: if the ticket is void or all of them take part already.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    new = [] if ticket.state == Ticket.State.VOID else join_locked(ticket, addresses=addresses, by=by, now=now)
    if not new:
        raise CannotJoin("They take part already, or the ticket is void.")
    save(ticket, now=now)
    return new


def join_locked(ticket: Ticket, *, addresses: Iterable[str], by: User, now: datetime) -> list[User]:
    """Do what `join` does, for an operation that holds the ticket's lock and saves it; nobody new is no reason to stop."""
    people = find_or_create_all(addresses, language=ticket.language)
    if not people:
        return []
    present = {ticket.requester_id, *ticket.participants.values_list("user_id", flat=True)}
    new = [person for person in people if person.pk not in present]
    Participant.objects.bulk_create(Participant(ticket=ticket, user=person) for person in new)
    for person in new:
        events.record(ticket, Event.Kind.JOINED, by=by, now=now, target=person.pk, name=person.display_name)
    return new


@transaction.atomic
def leave(ticket: Ticket, *, person: User, by: User, now: datetime) -> None:
    """
    Let somebody take part no more.

    :raises TakesNoPart: if they do not take part.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    gone, _ = Participant.objects.filter(ticket=ticket, user=person).delete()
    if not gone:
        raise TakesNoPart(f"{person} does not take part in {ticket.number}.")
    save(ticket, now=now)
    events.record(ticket, Event.Kind.LEFT, by=by, now=now, target=person.pk, name=person.display_name)
