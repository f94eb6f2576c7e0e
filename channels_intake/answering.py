"""Whether a standard solution may be sent without a person in between; the guards are those of confirmations."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from channels_intake.models import AutoReply
from tickets.models import Event, Message, Ticket, TriageDecision
from tickets.operations.self_answering import CannotAnswer, answer_by_itself

HOUR = timedelta(hours=1)


def hear(event: Event) -> None:
    """Send the answer the model decided on, unless a machine or a flood may be behind the request; once a ticket."""
    decision = _asked_for(event)
    if decision is None or decision.said_text is None:
        return
    ticket, now = Ticket.objects.locked(decision.ticket_id), timezone.now()
    if not _is_safe(ticket) or not _may_have_another(ticket.requester.email):
        decision.held_back = TriageDecision.Held.MACHINE
    else:
        try:
            answer_by_itself(ticket, text=decision.said_text, now=now)
            AutoReply.objects.create(address=ticket.requester.email, is_stranger=False, at=now)
            decision.done = True
        except CannotAnswer:
            decision.held_back = TriageDecision.Held.TOUCHED
    decision.save(update_fields=["done", "held_back"])


def _asked_for(event: Event) -> TriageDecision | None:
    if event.facts.get("subject") != "article" or "decision" not in event.facts:
        return None
    found = TriageDecision.objects.filter(pk=event.facts["decision"], done=False, held_back="")
    return found.select_related("said_text").first()


def _is_safe(ticket: Ticket) -> bool:
    """Let pass whose request was confirmed: that says that no machine, forger or flood was seen behind it."""
    confirmed = Event.objects.filter(ticket=ticket, kind=Event.Kind.ACKNOWLEDGED).exists()
    by_machine = Message.objects.filter(ticket=ticket, auto_generated=True, is_from_staff=False).exists()
    return confirmed and not by_machine and ticket.requester.is_active and not ticket.requester.is_suspect


def _may_have_another(address: str) -> bool:
    lately = AutoReply.objects.filter(address=address, at__gt=timezone.now() - HOUR).count()
    return lately < settings.AUTO_REPLIES_PER_HOUR
