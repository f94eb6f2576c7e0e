"""Which ticket a message belongs to: by proof, and only if its sender has to do with that ticket."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from channels_intake.envelope import Envelope
from channels_intake.our_addresses import tokens
from helpdesk.lib import message_ids
from notifications.models import Delivery
from people.models import User
from tickets.models import Event, Message, Ticket
from tickets.permissions import can

_TOKEN = re.compile(r"(?<![^\W_])\[#(\d{1,12})\](?![^\W_])")
_MOST_IDS = 100


@dataclass(frozen=True, slots=True)
class Match:
    """
    Where a message belongs.

    `ticket`: it is to be added here. `related`: it speaks of this one, but has to become a ticket of its own, because
    the sender has nothing to do with it or because it is done for good.
    """

    ticket: Ticket | None = None
    related: Ticket | None = None
    is_stranger: bool = False


def match(envelope: Envelope, sender: User | None, *, now: datetime) -> Match:
    """Find the ticket; the newest that fits wins, the strongest kind of proof first."""
    related: Ticket | None = None
    for candidates in _candidates(envelope):
        for ticket in candidates:
            if sender is None or not _has_to_do_with(sender, ticket):
                related = related or ticket
            elif ticket.state == Ticket.State.VOID or not ticket.can_reopen_by_reply(now):
                return Match(related=ticket)
            else:
                return Match(ticket=ticket)
    return Match(related=related, is_stranger=related is not None)


def stored_id(message_id: str) -> str:
    """Write a Message-ID the way messages keep it."""
    return f"<{message_id}>"[:255] if message_id else ""


def proven(ids: tuple[str, ...], *, also: Iterable[int] = ()) -> list[Ticket]:
    """Give the tickets that Message-IDs of our own making, and addresses of ours, speak of, the newest first."""
    return _living({number for one in ids[:_MOST_IDS] if (number := message_ids.read(one)) is not None}.union(also))


def answers_a_notice(envelope: Envelope, person: User) -> bool:
    """Tell whether somebody answers what we told staff alone, such as an escalation: that is not for the requester."""
    ours = [f"<{one}>" for one in (*envelope.in_reply_to, *envelope.references) if message_ids.read(one) is not None]
    notices = Delivery.objects.filter(message_id__in=ours[:_MOST_IDS], recipient=person, medium=Delivery.Medium.MAIL)
    return notices.exclude(event__kind__in=(Event.Kind.REPLIED, Event.Kind.ACKNOWLEDGED, Event.Kind.RESOLVED)).exists()


def _candidates(envelope: Envelope) -> Iterator[list[Ticket]]:
    """Yield groups of tickets by what proves them: our own ids and addresses, ids of others, the subject."""
    ids = (*envelope.in_reply_to, *envelope.references[-_MOST_IDS:])
    yield proven(ids, also=tokens(envelope))
    if ids:
        answered = Message.objects.filter(message_id__in=[stored_id(one) for one in ids], is_from_staff=False)
        yield _living(set(answered.values_list("ticket_id", flat=True)[:_MOST_IDS]))
    yield _living({int(number) for number in _TOKEN.findall(envelope.subject)[:5]})


def _living(numbers: set[int]) -> list[Ticket]:
    """Follow merges; the newest first."""
    found = Ticket.objects.filter(pk__in=numbers).select_related("queue") if numbers else []
    living = {root.pk: root for root in (ticket.root() for ticket in found)}
    return [living[number] for number in sorted(living, reverse=True)]


def _has_to_do_with(person: User, ticket: Ticket) -> bool:
    return (
        ticket.requester_id == person.pk
        or ticket.participants.filter(user=person).exists()
        or (person.is_agent and can(person, "reply", ticket))
        or Message.objects.filter(ticket=ticket, author=person, is_from_staff=False).exists()
        or _was_told(person, ticket)
    )


def _was_told(person: User, ticket: Ticket) -> bool:
    """Tell whether we wrote to this person; whoever got a blind copy must not come to light by answering."""
    mails = Delivery.objects.filter(event__ticket=ticket, medium=Delivery.Medium.MAIL, recipient=person)
    return mails.exclude(copy=Delivery.Copy.BCC).exists()
