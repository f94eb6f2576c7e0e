"""Who is told what, and by which medium."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from helpdesk.lib import live, message_ids, waking
from notifications import digests
from notifications.models import Delivery
from people.models import User
from tickets.absences import away, may_stand_in, stand_in_for_tickets
from tickets.models import Event, Handover, Membership, Message, Ticket
from tickets.permissions import can

log = logging.getLogger(__name__)

MAIL, INAPP = Delivery.Medium.MAIL, Delivery.Medium.INAPP
GIVE_UP_AFTER = timedelta(days=2)
_FIXED = (Event.Kind.REPLIED, Event.Kind.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Telling:
    """One person to be told by one medium."""

    person: User
    medium: Delivery.Medium
    copy: Delivery.Copy = Delivery.Copy.NONE
    joins: bool = False  # the mail waits for the person's next digest


def tell(event: Event) -> None:
    """
    Write a delivery for everybody who is to hear of this event; called twice, it writes nothing new.

    The author of an event is never told of it, nor is anybody who is inactive or may not see the ticket.
    """
    who = _WHO.get(event.kind)
    if who is None:
        return
    _deliver(event, who(event))


def mail_reply(event: Event) -> None:
    """Mail an answer meant for the chat, because the visitor had left; called twice, it writes nothing new."""
    requester = event.ticket.requester
    if _may_be_mailed(requester, event.ticket):
        _deliver(event, [Telling(requester, MAIL)])


def note_as_heard(event: Event, person: User) -> None:
    """Remember that this person reads the answer elsewhere at this moment, so that no mail is needed."""
    Delivery.objects.bulk_create(
        [Delivery(event=event, recipient=person, medium=INAPP, state=Delivery.State.SEEN, created_at=timezone.now())],
        ignore_conflicts=True,
    )


def _deliver(event: Event, tellings: Iterable[Telling]) -> None:
    now = timezone.now()
    wanted: dict[tuple[int, str], Telling] = {}
    for t in tellings:
        # Whoever sends a blind copy to themselves wants it.
        is_author = t.person.pk == event.by_id and t.copy != Delivery.Copy.BCC
        if t.person.is_active and not is_author:
            wanted.setdefault((t.person.pk, t.medium), t)
    deliveries = [
        Delivery(
            event=event,
            recipient=t.person,
            address=t.person.email if t.medium == MAIL else "",
            copy=t.copy,
            medium=t.medium,
            message_id=_message_id(event, t.person) if t.medium == MAIL else "",
            state=Delivery.State.QUEUED if t.medium == MAIL else Delivery.State.SENT,
            next_try_at=now if t.medium == MAIL else None,
            give_up_at=now + GIVE_UP_AFTER if t.medium == MAIL else None,
            created_at=now,
        )
        for t in wanted.values()
        if not t.joins
    ]
    joining = [t.person for t in wanted.values() if t.joins]
    if joining:
        digests.add(event, joining, now=now)
        transaction.on_commit(wake_sender, robust=True)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    _wake_after_commit(deliveries)


def tell_of_failure(delivery: Delivery, *, now: datetime) -> None:
    """Put a notice behind the bell of whoever wrote what did not reach its recipient."""
    author = delivery.event.by
    if author is None or not author.is_active or not can(author, "view_notes", delivery.event.ticket):
        return
    failed = Delivery(event=delivery.event, recipient=author, medium=INAPP, state=Delivery.State.SENT, created_at=now)
    Delivery.objects.bulk_create(
        [failed],
        update_conflicts=True,  # it may come back from another recipient, or once more: that is news again
        unique_fields=["event", "recipient", "medium"],
        update_fields=["state", "created_at"],
    )

    def after_commit() -> None:
        live.publish(f"user:{author.pk}", "notification", {"ticket": delivery.event.ticket_id})

    transaction.on_commit(after_commit, robust=True)


def wake_sender() -> None:
    """Wake a worker to send what is due; harmless when nobody hears it, since the clock does the same."""
    waking.wake("notifications.send_due")


def _message_id(event: Event, person: User) -> str:
    """Give the Message-ID the message got when it was stored; each one who takes part gets another, as it is unique."""
    message = event.message
    if message is not None and event.kind in _FIXED and message.message_id and person.pk == event.ticket.requester_id:
        return message.message_id
    return message_ids.make(event.ticket_id)


def _wake_after_commit(deliveries: list[Delivery]) -> None:
    mails = any(delivery.medium == MAIL for delivery in deliveries)
    notices = [(notice.recipient_id, notice.event.ticket_id) for notice in deliveries if notice.medium == INAPP]

    def after_commit() -> None:
        for person, ticket in notices:
            live.publish(f"user:{person}", "notification", {"ticket": ticket})
        if mails:
            wake_sender()

    if deliveries:
        transaction.on_commit(after_commit, robust=True)


# --- requesters -----------------------------------------------------------------------------------------------------


def _replied(event: Event) -> Iterable[Telling]:
    """Tell the requester and who takes part; what was said in a chat or a call has been heard already."""
    message, ticket = event.message, event.ticket
    if message is None or message.kind != Message.Kind.REPLY:
        return
    heard = set(event.deliveries.filter(medium=INAPP).values_list("recipient_id", flat=True))
    told = [(ticket.requester, Delivery.Copy.NONE)]
    told += [(person, Delivery.Copy.CC) for person in User.objects.filter(taking_part__ticket=ticket).order_by("pk")]
    for person, copy in told:
        if person.pk not in heard and _may_be_mailed(person, ticket):
            yield Telling(person, MAIL, copy)
    # Whoever gets a blind copy need not see the ticket; the author of the answer chose them.
    for person in User.objects.filter(email__in=_blind_copies(message)).exclude(email__endswith=".invalid"):
        yield Telling(person, MAIL, Delivery.Copy.BCC)


def _blind_copies(message: Message) -> list[str]:
    recipients = message.recipients if isinstance(message.recipients, dict) else {}
    found = recipients.get("bcc")
    return [one.strip().lower() for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _informed(event: Event) -> Iterable[Telling]:
    """Tell who is affected by an incident without a ticket of their own; the others hear it on their ticket."""
    asked = User.objects.filter(requests__incident_link__incident__ticket=event.ticket_id)
    affected = User.objects.filter(affected_by__incident__ticket=event.ticket_id, is_suspect=False)
    for person in affected.exclude(pk__in=asked).exclude(email__endswith=".invalid").order_by("pk"):
        yield Telling(person, MAIL)


def _acknowledged(event: Event) -> Iterable[Telling]:
    requester = event.ticket.requester
    if _may_be_mailed(requester, event.ticket) and not requester.is_suspect:
        yield Telling(requester, MAIL)


def _resolved(event: Event) -> Iterable[Telling]:
    requester = event.ticket.requester
    if event.facts.get("tell") and _may_be_mailed(requester, event.ticket) and not requester.is_suspect:
        yield Telling(requester, MAIL)


def _may_be_mailed(person: User, ticket: Ticket) -> bool:
    """Tell whether this person has a real address and may see the ticket."""
    return not person.email.endswith(".invalid") and can(person, "view", ticket)


# --- staff ----------------------------------------------------------------------------------------------------------
def _received(event: Event) -> Iterable[Telling]:
    """Tell who works on it; a robot's mail, such as an absence notice, wakes nobody."""
    if event.facts.get("auto_generated"):
        return
    yield from (Telling(person, INAPP) for person in _handlers(event.ticket))


