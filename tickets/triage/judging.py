"""Was the model right? Told by what people did with the ticket; and a mode that is wrong too often stops by itself."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from tickets import events
from tickets.models import Event, SolutionAttempt, Subject, Ticket, TriageDecision, TriageMode, settle_mode

Outcome = SolutionAttempt.Outcome
_DONE = (Ticket.State.RESOLVED, Ticket.State.CLOSED)


def hear(event: Event) -> None:
    """Judge what the model said about the ticket of this event; called twice, it comes to the same."""
    if not TriageDecision.objects.filter(ticket=event.ticket_id).exists():
        return
    ticket, now = Ticket.objects.locked(event.ticket_id), timezone.now()
    decisions = ticket.decisions.select_related("said_queue", "said_text", "category")
    for decision in decisions:
        if _judge(decision, ticket, now):
            _settle(decision, now)


def _judge(decision: TriageDecision, ticket: Ticket, now: datetime) -> bool:
    """Write down the verdict of now; tell whether it is another one than before."""
    before = decision.verdict
    judge = {Subject.QUEUE: _of_queue, Subject.PRIORITY: _of_priority, Subject.ARTICLE: _of_article}
    decision.verdict = judge[Subject(decision.subject)](decision, ticket)
    if decision.verdict != before:
        decision.judged_at = None if decision.verdict == TriageDecision.Verdict.OPEN else now
    decision.save(update_fields=["verdict", "judged_at", "ended_queue", "ended_text", "ended_priority"])
    return decision.verdict != before


def _of_queue(decision: TriageDecision, ticket: Ticket) -> TriageDecision.Verdict:
    later = Event.objects.filter(ticket=ticket, at__gte=decision.made_at)
    by_hand = later.filter(kind=Event.Kind.ROUTED, by__isnull=False).exists()
    decision.ended_queue = ticket.queue if by_hand or ticket.state in _DONE else None
    if decision.ended_queue is None:
        return TriageDecision.Verdict.OPEN
    # What first level passed on was rightly in the queue it came from.
    origins = later.filter(kind=Event.Kind.ESCALATED).values_list("facts__origin", flat=True)
    return _verdict(decision.said_queue_id in {ticket.queue_id, *origins})


def _of_priority(decision: TriageDecision, ticket: Ticket) -> TriageDecision.Verdict:
    changed = Event.objects.filter(ticket=ticket, kind=Event.Kind.PRIORITISED, by__isnull=False)
    known = ticket.state in _DONE or changed.filter(at__gte=decision.made_at).exists()
    decision.ended_priority = ticket.priority if known else None
    return _verdict(decision.said_priority == ticket.priority) if known else TriageDecision.Verdict.OPEN


def _of_article(decision: TriageDecision, ticket: Ticket) -> TriageDecision.Verdict:
    assert decision.said_text is not None
    said, tried = decision.said_text.article_id, _tried(ticket)
    helped = next((attempt for attempt in tried if attempt.outcome == Outcome.WORKED), None)
    if helped is None and ticket.state in _DONE:
        # Silence about what went out by itself proves nothing: the record would be the model's own word.
        helped = next(
            (attempt for attempt in tried if attempt.outcome == Outcome.OPEN and attempt.by_id is not None), None
        )
    decision.ended_text = helped.text if helped is not None else None
    if helped is not None:
        return _verdict(helped.text.article_id == said)
    if any(attempt.text.article_id == said and attempt.outcome != Outcome.OPEN for attempt in tried):
        return TriageDecision.Verdict.WRONG
    return TriageDecision.Verdict.UNSAID if ticket.state in _DONE else TriageDecision.Verdict.OPEN


def _tried(ticket: Ticket) -> list[SolutionAttempt]:
    """Give what was tried, the latest first; what worked before the ticket came back did not help."""
    tried: list[Any] = list(
        ticket.attempts.annotate(known_at=Coalesce(F("settled_at"), F("at")))
        .select_related("text")
        .order_by("-known_at")
    )
    back = Event.objects.filter(ticket=ticket, kind=Event.Kind.REOPENED).order_by("-at").first()
    for attempt in tried:
        if back is not None and attempt.outcome in (Outcome.WORKED, Outcome.OPEN) and attempt.known_at < back.at:
            attempt.outcome = Outcome.FAILED
    return tried


def _verdict(is_right: bool) -> TriageDecision.Verdict:
    return TriageDecision.Verdict.RIGHT if is_right else TriageDecision.Verdict.WRONG


def _settle(decision: TriageDecision, now: datetime) -> None:
    """Let the mode begin or stop by its new record; administrators hear when it had to stop."""
    about = {"queue": decision.said_queue} if decision.subject == Subject.QUEUE else {"category": decision.category}
    mode = TriageMode.objects.select_for_update(of=("self",)).filter(subject=decision.subject, **about).first()
    if mode is not None and settle_mode(mode, now):
        events.record(
            decision.ticket, Event.Kind.TRIAGED, by=None, now=now, stopped=mode.pk, subject=mode.subject, name=mode.name
        )
