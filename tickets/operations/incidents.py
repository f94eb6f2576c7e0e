"""Major incidents: confirmed from a burst or begun by hand, with who is affected, told once, asked in the end."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from people.models import User
from tickets import events
from tickets.models import Affected, Burst, Event, Incident, IncidentNews, IncidentTicket, Message, Ticket
from tickets.operations.opening import open_ticket
from tickets.operations.replying import CannotReply, reply
from tickets.operations.resolution import CannotResolve, resolve


class CannotDecide(Exception):
    """Somebody has decided about this burst already."""


class CannotLink(Exception):
    """The ticket belongs to an incident already, or is one itself."""


class IsOver(Exception):
    """The incident has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an incident is called, and what its banner says to whom."""

    title_de: str
    title_en: str
    banner_de: str = ""
    banner_en: str = ""
    audience: Incident.Audience = Incident.Audience.SIGNED_IN


@transaction.atomic
def confirm(burst: Burst, words: Words, *, by: User, now: datetime) -> Incident:
    """
    Make a burst a major incident: a parent ticket with its requests below it, and everybody who wrote them.

    :raises CannotDecide: if somebody has decided about it already.
    """
    _decide(burst, Burst.State.CONFIRMED, by, now)
    incident = begin(words, by=by, now=now, burst=burst)
    for ticket in burst.tickets.order_by("pk"):
        with suppress(CannotLink):
            link(incident, ticket, by=by, now=now)
    return incident


@transaction.atomic
def dismiss(burst: Burst, *, by: User, now: datetime) -> None:
    """
    Call a burst a false alarm.

    :raises CannotDecide: if somebody has decided about it already.
    """
    _decide(burst, Burst.State.DISMISSED, by, now)


@transaction.atomic
def begin(words: Words, *, by: User, now: datetime, burst: Burst | None = None) -> Incident:
    """Open the parent ticket of a major incident."""
    ticket = open_ticket(
        requester=by,
        subject=_title(words, by.language),
        text=_title(words, by.language),
        channel=Ticket.Channel.WEB,
        now=now,
        by=by,
        language=by.language,
        impact=Ticket.Scale.HIGH,
        urgency=Ticket.Scale.HIGH,
        kind=Message.Kind.SYSTEM,
    )
    return Incident.objects.create(
        ticket=ticket,
        burst=burst,
        title_de=words.title_de,
        title_en=words.title_en,
        banner_de=words.banner_de,
        banner_en=words.banner_en,
        audience=words.audience,
        started_at=now,
        started_by=by,
    )


@transaction.atomic
def link(incident: Incident, ticket: Ticket, *, by: User, now: datetime) -> None:
    """
    Put a ticket below the incident; its requester is affected.

    :raises CannotLink: if it belongs to one already, or is one itself.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    is_taken = IncidentTicket.objects.filter(ticket=ticket).exists() or Incident.objects.filter(ticket=ticket).exists()
    if is_taken or ticket.state == Ticket.State.VOID or not incident.is_running:
        raise CannotLink(f"{ticket.number} belongs to an incident already, or is one.")
    IncidentTicket.objects.create(incident=incident, ticket=ticket, by=by, at=now)
    Affected.objects.get_or_create(
        incident=incident, person_id=ticket.requester_id, defaults={"way": Affected.Way.TICKET, "at": now}
    )


@transaction.atomic
def me_too(incident: Incident, person: User, *, now: datetime, way: Affected.Way = Affected.Way.ME_TOO) -> bool:
    """
    Note that a person has the problem, too, without a ticket of their own; tell whether that is new.

    :raises IsOver: if the incident has ended.
    """
    if not Incident.objects.running().filter(pk=incident.pk).exists():
        raise IsOver(incident.title)
    _, is_new = Affected.objects.get_or_create(incident=incident, person=person, defaults={"way": way, "at": now})
    return is_new