def _assigned(event: Event) -> Iterable[Telling]:
    ticket = event.ticket
    person = ticket.assignee
    if person is not None and person.pk == event.facts.get("target") and can(person, "view_notes", ticket):
        yield Telling(person, INAPP)
        yield Telling(person, MAIL)


def _reopened(event: Event) -> Iterable[Telling]:
    """Tell who worked on it; a message that reopens is told as a message."""
    if "reason" in event.facts:
        yield from (Telling(person, INAPP) for person in _handlers(event.ticket))


def _escalated(event: Event) -> Iterable[Telling]:
    """Tell everybody who works in the queue, and by mail who answers for the ticket; clocks make no storms."""
    ticket, joins = event.ticket, event.by_id is None
    members = Membership.objects.filter(
        queue=ticket.queue_id,
        level__gte=Membership.Level.WORK,
        user__is_active=True,
        user__role__in=User.STAFF,
    ).select_related("user")
    for member in members:
        yield Telling(member.user, INAPP)
        if member.level == Membership.Level.LEAD:
            yield Telling(member.user, MAIL, joins=joins)
    for person in _handlers(ticket):
        yield Telling(person, INAPP)
        yield Telling(person, MAIL, joins=joins)


def _warned(event: Event) -> Iterable[Telling]:
    """Tell whom the step of the SLA names: at once behind the bell, and by their next digest."""
    named = [pk for pk in event.facts.get("to", []) if isinstance(pk, int)]
    for person in User.objects.agents().filter(pk__in=named).order_by("pk"):
        if can(person, "view_notes", event.ticket):
            yield Telling(person, INAPP)
            yield Telling(person, MAIL, joins=True)


