"""Answering with a standard solution without a person in between; at most once a ticket."""

from datetime import datetime

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext, override

from helpdesk.lib import message_ids
from knowledgebase.models import ArticleText
from knowledgebase.rendering import plain, render
from tickets import events, search
from tickets.models import Event, Message, SolutionAttempt, Ticket
from tickets.operations.classifying import follow_solution
from tickets.operations.saving import save
from tickets.operations.trying import tell


class CannotAnswer(Exception):
    """Somebody works on it already, or a solution was tried."""


@transaction.atomic
def answer_by_itself(ticket: Ticket, *, text: ArticleText, now: datetime) -> SolutionAttempt:
    """
    Send the standard solution and ask whether it helped; the ticket stays where it is and its clocks run on.

    :raises CannotAnswer: if somebody works on it already, or a solution was tried.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.state != Ticket.State.NEW or ticket.last_agent_at is not None or ticket.attempts.exists():
        raise CannotAnswer(f"{ticket.number} is not untouched any more.")
    words, html = _letter(ticket, text)
    message = Message.objects.create(
        ticket=ticket, kind=Message.Kind.SYSTEM, channel=ticket.channel, is_from_staff=True, text=words, html=html,
        auto_generated=True, message_id=message_ids.make(ticket.pk), created_at=now,
    )  # fmt: skip
    attempt = SolutionAttempt.objects.create(ticket=ticket, text=text, message=message, at=now, asked_at=now)
    search.index(ticket, words)
    save(ticket, *follow_solution(ticket, text, attempt.outcome, now=now), now=now)
    tell(attempt, by=None, now=now, automatic=True)
    events.record(ticket, Event.Kind.ACKNOWLEDGED, by=None, now=now, message=message, attempt=attempt.pk)
    return attempt


def _letter(ticket: Ticket, text: ArticleText) -> tuple[str, str]:
    with override(ticket.language):
        before = gettext("This solution has helped with requests like yours: %(title)s") % {"title": text.title}
        after = gettext(
            "If it does not help, a person is one click away: answer this mail, or say no to the question below. Your "
            "request stays open until you tell us."
        )
    solution = text.steps or text.symptom
    html = format_html("<p>{}</p>{}<p>{}</p>", before, render(solution), after)
    return f"{before}\n\n{plain(solution).strip()}\n\n{after}", html
