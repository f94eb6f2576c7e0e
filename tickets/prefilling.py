"""What is known of a ticket already, put into the words of a hand-over, so that nobody types it again."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext

from tickets.completeness import FIELDS
from tickets.models import Answer, Message, SolutionAttempt, Ticket

_LONGEST = 4_000
_MOST_MINUTES = timedelta(hours=8)


@dataclass(frozen=True, kw_only=True)
class Known:
    """The words of a hand-over and the standard solutions that were tried."""

    summary: str = ""
    symptom: str = ""
    environment: str = ""
    tried: str = ""
    hypothesis: str = ""
    question: str = ""
    attempts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        """Give the words by field."""
        return {name: getattr(self, name) for name in FIELDS}


def known_of(ticket: Ticket) -> Known:
    """Draft a hand-over: what the request, the questionnaire and the solutions tried say."""
    attempts = list(ticket.attempts.select_related("text__article").order_by("at", "pk"))
    answers = list(Answer.objects.filter(interview__ticket=ticket))
    return Known(
        summary=_summary(ticket),
        symptom=_joined(*_answered(answers, "symptom"), _first_words(ticket)),
        environment=_joined(*_answered(answers, "environment"), *(one.text.environment for one in attempts)),
        attempts=[_attempt(one) for one in attempts],
    )


def attempts_of(ticket: Ticket) -> list[dict[str, Any]]:
    """List the standard solutions that were tried on a ticket, with what came of them and the minutes it took."""
    return [_attempt(one) for one in ticket.attempts.select_related("text__article").order_by("at", "pk")]


def say_tried(words: str, attempts: list[dict[str, Any]]) -> str:
    """Put into words what was tried: each standard solution and what somebody wrote."""
    return _joined(*(str(one["title"]) for one in attempts), words)


def _summary(ticket: Ticket) -> str:
    triage = getattr(ticket, "triage", None)
    reason = triage.queue_reason if triage is not None else ""
    return f"{ticket.subject} ({gettext('recognised by “%(word)s”') % {'word': reason}})" if reason else ticket.subject


def _answered(answers: list[Answer], fact: str) -> list[str]:
    return [f"{answer.label} {answer.text}" for answer in answers if answer.fact == fact and answer.text]


def _first_words(ticket: Ticket) -> str:
    first = Message.objects.filter(ticket=ticket, is_from_staff=False).order_by("created_at", "pk").first()
    first = first or Message.objects.filter(ticket=ticket).order_by("created_at", "pk").first()
    return Truncator(first.text.strip()).chars(_LONGEST // 2) if first else ""


def _attempt(attempt: SolutionAttempt) -> dict[str, Any]:
    took = attempt.settled_at - attempt.at if attempt.settled_at is not None else None
    return {
        "article": attempt.text.article_id,
        "title": attempt.text.title,
        "outcome": attempt.outcome,
        "minutes": max(1, round(took.total_seconds() / 60)) if took and took <= _MOST_MINUTES else None,
    }


def _joined(*parts: str) -> str:
    return "\n".join(dict.fromkeys(part.strip() for part in parts if part.strip()))[:_LONGEST]