def _accepted(event: Event) -> Iterable[Telling]:
    """Tell whoever handed it over, and who cares for the requester, that it is in good hands."""
    handover = Handover.objects.filter(pk=event.facts.get("handover", 0)).select_related("offered_by").first()
    people = [handover.offered_by if handover is not None else None, event.ticket.case_owner]
    for person in people:
        if person is not None and can(person, "view_notes", event.ticket):
            yield Telling(person, INAPP)


def _came_back(event: Event) -> Iterable[Telling]:
    """Tell whoever has it again; when nobody does, those who work in the queue it came back to."""
    people = _handlers(event.ticket)
    if event.ticket.assignee is None:
        members = _members(event.ticket).filter(level__gte=Membership.Level.WORK)
        people += [member.user for member in members]
    for person in people:
        yield Telling(person, INAPP)
    for person in _handlers(event.ticket):
        yield Telling(person, MAIL)


def _lead_called(event: Event) -> Iterable[Telling]:
    """Tell the leads of the queue; where it has none, all leads."""
    leads = [member.user for member in _members(event.ticket).filter(level=Membership.Level.LEAD)]
    for person in leads or User.objects.agents().filter(role=User.Role.LEAD).order_by("pk"):
        yield Telling(person, INAPP)
        yield Telling(person, MAIL)


def _lead_replied(event: Event) -> Iterable[Telling]:
    """Tell whoever called, and who works on it."""
    called = event.ticket.events.filter(kind=Event.Kind.LEAD_CALLED, pk__lt=event.pk).select_related("by").last()
    caller = called.by if called is not None else None
    if caller is not None and can(caller, "view_notes", event.ticket):
        yield Telling(caller, INAPP)
    yield from (Telling(person, INAPP) for person in _handlers(event.ticket))


def _members(ticket: Ticket) -> QuerySet[Membership]:
    members = Membership.objects.filter(queue=ticket.queue_id, user__is_active=True, user__role__in=User.STAFF)
    return members.select_related("user").order_by("pk")


def _breached(event: Event) -> Iterable[Telling]:
    """Tell as for an escalation, unless the clock escalated at that moment, which is told already."""
    by_clock = Event.objects.filter(
        ticket=event.ticket_id, kind=Event.Kind.ESCALATED, at=event.at, facts__reason__startswith="clock:"
    )
    return [] if by_clock.exists() else _escalated(event)


def _triaged(event: Event) -> Iterable[Telling]:
    """Tell administrators when the model was wrong too often to go on by itself."""
    if "stopped" in event.facts:
        for person in User.objects.filter(role=User.Role.ADMIN, is_active=True):
            yield Telling(person, INAPP)
            yield Telling(person, MAIL)


def _handlers(ticket: Ticket) -> list[User]:
    """Give the assignee, their deputy while they are away, and the case owner, if they may see what staff sees."""
    handlers = (ticket.assignee, _deputy(ticket), ticket.case_owner)
    people = {person.pk: person for person in handlers if person is not None}
    return [person for person in people.values() if person.is_agent and can(person, "view_notes", ticket)]


def _deputy(ticket: Ticket) -> User | None:
    """Give whom the ticket is offered to, because its assignee is away."""
    if ticket.assignee_id is None:
        return None
    deputy = stand_in_for_tickets(ticket.assignee_id, away(timezone.now()))
    return deputy if deputy is not None and may_stand_in(deputy, ticket) else None


_WHO: dict[str, Callable[[Event], Iterable[Telling]]] = {
    Event.Kind.REPLIED: _replied,
    Event.Kind.ACKNOWLEDGED: _acknowledged,
    Event.Kind.RESOLVED: _resolved,
    Event.Kind.RECEIVED: _received,
    Event.Kind.ASSIGNED: _assigned,
    Event.Kind.REOPENED: _reopened,
    Event.Kind.ESCALATED: _escalated,
    Event.Kind.WARNED: _warned,
    Event.Kind.BREACHED: _breached,
    Event.Kind.INFORMED: _informed,
    Event.Kind.TRIAGED: _triaged,
    Event.Kind.ACCEPTED: _accepted,
    Event.Kind.RETURNED: _came_back,
    Event.Kind.GIVEN_BACK: _came_back,
    Event.Kind.LEAD_CALLED: _lead_called,
    Event.Kind.LEAD_REPLIED: _lead_replied,
}
