"""
Mails about deadlines, put together: at most one a quarter of an hour and person.

What is to be told waits as a row. One transaction writes the mail, ties the rows to it and notes when the next one may
leave, so a process that ends here or there loses nothing and tells nothing twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.dateparse import parse_datetime

from helpdesk.lib import message_ids
from notifications.models import Delivery, Digest, DigestItem
from people.models import User
from tickets.models import Clock, Event
from tickets.permissions import can

# Of the kinds that may stand in a digest; what a person hands over leaves by itself.
KINDS = (Event.Kind.WARNED, Event.Kind.BREACHED, Event.Kind.ESCALATED)
EVERY = timedelta(minutes=15)
# Warnings tend to come together; what is broken is told at once.
COLLECTED_FOR = timedelta(minutes=1)


def add(event: Event, people: Iterable[User], *, now: datetime) -> None:
    """Let these people hear of an event by their next digest; called twice, it writes nothing new."""
    told = set(event.deliveries.filter(medium=Delivery.Medium.MAIL).values_list("recipient_id", flat=True))
    ready_at = now + COLLECTED_FOR if event.kind == Event.Kind.WARNED else now
    items = [DigestItem(event=event, recipient=one, ready_at=ready_at) for one in people if one.pk not in told]
    DigestItem.objects.bulk_create(items, ignore_conflicts=True)


def gather_due(now: datetime, *, give_up_after: timedelta, limit: int = 500) -> int:
    """Write the digests whose time has come, any number of processes at once, and return how many it were."""
    due = DigestItem.objects.waiting().filter(ready_at__lte=now).order_by().values_list("recipient", flat=True)
    return sum(_gather(recipient, now, give_up_after) for recipient in list(due.distinct()[:limit]))


def told_by(delivery: Delivery) -> list[Event]:
    """Give what a mail tells beside its own event, what is due first at the top; nothing where it is no digest."""
    if delivery.event.kind not in KINDS:
        return []
    return by_urgency(delivery.items.select_related("event__ticket__queue", "event__clock").order_by("pk"))


def due_at(event: Event) -> datetime:
    """Give the deadline an event is about; without one, when it happened."""
    said = parse_datetime(str(event.facts.get("due_at") or ""))
    if said is not None:
        return said
    return (event.clock.due_at if event.clock else None) or event.at


def by_urgency(items: Iterable[DigestItem]) -> list[Event]:
    """Give what the items tell, one line a ticket and deadline, what is due first at the top."""
    newest = {(item.event.ticket_id, _metric(item.event)): item.event for item in items}
    return sorted(newest.values(), key=lambda event: (due_at(event), event.pk))


@transaction.atomic
def _gather(recipient: int, now: datetime, give_up_after: timedelta) -> bool:
    Digest.objects.bulk_create([Digest(recipient_id=recipient, next_at=now)], ignore_conflicts=True)
    rows = Digest.objects.select_for_update(skip_locked=True, of=("self",))
    digest = rows.filter(recipient=recipient, next_at__lte=now).first()
    if digest is None:
        return False  # it is not time yet, or another process does it right now
    waiting = DigestItem.objects.waiting().filter(recipient=recipient)
    items = list(waiting.select_related("event__ticket", "event__clock").order_by("pk"))
    person = User.objects.get(pk=recipient)
    kept = _still_needed(items, person)
    needless = [item.pk for item in items if item not in kept]
    DigestItem.objects.filter(pk__in=needless).update(dropped_at=now)
    if not kept:
        return False
    first = by_urgency(kept)[0]
    delivery = Delivery.objects.create(
        event=first, recipient=person, address=person.email, medium=Delivery.Medium.MAIL,
        message_id=message_ids.make(first.ticket_id), state=Delivery.State.QUEUED, next_try_at=now,
        give_up_at=now + give_up_after, created_at=now,
    )  # fmt: skip
    DigestItem.objects.filter(pk__in=[item.pk for item in kept]).update(delivery=delivery)
    digest.next_at = now + EVERY
    digest.save(update_fields=["next_at"])
    return True


def _still_needed(items: list[DigestItem], person: User) -> list[DigestItem]:
    """Keep what its reader can still do something about."""
    clocks = Clock.objects.filter(ticket__in={item.event.ticket_id for item in items}).order_by()
    known = list(clocks.values_list("ticket_id", "metric", "state"))
    open_ones = {(ticket, metric) for ticket, metric, state in known if state in Clock.UNFINISHED}
    over = {(ticket, metric) for ticket, metric, _ in known} - open_ones
    return [
        item
        for item in items
        if _concerns(item, person)
        and (_is_offer(item.event) or (item.event.ticket_id, _metric(item.event)) not in over)
    ]


def _is_offer(event: Event) -> bool:
    """Tell whether it says that a ticket is offered, and it still is: that waits for an answer of its own."""
    return event.kind == Event.Kind.ESCALATED and event.ticket.offered_at is not None


def _concerns(item: DigestItem, person: User) -> bool:
    is_there = person.is_active and not person.email.endswith(".invalid")
    return is_there and item.event.ticket.is_open and can(person, "view_notes", item.event.ticket)


def _metric(event: Event) -> str:
    return str(event.facts.get("metric") or str(event.facts.get("reason", "")).removeprefix("clock:"))
