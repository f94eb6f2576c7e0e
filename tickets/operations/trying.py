"""Trying a standard solution."""

from datetime import datetime

from django.db import transaction

from knowledgebase.models import ArticleText
from people.models import User
from tickets import events
from tickets.models import Event, SolutionAttempt, Ticket
from tickets.operations.saving import save


@transaction.atomic
def try_solution(
    ticket: Ticket,
    *,
    text: ArticleText,
    by: User,
    now: datetime,
    outcome: SolutionAttempt.Outcome = SolutionAttempt.Outcome.OPEN,
) -> SolutionAttempt:
    """Remember that this solution was used on this ticket, or what came of it."""
    ticket = Ticket.objects.locked(ticket.pk)
    attempt, is_new = SolutionAttempt.objects.get_or_create(
        ticket=ticket, text=text, defaults={"by": by, "at": now, "outcome": outcome}
    )
    if not is_new:
        if attempt.outcome == outcome:
            return attempt
        attempt.outcome = outcome
        attempt.save(update_fields=["outcome"])
    save(ticket, now=now)
    events.record(
        ticket, Event.Kind.SUGGESTED, by=by, now=now, article=text.article_id, title=text.title, outcome=outcome
    )
    return attempt
