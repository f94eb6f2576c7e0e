"""What the model decides about a new request: written down always, done only where an administrator lets it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from knowledgebase.models import Article, ArticleText, Audience
from people.models import User
from tickets import events
from tickets.models import Event, Queue, Subject, Ticket, TriageDecision, TriageMode
from tickets.operations import routing
from tickets.triage.assessing import Assessment, Like

Held = TriageDecision.Held
_LIKE = 3


def decide(ticket: Ticket, assessed: Assessment, *, now: datetime, may_route: bool) -> None:
    """
    Write down what the model says about a request, and do what it may; once a ticket, and nothing without a model.

    Call it under the ticket's lock. `may_route`: nobody chose the queue.
    """
    ticket = Ticket.objects.select_related("queue", "requester").get(pk=ticket.pk)
    if not assessed.version or ticket.decisions.exists():
        return
    _decide_priority(ticket, assessed, now)
    _decide_answer(ticket, assessed, now)
    _decide_queue(ticket, assessed, now, may_route=may_route)


def mode_for(subject: str, **about: Any) -> TriageMode:
    """Give the mode for a queue or for a category of articles; where none was chosen, it suggests."""
    return TriageMode.objects.filter(subject=subject, **about).first() or TriageMode(subject=subject, **about)


def _decide_priority(ticket: Ticket, assessed: Assessment, now: datetime) -> None:
    """Put down the priority the model would set; it never sets one, as words say little of what is at stake."""
    if not assessed.priorities or not assessed.priorities[0].label.isdigit():
        return
    guess = assessed.priorities[0]
    if int(guess.label) in Ticket.Priority.values:
        decision = _decision(ticket, Subject.PRIORITY, assessed, guess.confidence, TriageMode(subject="article"), now)
        decision.said_priority, decision.mode, decision.held_back = int(guess.label), TriageMode.Mode.SHADOW, Held.MODE
        decision.save()


def _decide_queue(ticket: Ticket, assessed: Assessment, now: datetime, *, may_route: bool) -> None:
    if not assessed.queues or not assessed.queues[0].label.isdigit():
        return
    guess = assessed.queues[0]
    queue = Queue.objects.filter(pk=int(guess.label), is_active=True).first()
    if queue is None:
        return
    mode = mode_for(Subject.QUEUE, queue=queue)
    decision = _decision(ticket, Subject.QUEUE, assessed, guess.confidence, mode, now)
    decision.said_queue = queue
    decision.evidence["like"] = _numbers(assessed.like, ticket)
    decision.held_back = _held(decision) or _holds_routing(ticket, queue, may_route=may_route)
    decision.done = not decision.held_back
    decision.save()
    if decision.done:
        routing.route(ticket, to=queue, by=None, now=now)
        _record(decision, now)


def _holds_routing(ticket: Ticket, queue: Queue, *, may_route: bool) -> str:
    if ticket.queue_id == queue.pk:
        return Held.THERE
    if queue.tier > ticket.queue.tier:
        return Held.HIGHER
    moved = Event.objects.filter(ticket=ticket, kind=Event.Kind.ROUTED).exists()
    untouched = ticket.state == Ticket.State.NEW and ticket.assignee_id is None
    return Held.NOTHING if may_route and untouched and not moved else Held.TOUCHED


def _decide_answer(ticket: Ticket, assessed: Assessment, now: datetime) -> None:
    best = assessed.solutions[0] if assessed.solutions else None
    if best is None or best.confidence is None:
        return
    text = ArticleText.objects.select_related("article__category").filter(pk=best.text).first()
    if text is None:
        return
    mode = mode_for(Subject.ARTICLE, category=text.article.category)
    decision = _decision(ticket, Subject.ARTICLE, assessed, best.confidence, mode, now)
    decision.said_text, decision.category = text, text.article.category
    decision.evidence |= {"words": list(best.words), "like": _numbers(best.like, ticket)}
    decision.held_back = _held(decision) or _holds_answer(ticket, text)
    decision.save()
    if not decision.held_back:
        # Whether it may go out, the channel decides, which knows who wrote and how much was sent.
        _record(decision, now)


def _holds_answer(ticket: Ticket, text: ArticleText) -> str:
    if ticket.state != Ticket.State.NEW or ticket.last_agent_at is not None or ticket.attempts.exists():
        return Held.TOUCHED
    if ticket.channel not in (Ticket.Channel.EMAIL, Ticket.Channel.WEB):
        return Held.CHANNEL
    return Held.NOTHING if may_read(ticket.requester, text) else Held.AUDIENCE


def may_read(person: User, text: ArticleText) -> bool:
    """Tell whether a requester may be sent this text: who never logs in gets what everybody may read."""
    audience = Audience.CUSTOMERS if person.is_active and person.has_usable_password() else Audience.PUBLIC
    return Article.objects.published().for_audience(audience).filter(pk=text.article_id).exists()


def _decision(
    ticket: Ticket, subject: Subject, assessed: Assessment, confidence: float, mode: TriageMode, now: datetime
) -> TriageDecision:
    return TriageDecision(
        ticket=ticket, subject=subject, model_version=assessed.version, confidence=confidence, mode=mode.in_force,
        would_act=confidence >= mode.threshold, made_at=now,
    )  # fmt: skip


def _held(decision: TriageDecision) -> str:
    if not decision.would_act:
        return Held.UNSURE
    return Held.NOTHING if decision.mode == TriageMode.Mode.ACT else Held.MODE


def _numbers(like: Sequence[Like], ticket: Ticket) -> list[int]:
    return [one.ticket for one in like if one.ticket != ticket.pk][:_LIKE]


def _record(decision: TriageDecision, now: datetime) -> None:
    events.record(
        decision.ticket, Event.Kind.TRIAGED, by=None, now=now, decision=decision.pk, subject=decision.subject,
        version=decision.model_version, percent=decision.percent, **decision.evidence,
    )  # fmt: skip
