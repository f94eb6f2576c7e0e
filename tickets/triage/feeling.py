"""Reads from a ticket's rows how fed up its requester is, and keeps the sum where the list can sort by it."""

from datetime import timedelta

from django.db import transaction

from tickets.models import Event, Message, Phrase, Ticket, Triage
from tickets.triage.frustration import Facts, Reason, weigh

LATELY = timedelta(days=7)
_MOST_MESSAGES = 5


def feel(event: Event) -> None:
    """Weigh the ticket of an event anew; weighing twice changes nothing."""
    with transaction.atomic():
        ticket = Ticket.objects.locked(event.ticket_id)
        reasons = weigh(_facts(ticket), _said(ticket), Phrase.objects.values_list("words", flat=True))
        points = min(sum(reason.points for reason in reasons), 9) if ticket.is_open else 0
        if points != ticket.upset:
            Ticket.objects.filter(pk=ticket.pk).update(upset=points)
        Triage.objects.filter(ticket=ticket).update(upset=[_row(reason) for reason in reasons])


def _facts(ticket: Ticket) -> Facts:
    last_answer = ticket.last_agent_at or ticket.created_at
    waiting = Message.objects.filter(
        ticket=ticket, author=ticket.requester_id, created_at__gte=last_answer, auto_generated=False
    )
    return Facts(
        reopened=ticket.reopen_count,
        breached=ticket.breached,
        unanswered=waiting.count(),
        hops=ticket.events.filter(kind__in=[Event.Kind.ROUTED, Event.Kind.ESCALATED]).count(),
        same_matter=_earlier(ticket),
    )


def _earlier(ticket: Ticket) -> int:
    """Count the person's tickets of the last days that this one refers to or repeats word for word in its subject."""
    others = Ticket.objects.filter(
        requester=ticket.requester_id, pk__lt=ticket.pk, created_at__gte=ticket.created_at - LATELY
    )
    return others.filter(subject__iexact=ticket.subject).count() or int(ticket.related_to_id is not None)


def _said(ticket: Ticket) -> str:
    texts = Message.objects.filter(ticket=ticket, author=ticket.requester_id).order_by("-pk")
    return "\n".join([ticket.subject, *texts.values_list("text", flat=True)[:_MOST_MESSAGES]])


def _row(reason: Reason) -> list[str | int]:
    return [reason.kind, reason.points, reason.detail]
