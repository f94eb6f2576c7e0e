"""Tells the hand-overs of the example company, each at its moment."""

from datetime import datetime, timedelta
from typing import Any

from helpdesk.demo.company import Company
from knowledgebase.models import Category
from people.models import User
from tickets.completeness import FIELDS
from tickets.models import Handover, HandoverContract, Ticket
from tickets.operations import calling_lead, handing_over
from tickets.prefilling import known_of


def tell_handovers(content: dict[str, Any], company: Company, *, now: datetime) -> None:
    """Publish what queues want to know, and take some open tickets through their hand-overs."""
    _publish(content["contracts"], company)
    for step in sorted(content["steps"], key=lambda step: -step["ago"]):
        ticket, by = Ticket.objects.get(subject=step["ticket"]), company.people[step["by"]]
        at = now - timedelta(minutes=step["ago"])
        if step["kind"] == "offer":
            _offer(ticket, step, company, by, at)
        elif step["kind"] == "accept":
            handing_over.accept(ticket, by=by, now=at)
        elif step["kind"] == "return":
            reason = Handover.Return(step["reason"])
            handing_over.return_(ticket, reason=reason, words=step["words"], by=by, now=at)
        else:
            calling_lead.call_lead(ticket, reason=step["words"], by=by, now=at)


def _publish(rows: list[dict[str, Any]], company: Company) -> None:
    for row in rows:
        HandoverContract.objects.create(
            queue=company.queues[row["queue"]],
            category=Category.objects.get(key=row["topic"]) if "topic" in row else None,
            needed=row["needed"],
            hint_de=row["hint_de"],
            hint_en=row["hint_en"],
        )


def _offer(ticket: Ticket, step: dict[str, Any], company: Company, by: User, at: datetime) -> None:
    to = company.queues[step["to"]]
    if ticket.offered_at is not None:  # the clock was faster, and first level takes it back
        handing_over.withdraw(ticket, by=company.people["jana.petersen"], now=at)
        ticket = Ticket.objects.get(pk=ticket.pk)
    texts = known_of(ticket).texts | {name: step[name] for name in FIELDS if name in step}
    if ticket.queue_id != to.pk:
        handing_over.offer(ticket, to=to, reason=Handover.Reason(step["reason"]), texts=texts, by=by, now=at)