@transaction.atomic
def tell_all(
    incident: Incident, *, text_de: str, text_en: str, by: User, now: datetime, is_last: bool = False
) -> IncidentNews:
    """
    Tell everybody who is affected, each once and in their language; a worker passes it on.

    :raises IsOver: if the incident has ended.
    """
    ticket = Ticket.objects.locked(incident.ticket_id)
    if not Incident.objects.running().filter(pk=incident.pk).exists():
        raise IsOver(incident.title)
    event = events.record(ticket, Event.Kind.INFORMED, by=by, now=now, text=text_de[:500], is_last=is_last)
    return IncidentNews.objects.create(
        incident=incident, event=event, text_de=text_de, text_en=text_en, is_last=is_last, at=now, by=by
    )


@transaction.atomic
def end(incident: Incident, *, text_de: str, text_en: str, by: User, now: datetime) -> Incident:
    """
    End the incident: its ticket is solved, and everybody who is affected is asked whether it works again.

    :raises IsOver: if it has ended already.
    """
    tell_all(incident, text_de=text_de, text_en=text_en, by=by, now=now, is_last=True)
    Incident.objects.filter(pk=incident.pk).update(ended_at=now, ended_by=by)
    with suppress(CannotResolve):
        resolve(incident.ticket, solution=text_en if by.language == "en" else text_de, by=by, now=now, tell=False)
    return Incident.objects.get(pk=incident.pk)


def end_with_its_ticket(event: Event) -> None:
    """End the incident whose ticket was solved in the workspace; called twice, it ends once."""
    incident = Incident.objects.running().filter(ticket=event.ticket_id).first()
    if incident is not None and event.by is not None:
        solution = event.ticket.resolution
        with suppress(IsOver):
            end(incident, text_de=solution, text_en=solution, by=event.by, now=timezone.now())


def pass_on(event: Event) -> None:
    """
    Say the news on the newest ticket of each person; the last ones solve all their tickets. Called twice, it says it once.

    Who has no ticket is told by `notifications`.
    """
    news = IncidentNews.objects.select_related("incident", "by").get(event=event)
    rows = list(_children(news.incident))
    list(Ticket.objects.filter(pk__in=[row.ticket_id for row in rows]).select_for_update().order_by("pk"))
    told: set[int] = set()
    now = timezone.now()  # not when it was said: these tickets went on since
    for child in rows:
        person, ticket = child.ticket.requester, child.ticket
        text = news.text_in(person.language)
        if news.is_last:
            with suppress(CannotResolve):
                resolve(ticket, solution=text, by=news.by, now=now, tell=person.pk not in told)
        elif person.pk not in told:
            number = uuid.uuid5(uuid.NAMESPACE_OID, f"news {news.pk} on {ticket.pk}")
            with suppress(CannotReply):
                reply(ticket, text=text, by=news.by, now=now, client_id=number)
        told.add(person.pk)


def answer(incident: Incident, person: User, *, works: bool, now: datetime) -> Affected | None:
    """Keep what an affected person says when asked whether it works again; nothing if they are not affected."""
    found = Affected.objects.filter(incident=incident, person=person).first()
    if found is not None:
        found.works_again, found.answered_at = works, now
        found.save(update_fields=["works_again", "answered_at"])
    return found


def _decide(burst: Burst, state: Burst.State, by: User, now: datetime) -> None:
    open_one = Burst.objects.filter(pk=burst.pk, state=Burst.State.OPEN)
    if not open_one.update(state=state, decided_at=now, decided_by=by):
        raise CannotDecide(burst.label)


def _children(incident: Incident) -> Iterable[IncidentTicket]:
    rows = incident.children.exclude(ticket__state__in=(Ticket.State.CLOSED, Ticket.State.VOID))
    return rows.select_related("ticket__requester", "ticket__queue").order_by("-ticket")


def _title(words: Words, language: str) -> str:
    return words.title_en if language == "en" else words.title_de
