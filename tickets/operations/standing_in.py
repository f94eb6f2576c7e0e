"""What becomes of the tickets of whoever is away: their deputy takes them over, or they go back to their queues."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction

from people.models import User
from tickets import events
from tickets.absences import Away, away, deputies, may_stand_in, stand_in_for_tickets, works_in
from tickets.models import Absence, Event, Relief, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.operations.saving import save

log = logging.getLogger(__name__)


class NotOffered(Exception):
    """The ticket is done, whoever has it is not away, or somebody else stands in."""


@transaction.atomic
def take_over(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Take a ticket over from somebody who is away, as their deputy.

    :raises NotOffered: if it is done, whoever has it is back, or it is offered to somebody else.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    absent = away(now)
    absence = absent.get(ticket.assignee_id or 0)
    if not ticket.is_open or absence is None or not _is_offered(ticket, to=by, absent=absent):
        raise NotOffered(f"{ticket.number} is not offered to {by}.")
    _move(ticket, absence, to=by, by=by, now=now)
    return ticket


def take_over_all(person: User, *, by: User, now: datetime) -> int:
    """Take over everything this person's absence offers, each ticket by itself, and return how many it were."""
    tickets = Ticket.objects.open().filter(works_in(by), assignee=person).order_by("pk")
    taken = 0
    for ticket in list(tickets):
        try:
            take_over(ticket, by=by, now=now)
        except NotOffered:
            continue  # somebody was faster
        taken += 1
    return taken


def release_due(now: datetime, limit: int = 200) -> int:
    """
    Give the tickets of whoever is away now, and that nobody is offered, back to their queues; return how many.

    Any number of processes may sweep at the same time, and each may end at any moment: every ticket changes in a
    transaction of its own, and an absence counts as looked through only when nothing of it is left.
    """
    released = 0
    for absence in list(Absence.objects.to_be_settled(now).order_by("starts_at", "pk")[:limit]):
        try:
            released += _settle(absence, now, limit)
        except DatabaseError:
            log.exception("The absence %s waits for the next sweep.", absence.pk)
    return released


def is_left_alone(ticket: Ticket, person: User | None, *, now: datetime) -> bool:
    """Tell whether a ticket would lie there with this person: they are away, and nobody is offered it."""
    absent = away(now) if person is not None else {}
    absence = absent.get(person.pk if person is not None else 0)
    return absence is not None and not _may_be_taken_over(absence, ticket, absent)


def leave_absent(ticket: Ticket, *, now: datetime) -> None:
    """Give a locked ticket that has to be worked on again back to its queue, if nobody is there who has it or may take it."""
    if is_left_alone(ticket, ticket.assignee, now=now):
        _move(ticket, away(now)[ticket.assignee_id or 0], to=None, by=None, now=now)


def look_again(deputy: User, *, now: datetime) -> None:
    """Have the absences looked through again that rely on this person, who may no longer do what they could."""
    absent = away(now)
    relying = [one.pk for person, one in absent.items() if deputy in deputies(person, absent)]
    Absence.objects.filter(pk__in=relying).update(released_at=None)


def _settle(absence: Absence, now: datetime, limit: int) -> int:
    absent, released, is_whole = away(now), 0, True
    # Whoever relied on this person to stand in may be without anybody now.
    touched = [pk for pk in absent if pk == absence.person_id or absence.person in deputies(pk, absent)]
    for person in touched:
        rows = list(_without_deputy(person, absent).order_by("pk").values_list("pk", flat=True)[:limit])
        done = [_release(ticket, absent[person].pk, now) for ticket in rows]
        released += done.count(True)
        is_whole = is_whole and None not in done and len(rows) < limit
    if is_whole:
        Absence.objects.filter(pk=absence.pk, released_at=None).update(released_at=now)
    return released


def _without_deputy(person: int, absent: Away) -> TicketQuerySet:
    tickets = Ticket.objects.open().filter(assignee=person)
    deputy = stand_in_for_tickets(person, absent)
    if deputy is None:
        return tickets
    return tickets.none() if deputy.is_lead else tickets.exclude(works_in(deputy))


@transaction.atomic
def _release(ticket_id: int, absence_id: int, now: datetime) -> bool | None:
    """Give one ticket back if it still has to be, and tell whether it was; None when somebody works on it right now."""
    ticket = Ticket.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket_id).first()
    if ticket is None:
        return None
    absent = away(now)
    absence = absent.get(ticket.assignee_id or 0)
    if absence is None or absence.pk != absence_id or not ticket.is_open:
        return False
    if _may_be_taken_over(absence, ticket, absent):
        return False
    _move(ticket, absence, to=None, by=None, now=now)
    return True


def _may_be_taken_over(absence: Absence, ticket: Ticket, absent: Away) -> bool:
    deputy = stand_in_for_tickets(absence.person_id, absent)
    return deputy is not None and may_stand_in(deputy, ticket)


def _is_offered(ticket: Ticket, *, to: User, absent: Away) -> bool:
    deputy = stand_in_for_tickets(ticket.assignee_id or 0, absent)
    return deputy == to and may_stand_in(to, ticket)


def _move(ticket: Ticket, absence: Absence, *, to: User | None, by: User | None, now: datetime) -> None:
    origin, ticket.assignee = ticket.assignee_id, to
    ticket.case_owner_id = ticket.case_owner_id or origin
    save(ticket, "assignee", "case_owner", now=now)
    Relief.objects.create(absence=absence, ticket=ticket, deputy=to, at=now)
    events.record(
        ticket, Event.Kind.ASSIGNED, by=by, now=now, origin=origin, target=to.pk if to else None,
        reason="deputy" if to else "away", until=absence.ends_at.isoformat(), name=absence.person.display_name,
    )  # fmt: skip
