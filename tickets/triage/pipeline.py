"""The triage of a new ticket: language, priority, queue, standard solutions, each with its reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.models import Message, Suggestion, Ticket, Triage
from tickets.operations import prioritising, routing
from tickets.triage.assessing import Assessment, Solution, assess
from tickets.triage.deciding import decide
from tickets.triage.duplicates import find_duplicate
from tickets.triage.language import language_of
from tickets.triage.queues import Route, route_for
from tickets.triage.urgency import Weight, weigh

SUGGESTIONS = 6  # more than are shown: not everybody may read every article


@transaction.atomic
def triage(ticket: Ticket, *, now: datetime, may_route: bool) -> None:
    """Work out what a ticket is about and write it down; doing it again changes nothing that people have set."""
    ticket = Ticket.objects.locked(ticket.pk)
    first = Message.objects.filter(ticket=ticket).order_by("pk").first()
    text = f"{ticket.subject}\n{first.text if first else ''}"
    assessed = assess(ticket.subject, first.text if first else "")
    language, language_words = language_of(text, ticket.language)
    weight = weigh(text, is_vip=ticket.requester.is_vip)
    route = route_for(text)
    if not Triage.objects.filter(ticket=ticket).exists():
        _apply(ticket, language, weight, route, now, may_route=may_route)
        _relate(ticket, first.text if first else "")
    Triage.objects.update_or_create(
        ticket=ticket,
        defaults={
            "at": now,
            "language_reason": ", ".join(language_words),
            "queue_reason": route.word if route else "",
            "priority_reason": ", ".join(weight.words),
            "learnt": _learnt(assessed, ticket),
        },
    )
    suggest(ticket, assessed.solutions[:SUGGESTIONS], assessed.version)
    decide(ticket, assessed, now=now, may_route=may_route)


def suggest(ticket: Ticket, found: Sequence[Solution], version: int) -> None:
    """Write down the standard solutions that fit, replacing earlier suggestions."""
    ticket.suggestions.all().delete()
    Suggestion.objects.bulk_create(
        Suggestion(
            ticket=ticket,
            position=position,
            text_id=one.text,
            score=one.score,
            words=list(one.words),
            evidence=_evidence(one, version) if version else {},
        )
        for position, one in enumerate(found, start=1)
    )


def _evidence(solution: Solution, version: int) -> dict[str, Any]:
    like = [[one.ticket, round(one.likeness, 3)] for one in solution.like]
    return {"version": version, "confidence": round(solution.confidence or 0.0, 3), "like": like}


def _learnt(assessed: Assessment, ticket: Ticket) -> dict[str, Any]:
    """Put down what the model says beside what the rules decide; empty without a model."""
    if not assessed.version:
        return {}
    return {
        "version": assessed.version,
        "queues": [[int(one.label), round(one.confidence, 3)] for one in assessed.queues],
        "queue_words": list(assessed.queue_words),
        "priority_words": list(assessed.priority_words),
        "priorities": [[int(one.label), round(one.confidence, 3)] for one in assessed.priorities],
        "like": [[one.ticket, round(one.likeness, 3)] for one in assessed.like if one.ticket != ticket.pk],
    }


def _relate(ticket: Ticket, text: str) -> None:
    """Propose the open ticket of the same person that this one repeats; agents decide."""
    if ticket.related_to_id is None and (other := find_duplicate(ticket, text)) is not None:
        Ticket.objects.filter(pk=ticket.pk, related_to=None).update(related_to=other)


def _apply(
    ticket: Ticket, language: str, weight: Weight, route: Route | None, now: datetime, *, may_route: bool
) -> None:
    if ticket.language != language:
        ticket.language = language
        ticket.save(update_fields=["language"])
    if ticket.is_open and (weight.impact, weight.urgency) > (ticket.impact, ticket.urgency):
        ticket = prioritising.prioritise(
            ticket,
            by=None,
            now=now,
            impact=max(weight.impact, ticket.impact),
            urgency=max(weight.urgency, ticket.urgency),
            reason=", ".join(weight.words),
        )
    if route is not None and route.queue.tier > ticket.queue.tier and not route.directly:
        # First level is the first address for everything; the rule says who helps when it cannot.
        Ticket.objects.filter(pk=ticket.pk).update(specialists=route.queue)
        return
    untouched = ticket.state == Ticket.State.NEW and ticket.assignee_id is None
    if route is not None and may_route and untouched and route.queue.pk != ticket.queue_id:
        routing.route(ticket, to=route.queue, by=None, now=now, reason=route.word)
