"""Who is away at a moment, and who stands in for whom."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from people.models import User
from tickets.models import Absence, Membership
from tickets.models.queue import levels_of
from tickets.models.ticket import Ticket

Away = Mapping[int, Absence]


def away(now: datetime) -> dict[int, Absence]:
    """Give the current absences by person."""
    return {absence.person_id: absence for absence in Absence.objects.current(now).select_related("person", "deputy")}


def deputies(person: int, absent: Away) -> list[User]:
    """Give who stands in for somebody, the deputy's deputy behind the deputy, each once; the last one may be there."""
    found: list[User] = []
    absence, seen = absent.get(person), {person}
    while absence is not None and absence.deputy is not None and absence.deputy.pk not in seen:
        found.append(absence.deputy)
        seen.add(absence.deputy.pk)
        absence = absent.get(absence.deputy.pk)
    return found


def stand_in(person: int, absent: Away) -> User | None:
    """Give who stands in for somebody at this moment; None when nobody of the chain is there, or nobody is asked."""
    chain = deputies(person, absent)
    there = chain[-1] if chain else None
    return there if there is not None and there.pk not in absent and there.is_active and there.is_agent else None


def stand_in_for_tickets(person: int, absent: Away) -> User | None:
    """Give to whom somebody's open tickets are offered; None as well when they were to go back to their queues."""
    absence = absent.get(person)
    offers = absence is not None and absence.mode == Absence.Mode.OFFER
    return stand_in(person, absent) if offers else None


def represented_by(user: User, absent: Away) -> list[User]:
    """Give the people whose tickets are offered to this person."""
    return [absence.person for pk, absence in absent.items() if stand_in_for_tickets(pk, absent) == user]


def offered_to(user: User, absent: Away) -> Q:
    """Keep the tickets that are offered to this person: of whom they stand in for, in queues they work in."""
    people = [person.pk for person in represented_by(user, absent)]
    return Q(assignee__in=people) & works_in(user)


def works_in(user: User) -> Q:
    """Keep the tickets of the queues this person may take tickets in."""
    if user.is_lead:
        return Q()
    return Q(queue__in=[queue for queue, level in levels_of(user).items() if level >= Membership.Level.WORK])


def may_stand_in(user: User, ticket: Ticket) -> bool:
    """Tell whether this person may take tickets of its queue."""
    return user.is_lead or levels_of(user).get(ticket.queue_id, 0) >= Membership.Level.WORK
