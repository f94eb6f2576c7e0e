"""Trying a standard solution, and what comes of it."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from knowledgebase.models import ArticleText
from people.models import User
from tickets import events
from tickets.models import Event, Message, SolutionAttempt, Ticket
from tickets.operations.classifying import follow_solution
from tickets.operations.saving import save

_WORD = re.compile(r"\w{3,}")


@transaction.atomic
def try_solution(
    ticket: Ticket,
    *,
    text: ArticleText,
    by: User | None,
    now: datetime,
    outcome: SolutionAttempt.Outcome = SolutionAttempt.Outcome.OPEN,
) -> SolutionAttempt:
    """Remember that this solution was used on this ticket, or what came of it."""
    ticket = Ticket.objects.locked(ticket.pk)
    attempt, is_new = SolutionAttempt.objects.get_or_create(
        ticket=ticket,
        text=text,
        defaults={"by": by, "at": now, "outcome": outcome, "settled_at": _settled(outcome, now)},
    )
    attempt.ticket = ticket
    if not is_new:
        if attempt.outcome == outcome:
            return attempt
        _change(attempt, outcome, now)
    save(ticket, *follow_solution(ticket, text, outcome, now=now), now=now)
    tell(attempt, by=by, now=now)
    return attempt


def settle_open(ticket: Ticket, outcome: SolutionAttempt.Outcome, *, by: User, now: datetime) -> None:
    """
    Say of the solution tried last what came of it, unless it was said; of a failure, of all that are open.

    For an operation that holds the ticket's lock and saves it.
    """
    tried = ticket.attempts.filter(outcome=SolutionAttempt.Outcome.OPEN).select_related("text").order_by("-at", "-pk")
    for attempt in tried if outcome == SolutionAttempt.Outcome.FAILED else tried[:1]:
        _change(attempt, outcome, now)
        tell(attempt, by=by, now=now)


def ask(ticket: Ticket, message: Message, *, now: datetime) -> None:
    """Remember which solution an answer carries, so that its reader is asked whether it helped; under the lock."""
    words = set(_WORD.findall(message.text.lower()))
    waiting = ticket.attempts.filter(outcome=SolutionAttempt.Outcome.OPEN, asked_at=None).select_related("text")
    for attempt in waiting:
        told = set(_WORD.findall((attempt.text.steps or attempt.text.symptom).lower()))
        if told and len(words & told) * 2 >= len(told):
            attempt.message, attempt.asked_at = message, now
            attempt.save(update_fields=["message", "asked_at"])


def tell(attempt: SolutionAttempt, *, by: User | None, now: datetime, **facts: Any) -> None:
    """Record what came of an attempt."""
    events.record(
        attempt.ticket, Event.Kind.SUGGESTED, by=by, now=now, article=attempt.text.article_id, title=attempt.text.title,
        outcome=attempt.outcome, **facts,
    )  # fmt: skip


def _change(attempt: SolutionAttempt, outcome: SolutionAttempt.Outcome, now: datetime) -> None:
    attempt.outcome, attempt.settled_at = outcome, _settled(outcome, now)
    attempt.save(update_fields=["outcome", "settled_at"])


def _settled(outcome: SolutionAttempt.Outcome, now: datetime) -> datetime | None:
    return None if outcome == SolutionAttempt.Outcome.OPEN else now
